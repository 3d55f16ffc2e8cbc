using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Token exchange (RFC 8693 §2) in ten steps. Steps 2 to 9 read one <see cref="Registry"/> snapshot and write nothing; step 10
/// records the decision, and only then there is an answer.
/// </summary>
public sealed class TokenExchange
{
    readonly ActiveRegistry _registry;
    readonly ClientAuthenticator _clients;
    readonly TokenResolution _tokens;
    readonly Customizers _customizers;
    readonly AccessTokenWriter _writer;
    readonly DecisionRecorder _recorder;
    readonly TimeProvider _clock;

    internal TokenExchange(
        ActiveRegistry registry, ClientAuthenticator clients, TokenResolution tokens, Customizers customizers, AccessTokenWriter writer, DecisionRecorder recorder, TimeProvider clock) =>
        (_registry, _clients, _tokens, _customizers, _writer, _recorder, _clock) = (registry, clients, tokens, customizers, writer, recorder, clock);

    /// <summary>Exchanges a token, or says why not.</summary>
    /// <param name="request">Step 1, done at the edge: a request that cannot be malformed.</param>
    /// <param name="cancellationToken">Gives up; a decision that is already queued is still recorded.</param>
    /// <exception cref="StoreUnavailableException">The ledger cannot be read or written now; nothing was issued.</exception>
    public ValueTask<Outcome> ExchangeAsync(ExchangeRequest request, CancellationToken cancellationToken) =>
        WalkAsync(Begin(GrantTypes.TokenExchange, request), request, cancellationToken);

    /// <summary>
    /// Redeems a refresh token (RFC 6749 §6), or says why not: the exchange that gave it is decided again, on what is recorded of its
    /// subject and under the registry in force, and the token is rotated.
    /// </summary>
    /// <param name="request">Step 1, done at the edge.</param>
    /// <param name="cancellationToken">Gives up; a decision that is already queued is still recorded.</param>
    /// <exception cref="StoreUnavailableException">The ledger cannot be read or written now; nothing was issued.</exception>
    public ValueTask<Outcome> RefreshAsync(RefreshRequest request, CancellationToken cancellationToken)
    {
        var exchange = request.AsExchange();
        return WalkAsync(Begin(GrantTypes.RefreshToken, exchange), exchange, cancellationToken);
    }

    Walk Begin(string grant, ExchangeRequest request) => new(_registry.Current, _clock.GetUtcNow(), grant) { ScopesAsked = request.Scopes };

    async ValueTask<Outcome> WalkAsync(Walk walk, ExchangeRequest request, CancellationToken cancellationToken)
    {
        // 2 to 9. Decide, and issue. A client that is not known yet then did not authenticate.
        if (!(await DecideAsync(walk, request, cancellationToken)).Gives(out var issued, out var denied))
            return await (walk.Client is null ? _recorder.UnauthenticatedAsync(walk, denied, cancellationToken) : _recorder.RefuseAsync(walk, denied, cancellationToken));

        // 10. Record; then, and only then, answer.
        var recorded = await _recorder.RecordAsync(walk, issued, cancellationToken);
        return await _recorder.AnswerAsync(walk, issued, recorded, cancellationToken);
    }

    async ValueTask<Result<IssuedToken>> DecideAsync(Walk walk, ExchangeRequest request, CancellationToken cancellationToken)
    {
        // 2. Authenticate the client, and allow the grant for it.
        if (!(await _clients.AuthenticateAsync(walk, request.Credentials, cancellationToken)).Gives(out var client, out var denied)) return denied;
        if (Grants.Check(client, walk.Action) is { } notAllowed) return notAllowed;

        // 3 to 9. Decide, and issue.
        return await IssueAsync(walk, request, cancellationToken);
    }

    /// <summary>
    /// The same walk for whoever asks why: the client is taken at the word of <c>client_id</c>, nothing is spent or recorded, and the token
    /// is dropped. The ledger is asked what the commit would find.
    /// </summary>
    /// <param name="grant">The grant type: token exchange, or the redemption of a refresh token, which is the subject token then.</param>
    /// <param name="request">The request; of its credentials only <see cref="PresentedCredentials.ClientId"/> counts.</param>
    /// <param name="keys">The issuers' keys, of which the explanation names those at hand.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The ledger cannot be read now.</exception>
    internal async ValueTask<Explanation> ExplainAsync(string grant, ExchangeRequest request, IssuerKeys keys, CancellationToken cancellationToken)
    {
        var walk = Begin(grant, request);
        var unverified = new UnverifiedFacts(request, keys);

        // 2. Take the client as named, and allow the grant for it.
        if (!ClientAuthenticator.Named(walk, request.Credentials.ClientId).Gives(out var client, out var denied) || (denied = Grants.Check(client, grant)) is not null) return Explanation.Of(walk, denied, unverified);

        // 3 to 9. Decide, and issue what nobody gets.
        if (!(await IssueAsync(walk, request, cancellationToken)).Gives(out _, out denied)) return Explanation.Of(walk, denied, unverified);

        // 10. Ask the ledger.
        return Explanation.Of(walk, await _recorder.ForeseeAsync(walk, walk.Token!, cancellationToken), unverified);
    }

    async ValueTask<Result<IssuedToken>> IssueAsync(Walk walk, ExchangeRequest request, CancellationToken cancellationToken)
    {
        // 3. Resolve the subject token, or what is recorded of it with the refresh token.
        if (!(await _tokens.ResolveSubjectAsync(walk, request, cancellationToken)).Gives(out _, out var denied)) return denied;

        // 4. Resolve the actor token, if one was sent.
        if (await _tokens.ResolveActorAsync(walk, request, cancellationToken) is { } actorDenied) return actorDenied;

        // 5. Target: which resource is meant.
        if (Target.Read(walk, request.Targets) is { } targetDenied) return targetDenied;

        // 6. Select: deny entries first, then the first rule that fits.
        var input = walk.Decide(request);
        if (!RuleSelection.Select(walk, input).Gives(out var selected, out denied)) return denied;

        // 7. Entitle: may this caller use this subject token, may this actor act?
        if (Entitlement.Check(input, selected, walk.Registry) is { } notEntitled) return notEntitled;

        // 8. Decide scopes, life, actors, claims.
        if (!TokenDecision.Decide(input, selected).Gives(out var token, out denied)) return denied;
        walk.Token = token;
        if (await _customizers.AddAsync(input, token, cancellationToken) is { } customizerFailed) return customizerFailed;

        // 9. Issue: write, sign, derive the lineage id.
        return _writer.Issue(token, walk.Registry);
    }
}
