using System.Buffers;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// <c>client_secret_basic</c> (RFC 6749 §2.3.1): id and secret are form-encoded each, joined by a colon, then base64.
/// </summary>
internal static class ClientSecretBasic
{
    const string Scheme = "Basic ";

    /// <summary>Far more than an id and a secret need.</summary>
    const int LongestHeader = 4096;

    public static Result<RegisteredClient> Authenticate(Registry registry, string authorization, DateTimeOffset now, out string? presentedId)
    {
        presentedId = null;
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > LongestHeader)
            return ClientAuthenticator.Failed("the Authorization header is not Basic");

        var buffer = ArrayPool<byte>.Shared.Rent(LongestHeader);
        try
        {
            var encoded = authorization.AsSpan(Scheme.Length).Trim(' ');
            if (encoded.ContainsAny(" \t\r\n") || !Convert.TryFromBase64Chars(encoded, buffer, out var length)) // the decoder skips white space
                return ClientAuthenticator.Failed("the Basic credentials are not base64");
            var credentials = buffer.AsSpan(0, length);
            var colon = credentials.IndexOf((byte)':');
            if (colon < 0) return ClientAuthenticator.Failed("the Basic credentials have no colon");

            var id = credentials[..colon];
            var secret = credentials[(colon + 1)..];
            if (!FormEncoding.TryDecode(ref id) || !FormEncoding.TryDecode(ref secret))
                return ClientAuthenticator.Failed("the Basic credentials are not form-encoded");
            presentedId = registry.TextOf(id);
            return ClientSecrets.Check(registry, presentedId, secret, ClientAuthenticationMethod.ClientSecretBasic, now);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
