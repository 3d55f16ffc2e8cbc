using System.Globalization;
using System.Text;

namespace Cambist.Tests;

public class RegistryCompilerTests
{
    [Fact]
    public void Every_error_of_a_document_is_reported_at_once_in_document_order()
    {
        var compilation = RegistryText.Compile("""
            error_codes: comon
            rules:
              - name: r
                clients: wbe
                subject: { issuer: lgin }
                targets: { ordrs: read }
                lifetime: 5
                once: maybe
            deny:
              - clients: nobody
            clients:
              web: { secrets: [] }
              orders: { auth: nne, serves: [orders, odrers] }
            resources:
              orders: { identifiers: https://sts.example.com, scopes: ['a b'], claims: sub }
              orders2: { identifier: x }
            issuers:
              login: { issuer: ftp://login, tokens: idtoken, subject: "{" }
              self: { issuer: https://login.example.com, tokens: jwt, subject: "s:{sub}" }
            issuer: https://sts.example.com
            issuer: https://again.example.com
            lists: { a: {} }
            unknown: 1
            """);
        compilation.Registry.ShouldBeNull();
        compilation.Errors().Select(error => error.Position.Line).ShouldBe([1, 4, 5, 6, 7, 8, 10, 10, 10, 12, 13, 13, 15, 15, 15, 16, 16, 18, 18, 18, 19, 21, 22, 23]);
        compilation.Findings.Select(finding => (finding.Position.Line, finding.Position.Column)).ShouldBeInOrder();
        compilation.Errors().ShouldAllBe(error => error.Message.Length > 15);
    }

    [Fact]
    public void Warnings_alone_do_not_keep_a_registry_from_loading()
    {
        var compilation = RegistryText.Compile(Wrong.Issuer + "deny: { name: d, reason: incident }\n");
        compilation.Warnings().ShouldHaveSingleItem();
        compilation.IsUsable.ShouldBeTrue();
    }

    [Fact]
    public void A_finding_is_one_line_that_names_file_place_and_subject() =>
        RegistryText.Compile("issuer: nowhere\n").Errors().ShouldHaveSingleItem().In("cambist.yaml").ShouldBe("cambist.yaml:1:9 issuer: 'nowhere' is no URL; write https:// and a host");

    [Fact]
    public void A_single_value_may_stand_wherever_a_list_of_such_values_may()
    {
        const string Single = """
            issuer: https://sts.example.com
            lists: { staff: ada }
            issuers: { a: { issuer: https://a.example, tokens: { jwt: { audiences: x, typ: JWT } }, algorithms: RS256, roles: subject, subject: "{sub}", where: { s: { in: staff }, t: u } } }
            resources: { r: { identifiers: https://r.example, scopes: read, claims: email } }
            clients: { c: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, known_as: k, serves: r, client_credentials: { r: read }, grants: token_exchange } }
            deny: { name: d, reason: x, clients: c, targets: r, subject: { issuer: a, token_types: jwt, kind: user } }
            rules: { name: q, clients: c, subject: { issuer: a, token_types: jwt, kind: user }, targets: { r: read }, requested_token_types: access_token }
            """;
        const string Listed = """
            issuer: https://sts.example.com
            lists: { staff: [ada] }
            issuers: { a: { issuer: https://a.example, tokens: { jwt: { audiences: [x], typ: [JWT] } }, algorithms: [RS256], roles: [subject], subject: "{sub}", where: { s: { in: staff }, t: [u] } } }
            resources: { r: { identifiers: [https://r.example], scopes: [read], claims: [email] } }
            clients: { c: { secrets: [{ sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }], known_as: [k], serves: [r], client_credentials: { r: [read] }, grants: [token_exchange] } }
            deny: [{ name: d, reason: x, clients: [c], targets: [r], subject: { issuer: [a], token_types: [jwt], kind: [user] } }]
            rules: [{ name: q, clients: [c], subject: { issuer: [a], token_types: [jwt], kind: [user] }, targets: { r: [read] }, requested_token_types: [access_token] }]
            """;
        foreach (var registry in new[] { RegistryText.Load(Single), RegistryText.Load(Listed) })
        {
            registry.Issuers["a"].Algorithms.ShouldBe([JwsAlgorithm.RS256]);
            registry.Clients["c"].KnownAs.ShouldBe(["k"]);
            registry.Deny.ShouldHaveSingleItem().Targets.ShouldBe(["r"]);
            registry.Rules.For("c", "r").ShouldHaveSingleItem().Targets["r"].ShouldBeOfType<ScopeGrant.Listed>().Scopes.ShouldBe(["read"]);
        }
    }

