namespace Cambist;

/// <summary>Revokes at an administrator's word: an id, or all of a subject, a client or an issuer until now. With the entry that says who and why, or not at all.</summary>
internal sealed class RevocationActs(ILedger ledger, ActiveRegistry registry)
{
    public const string CreateAction = "revocations.create";
    public const string RevokeTokenAction = "tokens.revoke";

    /// <returns>The revocation as it was recorded; null where the administrator's own token was revoked meanwhile.</returns>
    /// <exception cref="StoreUnavailableException">The store cannot be written now.</exception>
    public ValueTask<Revocation?> RevokeAsync(Administrator by, string action, RevocationKind kind, string value, string reason, CancellationToken cancellationToken)
    {
        var what = kind == RevocationKind.Lineage ? $"{value} and everything beneath it" : $"every token of {kind.ToString().ToLowerInvariant()} {value} until now";
        var entry = About(kind, value, by.Did(action, $"revoked {what}\nreason: {reason}", registry.Current));
        return ledger.RevokeAsync(new(kind, value, 0, reason, 0), entry, cancellationToken);
    }

    /// <summary>Whom it concerns, so that whoever looks for their entries finds it.</summary>
    static LedgerEntry About(RevocationKind kind, string value, LedgerEntry entry) => kind switch
    {
        RevocationKind.Client => entry with { Client = value },
        RevocationKind.Subject => entry with { Subject = new(ReservedNames.Self, value, null) },
        RevocationKind.Issuer => entry with { Subject = new(value, "", null) },
        _ => entry with { Subject = new(ReservedNames.Self, "", value) },
    };
}
