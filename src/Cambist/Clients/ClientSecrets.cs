using System.Security.Cryptography;

namespace Cambist;

/// <summary>Compares a secret with a client's hashes: in constant time, and with the same work whether the client exists or not.</summary>
internal static class ClientSecrets
{
    static readonly byte[] NobodysHash = RandomNumberGenerator.GetBytes(32);

    /// <summary>A client has at most this many live secrets.</summary>
    const int MostSecrets = 2;

    public static Result<RegisteredClient> Check(
        Registry registry, string clientId, ReadOnlySpan<byte> secret, ClientAuthenticationMethod method, DateTimeOffset now)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, hash);

        registry.Clients.TryGetValue(clientId, out var client);
        var (matches, isExpired) = (false, false);
        for (var i = 0; i < MostSecrets; i++)
        {
            var candidate = client is not null && i < client.Secrets.Length ? client.Secrets[i] : null;
            var isEqual = CryptographicOperations.FixedTimeEquals(hash, candidate is null ? NobodysHash : candidate.Sha256.Span);
            var isOver = candidate?.ExpiresAt <= now;
            matches |= isEqual && candidate is not null && !isOver;
            isExpired |= isEqual && isOver;
        }

        if (client is null || !matches) return ClientAuthenticator.Failed(client is null ? "unknown client" : isExpired ? "expired secret" : "wrong secret");
        if (client.Authentication != method) return ClientAuthenticator.Failed("the client authenticates in another way");
        return client.IsDisabled ? ClientAuthenticator.Failed("the client is disabled") : client;
    }
}
