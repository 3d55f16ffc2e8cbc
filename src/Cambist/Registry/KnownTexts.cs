using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Texts that come with nearly every request and that the registry or the protocol has as strings already, so that they are not made anew
/// each time.
/// </summary>
sealed class KnownTexts(Registry registry)
{
    const int Longest = 256;

    readonly HashSet<string> _texts =
    [
        GrantTypes.TokenExchange, GrantTypes.ClientCredentials, GrantTypes.RefreshToken,
        TokenTypes.AccessToken, TokenTypes.IdToken, TokenTypes.Jwt, TokenTypes.RefreshToken,
        .. registry.Clients.Keys,
        .. registry.ResourcesByAnyName.Keys,
        .. registry.Resources.Values.SelectMany(resource => resource.Scopes),
    ];

    /// <summary>Text as a string.</summary>
    public string Of(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Longest) return Encoding.UTF8.GetString(utf8);
        Span<char> buffer = stackalloc char[Longest];
        var text = buffer[..Encoding.UTF8.GetChars(utf8, buffer)];
        return _texts.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var known) ? known : new(text);
    }
}
