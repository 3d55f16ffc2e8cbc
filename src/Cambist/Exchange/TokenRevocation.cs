using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Revocation (RFC 7009): a client gives back a token that was issued to it, and with it everything that was made from it. Once it
/// is answered no exchange of any of them commits.
/// </summary>
public sealed class TokenRevocation
{
    readonly ActiveRegistry _registry;
    readonly CallerGate _callers;
    readonly PresentedTokens _tokens;
    readonly ILedger _ledger;
    readonly RevocationCheck _revocations;
    readonly DecisionRecorder _recorder;
    readonly TimeProvider _clock;

    internal TokenRevocation(ActiveRegistry registry, CallerGate callers, PresentedTokens tokens, ILedger ledger, RevocationCheck revocations, DecisionRecorder recorder, TimeProvider clock) =>
        (_registry, _callers, _tokens, _ledger, _revocations, _recorder, _clock) = (registry, callers, tokens, ledger, revocations, recorder, clock);

    /// <summary>Revokes a token, or says why not.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be used now; the token may or may not be revoked, so try again.</exception>
    public async ValueTask<Outcome> RevokeAsync(PresentedToken request, CancellationToken cancellationToken)
    {
        var walk = new Walk(_registry.Current, _clock.GetUtcNow(), "revocation");
        if (await _callers.AdmitAsync(walk, request.Credentials, takesPublic: true, cancellationToken) is { } refused) return refused;
        if (request.Token.StartsWith(ImpersonationTokens.Prefix))
            return await _recorder.RefuseAsync(walk, new(Reason.TokenNotRevocable, "an impersonation token is cancelled by an administrator"), cancellationToken);

        // RFC 7009 §2.2: what is no token of ours, or not any more, is answered like one that was just revoked.
        if (await _tokens.FindAsync(request.Token, walk, cancellationToken) is not { } token) return Outcome.Revoked.Nothing;

        var isCallers = token.ClientId == walk.Client!.Id;
        if (isCallers || !walk.Client.IsPublic) walk.Subject = token; // anybody can be a public client, and so with another's token is a stranger
        if (!isCallers) return await _recorder.RefuseAsync(walk, new(Reason.TokenNotOfCaller, $"the token was issued to {token.ClientId}"), cancellationToken);
        if ((await _revocations.FindAsync(token.Lineage, cancellationToken)).Revocation is not null) return Outcome.Revoked.Nothing;

        var entry = DecisionRecorder.ActOf(walk, $"{walk.Client.Id} gave back a token issued to it; it and all beneath it are revoked");
        var revocation = new Revocation(RevocationKind.Lineage, token.Lineage.Id, 0, "revoked by the client it was issued to", token.ExpiresAt * 1000);
        return await _ledger.RevokeAsync(revocation, entry, cancellationToken) is null
            ? throw new InvalidOperationException("The ledger refused the entry of a revocation, which depends on nothing.")
            : new Outcome.Revoked(entry);
    }
}
