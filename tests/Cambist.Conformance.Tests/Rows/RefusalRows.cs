using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>HT-04, TX-10, TX-29, TX-30, TX-43 and BP-01: what every refusal has in common, and what is refused by policy.</summary>
public sealed class RefusalRows(MainWorld world)
{
    /// <summary>RFC 6749 §5.2 and §4.1.2.1, RFC 8707 §2, RFC 7009 §2.2.1.</summary>
    static readonly string[] Registered =
    [
        "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "temporarily_unavailable", "invalid_target", "unsupported_token_type",
    ];

    static Task<AdHocWorld> WithDenyAsync(FakeClock? clock = null) => AdHocWorld.StartAsync(
        login => SmallRegistries.SignIn(login) + "\ndeny: [ { name: no-mallory, subject: { where: { sub: mallory } }, reason: mallory stays out } ]", clock);

    [Fact]
    public async Task HT_04_every_error_is_json_with_a_registered_code()
    {
        Func<TestServer, Task<Answer>>[] failures =
        [
            server => server.GetAsync("/token"),
            server => server.SendBodyAsync("web", null),
            server => server.SendBodyAsync("web", Form("")),
            server => server.SendBodyAsync("web", Form("a=%zz")),
            server => server.SendLargeBodyAsync("web", Form(new string('a', 100_000))),
            server => server.SendFormAsync("web", ("grant_type", "x")),
            server => server.SendFormAsync("web", ("grant_type", Requests.TokenExchange)),
            server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token")),
            server => server.ForItselfAsync("web"),
            server => server.SendIdTokenAsync("web", "garbage"),
            server => server.SendIdTokenAsync("web", world.IdToken(), ("scope", "a  b")),
            server => server.SendIdTokenAsync("web", world.IdToken(), ("audience", "nothing")),
            server => server.SendIdTokenAsync("web", world.IdToken(), ("requested_token_type", "x")),
            server => server.SendIdTokenAsync("web", world.IdToken(), ("actor_token", "x")),
        ];
        foreach (var server in new[] { world.Common, world.Rfc8693 })
        {
            foreach (var failure in failures)
            {
                var answer = await failure(server);
                World.ShouldBeWellFormedError(answer);
                Registered.ShouldContain(answer.Error);
                answer.Reason.ShouldNotBeNullOrEmpty();
                ((int)answer.Status).ShouldBeOneOf(400, 401, 405, 413, 415);
            }
        }
    }

