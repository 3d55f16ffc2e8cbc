using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// The chain of actors in <c>act</c> (RFC 8693 §4.1): outermost is current, deepest is oldest. An older chain is kept byte for byte.
/// </summary>
internal sealed class ActorChain
{
    /// <summary>More levels than any rule's <c>max_depth</c> can ask for; the parser's depth cap lies above.</summary>
    const int MostLevels = 24;

    ActorChain(ReadOnlyMemory<byte> json, string[] names) => (Json, Names) = (json, names);

    /// <summary>The object, as JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>The <c>sub</c> of each level, newest first.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads <c>act</c>: objects with a string <c>sub</c>, maybe <c>iss</c>, maybe an older <c>act</c>; identity and nothing else.</summary>
    public static Denied? Read(Claims claims, out ActorChain? chain)
    {
        chain = null;
        if (!claims.TryGet("act"u8, out var level)) return null;
        var json = level.RawJson.ToArray();
        var names = new List<string>();
        while (true)
        {
            if (level.Kind != ClaimKind.Object) return Malformed("act is no object");
            string? name = null;
            Claim older = default;
            foreach (var (member, value) in level.EnumerateObject())
            {
                switch (member)
                {
                    case "sub":
                        name = value.GetString();
                        break;
                    case "iss" when value.Kind == ClaimKind.String:
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
            if (names.Count > MostLevels) return Malformed("act is nested too deep");
            if (older.Kind == ClaimKind.Missing) break;
            level = older;
        }

        chain = new(json, [.. names]);
        return null;
    }

    static Denied Malformed(string what) => new(Reason.SubjectActMalformed, what);
}
