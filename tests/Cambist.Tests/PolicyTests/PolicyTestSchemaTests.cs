using System.Text.RegularExpressions;
using Cambist.Tests.Docs;
using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>cambist-test.schema.json and the reader of policy tests know the same keys and the same words at every place.</summary>
public partial class PolicyTestSchemaTests
{
    /// <summary>Every member there is.</summary>
    const string Everything = """
        tests:
          - name: a
            client: web-2
            subject: { issuer: login, token_type: id_token, claims: { sub: ada }, expires_in: 5m }
            actor: { issuer: agents, claims: { sub: b, role: bot } }
            targets: orders
            scopes: read
            requested_token_type: access_token
            at: 2030-01-31T12:00:00Z
            expect: { allow: { scopes: read, lifetime: 5m, act: "agent:b", rule: agents, sub: ada, audience: https://orders.example.com, claims: { mail: null } } }
          - name: b
            client: orders
            subject: { issuer: self, kind: user, client: web, target: orders, scopes: [read], act: [x], claims: { sub: ada }, token_type: access_token }
            targets: billing
            expect: { deny: no_rule }
          - name: c
            client: orders
            subject: { issuer: impersonation, minted_by: grace, reason: why, token_type: impersonation_token, claims: { sub: ada, context: { ticket: T-1 }, may_act: { sub: orders } } }
            targets: billing
            expect: { allow: true }
        assert:
          - { resource: billing, scope: pay, only: [orders] }
          - { resource: billing, never: [spa] }
          - { resource: billing, never_from: ci }
        """;

    static readonly JsonSchema Schema = new(Pages.Text("src", "Cambist.Server", "cambist-test.schema.json"));

    [Fact]
    public void The_schema_knows_the_keys_and_words_of_the_reader_and_no_others()
    {
        var heard = new Dictionary<string, HashSet<string>>();
        PolicyTestText.Compile(Everything, (path, words) =>
        {
            var place = Index().Replace(path, "[0]");
            (heard.TryGetValue(place, out var known) ? known : heard[place] = []).UnionWith(words);
        }).Findings.ShouldBeEmpty();

        heard.Remove("tests[0].subject.claims").ShouldBeTrue(); // which keys there are hangs on the issuer
        heard["tests[0].actor"] = heard["tests[0].subject"]; // one schema for both
        heard.Count.ShouldBeGreaterThan(9);
        foreach (var (path, words) in heard)
        {
            var at = Schema.At(path);
            at.ShouldNotBeEmpty(path);
            var known = words.Overlaps(at.Keys()) ? at.Keys() : at.Words();
            known.Order(StringComparer.Ordinal).ShouldBe(words.Order(StringComparer.Ordinal), path);
        }
    }

    [Fact]
    public void What_the_reader_takes_the_schema_takes_and_a_key_unknown_to_one_is_to_the_other()
    {
        Accepts(Everything).ShouldBeTrue();
        foreach (var tests in Pages.Blocks(Pages.Text("docs", "policy-tests.md"), "yaml").Skip(1)) Accepts(tests).ShouldBeTrue(tests);
        Accepts("test: []").ShouldBeFalse();
        foreach (var (known, unknown) in new[] { ("targets:", "target:"), ("kind:", "kinds:"), ("lifetime:", "life:"), ("deny:", "reason:"), ("never_from:", "from:") })
        {
            PolicyTestText.Compile(Everything.Replace(known, unknown, StringComparison.Ordinal)).IsUsable.ShouldBeFalse(unknown);
            Accepts(Everything.Replace(known, unknown, StringComparison.Ordinal)).ShouldBeFalse(unknown);
        }
    }

    static bool Accepts(string yaml) => Schema.Accepts(DocumentJson.Of(RegistryDocument.Parse(yaml).Document!));

    [GeneratedRegex(@"\[[0-9]+\]")]
    private static partial Regex Index();
}
