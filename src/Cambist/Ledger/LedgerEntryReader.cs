using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>The reading half of <see cref="LedgerEntryJson"/>.</summary>
static class LedgerEntryReader
{
    public static LedgerEntry Read(DecisionId id, ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var outcome = default(DecisionOutcome);
        string? reason = null, action = null, client = null, jti = null, target = null, rule = null, registry = null, trace = null;
        RecordedParty? subject = null, actor = null;
        List<string>? chain = null, asked = null, given = null;
        long? expires = null;
        byte[]? input = null;
        CountedRequests? counted = null;
        ShadowVerdict? shadow = null;

        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException("A ledger entry is an object.");
        while (NextMember(ref reader))
        {
            if (Is(ref reader, "outcome"u8)) outcome = Outcome(Text(ref reader));
            else if (Is(ref reader, "reason"u8)) reason = Text(ref reader);
            else if (Is(ref reader, "action"u8)) action = Text(ref reader);
            else if (Is(ref reader, "client"u8)) client = Text(ref reader);
            else if (Is(ref reader, "subject"u8)) subject = Party(ref reader);
            else if (Is(ref reader, "actor"u8)) actor = Party(ref reader);
            else if (Is(ref reader, "chain"u8)) chain = Texts(ref reader);
            else if (Is(ref reader, "jti"u8)) jti = Text(ref reader);
            else if (Is(ref reader, "target"u8)) target = Text(ref reader);
            else if (Is(ref reader, "asked"u8)) asked = Texts(ref reader);
            else if (Is(ref reader, "given"u8)) given = Texts(ref reader);
            else if (Is(ref reader, "rule"u8)) rule = Text(ref reader);
            else if (Is(ref reader, "registry"u8)) registry = Text(ref reader);
            else if (Is(ref reader, "exp"u8)) expires = Number(ref reader);
            else if (Is(ref reader, "trace"u8)) trace = Text(ref reader);
            else if (Is(ref reader, "counted"u8)) counted = Counted(ref reader);
            else if (Is(ref reader, "shadow"u8)) shadow = Shadow(ref reader);
            else if (Is(ref reader, "input"u8)) input = Raw(ref reader, json);
            else Skip(ref reader);
        }

        var known = reason is null ? Reason.None : Reasons.Parse(reason);
        return new()
        {
            Id = id,
            Outcome = outcome,
            Reason = known ?? Reason.None,
            Action = action ?? "",
            Client = client,
            Subject = subject,
            Actor = actor,
            ActorChain = chain ?? [],
            IssuedId = jti,
            Target = target,
            ScopesAsked = asked,
            ScopesGiven = given ?? [],
            Rule = rule,
            RegistryRevision = registry ?? "",
            ExpiresAt = expires,
            Input = input,
            Counted = counted,
            Shadow = shadow,
            // A newer release has reasons that this one has no name for; a reader still wants to know.
            Trace = known is null ? $"reason: {reason} (of a newer release)\n{trace}" : trace,
        };
    }

    static bool NextMember(ref Utf8JsonReader reader) => reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) => reader.ValueTextEquals(name);

    static string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Checked(ref reader, JsonTokenType.String).GetString();
    }

    static long Number(ref Utf8JsonReader reader)
    {
        reader.Read();
        return Checked(ref reader, JsonTokenType.Number).GetInt64();
    }

    static List<string> Texts(ref Utf8JsonReader reader)
    {
        reader.Read();
        Checked(ref reader, JsonTokenType.StartArray);
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) texts.Add(Checked(ref reader, JsonTokenType.String).GetString()!);
        return texts;
    }

    static RecordedParty Party(ref Utf8JsonReader reader)
    {
        reader.Read();
        Checked(ref reader, JsonTokenType.StartObject);
        string? issuer = null, sub = null, lineage = null;
        while (NextMember(ref reader))
        {
            if (Is(ref reader, "issuer"u8)) issuer = Text(ref reader);
            else if (Is(ref reader, "sub"u8)) sub = Text(ref reader);
            else if (Is(ref reader, "lineage"u8)) lineage = Text(ref reader);
            else Skip(ref reader);
        }

        return new(issuer ?? "", sub ?? "", lineage);
    }

    /// <summary>Null where it refuses with a reason that only a newer release has: without its name it would read as one that issues.</summary>
    static ShadowVerdict? Shadow(ref Utf8JsonReader reader)
    {
        reader.Read();
        Checked(ref reader, JsonTokenType.StartObject);
        string? rule = null, target = null, reason = null;
        List<string>? given = null;
        while (NextMember(ref reader))
        {
            if (Is(ref reader, "rule"u8)) rule = Text(ref reader);
            else if (Is(ref reader, "target"u8)) target = Text(ref reader);
            else if (Is(ref reader, "reason"u8)) reason = Text(ref reader);
            else if (Is(ref reader, "given"u8)) given = Texts(ref reader);
            else Skip(ref reader);
        }

        return (reason is null ? Reason.None : Reasons.Parse(reason)) is { } known ? new(rule ?? "", target ?? "", known, (IReadOnlyList<string>?)given ?? []) : null;
    }

    static CountedRequests Counted(ref Utf8JsonReader reader)
    {
        reader.Read();
        Checked(ref reader, JsonTokenType.StartObject);
        long count = 0, from = 0, until = 0;
        string? address = null;
        while (NextMember(ref reader))
        {
            if (Is(ref reader, "count"u8)) count = Number(ref reader);
            else if (Is(ref reader, "address"u8)) address = Text(ref reader);
            else if (Is(ref reader, "from"u8)) from = Number(ref reader);
            else if (Is(ref reader, "until"u8)) until = Number(ref reader);
            else Skip(ref reader);
        }

        return new(count, address, from, until);
    }

    static byte[] Raw(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        reader.Read();
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return json[start..(int)reader.BytesConsumed].ToArray();
    }

    static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    static ref Utf8JsonReader Checked(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (reader.TokenType != expected) throw new JsonException($"A ledger entry holds {reader.TokenType} where {expected} belongs.");
        return ref reader;
    }

    static DecisionOutcome Outcome(string? name) => name switch
    {
        "issued" => DecisionOutcome.Issued,
        "refused" => DecisionOutcome.Refused,
        "admin" => DecisionOutcome.AdminAct,
        "counted" => DecisionOutcome.Counted,
        _ => default, // of a newer release
    };
}
