using System.Buffers;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// The chain of actors in <c>act</c> (RFC 8693 §4.1): outermost is current, deepest is oldest. An older chain of ours is kept byte
/// for byte; a level without <c>iss</c> in it is one that this server put there.
/// </summary>
internal sealed class ActorChain
{
    /// <summary>More levels than any rule's <c>max_depth</c> can ask for; the parser's depth cap lies above.</summary>
    const int MostLevels = 24;

    readonly string? _currentIssuer;

    ActorChain(ReadOnlyMemory<byte> json, string[] names, string? currentIssuer) => (Json, Names, _currentIssuer) = (json, names, currentIssuer);

    /// <summary>The object, as JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The <c>sub</c> of each level, newest first.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Whether this actor of ours is the current one already. Another issuer's actor of the same name is somebody else.</summary>
    public bool IsCurrent(string actor) => _currentIssuer is null && Names[0] == actor;

    /// <summary>
    /// Reads <c>act</c>: objects with a string <c>sub</c>, maybe <c>iss</c>, maybe an older <c>act</c>; identity and nothing else.
    /// </summary>
    /// <param name="claims">The claims of a token.</param>
    /// <param name="issuer">The token's issuer, where it is external: each level without <c>iss</c> gets it. Null for our own token.</param>
    /// <param name="chain">The chain; null where there is none.</param>
    public static Denied? Read(Claims claims, string? issuer, out ActorChain? chain)
    {
        chain = null;
        if (!claims.TryGet("act"u8, out var level)) return null;
        var json = level.RawJson;
        var names = new List<string>();
        var issuers = new List<string?>();
        while (true)
        {
            if (level.Kind != ClaimKind.Object) return Malformed("act is no object");
            string? name = null, from = issuer;
            Claim older = default;
            foreach (var (member, value) in level.EnumerateObject())
            {
                switch (member)
                {
                    case "sub":
                        name = value.GetString();
                        break;
                    case "iss" when value.GetString() is { Length: > 0 } own:
                        from = own;
                        break;
                    case "act":
                        older = value;
                        break;
                    default:
                        return Malformed("act holds a member that is no identity");
                }
            }

            if (string.IsNullOrEmpty(name)) return Malformed("act has a level without sub");
            names.Add(name);
            issuers.Add(from);
            if (names.Count > MostLevels) return Malformed("act is nested too deep");
            if (older.Kind == ClaimKind.Missing) break;
            level = older;
        }

        chain = new(issuer is null ? json.ToArray() : Stamp(names, issuers), [.. names], issuers[0]);
        return null;
    }

    /// <summary>The chain with an issuer on each level: in a token of ours it must stay plain who vouched for whom.</summary>
    static byte[] Stamp(List<string> names, List<string?> issuers)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, AccessTokenWriter.Options))
        {
            for (var i = 0; i < names.Count; i++)
            {
                if (i > 0) json.WritePropertyName("act"u8);
                json.WriteStartObject();
                json.WriteString("sub"u8, names[i]);
                json.WriteString("iss"u8, issuers[i]);
            }

            for (var i = 0; i < names.Count; i++) json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    static Denied Malformed(string what) => new(Reason.SubjectActMalformed, what);
}
