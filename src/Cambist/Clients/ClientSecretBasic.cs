using System.Buffers;
using System.Text;

namespace Cambist;

/// <summary>
/// <c>client_secret_basic</c> (RFC 6749 §2.3.1): id and secret are form-encoded each, joined by a colon, then base64.
/// </summary>
internal static class ClientSecretBasic
{
    const string Scheme = "Basic ";

    /// <summary>Far more than an id and a secret need.</summary>
    const int LongestHeader = 4096;

    public static Result<RegisteredClient> Authenticate(Registry registry, string authorization, DateTimeOffset now)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || authorization.Length > LongestHeader)
            return ClientAuthenticator.Failed("the Authorization header is not Basic");

        var buffer = ArrayPool<byte>.Shared.Rent(LongestHeader);
        try
        {
            if (!Convert.TryFromBase64Chars(authorization.AsSpan(Scheme.Length).Trim(' '), buffer, out var length))
                return ClientAuthenticator.Failed("the Basic credentials are not base64");
            var credentials = buffer.AsSpan(0, length);
            var colon = credentials.IndexOf((byte)':');
            if (colon < 0) return ClientAuthenticator.Failed("the Basic credentials have no colon");

            var id = credentials[..colon];
            var secret = credentials[(colon + 1)..];
            if (!TryFormDecode(ref id) || !TryFormDecode(ref secret))
                return ClientAuthenticator.Failed("the Basic credentials are not form-encoded");
            return ClientSecrets.Check(registry, Encoding.UTF8.GetString(id), secret, ClientAuthenticationMethod.ClientSecretBasic, now);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Decodes <c>+</c> and <c>%XX</c> in place.</summary>
    static bool TryFormDecode(ref Span<byte> text)
    {
        if (text.IndexOfAny((byte)'%', (byte)'+') < 0) return true;
        var length = 0;
        for (var i = 0; i < text.Length; i++, length++)
        {
            if (text[i] == '%')
            {
                if (i + 2 >= text.Length || !char.IsAsciiHexDigit((char)text[i + 1]) || !char.IsAsciiHexDigit((char)text[i + 2])) return false;
                text[length] = (byte)((HexValue(text[i + 1]) << 4) | HexValue(text[i + 2]));
                i += 2;
            }
            else
            {
                text[length] = text[i] == '+' ? (byte)' ' : text[i];
            }
        }

        text = text[..length];
        return true;
    }

    static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
