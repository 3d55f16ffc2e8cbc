using Cambist.Protocol;

namespace Cambist;

/// <summary>Client credentials (RFC 6749 §4.4): a token for the client itself, as its <c>client_credentials</c> block says.</summary>
public sealed class ClientCredentialsGrant
{
    readonly ActiveRegistry _registry;
    readonly ClientAuthenticator _clients;
    readonly AccessTokenWriter _writer;
    readonly DecisionRecorder _recorder;
    readonly TimeProvider _clock;

    internal ClientCredentialsGrant(ActiveRegistry registry, ClientAuthenticator clients, AccessTokenWriter writer, DecisionRecorder recorder, TimeProvider clock) =>
        (_registry, _clients, _writer, _recorder, _clock) = (registry, clients, writer, recorder, clock);

    /// <summary>Issues a token, or says why not.</summary>
    /// <exception cref="StoreUnavailableException">The ledger cannot be written now; nothing was issued.</exception>
    public async ValueTask<Outcome> IssueAsync(ClientCredentialsRequest request, CancellationToken cancellationToken)
    {
        var walk = new Walk(_registry.Current, _clock.GetUtcNow(), GrantTypes.ClientCredentials) { ScopesAsked = request.Scopes };
        ValueTask<Outcome> Refuse(Denied why) => _recorder.RefuseAsync(walk, why, cancellationToken);

        if (!(await _clients.AuthenticateAsync(walk, request.Credentials, cancellationToken)).Gives(out var client, out var denied)) return await _recorder.UnauthenticatedAsync(walk, denied, cancellationToken);
        if (Grants.Check(client, GrantTypes.ClientCredentials) is { } notAllowed) return await Refuse(notAllowed);
        if (Target.Read(walk, request.Targets) is { } targetDenied) return await Refuse(targetDenied);
        if (!Decide(walk, client).Gives(out var token, out denied)) return await Refuse(denied);
        walk.Token = token;
        if (!_writer.Issue(token, walk.Registry).Gives(out var issued, out denied)) return await Refuse(denied);
        var recorded = await _recorder.RecordAsync(walk, issued, cancellationToken);
        return await _recorder.AnswerAsync(walk, issued, recorded, cancellationToken);
    }

    static Result<TokenToIssue> Decide(Walk walk, RegisteredClient client)
    {
        if (walk.Target is null && client.ClientCredentials.Count == 1)
            walk.Target = Target.Default(walk.Registry.Resources[client.ClientCredentials.Keys[0]]);
        if (walk.Target is not { } target)
            return new Denied(Reason.TargetMissing, $"neither resource nor audience was sent, and clients.{client.Id}.client_credentials names several resources");
        if (!client.ClientCredentials.TryGetValue(target.Resource.Name, out var scopes))
            return new Denied(Reason.TargetNotAllowed, $"clients.{client.Id}.client_credentials does not name {target.Resource.Name}");
        if (DenyCheck.FirstMatch(client, target, walk.Registry) is { } deny) return DenyCheck.Refusal(deny);
        if (ScopeDecision.Choose([.. scopes.Order(StringComparer.Ordinal)], scopes.Count, walk.ScopesAsked, out var granted) is { } refused) return refused;

        var now = walk.Now.ToUnixTimeSeconds();
        return new TokenToIssue
        {
            Target = target,
            Client = client,
            Subject = client.Id,
            Kind = SubjectKind.Client,
            Scopes = granted,
            IssuedAt = now,
            ExpiresAt = now + (long)target.Resource.TokenLifetime.TotalSeconds,
        };
    }
}
