using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Each use of a refresh token is decided by the registry in force, on what was recorded at the exchange.</summary>
public sealed class RefreshDecisionTests
{
    static Task<Answer> SignInAsync(ReloadWorld world) =>
        world.Server.SendIdTokenAsync("web", world.Login.IdToken("alice", "web", RefreshWorld.WithMore), ("audience", "orders"));

    /// <summary>Redeemed, exchanged, asked about: whatever ends one way of using a refresh token ends every way.</summary>
    [Fact]
    public async Task TX_11_what_the_registry_no_longer_allows_is_refused_whatever_the_refresh_token_is_used_for_and_spends_nothing()
    {
        await using var world = await ReloadWorld.StartAsync(RefreshWorld.RegistryOf);
        var server = world.Server;
        var before = await File.ReadAllTextAsync(server.RegistryFile, TestContext.Current.CancellationToken);
        var token = (await SignInAsync(world)).RefreshToken;
        const string Selector = "subject: { issuer: login }\n    actor: none\n    may_outlive";
        (string What, Func<string, string> Edit, Reason Reason, string Error)[] edits =
        [
            ("rule gone", text => text.Replace("name: sign-in", "name: sign-in-anew"), Reason.NoRule, "invalid_grant"),
            ("rule hidden by an earlier one", text => text.Replace("rules:\n", "rules:\n  - { name: first, clients: web, subject: { issuer: login }, actor: none, refresh: { lifetime: 8h }, targets: { orders: read } }\n"), Reason.NoRule, "invalid_grant"),
            ("no refresh", text => text.Replace("    refresh: { lifetime: 8h }\n", ""), Reason.NoRule, "invalid_grant"),
            ("refresh shortened", text => text.Replace("    refresh: { lifetime: 8h }\n", "    refresh: { lifetime: 1s }\n"), Reason.RefreshTokenExpired, "invalid_grant"),
            ("condition of the rule", text => text.Replace(Selector, Selector.Replace("login }", "login, where: { email: bob@example.com } }")), Reason.NoRule, "invalid_grant"),
            ("deny entry", text => text + "\ndeny: { name: not-alice, subject: { issuer: login, where: { sub: alice } }, reason: she left }", Reason.Denied, "invalid_grant"),
            ("condition of the issuer", text => text.Replace("assurance: pass", "assurance: pass, where: { acr: stronger }"), Reason.SubjectConditionFailed, "invalid_grant"),
            ("issuer gone", text => text.Replace("  login: {", "  sso: {").Replace("issuer: login }", "issuer: sso }"), Reason.SubjectIssuerUntrusted, "invalid_grant"),
            ("issuer is another", text => text.Replace(world.Login.Issuer, "https://elsewhere.example.com"), Reason.SubjectIssuerUntrusted, "invalid_grant"),
            ("kind of token", text => text.Replace("tokens: { id_token:", "tokens: { jwt:"), Reason.SubjectIssuerUntrusted, "invalid_grant"),
            ("audiences", text => text.Replace("[web, other, narrow]", "[other, narrow]"), Reason.SubjectAudienceMismatch, "invalid_grant"),
            ("name of the subject", text => text.Replace("\"login:{sub}\"", "\"people:{sub}\""), Reason.SubjectUnmappable, "invalid_grant"),
            ("kind of subject", text => text.Replace("assurance: pass", "assurance: pass, kind: client"), Reason.SubjectUnmappable, "invalid_grant"),
            ("identifier of the target", text => text.Replace($"[{RefreshWorld.Orders}, ", "["), Reason.TargetUnknown, "invalid_target"),
            ("target of the rule", text => text.Replace("targets: { orders: [read, write] }", "targets: { reports: [] }"), Reason.TargetNotAllowed, "invalid_target"),
            ("grants of the client", text => text.Replace(Client("web"), Client("web", "grants: token_exchange")), Reason.GrantNotAllowed, "unauthorized_client"),
            ("client disabled", text => text.Replace(Client("web"), Client("web", "disabled: true")), Reason.ClientAuthenticationFailed, "invalid_client"),
        ];
        foreach (var (what, edit, reason, error) in edits)
        {
            var text = edit(before);
            text.ShouldNotBe(before, what);
            await server.EditRegistryAsync(_ => text);
            server.Engine.Registry.Refused.ShouldBeNull(what);
            var refused = await server.RefreshAsync("web", token);
            (refused.Reason, refused.Error).ShouldBe((reason.WireName(), error), what);
            var exchanged = await ExchangeAsync(server, token);
            (exchanged.Reason, exchanged.Error).ShouldBe(((reason == Reason.RefreshTokenExpired ? Reason.SubjectExpired : reason).WireName(), error), what);
            if (reason != Reason.ClientAuthenticationFailed) (await server.IntrospectAsync("web", token)).Body.ShouldBe("""{"active":false}""", what);
        }

        await server.EditRegistryAsync(_ => before);
        (await RefreshWorld.IsActiveAsync(server, "web", token)).ShouldBeTrue();
        (await ExchangeAsync(server, token)).Json.Text("scope").ShouldBe("look");
        (await server.RefreshAsync("web", token)).Json.Text("scope").ShouldBe("read write");
    }

