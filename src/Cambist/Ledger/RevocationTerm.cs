namespace Cambist;

/// <summary>How long a revocation is kept; the same in every store.</summary>
public static class RevocationTerm
{
    /// <summary>How much longer than they could matter revocations and one-time keys are kept: 5 minutes, in milliseconds.</summary>
    public const long Slack = 5 * 60 * 1000;

    /// <summary>The revocation as it is recorded: stamped, and kept until all that it could cover has expired.</summary>
    /// <param name="revocation">As asked for.</param>
    /// <param name="at">The ledger's instant, see <see cref="DecisionIdSequence.Separate"/>.</param>
    /// <param name="latestExpiry">The latest expiry recorded so far, milliseconds since 1970.</param>
    /// <param name="earlier">The same revocation, if it was recorded before: its term is never shortened.</param>
    public static Revocation Recorded(Revocation revocation, long at, long latestExpiry, Revocation? earlier) => revocation with
    {
        At = Math.Max(at, earlier?.At ?? 0),
        KeepUntil = Math.Max(Math.Max(revocation.KeepUntil, Math.Max(latestExpiry, at) + Slack), earlier?.KeepUntil ?? 0),
    };
}
