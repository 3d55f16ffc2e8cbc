using static Cambist.Tests.PolicyTestText;

namespace Cambist.Tests;

/// <summary>What comes of a policy test is what the server would say of a genuine token with these claims.</summary>
public class PolicyTestRunTests
{
    const string SignIn = "client: web, subject: { issuer: login, claims: { sub: ada, email_verified: true, email: a@example.com } }, targets: orders";
    const string Call = "client: orders, subject: { issuer: self, claims: { sub: ada, tenant: acme }, scopes: write, act: [gateway] }, targets: billing";

    [Theory]
    [InlineData("true")]
    [InlineData("{ scopes: [write, read] }")]
    [InlineData("{ lifetime: 10m, act: [], rule: sign-in, sub: ada, audience: https://orders.example.com, claims: { mail: a@example.com, tenant: null, sub: ada } }")]
    public void What_comes_as_expected_says_nothing(string allow) => Judge(SignIn, $"{{ allow: {allow} }}").ShouldBeNull();

    [Theory]
    [InlineData("{ scopes: read }", "expected scopes read, got read write")]
    [InlineData("{ scopes: [] }", "expected scopes none, got read write")]
    [InlineData("{ lifetime: 599s }", "expected lifetime 599s, got 10m")]
    [InlineData("{ act: web }", "expected act web, got none")]
    [InlineData("{ rule: agents }", "expected rule agents, got sign-in")]
    [InlineData("{ sub: eve }", "expected sub eve, got ada")]
    [InlineData("{ audience: https://billing.example.com }", "expected audience https://billing.example.com, got https://orders.example.com")]
    [InlineData("{ claims: { mail: b@example.com } }", "expected claim mail \"b@example.com\", got \"a@example.com\"")]
    [InlineData("{ claims: { mail: null } }", "expected claim mail none, got \"a@example.com\"")]
    [InlineData("{ claims: { tenant: acme } }", "expected claim tenant \"acme\", got none")]
    public void What_comes_otherwise_is_told_beside_what_was_expected(string allow, string message) =>
        Judge(SignIn, $"{{ allow: {allow} }}").ShouldBe($"{message} (by rule sign-in, line {Tested.Rules.All.Single(rule => rule.Name == "sign-in").Position.Line})");

    [Fact]
    public void An_act_deeper_than_any_token_may_be_is_refused_as_the_server_refuses_it() =>
        Judge(Call.Replace("gateway", string.Join(", ", Enumerable.Range(0, 1000).Select(level => $"a{level}")), StringComparison.Ordinal), "{ deny: subject_malformed }").ShouldBeNull();

    [Fact]
    public void Everything_that_differs_is_told_in_one_line() =>
        Judge(SignIn, "{ allow: { scopes: read, sub: eve } }")!.ShouldStartWith("expected scopes read, got read write; expected sub eve, got ada (by rule sign-in, ");

    [Fact]
    public void A_refusal_where_a_token_was_expected_is_told_with_its_detail() =>
        Judge(SignIn.Replace("true", "false", StringComparison.Ordinal), "{ allow: true }")!.ShouldMatch(@"^expected allow, got no_rule: 1 rule gives orders to web; .*email_verified must be true, the token says false");

    [Fact]
    public void A_token_where_a_refusal_was_expected_is_told_with_its_rule() =>
        Judge(SignIn, "{ deny: no_rule }")!.ShouldMatch(@"^expected no_rule, got allow: rule sign-in \(line \d+\) gives ada a token for orders, scopes read write$");

    [Fact]
    public void Another_refusal_than_was_expected_is_told() =>
        Judge(SignIn.Replace("ada", "root", StringComparison.Ordinal), "{ deny: no_rule }")!.ShouldStartWith("expected no_rule, got denied: deny entry no-root");

