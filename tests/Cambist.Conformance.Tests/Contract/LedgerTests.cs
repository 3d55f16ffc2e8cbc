using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What the ledger, the log and errors keep, and what they never hold.</summary>
public sealed class LedgerTests
{
    static Task<AdHocWorld> StartAsync(FakeClock? clock = null) => AdHocWorld.StartAsync(login => $$"""
        issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
        resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write], claims: { mail: "{email}" } }, billing: { identifiers: https://billing.example.com } }
        clients: { {{Client("web")}}, {{Client("orders", "serves: orders")}} }
        deny: [ { name: no, subject: { where: { banned: { exists: true } } }, reason: banned people stay out } ]
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login, where: { team: "blue**" } }, actor: none, default_target: true, targets: { orders: [read, write] } }
          - { name: on, clients: orders, targets: { billing: [] } }
        """, clock);

    static async Task<LedgerEntry> EntryAsync(TestServer server, Answer answer)
    {
        var cancel = TestContext.Current.CancellationToken;
        if (answer.DecisionId is null)
            return (await server.Engine.Store.Decisions.PageAsync(new() { Lineage = answer.Claims.Text("jti") }, default, 1, cancel)).Single();
        DecisionId.TryParse(answer.DecisionId, out var id).ShouldBeTrue();
        return (await server.Engine.Store.Decisions.FindAsync(id, cancel)).ShouldNotBeNull();
    }

    static string Json(LedgerEntry entry)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using var json = LedgerEntryJson.CreateWriter(buffer);
        LedgerEntryJson.Write(json, entry);
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static void Fill(JsonObject claims)
    {
        (claims["team"], claims["email"], claims["phone"], claims["nonce"]) = ("blue", "alice@example.com", "phone-number", "nonce-value");
        claims["address"] = new JsonObject { ["street"] = "street-name" };
    }

    [Fact]
    public async Task An_entry_keeps_only_claims_that_the_registry_names()
    {
        await using var own = await StartAsync();
        var token = own.IdToken(Fill);
        var entry = await EntryAsync(own.Common, await own.GrantsAsync(server => server.SendIdTokenAsync("web", token)));
        var input = JsonNode.Parse(entry.Input.Span)!;
        input["subject"]!["claims"]!.AsObject().Select(claim => claim.Key).ShouldBe(["email", "sub", "team"], ignoreOrder: true);
        foreach (var hidden in (string[])["phone-number", "nonce-value", "street-name", .. token.Split('.')]) Json(entry).ShouldNotContain(hidden, Case.Sensitive);
    }

    [Fact]
    public async Task An_entry_tells_the_whole_exchange()
    {
        await using var own = await StartAsync();
        Answer first = null!;
        var answer = await own.GrantsAsync(async server =>
        {
            var signedIn = await server.SendIdTokenAsync("web", own.IdToken(Fill));
            first = server == own.Common ? signedIn : first;
            return await server.SendAccessTokenAsync("orders", signedIn.AccessToken, ("audience", "billing"));
        });
        var entry = await EntryAsync(own.Common, answer);
        (entry.Client, entry.Target, entry.Rule, entry.Outcome, entry.Action).ShouldBe(("orders", "billing", "on", DecisionOutcome.Issued, Requests.TokenExchange));
        entry.Subject.ShouldBe(new RecordedParty("self", "alice", first.Claims.Text("jti")));
        entry.ActorChain.ShouldBe(["orders"]);
        entry.IssuedId.ShouldBe(answer.Claims.Text("jti"));
        entry.ScopesAsked.ShouldBeNull();
        entry.ScopesGiven.ShouldBeEmpty();
        entry.RegistryRevision.ShouldBe(own.Common.Engine.Registry.Current.Revision);
        entry.Trace.ShouldBeNull();
    }

