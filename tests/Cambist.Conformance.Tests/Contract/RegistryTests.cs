using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Registries that would make a hole do not start.</summary>
public sealed class RegistryTests
{
    const string Login = "login: { issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\" }";

    static async Task<string> RefusedAsync(string document) =>
        (await Should.ThrowAsync<Exception>(async () => await (await TestServer.StartAsync(issuer => $"issuer: {issuer}\n{document}\n")).DisposeAsync())).Message;

    public static TheoryData<string> Reserved =>
    [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "azp", "scope", "scp", "act", "may_act", "cnf", "auth_time", "acr", "amr", "sid", "nonce", "events", "typ", "txn",
        "token_type", "active", "authorization_details", "sub_kind",
    ];

    [Theory, MemberData(nameof(Reserved))]
    public async Task C16_a_reserved_claim_is_configured_nowhere(string name)
    {
        (await RefusedAsync($"resources: {{ orders: {{ identifiers: https://orders.example.com, claims: {name} }} }}")).ShouldContain($"'{name}'");
        (await RefusedAsync($"resources: {{ orders: {{ identifiers: https://orders.example.com, claims: {{ {name}: \"{{email}}\" }} }} }}")).ShouldContain($"'{name}'");
        (await RefusedAsync($$"""
            resources: { orders: { identifiers: https://orders.example.com } }
            clients: { {{Client("web")}} }
            rules: [ { name: r, clients: web, claims: { {{name}}: "x" }, targets: { orders: [] } } ]
            """)).ShouldContain($"'{name}'");
    }

    [Fact]
    public async Task A_claim_listed_twice_never_makes_a_token_with_it_twice()
    {
        foreach (var claims in new[] { "[email, email]", "[email, email, tenant]" })
        {
            AdHocWorld own;
            try
            {
                own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace("scopes: [read, write]", $"scopes: [read, write], claims: {claims}", StringComparison.Ordinal));
            }
            catch (Exception e) when (e.Message.Contains("email", StringComparison.Ordinal))
            {
                continue;
            }

            await using var _ = own;
            var answer = await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(c => c["email"] = "a@example.com")));
            System.Text.Encoding.UTF8.GetString(answer.Jwt.Payload).Split("\"email\":").Length.ShouldBe(2);
        }
    }

    [Theory]
    [InlineData("clients: { self: { auth: none } }")]
    [InlineData("clients: { cambist-admin: { auth: none } }")]
    [InlineData("resources: { none: { identifiers: https://a.example.com } }")]
    [InlineData("resources: { cambist-admin: { identifiers: https://a.example.com } }")]
    [InlineData("issuers: { server: { issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\" } }")]
    [InlineData("issuers: { impersonation: { issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\" } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\", unknown: 1 } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\" }, login: { issuer: https://b.example.com, tokens: id_token, subject: \"b:{sub}\" } }")]
    [InlineData("issuers: { login: { issuer: http://login.example.com, tokens: id_token, subject: \"{sub}\" } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: [], subject: \"{sub}\" } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: alice } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: \"{iss}{sub}\" } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\", algorithms: HS256 } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\", algorithms: none } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: { id_token: { typ: at+jwt }, access_token: {} }, subject: \"{sub}\" } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: [id_token, jwt], subject: \"{sub}\" } }")]
    [InlineData("issuers: { login: { issuer: https://login.example.com, tokens: { id_token: {}, access_token: { typ: [at+jwt, JWT] } }, subject: \"{sub}\" } }")]
    [InlineData("issuers: { a: { issuer: https://a.example.com, tokens: id_token, subject: \"{sub}\" }, b: { issuer: https://b.example.com, tokens: id_token, subject: \"{sub}\" } }")]
    [InlineData("issuers: { a: { issuer: https://a.example.com, tokens: id_token, subject: \"x:{sub}\" }, b: { issuer: https://b.example.com, tokens: id_token, subject: \"x:y:{sub}\" } }")]
    [InlineData("issuers: { a: { issuer: https://a.example.com, tokens: id_token, subject: \"x:{sub}\" }, b: { issuer: https://a.example.com, tokens: jwt, subject: \"b:{sub}\" } }")]
    [InlineData("issuers: { a: { issuer: https://a.example.com, tokens: id_token, subject: \"x:{sub}\" } }\nclients: { \"x:1\": { auth: none } }")]
    [InlineData("resources: { a: { identifiers: https://a.example.com#x } }")]
    [InlineData("resources: { a: { identifiers: [] } }")]
    [InlineData("resources: { a: { identifiers: https://a.example.com } }\nclients: { \"https://a.example.com\": { auth: none } }")]
    [InlineData("clients: { web: {} }")]
    [InlineData("clients: { web: { secrets: [] } }")]
    [InlineData("clients: { web: { secrets: { sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 } } }")]
    [InlineData("clients: { web: { secrets: { file: ../../etc/passwd } } }")]
    [InlineData("clients: { web: { secrets: { file: /etc/passwd } } }")]
    [InlineData("clients: { web: { auth: none, secrets: { value: a-secret-of-some-length } } }")]
    [InlineData("rules: [ { name: r, clients: nobody, targets: {} } ]")]
    [InlineData("rules: [ { name: r, clients: [], targets: {} } ]")]
    [InlineData("signing: { algorithm: HS256 }")]
    [InlineData("signing: { algorithm: none }")]
    [InlineData("error_codes: mine")]
    [InlineData("x: &a 1\ny: *a")]
    public async Task A_registry_that_would_make_a_hole_does_not_start(string document) => (await RefusedAsync(document)).ShouldContain("cambist.yaml:");

    [Fact]
    public async Task An_issuer_that_is_us_does_not_start()
    {
        var failure = await Should.ThrowAsync<Exception>(() => TestServer.StartAsync(issuer => $$"""
            issuer: {{issuer}}
            issuers: { me: { issuer: {{issuer}}, tokens: id_token, subject: "{sub}" } }
            """));
        failure.Message.ShouldContain("our own identifier");
        await Should.ThrowAsync<Exception>(() => TestServer.StartAsync(issuer => $"issuer: {issuer}\nresources: {{ me: {{ identifiers: {issuer} }} }}"));
    }

    [Fact]
    public async Task An_empty_registry_allows_nothing()
    {
        await using var own = await AdHocWorld.StartAsync(_ => $"issuers: {{ {Login} }}\nclients: {{ {Client("web")} }}");
        await own.RefusesAsync(Reason.GrantNotAllowed, server => server.SendIdTokenAsync("web", own.IdToken()));
        await own.RefusesAsync(Reason.GrantNotAllowed, server => server.ForItselfAsync("web"));
    }

    [Fact]
    public async Task Written_grants_narrow_what_the_document_implies()
    {
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace(
            Client("web"), Client("web", "client_credentials: { orders: read }, grants: client_credentials"), StringComparison.Ordinal));
        await own.GrantsAsync(server => server.ForItselfAsync("web"));
        await own.RefusesAsync(Reason.GrantNotAllowed, server => server.SendIdTokenAsync("web", own.IdToken()));
    }
}
