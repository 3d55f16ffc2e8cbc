using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>A request that was refused, for whoever looks for what would allow it.</summary>
/// <param name="Walk">How far it came; null where that is not on record.</param>
/// <param name="Denied">Why it was refused.</param>
/// <param name="IsRecorded">Whether the walk was rebuilt from a record, which lacks claims and <c>act</c>: then steps 7 and 8 cannot be decided again.</param>
internal sealed record Refusal(Walk? Walk, Denied Denied, bool IsRecorded);

/// <summary>What would allow what was refused: the smallest change first, and never one that opens something without saying so.</summary>
internal static class Remedies
{
    public static ImmutableArray<Remedy> Of(Refusal refusal)
    {
        ImmutableArray<Remedy> own = refusal.Walk is { } walk ? [.. OfWalk(walk, refusal)] : [];
        return own.IsEmpty ? [.. RemedyTexts.Of(refusal.Denied.Reason)] : own;
    }

    /// <summary>With the names that the walk knows; nothing where it knows too little.</summary>
    static IEnumerable<Remedy> OfWalk(Walk walk, Refusal refusal) => refusal.Denied.Reason switch
    {
        Reason.ClientAuthenticationFailed => [],
        _ => [],
    };
}