    [Fact]
    public async Task Lineage_ids_of_subject_and_issued_token_and_the_time_are_kept()
    {
        var clock = new FakeClock();
        await using var own = await StartAsync(clock);
        var answer = await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(Fill), ("scope", "read")));
        var entry = await EntryAsync(own.Common, answer);
        entry.IssuedId.ShouldBe(answer.Claims.Text("jti"));
        entry.IssuedId!.ShouldStartWith(entry.Subject!.Lineage + ".");
        Convert.ToInt64(entry.Id.ToString()[..12], 16).ShouldBe(clock.GetUtcNow().ToUnixTimeMilliseconds());
        entry.ExpiresAt.ShouldBe(answer.Claims.Number("exp") * 1000);
        entry.ScopesAsked.ShouldBe(["read"]);
        entry.ScopesGiven.ShouldBe(["read"]);

        // A refusal tells as much as was verified, and issues nothing.
        var refused = await EntryAsync(own.Common, await own.RefusesAsync(Reason.ScopeNotGranted, server => server.SendIdTokenAsync("web", own.IdToken(Fill), ("scope", "read admin"))));
        (refused.Client, refused.Subject!.Issuer, refused.Subject.Sub, refused.Target, refused.Rule).ShouldBe(("web", "login", "alice", "orders", "sign-in"));
        refused.ScopesAsked.ShouldBe(["read", "admin"]);
        (refused.IssuedId, refused.ExpiresAt).ShouldBe((null, null));
        refused.ScopesGiven.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refusal_says_what_was_seen_and_what_was_required()
    {
        await using var own = await StartAsync();
        var answer = await own.RefusesAsync(Reason.NoRule, server => server.SendIdTokenAsync("web", own.IdToken(claims => claims["team"] = "red"), ("audience", "orders")));
        var entry = await EntryAsync(own.Common, answer);
        foreach (var part in new[] { "sign-in", "team", "blue**", "\"red\"" }) entry.Trace!.ShouldContain(part);
        answer.Body.ShouldNotContain("red");
        answer.Body.ShouldNotContain("sign-in");

        var denied = await own.RefusesAsync(Reason.Denied, server => server.SendIdTokenAsync("web", own.IdToken(claims => claims["banned"] = 1), ("audience", "orders")));
        (await EntryAsync(own.Common, denied)).Trace!.ShouldContain("banned people stay out");
    }

    [Fact]
    public async Task What_a_client_asks_for_does_not_decide_how_much_is_recorded()
    {
        await using var own = await StartAsync();
        var scopes = string.Join(' ', Enumerable.Range(0, 1200).Select(i => $"scope-{i:D30}"));
        var tooMany = await own.RefusesAsync(Reason.ScopeNotGranted, server => server.SendIdTokenAsync("web", own.IdToken(Fill), ("audience", "orders"), ("scope", scopes)));
        var entry = await EntryAsync(own.Common, tooMany);
        Json(entry).Length.ShouldBeLessThan(8 * 1024);
        entry.ScopesAsked![^1].ShouldBe("… and 1168 more");

        var oddType = await own.RefusesAsync(Reason.RequestedTokenTypeUnsupported,
            server => server.SendIdTokenAsync("web", own.IdToken(Fill), ("audience", "orders"), ("requested_token_type", "urn:x:" + new string('y', 40_000))));
        Json(await EntryAsync(own.Common, oddType)).Length.ShouldBeLessThan(4 * 1024);
    }

    [Fact]
    public async Task A_trace_of_many_rules_keeps_its_reason()
    {
        const int Rules = 300;
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com, scopes: read } }
            clients: { {{Client("web")}} }
            rules:
            {{string.Join('\n', Enumerable.Range(0, Rules).Select(i => $"  - {{ name: team-{i}, clients: web, subject: {{ issuer: login, where: {{ team: blue-{i} }} }}, actor: none, targets: {{ orders: read }} }}"))}}
            """);
        var answer = await own.RefusesAsync(Reason.NoRule, server => server.SendIdTokenAsync("web", own.IdToken(Fill), ("audience", "orders")));
        var trace = (await EntryAsync(own.Common, answer)).Trace!;
        Encoding.UTF8.GetByteCount(trace).ShouldBeLessThanOrEqualTo(8 * 1024);
        trace.ShouldContain($"no_rule: {Rules} rules give orders to web");
        trace.ShouldStartWith("client: web");
    }

    [Fact]
    public async Task A_value_is_marked_as_cut_where_it_was_cut_and_nowhere_else()
    {
        await using var own = await StartAsync();
        async Task<JsonNode> SubjectAsync(string email)
        {
            var token = RawToken(own, "email", email);
            var answer = await own.RefusesAsync(Reason.NoRule, server => server.SendIdTokenAsync("web", token, ("audience", "orders")));
            return JsonNode.Parse((await EntryAsync(own.Common, answer)).Input.Span)!["subject"]!;
        }

        var whole = await SubjectAsync(new('\u00E9', 256)); // 512 bytes
        whole["claims"]!["email"]!.GetValue<string>().ShouldBe(new('\u00E9', 256));
        whole["cut"].ShouldBeNull();

        var longer = await SubjectAsync(new('\u00E9', 257));
        longer["claims"]!["email"]!.GetValue<string>().ShouldBe(new('\u00E9', 256));
        longer["cut"]!.AsArray().Single()!.GetValue<string>().ShouldBe("email");
    }

    [Fact]
    public async Task An_unverified_claim_is_never_recorded()
    {
        await using var own = await StartAsync();
        void Lie(JsonObject claims) => (claims["sub"], claims["aud"], claims["iss"], claims["email"], claims["jti"], claims["azp"]) =
            ("lie-sub", "lie-aud", claims["iss"]!.DeepClone(), "lie-email", "lie-jti", "lie-azp");

        var answers = new List<Answer>
        {
            await own.RefusesAsync(Reason.SubjectAudienceMismatch, server => server.SendIdTokenAsync("web", own.IdToken(Lie))),
            await own.RefusesAsync(Reason.SubjectSignatureInvalid, server => server.SendIdTokenAsync("web", own.IdToken(claims => { Lie(claims); claims["aud"] = "web"; }, key: Keys.Strange))),
            await own.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("web", own.IdToken(claims => { Lie(claims); claims["iss"] = "https://lie-iss.example.com"; }))),
            await own.RefusesAsync(Reason.SubjectUnknown, server => server.SendAccessTokenAsync("web", "lie-opaque")),
            await own.RefusesAsync(Reason.TargetUnknown, server => server.SendIdTokenAsync("web", own.IdToken(Fill), ("audience", "lie-target"))),
            await own.RefusesAsync(Reason.GrantTypeUnsupported, server => server.SendFormAsync("web", ("grant_type", "lie-grant"))),
            await own.RefusesAsync(Reason.SubjectTokenTypeUnsupported, server => server.ExchangeAsync("web", SecretOf("web"), "lie-token", "lie-type")),
        };
        foreach (var answer in answers)
        {
            Json(await EntryAsync(own.Common, answer)).ShouldNotContain("lie-");
            answer.Body.ShouldNotContain("lie-");
        }

        string.Join('\n', own.Common.Log.Lines).ShouldNotContain("lie-");
    }

    [Theory]
    [InlineData(125)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(9000)]
    public async Task A_long_value_is_cut_and_never_in_the_middle_of_a_character(int length)
    {
        await using var own = await StartAsync();
        var value = new string('a', length) + "\U0001F600\U0001F600";
        foreach (var head in new[] { "", "x" })
        {
            var answer = await own.RefusesAsync(Reason.NoRule, server => server.SendIdTokenAsync("web", RawToken(own, "team", head + value), ("audience", "orders")));
            Json(await EntryAsync(own.Common, answer)).ShouldNotContain('\uFFFD');
        }

        await own.RefusesAsync(Reason.SubjectAudienceMismatch, server => server.SendIdTokenAsync("web", RawToken(own, "aud", value), ("audience", "orders")));
        if (length < 5000) await own.GrantsAsync(server => server.SendIdTokenAsync("web", RawToken(own, "team", "blue" + value), ("audience", "orders")));
    }

    /// <summary>Characters as they are, not escaped.</summary>
    static string RawToken(AdHocWorld own, string claim, string value) =>
        TestJwt.Sign(TestJwt.HeaderOf(Keys.Es256, "JWT").ToJsonString(), own.Claims().WithRaw(claim, $"\"{value}\""), Keys.Es256).ToString();

    [Fact]
    public async Task Unauthenticated_failures_leave_no_entry_each()
    {
        await using var own = await StartAsync();
        for (var i = 0; i < 5; i++) await own.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.ExchangeAsync("web", "wrong", own.IdToken(), "id_token"));
        await own.RefusesAsync(Reason.MediaTypeUnsupported, server => server.SendBodyAsync("web", null));
        (await own.Common.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 10, TestContext.Current.CancellationToken)).Count(entry => entry.Outcome != DecisionOutcome.Counted).ShouldBe(0);
    }

    [Fact]
    public async Task Decision_ids_rise_and_cannot_be_guessed()
    {
        await using var own = await StartAsync(new FakeClock());
        var ids = new List<string>();
        for (var i = 0; i < 20; i++) ids.Add((await own.Common.SendIdTokenAsync("web", "garbage")).DecisionId!);
        ids.ShouldAllBe(id => id.Length == 32 && id.All(char.IsAsciiHexDigitLower));
        ids.ShouldBe(ids.Order(StringComparer.Ordinal));
        ids.Select(id => id[16..]).ShouldBeUnique();
    }

    [Fact]
    public async Task Requests_at_the_same_moment_never_mix()
    {
        await using var own = await StartAsync();
        string PersonOf(int i) => $"person-{i}-{new string((char)('a' + (i % 26)), i % 90)}";
        var answers = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => Task.Run(() => own.Common.SendIdTokenAsync(
            "web", own.IdToken(claims => (claims["team"], claims["email"]) = (i % 3 == 0 ? "red" : "blue" + PersonOf(i), PersonOf(i) + "@example.com"), subject: PersonOf(i))))));
        for (var i = 0; i < answers.Length; i++)
        {
            if (i % 3 == 0) answers[i].Reason.ShouldBe("no_rule");
            else (answers[i].Claims.Text("sub"), answers[i].Claims.Text("mail")).ShouldBe((PersonOf(i), PersonOf(i) + "@example.com"));

            var entry = await EntryAsync(own.Common, answers[i]);
            entry.Subject!.Sub.ShouldBe(PersonOf(i));
            JsonNode.Parse(entry.Input.Span)!["subject"]!["claims"]!["email"]!.GetValue<string>().ShouldBe(PersonOf(i) + "@example.com");
        }
    }

    [Fact]
    public async Task A_revoked_subject_is_refused_and_what_was_issued_before_cannot_be_exchanged()
    {
        var clock = new FakeClock();
        await using var own = await StartAsync(clock);
        var token = own.IdToken(Fill);
        var issued = new Dictionary<TestServer, Answer>();
        foreach (var server in new[] { own.Common, own.Rfc8693 }) issued[server] = await server.SendIdTokenAsync("web", token);
        foreach (var server in new[] { own.Common, own.Rfc8693 }) await RevokeAsync(server, RevocationKind.Lineage, issued[server].Claims.Text("jti").Split('.')[0]);

        await own.RefusesAsync(Reason.SubjectRevoked, server => server.SendIdTokenAsync("web", token));
        await own.RefusesAsync(Reason.SubjectRevoked, server => server.SendAccessTokenAsync("orders", issued[server].AccessToken, ("audience", "billing")));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(Fill)));
    }

    [Theory]
    [InlineData(RevocationKind.Subject, "alice")]
    [InlineData(RevocationKind.Issuer, "login")]
    public async Task A_revoked_person_or_issuer_takes_external_tokens_along(RevocationKind kind, string value)
    {
        var clock = new FakeClock();
        await using var own = await StartAsync(clock);
        var token = own.IdToken(Fill);
        foreach (var server in new[] { own.Common, own.Rfc8693 }) await RevokeAsync(server, kind, value);
        await own.RefusesAsync(Reason.SubjectRevoked, server => server.SendIdTokenAsync("web", token));
        clock.Advance(TimeSpan.FromSeconds(1));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken(Fill)));
        await own.RefusesAsync(Reason.SubjectRevoked, server => server.SendIdTokenAsync("web", token));
    }

    [Fact]
    public async Task A_token_that_does_not_say_when_it_was_issued_may_be_older_than_the_revocation()
    {
        var clock = new FakeClock();
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { access_token: { audiences: web } }, subject: "{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com } }
            clients: { {{Client("web")}} }
            rules: [ { name: r, clients: web, subject: { issuer: login }, actor: none, default_target: true, targets: { orders: [] } } ]
            """, clock);
        var token = own.Login.AccessToken("alice", "web", "", "app", claims => claims.Remove("iat"));
        await own.GrantsAsync(server => server.SendAccessTokenAsync("web", token));
        foreach (var server in new[] { own.Common, own.Rfc8693 }) await RevokeAsync(server, RevocationKind.Subject, "alice");
        clock.Advance(TimeSpan.FromSeconds(100));
        await own.RefusesAsync(Reason.SubjectRevoked, server => server.SendAccessTokenAsync("web", token));
    }

    [Fact]
    public async Task A_revoked_client_takes_its_tokens_along()
    {
        var clock = new FakeClock();
        await using var own = await StartAsync(clock);
        var issued = new Dictionary<TestServer, Answer>();
        foreach (var server in new[] { own.Common, own.Rfc8693 })
        {
            issued[server] = await server.SendIdTokenAsync("web", own.IdToken(Fill));
            await RevokeAsync(server, RevocationKind.Client, "web");
        }

        await own.RefusesAsync(Reason.SubjectRevoked, server => server.SendAccessTokenAsync("orders", issued[server].AccessToken, ("audience", "billing")));
    }

    static async Task RevokeAsync(TestServer server, RevocationKind kind, string value) =>
        await server.Engine.Store.Ledger.RevokeAsync(new(kind, value, 0, "a test", long.MaxValue), TestContext.Current.CancellationToken);
}
