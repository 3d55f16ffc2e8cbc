namespace Cambist;

/// <summary>How long a revocation is kept; the same in every store.</summary>
public static class RevocationTerm
{
    /// <summary>How much longer than they could matter revocations and one-time keys are kept: 5 minutes, in milliseconds.</summary>
    public const long Slack = 5 * 60 * 1000;

    /// <summary>The end of time, milliseconds since 1970.</summary>
    public static readonly long Forever = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    /// <summary>The revocation as it is recorded: stamped, and kept until all that it could cover has expired.</summary>
    /// <remarks>
    /// A subject or an issuer is revoked for external tokens too, of which nobody knows how long they live before they are shown:
    /// such a revocation stays. A client is revoked for tokens of ours alone. An id of one segment may be the root of an external token,
    /// which was shown, or nobody could name it; any other id is one of ours.
    /// </remarks>
    /// <param name="revocation">As asked for.</param>
    /// <param name="at">The ledger's instant, see <see cref="DecisionIdSequence.Separate"/>.</param>
    /// <param name="recorded">What the ledger knows of the tokens it recorded.</param>
    /// <param name="earlier">The same revocation, if it was recorded before: its term is never shortened.</param>
    public static Revocation Recorded(Revocation revocation, long at, RecordedLives recorded, Revocation? earlier)
    {
        var ours = Math.Max(recorded.LatestExpiry, at + recorded.LongestLife) + Slack;
        var term = revocation.Kind switch
        {
            RevocationKind.Subject or RevocationKind.Issuer => Forever,
            RevocationKind.Lineage when !revocation.Value.Contains('.', StringComparison.Ordinal) => Math.Max(ours, recorded.LatestExternalExpiry + Slack),
            _ => ours,
        };
        return revocation with
        {
            At = Math.Max(at, earlier?.At ?? 0),
            KeepUntil = Math.Max(Math.Max(revocation.KeepUntil, term), earlier?.KeepUntil ?? 0),
        };
    }
}

/// <summary>What a ledger knows of the tokens it recorded, for the terms of revocations; milliseconds.</summary>
/// <param name="LatestExpiry">When the last of ours expires.</param>
/// <param name="LatestExternalExpiry">When the last of the external ones that were shown expires.</param>
/// <param name="LongestLife">The longest life of a token of ours under any registry revision that was in force: what counts where entries were lost.</param>
public readonly record struct RecordedLives(long LatestExpiry, long LatestExternalExpiry, long LongestLife);