    [Fact]
    public async Task TX_11_an_exchanged_refresh_token_holds_what_a_refresh_would_give_and_no_longer()
    {
        await using var world = await ReloadWorld.StartAsync(RefreshWorld.RegistryOf);
        var server = world.Server;
        var signedIn = await SignInAsync(world);
        var token = signedIn.RefreshToken;
        await server.EditRegistryAsync("targets: { orders: [read, write] }", "targets: { orders: [write] }");
        (await ExchangeAsync(server, token)).Reason.ShouldBe("nothing_to_grant"); // look takes read
        (await server.IntrospectAsync("web", token)).Json.Text("scope").ShouldBe("write");
        await server.EditRegistryAsync(text => text.Replace("targets: { orders: [write] }", "targets: { orders: [read] }").Replace("refresh: { lifetime: 8h }\n", "refresh: { lifetime: 2m }\n"));
        var exchanged = await ExchangeAsync(server, token);
        (exchanged.Json.Text("scope"), exchanged.Claims.Number("exp") - signedIn.Claims.Number("iat")).ShouldBe(("look", 120));
        var told = (await server.IntrospectAsync("web", token)).Json;
        (told.Text("scope"), told.Number("exp") - signedIn.Claims.Number("iat")).ShouldBe(("read", 120));
    }

    [Fact]
    public async Task C4_a_later_rule_never_loses_the_chain_of_the_first_token_and_never_grows_it_twice()
    {
        await using var world = await ReloadWorld.StartAsync(RefreshWorld.RegistryOf);
        var server = world.Server;
        var signedIn = await SignInAsync(world);
        var billing = await server.SendAccessTokenAsync("orders", signedIn.AccessToken, ("audience", "billing"));
        async Task<string> ChainAsync(string client, string token) => (await server.IntrospectAsync(client, token)).Json["act"]!.ToJsonString();
        (await ChainAsync("billing", billing.AccessToken)).ShouldBe("""{"sub":"orders"}""");

        await server.EditRegistryAsync(text => text
            .Replace("name: on-behalf, clients", "name: on-behalf, actor: none, clients").Replace("    actor: none\n    may_outlive", "    actor: client\n    may_outlive"));
        for (var i = 0; i < 2; i++)
        {
            (billing, signedIn) = (await server.RefreshAsync("orders", billing.RefreshToken), await server.RefreshAsync("web", signedIn.RefreshToken));
            (await ChainAsync("billing", billing.AccessToken)).ShouldBe("""{"sub":"orders"}""");
            (await ChainAsync("orders", signedIn.AccessToken)).ShouldBe("""{"sub":"web"}""");
        }
    }

    [Fact]
    public async Task A_refresh_token_that_is_over_says_so_whatever_is_asked_for()
    {
        await using var world = await ReloadWorld.StartAsync(RefreshWorld.RegistryOf);
        var server = world.Server;
        var (revoked, expired, other) = (await SignInAsync(world), await SignInAsync(world), await SignInAsync(world));
        await server.RevokeAsync("web", revoked.RefreshToken);
        foreach (var asked in new[] { ("scope", "unheard-of"), ("audience", "billing"), ("audience", "nowhere") })
        {
            (await server.RefreshAsync("web", revoked.RefreshToken, asked)).Reason.ShouldBe("refresh_token_revoked");
            (await ExchangeAsync(server, revoked.RefreshToken, asked)).Reason.ShouldBe("subject_revoked");
        }

        await server.EditRegistryAsync("    refresh: { lifetime: 8h }\n", "    refresh: { lifetime: 1s }\n");
        (await server.RefreshAsync("web", expired.RefreshToken, ("scope", "unheard-of"))).Reason.ShouldBe("refresh_token_expired");
        (await ExchangeAsync(server, expired.RefreshToken, ("audience", "nowhere"))).Reason.ShouldBe("subject_expired");
        await server.EditRegistryAsync("    refresh: { lifetime: 1s }\n", "    refresh: { lifetime: 8h }\n");
        (await server.AdminPostAsync("/revocations", new() { ["issuer"] = "login", ["reason"] = "a leak" })).Status.ShouldBe(System.Net.HttpStatusCode.OK);
        (await server.RefreshAsync("web", other.RefreshToken, ("scope", "unheard-of"))).Reason.ShouldBe("refresh_token_revoked");
        (await ExchangeAsync(server, other.RefreshToken)).Reason.ShouldBe("subject_revoked");
        (await RefreshWorld.IsActiveAsync(server, "web", other.RefreshToken)).ShouldBeFalse();
    }