    [Fact]
    public async Task TX_10_an_id_token_is_exchanged()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(key: Keys.Rs256)));
        (answer.Claims.Text("sub"), answer.Json.Text("issued_token_type")).ShouldBe(("alice", AccessTokenType));
    }

    [Fact]
    public async Task TX_29_no_refresh_token_comes_along()
    {
        var answer = await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(), ("scope", "read")));
        answer.Json.ContainsKey("refresh_token").ShouldBeFalse();
        (await world.GrantsAsync(server => server.ForItselfAsync("orders"))).Json.ContainsKey("refresh_token").ShouldBeFalse();
    }

    [Fact]
    public async Task TX_30_a_token_that_is_invalid_or_unacceptable_has_one_code_in_each_profile()
    {
        await using var own = await WithDenyAsync(new FakeClock());
        async Task RefusedAsync(Reason reason, string token)
        {
            var common = await own.RefusesAsync(reason, server => server.SendIdTokenAsync("web", token));
            common.Error.ShouldBe("invalid_grant");
            (await own.Rfc8693.SendIdTokenAsync("web", token)).Error.ShouldBe("invalid_request");
        }

        await RefusedAsync(Reason.SubjectExpired, own.IdToken(claims => (claims["iat"], claims["exp"]) = (1, 2)));
        await RefusedAsync(Reason.SubjectSignatureInvalid, own.IdToken(key: Keys.Strange));
        await RefusedAsync(Reason.SubjectIssuerUntrusted, own.IdToken(claims => claims["iss"] = "https://elsewhere.example.com"));
        await RefusedAsync(Reason.Denied, own.IdToken(subject: "mallory"));

        var revoked = own.IdToken(subject: "bob");
        foreach (var server in new[] { own.Common, own.Rfc8693 })
            await server.Engine.Store.Ledger.RevokeAsync(new(RevocationKind.Subject, "login:bob", 0, "a test", long.MaxValue), TestContext.Current.CancellationToken);
        await RefusedAsync(Reason.SubjectRevoked, revoked);
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
    }

    [Fact]
    public async Task TX_43_the_tenant_is_part_of_a_resource_and_no_token_crosses_over()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: [a, b] } }, subject: "{sub}" } }
            resources:
              a: { identifiers: https://api.example.com/tenants/a, scopes: read }
              b: { identifiers: https://api.example.com/tenants/b, scopes: read }
              c: { identifiers: "https://api.example.com/?tenant=c" }
              audit: { identifiers: https://audit.example.com }
            clients: { {{Client("web-a", "known_as: a")}}, {{Client("web-b", "known_as: b")}}, {{Client("api-a", "serves: a")}}, {{Client("api-b", "serves: b")}} }
            rules:
              - { name: a, clients: web-a, subject: { issuer: login }, actor: none, targets: { a: read, c: [] } }
              - { name: b, clients: web-b, subject: { issuer: login }, actor: none, targets: { b: read } }
              - { name: on, clients: [api-a, api-b], targets: { audit: [] } }
            """);
        Task<Answer> SendAsync(TestServer server, string client, string tenant) =>
            server.SendIdTokenAsync(client, own.IdToken(audience: client[^1..]), ("resource", $"https://api.example.com/{tenant}"));
        (await own.GrantsAsync(server => SendAsync(server, "web-a", "tenants/a"))).Claims.Text("aud").ShouldBe("https://api.example.com/tenants/a");
        (await own.GrantsAsync(server => SendAsync(server, "web-a", "?tenant=c"))).Claims.Text("aud").ShouldBe("https://api.example.com/?tenant=c");
        await own.RefusesAsync(Reason.TargetNotAllowed, server => SendAsync(server, "web-a", "tenants/b"));
        await own.RefusesAsync(Reason.TargetNotAllowed, server => SendAsync(server, "web-b", "?tenant=c"));
        foreach (var unknown in new[] { "tenants", "tenants/", "tenants/a/", "tenants/A", "tenants/a/../b", "tenants/%61", "?tenant=a", "?tenant=c&tenant=a", "" })
            await own.RefusesAsync(Reason.TargetUnknown, server => SendAsync(server, "web-a", unknown));

        async Task<Answer> OnAsync(TestServer server, string api) =>
            await server.SendAccessTokenAsync(api, (await SendAsync(server, "web-a", "tenants/a")).AccessToken, ("audience", "audit"));
        await own.GrantsAsync(server => OnAsync(server, "api-a"));
        await own.RefusesAsync(Reason.SubjectNotForCaller, server => OnAsync(server, "api-b"));
    }

    [Fact]
    public async Task BP_01_the_password_grant_is_absent()
    {
        foreach (var server in new[] { world.Common, world.Rfc8693 })
        {
            var answer = await server.SendFormAsync("web", ("grant_type", "password"), ("username", "alice"), ("password", "secret-of-alice"));
            (answer.Error, answer.Reason).ShouldBe(("unsupported_grant_type", "grant_type_unsupported"));
            var metadata = (await server.GetAsync("/.well-known/oauth-authorization-server")).Json;
            metadata["grant_types_supported"]!.AsArray().Select(grant => grant!.GetValue<string>()).ShouldNotContain(grant => grant == "password" || grant == "implicit");
            metadata["response_types_supported"]!.ToJsonString().ShouldBe("[]");
        }
    }

    [Fact]
    public async Task BP_01_no_other_grant_that_hands_out_tokens_is_there()
    {
        foreach (var grant in new[] { "implicit", "authorization_code", "urn:ietf:params:oauth:grant-type:jwt-bearer", "urn:ietf:params:oauth:grant-type:device_code" })
            await world.RefusesAsync(Reason.GrantTypeUnsupported, server => server.SendFormAsync("web", ("grant_type", grant), ("code", "x"), ("assertion", world.IdToken()), ("refresh_token", "cbr_x")));
        await world.RefusesAsync(Reason.GrantNotAllowed, server => server.RefreshAsync("web", "cbr_x"));
    }

    [Fact]
    public async Task TX_24_a_scope_that_another_client_may_have_is_refused()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: server } }, subject: "{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write, admin] } }
            clients: { {{Client("reader")}}, {{Client("writer")}} }
            rules:
              - { name: readers, clients: reader, subject: { issuer: login }, actor: none, targets: { orders: read } }
              - { name: writers, clients: writer, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }
            """);
        Task<Answer> SendAsync(TestServer server, string client, string scope) =>
            server.SendIdTokenAsync(client, own.IdToken(audience: server.Issuer), ("audience", "orders"), ("scope", scope));
        (await own.GrantsAsync(server => SendAsync(server, "writer", "write"))).Claims.Text("scope").ShouldBe("write");
        await own.RefusesAsync(Reason.ScopeNotGranted, server => SendAsync(server, "reader", "write"));
        await own.RefusesAsync(Reason.ScopeNotGranted, server => SendAsync(server, "reader", "read write"));
        await own.RefusesAsync(Reason.ScopeNotGranted, server => SendAsync(server, "writer", "admin"));
    }
}
