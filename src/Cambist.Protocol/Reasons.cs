using System.Collections.Frozen;
using System.Text;

namespace Cambist.Protocol;

/// <summary>Wire names of <see cref="Reason"/>.</summary>
public static class Reasons
{
    static readonly FrozenDictionary<Reason, string> Names =
        Enum.GetValues<Reason>().ToFrozenDictionary(reason => reason, reason => SnakeCase(reason.ToString()));

    static readonly FrozenDictionary<string, Reason> ByName =
        Names.ToFrozenDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    /// <summary>The stable, machine-readable code, such as <c>subject_expired</c>.</summary>
    public static string WireName(this Reason reason) => Names[reason];

    /// <summary>The reason of a wire name, or null.</summary>
    public static Reason? Parse(string wireName) => ByName.TryGetValue(wireName, out var reason) ? reason : null;

    /// <summary>The same failure of the actor token; only for reasons about the subject token.</summary>
    public static Reason OfActor(this Reason subjectReason) =>
        subjectReason is >= Reason.SubjectMalformed and <= Reason.SubjectInvalid
            ? subjectReason - Reason.SubjectMalformed + Reason.ActorMalformed
            : subjectReason;

    static string SnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && text.Length > 0) text.Append('_');
            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}
