using System.Text;

namespace Cambist;

/// <summary><c>client_secret_post</c> (RFC 6749 §2.3.1): id and secret in the form, never in the URI.</summary>
internal static class ClientSecretPost
{
    public static Result<RegisteredClient> Authenticate(Registry registry, string? clientId, string secret, DateTimeOffset now) =>
        ClientSecrets.Check(registry, clientId ?? "", Encoding.UTF8.GetBytes(secret), ClientAuthenticationMethod.ClientSecretPost, now);
}