    [Fact]
    public void Rules_may_name_the_built_in_resource() => RegistryText.Load(
        Wrong.Base + "rules: { name: admins, clients: web, subject: { issuer: login }, actor: none, targets: { cambist-admin: [audit, keys] } }\n")
        .Rules.For("web", "cambist-admin").ShouldHaveSingleItem();

    [Fact]
    public void Patterns_of_clients_do_not_cross_a_slash_unless_doubled()
    {
        const string Yaml = "issuer: https://sts.example.com\nissuers: { a: { issuer: https://a.example, tokens: jwt, subject: '{sub}' } }\nresources: { r: { identifiers: https://r.example } }\n"
            + "clients:\n  team/web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }\n  web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }\n";
        RegistryText.Load(Yaml + "rules: { name: q, clients: '*', subject: { issuer: a }, targets: { r: [] } }").Rules.All[0].Clients.ShouldBe(["web"]);
        RegistryText.Load(Yaml + "rules: { name: q, clients: '**', subject: { issuer: a }, targets: { r: [] } }").Rules.All[0].Clients.Count.ShouldBe(2);
    }

    [Fact]
    public void Ten_thousand_clients_and_rules_load()
    {
        var yaml = new StringBuilder(Wrong.Issuer).Append("resources:\n");
        for (var i = 0; i < 1000; i++) yaml.Append(CultureInfo.InvariantCulture, $"  r{i}: {{ identifiers: https://r{i}.example.com, scopes: [read, write] }}\n");
        yaml.Append("clients:\n");
        for (var i = 0; i < 10_000; i++) yaml.Append(CultureInfo.InvariantCulture, $"  c{i}: {{ secrets: {{ sha256: {i:x64} }}, serves: r{i % 1000} }}\n");
        yaml.Append("rules:\n");
        for (var i = 0; i < 10_000; i++) yaml.Append(CultureInfo.InvariantCulture, $"  - {{ name: rule-{i}, clients: c{i}, targets: {{ r{i % 1000}: [read], r{(i + 1) % 1000}: {{ read: read }} }} }}\n");
        var registry = RegistryText.Load(yaml.ToString());
        registry.Clients.Count.ShouldBe(10_000);
        registry.Rules.For("c9999", "r0").ShouldHaveSingleItem().Name.ShouldBe("rule-9999");
    }

    [Fact]
    public void Ten_thousand_errors_are_all_reported()
    {
        var yaml = new StringBuilder(Wrong.Base).Append("rules:\n");
        for (var i = 0; i < 10_000; i++) yaml.Append(CultureInfo.InvariantCulture, $"  - {{ name: rule-{i}, clients: client-{i}, subject: {{ issuer: login }}, targets: {{ orders: read }} }}\n");
        RegistryText.Compile(yaml.ToString()).Errors().Count().ShouldBe(10_000);
    }

    [Fact]
    public void Rules_that_would_not_fit_into_memory_are_an_error()
    {
        var clients = string.Concat(Enumerable.Range(0, 2_000).Select(i => $"  c{i}: {{ secrets: {{ sha256: {Wrong.Hash} }} }}\n"));
        var rules = string.Concat(Enumerable.Range(0, 1_002).Select(i => $"  - {{ name: r{i}, clients: \"c*\", subject: {{ issuer: login }}, targets: {{ r: [] }} }}\n"));
        var error = RegistryText.Compile(Wrong.Issuer + "issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: '{sub}' } }\nresources: { r: { identifiers: https://r.example.com } }\nclients:\n" + clients + "rules:\n" + rules).Errors().ShouldHaveSingleItem();
        error.Subject.ShouldBe("rule r1000");
        error.Message.ShouldContain("2000000 pairs");
    }
}
