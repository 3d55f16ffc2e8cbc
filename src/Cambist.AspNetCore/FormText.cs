using System.Text;
using Cambist.Protocol;

namespace Cambist.AspNetCore;

/// <summary>Values of forms as strings. The few that come with nearly every request are not made anew each time.</summary>
static class FormText
{
    static readonly string[] Usual =
    [
        GrantTypes.TokenExchange, GrantTypes.ClientCredentials, GrantTypes.RefreshToken,
        TokenTypes.AccessToken, TokenTypes.IdToken, TokenTypes.Jwt, TokenTypes.RefreshToken,
    ];

    public static string Of(ReadOnlySpan<byte> utf8)
    {
        foreach (var usual in Usual)
            if (usual.Length == utf8.Length && Ascii.Equals(utf8, usual)) return usual;
        return Encoding.UTF8.GetString(utf8);
    }
}
