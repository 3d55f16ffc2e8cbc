namespace Cambist;

/// <summary>What a revocation names.</summary>
public enum RevocationKind
{
    /// <summary>A lineage id (a <c>jti</c>, or a prefix of one up to a dot): it and everything beneath it.</summary>
    Lineage = 1,

    /// <summary>A subject, by our <c>sub</c>.</summary>
    Subject = 2,

    /// <summary>A client, by its id.</summary>
    Client = 3,

    /// <summary>An issuer, by its name in the registry.</summary>
    Issuer = 4,
}

/// <summary>
/// One revocation. A lineage id is revoked for good. A subject, client or issuer is revoked up to an instant: tokens of
/// ours recorded until then, and external tokens whose <c>iat</c> is not later than that instant's second.
/// </summary>
/// <param name="Kind">What <paramref name="Value"/> names.</param>
/// <param name="Value">The id or name.</param>
/// <param name="At">Milliseconds since 1970; set by the ledger when it records the revocation.</param>
/// <param name="Reason">Why, for the record; never empty at the admin API.</param>
/// <param name="KeepUntil">How long it must be kept at least, milliseconds since 1970; the ledger extends it, see <see cref="RevocationTerm"/>.</param>
public sealed record Revocation(RevocationKind Kind, string Value, long At, string Reason, long KeepUntil);

/// <summary>All that a revocation could name about one token.</summary>
/// <param name="Id">Its lineage id: the <c>jti</c> of one of ours, the root of an external one.</param>
/// <param name="Subject">Our name for its subject.</param>
/// <param name="Client">The client it was issued to, if it is ours.</param>
/// <param name="Issuer">The name of the issuer that its subject comes from, over whatever hops; <c>impersonation</c>, or <c>self</c> for a client of ours.</param>
/// <param name="IssuedAt">Milliseconds since 1970: when it was recorded (ours), or not later than that, see <see cref="IsExact"/>; its <c>iat</c> (external).</param>
/// <param name="IsExternal">Whether <paramref name="IssuedAt"/> is an <c>iat</c>, which counts by the whole second.</param>
public sealed record TokenLineage(string Id, string Subject, string? Client, string Issuer, long IssuedAt, bool IsExternal)
{
    /// <summary>
    /// Of ours: whether <see cref="IssuedAt"/> is the ledger's own instant. Default false: it is what the token says, a whole second of the clock of
    /// the node that issued it, and a revocation that was recorded in between is found although the token came after it (see <see cref="RevocationCheck"/>).
    /// </summary>
    public bool IsExact { get; init; }

    /// <summary>Of ours: the token whose entry in the ledger dates it. Itself, but for a refresh token, which comes with another's.</summary>
    public string RecordedWith { get; init; } = Id;

    /// <summary>Whether this token falls under a revocation, as far as <see cref="IssuedAt"/> tells.</summary>
    internal bool IsUnder(Revocation revocation) => revocation.Kind switch
    {
        RevocationKind.Lineage => Lineage.IsUnder(Id, revocation.Value),
        RevocationKind.Subject => Subject == revocation.Value && IsCoveredBy(revocation.At),
        RevocationKind.Client => Client == revocation.Value && IsCoveredBy(revocation.At),
        _ => Issuer == revocation.Value && IsCoveredBy(revocation.At),
    };

    /// <summary>Whether a revocation of a subject, client or issuer at <paramref name="revokedAt"/> (milliseconds) covers this token's instant.</summary>
    public bool IsCoveredBy(long revokedAt) =>
        IsExternal ? Math.DivRem(IssuedAt, 1000).Quotient <= Math.DivRem(revokedAt, 1000).Quotient : IssuedAt <= revokedAt;
}
