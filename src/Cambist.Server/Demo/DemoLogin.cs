using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Web;

namespace Cambist.Server;

/// <summary>The web application's side of the login at the identity provider: the code flow with PKCE, up to the ID token.</summary>
static class DemoLogin
{
    public static async Task<string> IdTokenAsync(HttpMessageInvoker http, string issuer, CancellationToken cancellationToken)
    {
        var verifier = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));
        const string RedirectUri = "http://127.0.0.1/callback";

        var authorize = $"{issuer}/authorize?response_type=code&client_id=web&scope=openid&state=s&redirect_uri={Uri.EscapeDataString(RedirectUri)}&code_challenge={challenge}&code_challenge_method=S256";
        using var redirect = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, authorize), cancellationToken);
        var code = HttpUtility.ParseQueryString(redirect.Headers.Location!.Query)["code"]!;

        var redeem = new HttpRequestMessage(HttpMethod.Post, issuer + "/token")
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "authorization_code",
                ["code"] = code,
                ["code_verifier"] = verifier,
                ["client_id"] = "web",
                ["redirect_uri"] = RedirectUri,
            }),
        };
        using var response = await http.SendAsync(redeem, cancellationToken);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return json.RootElement.GetProperty("id_token").GetString()!;
    }
}
