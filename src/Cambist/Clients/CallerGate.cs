namespace Cambist;

/// <summary>
/// Who asks at the endpoints beside <c>/token</c>: authenticated by the same methods, and failures count and are answered alike
/// (RFC 7662 §2.1, RFC 7009 §2.1). What a client proved itself by is spent here, since not every answer leaves an entry.
/// </summary>
internal sealed class CallerGate(ClientAuthenticator clients, DecisionRecorder recorder)
{
    /// <summary>Authenticates into the walk; gives the answer where nobody was, or null.</summary>
    /// <param name="walk">Gets the client.</param>
    /// <param name="credentials">What the request carries.</param>
    /// <param name="takesPublic">Whether a client without a credential of its own is anybody here.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async ValueTask<Outcome?> AdmitAsync(Walk walk, PresentedCredentials credentials, bool takesPublic, CancellationToken cancellationToken)
    {
        if (!(await clients.AuthenticateAsync(walk, credentials, cancellationToken)).Gives(out var client, out var denied)) return await recorder.UnauthenticatedAsync(walk, denied, cancellationToken);
        return client.IsPublic && !takesPublic
            ? recorder.Unauthenticated(walk, ClientAuthenticator.Failed("a public client has no credential to show, and this endpoint wants one"))
            : await recorder.SpendAsync(walk, cancellationToken);
    }
}