    [Theory]
    [InlineData("client: web-2, subject: { issuer: login, claims: { sub: ada } }, targets: billing", "target_not_allowed")]
    [InlineData("client: web-2, subject: { issuer: login, claims: { sub: ada } }", "target_missing")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, aud: web } }, targets: orders", "subject_audience_mismatch")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, iss: https://evil.example.com } }, targets: orders", "subject_issuer_untrusted")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, iss: null } }, targets: orders", "subject_unknown")]
    [InlineData("client: web, subject: { issuer: login, token_type: jwt, claims: { sub: ada } }, targets: orders", "subject_issuer_untrusted")]
    [InlineData("client: web, subject: { issuer: agents, claims: { sub: ada } }, targets: orders", "subject_issuer_untrusted")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: null } }, targets: orders", "subject_sub_missing")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: orders } }, targets: orders", "subject_unmappable")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, exp: 1 } }, targets: orders", "subject_expired")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, iat: 1 } }, targets: orders", "subject_too_old")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, events: {} } }, targets: orders", "subject_type_mismatch")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, cnf: { jkt: x }, email_verified: true } }, targets: orders", "subject_key_bound")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, azp: other, email_verified: true } }, targets: orders", "subject_not_for_caller")]
    [InlineData("client: web, subject: { issuer: login, claims: { sub: ada, act: { sub: x } } }, targets: orders", "subject_act_not_accepted")]
    [InlineData("client: spa, subject: { issuer: ci, claims: { sub: x, project: 7, ref: dev } }", "subject_condition_failed")]
    [InlineData("client: orders, subject: { issuer: self, client: web, target: billing, claims: { sub: ada } }, targets: billing", "subject_not_for_caller")]
    [InlineData("client: orders, subject: { issuer: self, claims: { sub: ada } }, targets: billing", "nothing_to_grant")]
    [InlineData("client: orders, subject: { issuer: self, claims: { sub: ada }, scopes: read }, targets: billing, scopes: pay", "scope_not_granted")]
    [InlineData("client: orders, subject: { issuer: self, claims: { sub: ada }, scopes: write, act: [a, b, c, d, e] }, targets: billing", "chain_too_deep")]
    [InlineData("client: orders, subject: { issuer: self, claims: { sub: ada, may_act: { sub: web } }, scopes: write }, targets: billing", "may_act_mismatch")]
    [InlineData("client: orders, subject: { issuer: self, claims: { sub: ada }, scopes: write }, targets: [billing, orders]", "one_target_at_a_time")]
    [InlineData("client: orders, subject: { issuer: self, claims: { sub: ada }, scopes: write }, targets: billing, requested_token_type: jwt", "requested_token_type_unsupported")]
    [InlineData("client: web-2, subject: { issuer: login, claims: { sub: ada } }, actor: { issuer: agents, claims: { sub: b, role: human } }, targets: orders", "actor_mismatch")]
    [InlineData("client: web-2, subject: { issuer: login, claims: { sub: ada } }, actor: { issuer: agents, claims: { sub: b, role: bot, exp: 1 } }, targets: orders", "actor_expired")]
    [InlineData("client: web-2, subject: { issuer: login, claims: { sub: ada } }, actor: { issuer: login, claims: { sub: b } }, targets: orders", "actor_issuer_untrusted")]
    [InlineData("client: web-2, subject: { issuer: login, claims: { sub: ada } }, targets: orders", "no_rule")]
    public void Refusals_have_the_reasons_of_the_server(string request, string reason) => Judge(request, $"{{ deny: {reason} }}").ShouldBeNull();

    [Fact]
    public void A_token_of_ours_is_the_callers_with_its_scopes_and_its_chain()
    {
        Judge(Call, "{ allow: { scopes: [read, pay], act: [orders, gateway], lifetime: 3m, rule: calls, claims: { tenant: acme, client_id: orders } } }").ShouldBeNull();
        Judge(Call.Replace("scopes: write", "scopes: read, client: web, expires_in: 60s", StringComparison.Ordinal), "{ allow: { scopes: read, lifetime: 60s } }").ShouldBeNull();
    }

    [Fact]
    public void A_token_of_ours_keeps_its_kind()
    {
        const string Batch = "client: orders, subject: { issuer: self, kind: client, client: orders, claims: { sub: orders }, scopes: read }, targets: sealed";
        Judge(Batch, "{ allow: { rule: batch, scopes: open, claims: { sub_kind: client } } }").ShouldBeNull();
        Judge(Batch.Replace("kind: client, ", "", StringComparison.Ordinal), "{ deny: no_rule }").ShouldBeNull();
    }

    [Fact]
    public void An_impersonation_token_is_judged_with_its_context_its_minter_and_its_limits()
    {
        const string Redeem = "client: orders, subject: { issuer: impersonation, claims: { sub: ada, context: { ticket: T-1 } } }, targets: billing";
        Judge(Redeem, "{ allow: { rule: support, act: orders, sub: ada, claims: { sub_kind: impersonated } } }").ShouldBeNull();
        Judge(Redeem.Replace("T-1", "X-1", StringComparison.Ordinal), "{ deny: no_rule }").ShouldBeNull();
        Judge(Redeem.Replace("{ issuer:", "{ minted_by: orders, issuer:", StringComparison.Ordinal), "{ deny: actor_is_minter }").ShouldBeNull();
        Judge(Redeem.Replace("{ issuer:", "{ client: web, issuer:", StringComparison.Ordinal), "{ deny: subject_unknown }").ShouldBeNull();
        Judge(Redeem.Replace("{ issuer:", "{ target: orders, issuer:", StringComparison.Ordinal), "{ deny: target_outside_token }").ShouldBeNull();
        Judge(Redeem.Replace("sub: ada", "sub: web", StringComparison.Ordinal), "{ deny: subject_unmappable }").ShouldBeNull();
        Judge(Redeem.Replace("client: orders", "client: spa", StringComparison.Ordinal), "{ deny: subject_unknown }").ShouldBeNull();
    }

    [Fact]
    public void An_actor_token_makes_the_actor() =>
        Judge("client: web-2, subject: { issuer: login, claims: { sub: ada } }, actor: { issuer: agents, claims: { sub: b, role: bot }, expires_in: 2m }, targets: orders", "{ allow: { act: agent:b, lifetime: 2m } }").ShouldBeNull();

    [Fact]
    public void Without_a_target_the_rules_default_counts() =>
        Judge("client: spa, subject: { issuer: ci, claims: { sub: x, project: 7, ref: main } }", "{ allow: { scopes: open, audience: https://sealed.example.com, sub: ci:x } }").ShouldBeNull();

    [Fact]
    public void An_access_token_of_another_issuer_holds_the_scopes_that_it_says() =>
        Judge("client: web-2, subject: { issuer: api, claims: { sub: x, scope: read } }, targets: https://orders.example.com", "{ allow: { scopes: read } }").ShouldBeNull();

    [Fact]
    public void The_instant_of_a_test_is_the_one_it_says()
    {
        var exp = new DateTimeOffset(2026, 11, 22, 12, 5, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        var request = $"client: web, subject: {{ issuer: login, claims: {{ sub: ada, email_verified: true, exp: {exp} }} }}, targets: orders";
        Judge(request + ", at: 2026-11-22T12:00:00Z", "{ allow: { lifetime: 5m } }").ShouldBeNull();
        Judge(request + ", at: 2026-11-22T13:00:00+01:00", "{ allow: { lifetime: 5m } }").ShouldBeNull();
        Judge(request + ", at: 2026-11-22T12:05:00Z", "{ deny: subject_expired }").ShouldBeNull();
    }

    [Fact]
    public void The_last_instant_that_can_be_written_leaves_room_for_the_longest_lives()
    {
        var request = "client: web, subject: { issuer: login, claims: { sub: ada, email_verified: true }, expires_in: 3650d }, targets: orders, at: 8999-12-31T23:59:59.999Z";
        Judge(request, "{ allow: { lifetime: 10m } }").ShouldBeNull();
        Judge(request.Replace(", expires_in: 3650d", "", StringComparison.Ordinal).Replace("sub: ada", "sub: ada, iat: 9223372036854775807", StringComparison.Ordinal), "{ deny: subject_claim_invalid }").ShouldBeNull();
        Judge(request.Replace(", expires_in: 3650d", "", StringComparison.Ordinal).Replace("sub: ada", "sub: ada, exp: 253402300799", StringComparison.Ordinal), "{ allow: true }").ShouldBeNull();
        Judge("client: orders, subject: { issuer: impersonation, claims: { sub: ada, context: { ticket: T-1 } } }, targets: billing, at: 8999-12-31T23:59:59.999Z", "{ allow: true }").ShouldBeNull();
    }

    [Fact]
    public void A_test_that_breaks_is_one_that_fails()
    {
        var test = new PolicyTest
        {
            Name = "it",
            Position = new(1, 1),
            Client = Tested.Clients["web"],
            Subject = new IssuersTestToken(Tested.Issuers["login"], Protocol.TokenTypes.IdToken, new() { ["sub"] = "ada" }) { ExpiresIn = TimeSpan.FromHours(1) },
            Targets = ["orders"],
            At = DateTimeOffset.MaxValue,
            Expected = new ExpectedGrant(),
        };
        test.Miss(Tested, RegistryText.Now).ShouldBe("could not be run: ArgumentOutOfRangeException. This is a fault in Cambist, not in the test; please report it");
    }

    [Fact]
    public void A_token_that_would_be_too_large_is_refused_as_the_server_refuses_it()
    {
        static string SignedIn(int length) => $"client: web, subject: {{ issuer: login, claims: {{ sub: ada, email_verified: true, email: {new string('x', length)} }} }}, targets: orders";
        var (least, most) = (1, 10_000);
        while (most - least > 1)
        {
            var middle = (least + most) / 2;
            if (Judge(SignedIn(middle), "{ deny: token_too_large }") is null) most = middle;
            else least = middle;
        }

        Judge(SignedIn(least), "{ allow: true }").ShouldBeNull();
        Judge(SignedIn(most), "{ allow: true }")!.ShouldMatch("^expected allow, got token_too_large: the token would be 819[3-6] bytes, more than 8192$");
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    [InlineData("PS256")]
    [InlineData("RS256")]
    public void The_size_of_a_token_is_known_without_a_key(string name)
    {
        var key = SigningKey.Create(JwsAlgorithm.All[name]);
        SigningKey.SizesOf(key.Algorithm).ShouldBe((key.AccessTokenHeader.Length, key.SignatureBytes));
    }

    [Fact]
    public void A_client_without_the_grant_is_refused_before_its_token_is_looked_at()
    {
        var registry = RegistryText.Load(Wrong.Base.Replace("web: { secrets", "web: { disabled: true, secrets", StringComparison.Ordinal)
            + "rules: { name: a, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read] } }");
        Failed("web-2", "grant_not_allowed").ShouldBeEmpty();
        Failed("web", "client_authentication_failed").ShouldBeEmpty();

        IEnumerable<RegistryFinding> Failed(string client, string reason)
        {
            var document = Cambist.Yaml.RegistryDocument.Parse($"tests: {{ name: a, client: {client}, subject: {{ issuer: login, claims: {{ sub: ada, exp: 1 }} }}, targets: orders, expect: {{ deny: {reason} }} }}").Document;
            return PolicyTestSuite.Compile(new() { FileName = FileName, Document = document }, registry).Run(RegistryText.Now).Findings;
        }
    }

    [Fact]
    public void An_assertion_that_does_not_hold_is_one_failure_with_the_chain_of_each_client()
    {
        var suite = Compile("assert:\n- { resource: billing, only: orders }\n- { resource: orders, only: none }\n");
        suite.Count.ShouldBe(2);
        var outcome = suite.Run(RegistryText.Now);
        outcome.Failed.ShouldBe(1);
        outcome.Findings.Length.ShouldBe(2);
        outcome.Findings[0].In("cambist.yaml").ShouldStartWith($"{FileName}:3:3 assert: nobody may reach orders, yet ");
    }
}