    static Task<Answer> ExchangeAsync(TestServer server, string token, params (string Name, string Value)[] more) =>
        server.ExchangeAsync("web", SecretOf("web"), token, "refresh_token", more.Length > 0 && more[0].Name == "audience" ? more : [("audience", "audit"), .. more]);

    [Fact]
    public async Task DL_06_may_act_is_enforced_at_each_use()
    {
        await using var world = await ReloadWorld.StartAsync(login => RefreshWorld.RegistryOf(login).Replace(Client("web"), Client("web", "known_as: portal"), StringComparison.Ordinal));
        var signedIn = world.Login.IdToken("alice", "web", claims => claims["may_act"] = new JsonObject { ["sub"] = "portal" });
        var given = await world.Server.SendIdTokenAsync("web", signedIn, ("audience", "orders"));
        var next = await world.Server.RefreshAsync("web", given.RefreshToken);
        await world.Server.EditRegistryAsync("known_as: portal", "known_as: desk");
        (await world.Server.RefreshAsync("web", next.RefreshToken)).Reason.ShouldBe("may_act_mismatch");
        await world.Server.EditRegistryAsync("known_as: desk", "known_as: portal");
        (await world.Server.RefreshAsync("web", next.RefreshToken)).AccessToken.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task What_can_be_given_shrinks_with_the_rule_and_never_grows_over_what_was_granted()
    {
        await using var world = await ReloadWorld.StartAsync(RefreshWorld.RegistryOf);
        var token = (await SignInAsync(world)).RefreshToken;
        await world.Server.EditRegistryAsync("targets: { orders: [read, write] }", "targets: { orders: [read] }");
        (await world.Server.RefreshAsync("web", token, ("scope", "read write"))).Reason.ShouldBe("scope_not_granted");
        var narrowed = await world.Server.RefreshAsync("web", token);
        narrowed.Json.Text("scope").ShouldBe("read");

        await world.Server.EditRegistryAsync(text => text.Replace("targets: { orders: [read] }", "targets: { orders: [admin, read, write] }").Replace("scopes: [read, write]", "scopes: [read, write, admin]"));
        var (again, admin) = (await world.Server.RefreshAsync("web", narrowed.RefreshToken), await SignInAsync(world));
        (again.Json.Text("scope"), admin.Json.Text("scope")).ShouldBe(("read write", "admin read write"));
        (await world.Server.RefreshAsync("web", again.RefreshToken, ("scope", "admin"))).Reason.ShouldBe("scope_not_granted");

        await world.Server.EditRegistryAsync("targets: { orders: [admin, read, write] }", "targets: { orders: admin }");
        (await world.Server.RefreshAsync("web", again.RefreshToken)).Reason.ShouldBe("nothing_to_grant");
    }

    [Fact]
    public async Task Claims_are_those_of_the_exchange_under_the_templates_in_force()
    {
        await using var world = await ReloadWorld.StartAsync(RefreshWorld.RegistryOf);
        var token = (await SignInAsync(world)).RefreshToken;
        await world.Server.EditRegistryAsync("claims: [email, tenant]", "claims: { mail: \"{email}\", how: \"{acr}\" }");
        var claims = (await world.Server.RefreshAsync("web", token)).Claims;
        (claims.Text("mail"), claims.Text("how"), claims.ContainsKey("email")).ShouldBe(("alice@example.com", "strong", false));
    }

    [Fact]
    public async Task A_subject_that_a_resolver_or_its_issuer_vouched_for_is_not_asked_about_again()
    {
        var (resolver, tagging) = (new Sessions("legacy-"), new Tagging());
        await using var login = await TestIssuer.StartAsync([Keys.Es256]);
        await using var server = await TestServer.StartAsync(
            issuer => $$"""
                issuer: {{issuer}}
                issuers:
                  legacy: { resolver: true, act: accept, subject: "legacy:{sub}" }
                  asked:
                    issuer: {{login.Issuer}}
                    introspection: { endpoint: {{login.Issuer}}/introspect, client_id: {{TestOpaqueTokens.ClientId}}, client_secret_file: s, prefix: partner- }
                    tokens: { access_token: { audiences: web, scopes: orders/read } }
                    subject: "asked:{sub}"
                resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write] } }
                clients: { {{Client("web")}} }
                rules:
                  - { name: legacy, clients: web, subject: { issuer: legacy }, default_target: true, targets: { orders: { write: true } }, refresh: { lifetime: 8h } }
                  - { name: asked, clients: web, subject: { issuer: asked }, default_target: true, targets: { orders: [read] }, refresh: { lifetime: 8h } }
                """,
            files: new Dictionary<string, string> { ["s"] = TestOpaqueTokens.ClientSecret },
            extend: cambist => cambist.AddSubjectTokenResolver("legacy", _ => resolver).AddTokenCustomizer(_ => tagging));
        tagging.Customize = token => token.Add("seen", $"{token.Subject.Issuer} {token.Subject.Claims.GetProperty("plan").GetString()}");
        resolver.Judge = _ =>
        {
            var claims = login.IdTokenClaims("carol", "web");
            claims.Remove("iss");
            (claims["plan"], claims["act"]) = ("gold", new System.Text.Json.Nodes.JsonObject { ["sub"] = "desk" });
            return ResolverAnswer.Accept(claims.ToJsonString());
        };
        var opaque = login.OpaqueTokens.Issue("partner-", "dora", "web", claims => claims["plan"] = "tin");

        var legacy = await server.SendAccessTokenAsync("web", "legacy-1");
        var asked = await server.SendAccessTokenAsync("web", opaque);
        var (count, requests) = (resolver.Asked.Count, login.Requests);
        foreach (var first in new[] { legacy, asked })
        {
            var again = await server.RefreshAsync("web", (await server.RefreshAsync("web", first.RefreshToken)).RefreshToken);
            foreach (var name in new[] { "sub", "scope", "seen", "act" }) again.Claims[name]!.ToJsonString().ShouldBe(first.Claims[name]!.ToJsonString());
        }

        legacy.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"web","act":{"sub":"desk","iss":"legacy"}}""");
        (legacy.Claims.Text("seen"), asked.Claims.Text("seen")).ShouldBe(("legacy gold", "asked tin"));
        (resolver.Asked.Count, login.Requests).ShouldBe((count, requests));
    }

    [Fact]
    public async Task Once_counts_exchanges_and_not_refreshes()
    {
        await using var own = await AdHocWorld.StartAsync(login => RefreshWorld.RegistryOf(login).Replace("may_outlive_subject: true", "may_outlive_subject: true\n    once: true", StringComparison.Ordinal));
        foreach (var server in new[] { own.Common, own.Rfc8693 })
        {
            var subject = own.IdToken();
            var token = (await server.SendIdTokenAsync("web", subject, ("audience", "orders"))).RefreshToken;
            (await server.SendIdTokenAsync("web", subject, ("audience", "orders"))).Reason.ShouldBe("once_used_up");
            for (var i = 0; i < 3; i++) token = (await server.RefreshAsync("web", token)).RefreshToken;
        }
    }

    [Fact]
    public async Task A_refused_refresh_has_the_codes_of_its_own_rfc_under_either_profile()
    {
        await using var own = await AdHocWorld.StartAsync(login => RefreshWorld.RegistryOf(login), new FakeClock());
        foreach (var server in new[] { own.Common, own.Rfc8693 })
        {
            var token = (await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"))).RefreshToken;
            await server.EditRegistryAsync(text => text + "\ndeny: { name: nobody, clients: web, reason: closed }");
            var (refresh, exchange) = (await server.RefreshAsync("web", token), await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders")));
            (refresh.Reason, refresh.Error).ShouldBe(("denied", "invalid_grant"));
            (exchange.Reason, exchange.Error).ShouldBe(("denied", server == own.Common ? "invalid_grant" : "invalid_request"));
        }
    }
}
