namespace Cambist;

/// <summary><c>none</c>: a client without a credential, named by <c>client_id</c>. Its rules make the subject token the proof.</summary>
internal static class PublicClient
{
    public static Result<RegisteredClient> Authenticate(Registry registry, string? clientId)
    {
        if (clientId is null) return ClientAuthenticator.Failed("no client credentials");
        return registry.Clients.TryGetValue(clientId, out var client) && client.IsPublic && !client.IsDisabled
            ? client
            : ClientAuthenticator.Failed("no credentials, and no public client of this name");
    }
}
