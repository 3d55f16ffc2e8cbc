using System.Text;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// What entries are looked up by: 64-bit hashes. An entry has one for each combination of its client, subject, outcome and reason, so
/// that a filter of any of them is one list and not the meeting of two long ones; one for each id in its lineage; one for the token that it
/// issued. Two texts of one hash cost a look at an entry that does not fit, never a wrong answer.
/// </summary>
sealed class SearchKeys
{
    const ulong ClientKind = 1;
    const ulong SubjectKind = 2;
    const ulong OutcomeKind = 3;
    const ulong ReasonKind = 4;
    const ulong LineageKind = 5;
    const ulong IssuedKind = 6;
    const ulong Seed = 0xCBF29CE484222325;

    readonly HashSet<ulong> _keys = [];
    byte[] _unescaped = new byte[1024];

    /// <summary>The lists that hold every entry which fits a filter; none where only reading will tell.</summary>
    public static ulong[] Of(DecisionFilter filter)
    {
        var keys = new List<ulong>();
        var parts = (
            Client: Hash(ClientKind, filter.Client),
            Subject: Hash(SubjectKind, filter.Subject),
            Outcome: Hash(OutcomeKind, filter.Outcome is { } outcome ? LedgerEntryJson.OutcomeName(outcome) : null),
            Reason: Hash(ReasonKind, filter.Reason is { } reason and not Reason.None ? reason.WireName() : null));
        if (parts != default) keys.Add(Combined(parts.Client, parts.Subject, parts.Outcome, parts.Reason));
        if (filter.Lineage is { } lineage) keys.Add(Hash(LineageKind, lineage));
        if (filter.Issued is { } issued) keys.Add(Hash(IssuedKind, issued));
        return [.. keys];
    }

    /// <summary>The keys of what was added.</summary>
    public HashSet<ulong> Found => _keys;

    public void Clear() => _keys.Clear();

    /// <summary>Adds the keys of an entry as it is kept.</summary>
    public void Add(ReadOnlySpan<byte> json)
    {
        ulong client = 0, subject = 0, outcome = 0, reason = 0;
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (NextMember(ref reader))
        {
            var name = reader.ValueSpan;
            if (name.SequenceEqual("outcome"u8)) outcome = Hash(OutcomeKind, Text(ref reader));
            else if (name.SequenceEqual("reason"u8)) reason = Hash(ReasonKind, Text(ref reader));
            else if (name.SequenceEqual("client"u8)) client = Hash(ClientKind, Text(ref reader));
            else if (name.SequenceEqual("subject"u8)) subject = Subject(ref reader);
            else if (name.SequenceEqual("jti"u8)) Issued(Text(ref reader));
            else if (name.SequenceEqual("asked"u8) || name.SequenceEqual("registry"u8)) break; // nothing behind either is looked up
            else Skip(ref reader);
        }

        AddCombinations(client, subject, outcome, reason);
    }

    /// <summary>As <see cref="Combined"/> makes them, but what several have in common is mixed once.</summary>
    void AddCombinations(ulong client, ulong subject, ulong outcome, ulong reason)
    {
        Span<ulong> mixed = stackalloc ulong[16];
        mixed[0] = 0; // the combination of nothing, which is no key
        var count = 1;
        foreach (var part in (ReadOnlySpan<ulong>)[reason, outcome, subject, client])
        {
            for (var (i, without) = (0, count); i < without; i++)
            {
                if (part != 0) mixed[count++] = Mixed(part + mixed[i]);
                mixed[i] = Mixed(mixed[i]);
            }
        }

        foreach (var key in mixed[1..count]) _keys.Add(key);
    }

    ulong Subject(ref Utf8JsonReader reader)
    {
        reader.Read();
        var subject = 0UL;
        while (NextMember(ref reader))
        {
            var name = reader.ValueSpan;
            if (name.SequenceEqual("sub"u8)) subject = Hash(SubjectKind, Text(ref reader));
            else if (name.SequenceEqual("lineage"u8)) AddLineage(Text(ref reader));
            else Skip(ref reader);
        }

        return subject;
    }

    void Issued(ReadOnlySpan<byte> id)
    {
        _keys.Add(Hash(IssuedKind, id));
        AddLineage(id);
    }

    /// <summary>An id, and each that it is beneath.</summary>
    void AddLineage(ReadOnlySpan<byte> id)
    {
        var hash = Seed ^ LineageKind;
        foreach (var one in id)
        {
            if (one == '.') _keys.Add(Finished(hash));
            hash = Next(hash, one);
        }

        _keys.Add(Finished(hash));
    }

    ReadOnlySpan<byte> Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (!reader.ValueIsEscaped) return reader.ValueSpan;
        if (_unescaped.Length < reader.ValueSpan.Length) _unescaped = new byte[reader.ValueSpan.Length];
        return _unescaped.AsSpan(0, reader.CopyString(_unescaped));
    }

    static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    static ulong Hash(ulong kind, string? text) => text is null ? 0 : Hash(kind, Encoding.UTF8.GetBytes(text));

    /// <summary>FNV-1a, its bits mixed; never 0, which stands for what is absent. Stores are full of it: it never changes.</summary>
    static ulong Hash(ulong kind, ReadOnlySpan<byte> text)
    {
        var hash = Seed ^ kind;
        foreach (var one in text) hash = Next(hash, one);
        return Finished(hash);
    }

    static ulong Next(ulong hash, byte one) => (hash ^ one) * 0x100000001B3;

    static ulong Finished(ulong hash) => Math.Max(Mixed(hash), 1);

    static ulong Combined(ulong client, ulong subject, ulong outcome, ulong reason) =>
        Mixed(client + Mixed(subject + Mixed(outcome + Mixed(reason))));

    /// <summary>The finalizer of SplitMix64.</summary>
    static ulong Mixed(ulong bits)
    {
        bits += 0x9E3779B97F4A7C15;
        bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
        bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
        return bits ^ (bits >> 31);
    }
}
