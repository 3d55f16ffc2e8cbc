using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>The exchanges of the demo, one after the other, each with its request, its token decoded and its decision.</summary>
sealed class DemoStory(CambistEngine engine, HttpMessageInvoker http, string identityProvider, string management, string folder)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    readonly string _issuer = engine.Registry.Current.Issuer;
    bool _isAsExpected = true;

    public async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine($"""
            Cambist demo
              identity provider  {identityProvider}  (built in; plays the external one)
              cambist            {_issuer}  (registry and SQLite store in {folder})
            """);

        Title(1, "alice signs in at the identity provider; the web app trades her ID token for an access token for orders");
        var idToken = await DemoLogin.IdTokenAsync(http, identityProvider, cancellationToken);
        var forOrders = await ExchangeAsync("web", idToken, TokenTypes.IdToken, "orders", scope: null, expected: null, cancellationToken);

        Title(2, "orders received that token; it trades it for a narrower one for billing, and the token says who acts for whom");
        await ExchangeAsync("orders", forOrders, TokenTypes.AccessToken, "billing", scope: "read", expected: null, cancellationToken);

        Title(3, "an administrator mints a token with which support acts as alice, once, for a ticket");
        var minted = await MintAsync(cancellationToken);
        await ExchangeAsync("support", minted, TokenTypes.ImpersonationToken, "orders", scope: null, expected: null, cancellationToken);
        Console.WriteLine("  and the same token again:");
        await ExchangeAsync("support", minted, TokenTypes.ImpersonationToken, "orders", scope: null, expected: Reason.SubjectUsedUp, cancellationToken);

        Title(4, "reports got hold of alice's token for orders and has the same rule; but the token was never meant for it (a confused deputy)");
        await ExchangeAsync("reports", forOrders, TokenTypes.AccessToken, "billing", scope: "read", expected: Reason.SubjectNotForCaller, cancellationToken);

        Console.WriteLine();
        Console.WriteLine(_isAsExpected ? "Every step ended as it should." : "NOT every step ended as it should.");
        return _isAsExpected;
    }

    /// <summary>For who wants to go on by hand: a line to try.</summary>
    public async Task InviteAsync(CancellationToken cancellationToken)
    {
        var idToken = await DemoLogin.IdTokenAsync(http, identityProvider, cancellationToken);
        Console.WriteLine($"""

            The server stays up; Ctrl+C ends it. Try it (the ID token is good for ten minutes):

            curl {_issuer}/token -u web:{DemoRegistry.Secret}web \
              -d grant_type={GrantTypes.TokenExchange} \
              -d subject_token_type={TokenTypes.IdToken} \
              -d subject_token={idToken} \
              -d audience=orders -d scope=read
            """);
    }

    async Task<string> MintAsync(CancellationToken cancellationToken)
    {
        const string Body = """{"subject":"alice","reason":"she cannot see her order","client":"support","claims":{"ticket":"T-4711"}}""";
        Console.WriteLine($"  POST {management}/admin/v1/impersonation-tokens   with the bootstrap token in {BootstrapToken.FileName}");
        Console.WriteLine("    " + Body);
        using var request = new HttpRequestMessage(HttpMethod.Post, management + "/admin/v1/impersonation-tokens") { Content = new StringContent(Body, Encoding.UTF8, "application/json") };
        var bootstrapToken = await File.ReadAllTextAsync(Path.Combine(folder, BootstrapToken.FileName), cancellationToken);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bootstrapToken.Trim());
        using var response = await http.SendAsync(request, cancellationToken);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        _isAsExpected &= response.StatusCode == HttpStatusCode.Created;
        if (!answer.RootElement.TryGetProperty("token", out var token)) return "";
        Console.WriteLine($"  {(int)response.StatusCode} {answer.RootElement.GetProperty("token_type")}, {answer.RootElement.GetProperty("expires_in")} s, id {answer.RootElement.GetProperty("id")}");
        return token.GetString()!;
    }

    async Task<string> ExchangeAsync(string client, string subjectToken, string subjectTokenType, string audience, string? scope, Reason? expected, CancellationToken cancellationToken)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = GrantTypes.TokenExchange,
            ["subject_token_type"] = subjectTokenType,
            ["subject_token"] = subjectToken,
            ["audience"] = audience,
        };
        if (scope is not null) form["scope"] = scope;
        Console.WriteLine($"  POST {_issuer}/token   as client {client}");
        foreach (var (name, value) in form) Console.WriteLine($"    {name,-18} {(name == "subject_token" ? value[..Math.Min(12, value.Length)] + "…" : value)}");

        using var request = new HttpRequestMessage(HttpMethod.Post, _issuer + "/token") { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{DemoRegistry.Secret}{client}")));
        using var response = await http.SendAsync(request, cancellationToken);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        return response.StatusCode == HttpStatusCode.OK
            ? await ShowTokenAsync(answer.RootElement, expected, cancellationToken)
            : await ShowRefusalAsync(response.StatusCode, answer.RootElement, expected, cancellationToken);
    }

    async Task<string> ShowTokenAsync(JsonElement answer, Reason? expected, CancellationToken cancellationToken)
    {
        _isAsExpected &= expected is null;
        var token = answer.GetProperty("access_token").GetString()!;
        Console.WriteLine($"  200 {answer.GetProperty("token_type")}, {answer.GetProperty("expires_in")} s, scope \"{answer.GetProperty("scope")}\"; the token says");
        var payload = JsonSerializer.Deserialize<JsonElement>(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));
        Console.WriteLine("    " + JsonSerializer.Serialize(payload, Indented).ReplaceLineEndings("\n    "));

        var newest = await engine.Store.Decisions.PageAsync(new DecisionFilter { Lineage = payload.GetProperty("jti").GetString() }, default, 1, cancellationToken);
        Console.WriteLine($"  decision {newest[0].Id}: issued by rule {newest[0].Rule} of registry revision {newest[0].RegistryRevision}");
        return token;
    }

    async Task<string> ShowRefusalAsync(HttpStatusCode status, JsonElement answer, Reason? expected, CancellationToken cancellationToken)
    {
        _isAsExpected &= answer.GetProperty("reason").GetString() == expected?.WireName();
        Console.WriteLine($"  {(int)status} {answer.GetProperty("error")}, reason {answer.GetProperty("reason")}: {answer.GetProperty("error_description")}");
        if (answer.TryGetProperty("decision_id", out var text) && DecisionId.TryParse(text.GetString(), out var id)
            && await engine.Store.Decisions.FindAsync(id, cancellationToken) is { } entry)
            Console.WriteLine($"  decision {id}, and its trace:\n    " + entry.Trace!.ReplaceLineEndings("\n    "));
        return "";
    }

    static void Title(int step, string text)
    {
        Console.WriteLine();
        Console.WriteLine($"{step}. {text}");
    }
}
