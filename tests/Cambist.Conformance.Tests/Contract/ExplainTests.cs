using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary><c>POST /admin/v1/explain</c>, and what <c>GET /admin/v1/decisions/{id}</c> says of what really happened.</summary>
public sealed class ExplainTests(MainWorld world, ImpersonationWorld impersonation, RefreshWorld refresh)
    : IClassFixture<MainWorld>, IClassFixture<ImpersonationWorld>, IClassFixture<RefreshWorld>
{
    static async Task<int> DecisionsAsync(TestServer server) =>
        (await server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 10_000, TestContext.Current.CancellationToken)).Count(entry => entry.Outcome is DecisionOutcome.Issued or DecisionOutcome.Refused);

    [Fact]
    public async Task An_allowed_request_is_told_in_ten_steps()
    {
        var explained = await world.Common.ExplainAsync("web", world.IdToken(), "id_token", ("audience", "orders"), ("scope", "read"));

        ((string)explained["verdict"]!).ShouldBe("allowed");
        explained["steps"]!.AsArray().Select(step => (string)step!["verdict"]!).ShouldBe(["passed", "passed", "passed", "not_needed", "passed", "passed", "passed", "passed", "passed", "passed"]);
        explained["rules"]!.AsArray().Single()!["name"]!.GetValue<string>().ShouldBe("sign-in");
        explained["grant"]!["scopes"]!.AsArray().Single()!.GetValue<string>().ShouldBe("read");
        explained["grant"]!["audience"]!.GetValue<string>().ShouldBe(MainWorld.Orders);
        explained.ContainsKey("remedies").ShouldBeFalse();
    }

    [Fact]
    public async Task A_refused_request_is_told_up_to_the_step_that_refuses_with_what_would_mend_it()
    {
        var explained = await world.Common.ExplainAsync("web", world.IdToken(), "id_token", ("audience", "billing"));

        ((string)explained["reason"]!).ShouldBe("target_not_allowed");
        explained.VerdictOf(6).ShouldBe("refused");
        explained.VerdictOf(7).ShouldBe("not_reached");
        explained["remedies"]!.AsArray().Select(remedy => (string)remedy!["change"]!).ShouldContain(change => change.Contains("Add to rules: - { name: web-to-billing, clients: web, subject: { issuer: login, where: { sub: ") && change.EndsWith(" } }, targets: { billing: read } }"));
    }

    [Fact]
    public async Task That_somebody_asked_is_on_record_and_no_decision_is()
    {
        var before = await DecisionsAsync(world.Common);
        await world.Common.ExplainAsync("web", world.IdToken(), "id_token");
        await world.Common.ExplainAsync("web", "not-a-token", "id_token");
        (await DecisionsAsync(world.Common)).ShouldBe(before);

        var acts = (await world.Common.AdminGetAsync("/decisions?outcome=admin&limit=200")).Json["decisions"]!.AsArray().Where(entry => (string)entry!["action"]! == "admin.explain").Select(entry => (string)entry!["trace"]![0]!);
        acts.ShouldContain("explained a request of web: allowed");
        acts.ShouldContain("explained a request of web: subject_malformed");
    }

    [Fact]
    public async Task An_impersonation_token_that_was_explained_ten_times_still_redeems_once()
    {
        var server = impersonation.Common;
        var token = await ImpersonationWorld.MintedAsync(server);
        for (var i = 0; i < 10; i++) ((string)(await server.ExplainAsync("support", token, ImpersonationWorld.CambistType, ("audience", "orders")))["verdict"]!).ShouldBe("allowed");

        (await ImpersonationWorld.RedeemAsync(server, token)).Status.ShouldBe(HttpStatusCode.OK);
        var explained = await server.ExplainAsync("support", token, ImpersonationWorld.CambistType, ("audience", "orders"));
        ((string)explained["reason"]!).ShouldBe("subject_used_up");
        explained.VerdictOf(10).ShouldBe("refused");
        (await ImpersonationWorld.RedeemAsync(server, token)).Reason.ShouldBe("subject_used_up");
    }

    [Fact]
    public async Task A_refresh_token_that_is_explained_is_not_rotated_and_a_used_one_ends_nothing()
    {
        var server = refresh.Common;
        var first = (string)(await refresh.SignInAsync(server)).Json["refresh_token"]!;
        for (var i = 0; i < 3; i++) ((string)(await server.ExplainAsync("web", [("grant_type", "refresh_token"), ("refresh_token", first)]))["verdict"]!).ShouldBe("allowed");
        var second = (string)(await server.RefreshAsync("web", first)).Json["refresh_token"]!;

        var used = await server.ExplainAsync("web", [("grant_type", "refresh_token"), ("refresh_token", first)]);
        ((string)used["reason"]!).ShouldBe("refresh_token_reused");
        (await server.RefreshAsync("web", second)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_disabled_client_and_an_unknown_one_are_refused_in_step_two()
    {
        foreach (var client in new[] { "switched-off", "nobody" })
        {
            var explained = await world.Common.ExplainAsync(client, world.IdToken(), "id_token");
            ((string)explained["reason"]!).ShouldBe("client_authentication_failed");
            explained.VerdictOf(2).ShouldBe("refused");
            explained.VerdictOf(3).ShouldBe("not_reached");
        }
    }

    static IReadOnlyList<string> Unverified(JsonObject explained, int step) => [.. explained["steps"]![step - 1]!["unverified"]?.AsArray().Select(fact => (string)fact!) ?? []];

    [Fact]
    public async Task Of_a_token_that_was_not_verified_only_what_finds_the_fault_is_shown_and_marked_so()
    {
        var forged = world.IdToken(claims => claims["groups"] = new JsonArray("planted-claim"), key: Keys.Strange);
        var answer = await world.Common.AdminPostAsync("/explain", ExplainCalls.BodyOf("web", [("subject_token", forged), ("subject_token_type", "id_token")]));
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Body.ShouldNotContain("planted-claim");
        answer.Body.ShouldNotContain("alice");

        var late = await world.Common.ExplainAsync("web", world.IdToken(claims =>
        {
            claims["iss"] = world.Login.Issuer + "/";
            claims["aud"] = new string('a', 200);
            claims["azp"] = "\e[31mred";
            claims["exp"] = claims.Number("iat") - 600;
        }), "id_token");
        var facts = Unverified(late, 3);
        facts[0].ShouldBe("sent as id_token");
        facts.ShouldContain($"iss \"{world.Login.Issuer}/\"; issuers.login is {world.Login.Issuer}, without the slash");
        facts.ShouldContain($"aud \"{new string('a', 127)}…");
        facts.ShouldContain("exp 10 minutes ago");
        facts.ShouldContain(fact => fact.StartsWith("azp ", StringComparison.Ordinal) && !fact.Contains('\e'));
        (await world.Common.ExplainAsync("web", world.IdToken(), "id_token"))["steps"]!.AsArray().ShouldAllBe(step => step!["unverified"] == null);
    }

    [Fact]
    public async Task Beside_what_was_sent_stands_what_the_registry_has()
    {
        async Task<IReadOnlyList<string>> FactsAsync(int step, string token, string type, params (string, string)[] more) => Unverified(await world.Common.ExplainAsync("web", token, type, more), step);

        (await FactsAsync(3, world.IdToken(audience: "wbe"), "id_token")).ShouldContain($"aud \"wbe\"; issuers.login.tokens.id_token takes web, web-guid, {world.Common.Issuer}, {MainWorld.Orders}");
        (await FactsAsync(3, world.IdToken(key: TestKey.Create("ES256", "es256-9")), "id_token")).ShouldContain(fact => fact.StartsWith("kid \"es256-9\"; issuers.login publishes es256-1, ", StringComparison.Ordinal) && fact.Contains("(fetched "));
        (await FactsAsync(3, world.IdToken(), "urn:example:made-up")).ShouldContain("sent as \"urn:example:made-up\"");
        (await FactsAsync(4, world.IdToken(), "id_token", ("actor_token", world.IdToken()), ("actor_token_type", "id_token"), ("audience", "orders")))
            .ShouldContain(fact => fact.EndsWith("; issuers.login is trusted for access_token, id_token, jwt, as subject token", StringComparison.Ordinal));
        (await FactsAsync(5, world.IdToken(), "id_token", ("audience", "ORDERS")))[0].ShouldStartWith("audience \"ORDERS\"; known are orders, ");
        (await FactsAsync(5, world.IdToken(), "id_token", ("resource", "urn:example:order")))[0].ShouldStartWith($"resource \"urn:example:order\"; identifiers are {MainWorld.OrdersToo}, ");
        (await FactsAsync(8, world.IdToken(), "id_token", ("audience", "orders"), ("scope", "Read"))).ShouldBe(["scope \"Read\"; orders has read, write"]);
        Unverified(await world.Common.ExplainAsync("wbe", world.IdToken(), "id_token"), 2)[0].ShouldStartWith("client \"wbe\"; clients has web, ");
    }

    [Theory]
    [InlineData("cbt_planted-secret-0123456789", "no JWT: 29 characters, begins with cbt_, as this server's own do")]
    [InlineData("planted-secret 0123456789", "no JWT: 25 characters, white space among them")]
    [InlineData("eyJwbGFudGVkLXNlY3JldCI6MX0.eyJ9", "no JWT: 32 characters, begins like a JWT and has 2 parts")]
    [InlineData("Bearer planted-secret-0123456789", "no JWT: 32 characters, begins with Bearer, which is no part of a token, white space among them")]
    public async Task Of_what_is_no_JWT_no_part_is_shown(string token, string told)
    {
        var answer = await world.Common.AdminPostAsync("/explain", ExplainCalls.BodyOf("web", [("subject_token", token), ("subject_token_type", "access_token")]));
        Unverified(answer.Json, 3).ShouldBe(["sent as access_token", told]);
        answer.Body.ShouldNotContain("planted-secret");
        answer.Body.ShouldNotContain("bGFudGVk");
    }

    [Fact]
    public async Task What_is_not_verified_reaches_no_ledger_no_log_and_no_explanation_of_what_is_on_record()
    {
        const string planted = "planted-unverified";
        var server = world.Common;
        var forged = world.IdToken(claims =>
        {
            claims["iss"] = planted + "-iss";
            claims["aud"] = planted + "-aud";
            claims["azp"] = planted + "-azp";
        });
        var body = ExplainCalls.BodyOf("web", [("subject_token", forged), ("subject_token_type", "id_token"), ("audience", "orders")]);
        var shown = await server.AdminPostAsync("/explain", body);
        foreach (var member in new[] { "iss", "aud", "azp" }) shown.Body.ShouldContain($"{planted}-{member}");
        (await server.AdminPostAsync("/explain", ExplainCalls.BodyOf("web", [("subject_token", world.IdToken()), ("subject_token_type", "id_token"), ("audience", planted)]))).Body.ShouldContain(planted);
        var refused = await server.SendIdTokenAsync("web", forged);
        refused.Reason.ShouldBe("subject_issuer_untrusted");

        var recorded = await server.AdminGetAsync($"/decisions/{refused.DecisionId}");
        recorded.Body.ShouldNotContain(planted);
        Unverified(recorded.Json["explanation"]!.AsObject(), 3).ShouldBeEmpty();
        recorded.Json["explanation"]!["steps"]![2]!["seen"]!.AsArray().Select(fact => (string)fact!).ShouldContain(fact => fact.StartsWith("`cambist explain --client web --subject-token @TOKEN", StringComparison.Ordinal));
        var acts = (await server.AdminGetAsync("/decisions?outcome=admin&limit=200")).Json["decisions"]!.AsArray().Where(entry => (string)entry!["action"]! == "admin.explain").ToArray();
        acts.ShouldNotBeEmpty();
        foreach (var act in acts) (await server.AdminGetAsync($"/decisions/{act!["decision_id"]}")).Body.ShouldNotContain(planted);

        foreach (var line in server.Log.Lines) line.ShouldNotContain(planted);
        foreach (var file in await server.StoreFilesAsync())
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldNotContain(planted);
        }
    }

    [Fact]
    public async Task A_body_that_is_malformed_is_refused_without_an_echo()
    {
        var token = world.IdToken();
        string[] wrong =
        [
            "{}",
            $$"""{"client":"web","subject_token":"{{token}}"}""",
            $$"""{"client":"web","subject_token":"{{token}}","subject_token_type":"id_token","actor_token":"x"}""",
            $$"""{"client":"web","subject_token":"{{token}}","subject_token_type":"id_token","grant":"client_credentials"}""",
            $$"""{"client":"web","subject_token":"{{token}}","subject_token_type":"id_token","grant":"refresh_token"}""",
            $$"""{"client":"web","subject_token":"{{token}}","subject_token_type":"id_token","scope":"read  write"}""",
            $$"""{"client":"web","subject_token":"{{token}}","subject_token_type":"id_token","more":1}""",
            $$"""{"client":"web","subject_token":["{{token}}"],"subject_token_type":"id_token"}""",
        ];
        foreach (var body in wrong)
        {
            var answer = await world.Common.AdminAsync(HttpMethod.Post, "/explain", body);
            answer.Status.ShouldBe(HttpStatusCode.BadRequest, body.Length > 100 ? body[^100..] : body);
            answer.Body.ShouldNotContain(token);
        }
    }

    [Fact]
    public async Task What_is_empty_is_left_out_as_in_a_form()
    {
        (string, string)[][] forms = [[("scope", ""), ("audience", "")], [("audience", ""), ("audience", "orders"), ("resource", "")]];
        foreach (var more in forms)
        {
            (string, string)[] form = [.. TestServer.ExchangeForm(world.IdToken(), "id_token", more)];
            Agree(await world.Common.ExplainAsync("web", form), await world.Common.SendFormAsync("web", form), string.Join(' ', more));
        }
    }

    [Fact]
    public async Task A_request_of_more_fields_than_a_form_may_have_is_none_here_either()
    {
        // grant_type, subject_token, subject_token_type and so many targets
        foreach (var (targets, isForm) in ((int, bool)[])[(97, true), (98, false)])
        {
            (string, string)[] form = [.. TestServer.ExchangeForm(world.IdToken(), "id_token", [.. Enumerable.Repeat(("audience", "orders"), targets)])];
            var real = await world.Common.SendFormAsync("web", form);
            var answer = await world.Common.AdminPostAsync("/explain", ExplainCalls.BodyOf("web", form));
            answer.Status.ShouldBe(isForm ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Body);
            if (isForm) real.Reason.ShouldNotBe("form_malformed");
            else (real.Reason, (string)answer.Json["detail"]!).ShouldBe(("form_malformed", "The request has 101 fields; a form may have 100."));
        }
    }

    [Fact]
    public async Task Explain_and_the_real_answer_agree()
    {
        var server = world.Common;
        var orders = await world.OrdersTokenAsync(server);
        var readOnly = await world.OrdersTokenAsync(server, ("scope", "read"));
        var revoked = await world.OrdersTokenAsync(server);
        await server.RevokeAsync("web", revoked);

        (string Client, (string, string)[] Form)[] requests =
        [
            ("web", Exchange(world.IdToken(), "id_token")),
            ("web", Exchange(world.IdToken(), "id_token", ("audience", "orders"), ("scope", "write"))),
            ("web", Exchange(world.IdToken(), "id_token", ("resource", MainWorld.OrdersToo))),
            ("web", Exchange(world.IdToken(), "id_token", ("audience", "orders"), ("audience", MainWorld.Orders))),
            ("web", Exchange(world.IdToken(), "id_token", ("audience", "orders"), ("audience", "billing"))),
            ("web", Exchange(world.IdToken(), "id_token", ("audience", "nowhere"))),
            ("web", Exchange(world.IdToken(), "id_token", ("resource", "orders"))),
            ("web", Exchange(world.IdToken(), "id_token", ("audience", "billing"))),
            ("web", Exchange(world.IdToken(), "id_token", ("scope", "admin"))),
            ("web", Exchange(world.IdToken(), "jwt")),
            ("web", Exchange(world.IdToken(), "access_token")),
            ("web", Exchange(world.IdToken(audience: "nobody"), "id_token")),
            ("stranger", Exchange(world.IdToken(), "id_token")),
            ("web", Exchange(world.IdToken(claims => claims["exp"] = claims.Number("iat") - 10), "id_token")),
            ("web", Exchange(world.IdToken(claims => claims["iss"] = "https://elsewhere.example.com"), "id_token")),
            ("web", Exchange(world.IdToken(claims => claims.Remove("sub")), "id_token")),
            ("web", Exchange(world.IdToken(key: Keys.Strange), "id_token")),
            ("web", Exchange("not-a-token", "id_token")),
            ("web", Exchange(world.IdToken(), "id_token", ("requested_token_type", JwtType))),
            ("web", [("grant_type", Requests.TokenExchange), ("subject_token", world.IdToken()), ("subject_token_type", "urn:example:none")]),
            ("orders", Exchange(orders, "access_token", ("audience", "billing"))),
            ("orders", Exchange(readOnly, "access_token", ("audience", "billing"), ("scope", "pay"))),
            ("orders", Exchange(readOnly, "access_token", ("audience", "billing"))),
            ("stranger", Exchange(orders, "access_token", ("audience", "billing"))),
            ("orders", Exchange(revoked, "access_token", ("audience", "billing"))),
            ("orders", Exchange(orders, "access_token", ("audience", "reports"))),
            ("orders", Exchange(orders, "access_token", ("audience", "billing"), ("actor_token", orders), ("actor_token_type", AccessTokenType))),
            ("idle", Exchange(world.IdToken(), "id_token")),
        ];
        foreach (var (client, form) in requests)
        {
            var explained = await server.ExplainAsync(client, form);
            Agree(explained, await server.SendFormAsync(client, form), $"{client}: {string.Join(' ', form.Where(one => one.Item1 is not ("subject_token" or "actor_token")))}");
        }

        static (string, string)[] Exchange(string token, string type, params (string, string)[] more) => [.. TestServer.ExchangeForm(token, type, more)];
    }

    static void Agree(JsonObject explained, Answer real, string what)
    {
        if (real.Status != HttpStatusCode.OK)
        {
            ((string?)explained["reason"]).ShouldBe(real.Reason, $"{what}: {real.Body}");
            explained["remedies"]!.AsArray().ShouldNotBeEmpty(what);
            explained["steps"]!.AsArray().Count(step => (string)step!["verdict"]! == "refused").ShouldBe(1, what);
            return;
        }

        ((string)explained["verdict"]!).ShouldBe("allowed", $"{what}: {explained["detail"]}");
        var grant = explained["grant"]!;
        string.Join(' ', grant["scopes"]!.AsArray().Select(scope => (string)scope!)).ShouldBe((string?)real.Json["scope"] ?? "", what);
        grant["audience"]!.GetValue<string>().ShouldBe((string)real.Claims["aud"]!, what);
        grant["sub"]!.GetValue<string>().ShouldBe((string)real.Claims["sub"]!, what);
        Math.Abs(grant["expires_in"]!.GetValue<long>() - real.Json["expires_in"]!.GetValue<long>()).ShouldBeLessThanOrEqualTo(2, what);
    }

    [Fact]
    public async Task What_really_happened_is_told_with_its_decision()
    {
        var server = world.Common;
        var real = await server.SendIdTokenAsync("web", world.IdToken(), ("audience", "orders"), ("scope", "admin"));
        var told = (await server.AdminGetAsync("/decisions/" + real.DecisionId)).Json["explanation"]!.AsObject();

        ((string)told["reason"]!).ShouldBe("scope_not_granted");
        told.VerdictOf(8).ShouldBe("refused");
        told.VerdictOf(9).ShouldBe("not_reached");
        told["rules"]!.AsArray().Single()!["fits"]!.GetValue<bool>().ShouldBeTrue();
        told["remedies"]!.AsArray().ShouldNotBeEmpty();

        var granted = await server.SendIdTokenAsync("web", world.IdToken(), ("audience", "orders"), ("scope", "read"));
        var id = (await server.AdminGetAsync("/tokens/" + (string)granted.Claims["jti"]!)).Json["decision_id"] ?? (await server.AdminGetAsync("/decisions?outcome=issued&limit=1")).Json["decisions"]![0]!["decision_id"];
        var issued = (await server.AdminGetAsync("/decisions/" + (string)id!)).Json["explanation"]!.AsObject();
        ((string)issued["verdict"]!).ShouldBe("allowed");
        issued["grant"]!["rule"]!.GetValue<string>().ShouldBe("sign-in");
    }

    [Fact]
    public async Task An_act_of_an_administrator_has_no_ten_steps()
    {
        await world.Common.AdminGetAsync("/keys");
        var act = (await world.Common.AdminGetAsync("/decisions?outcome=admin&limit=1")).Json["decisions"]![0]!["decision_id"];
        (await world.Common.AdminGetAsync("/decisions/" + (string)act!)).Json.ContainsKey("explanation").ShouldBeFalse();
    }
}
