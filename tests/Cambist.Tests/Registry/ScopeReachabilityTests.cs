namespace Cambist.Tests;

public class ScopeReachabilityTests
{
    const string Resources = """
        issuer: https://sts.example.com
        issuers:
          login: { issuer: https://login.example.com, tokens: id_token, subject: "{sub}" }
          api: { issuer: https://api.example.com, tokens: { access_token: { scopes: [orders/read] } }, subject: "api:{sub}" }
          both: { issuer: https://both.example.com, tokens: [access_token, jwt], subject: "both:{sub}" }
          silent: { issuer: https://silent.example.com, tokens: access_token, subject: "silent:{sub}" }
          ci: { issuer: https://ci.example.com, tokens: jwt, kind: client, subject: "ci:{sub}" }
          legacy: { resolver: true, subject: "legacy:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay] }
          stock: { identifiers: https://stock.example.com, scopes: [read, count] }
          plain: { identifiers: https://plain.example.com }
        clients:
          web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          gateway: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, client_credentials: { billing: read } }
          orders: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, serves: orders }
          stock: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, serves: [orders, stock] }
        rules:

        """;

    [Fact]
    public void The_message_is_that_of_the_contract()
    {
        var (text, place) = Marked.Read(Resources + "  - { name: orders-calls, clients: orders, targets: { billing: [§read] } }\n");
        var error = RegistryText.Compile(text).Errors().ShouldHaveSingleItem();
        error.In("cambist.yaml").ShouldBe(
            $"cambist.yaml:{place.Line}:{place.Column} rule orders-calls: 'read' of billing can never be given: tokens that orders receives hold scopes of orders (read, write). Say which of them entitle to it: billing: {{ read: [read] }}, or read: true for no condition.");
    }

    [Theory]
    [InlineData("clients: orders, targets: { billing: §pay }", "billing: { pay: [read, write] }, or pay: true for no condition.")]
    [InlineData("clients: orders, targets: { billing: [§read, pay] }", "'read' and 'pay' of billing can never be given")]
    [InlineData("clients: stock, targets: { billing: §read }", "hold scopes of orders (read, write) or stock (count, read). Say which of them entitle to it: billing: { read: [orders/read, stock/read] }")]
    [InlineData("clients: web, targets: { orders: §read }", "web serves no resource with scopes, and nothing else gives it tokens that hold scopes of orders. To give it without condition, write orders: { read: true }")]
    [InlineData("clients: [web, gateway], targets: { orders: §read }", "its clients serve no resource with scopes")]
    [InlineData("clients: web, subject: { issuer: api }, targets: { billing: §read }", "access tokens of api hold orders/read. Say which of them entitle to it: billing: { read: [read] }")]
    [InlineData("clients: web, subject: { issuer: api }, targets: { orders: §write }", "orders: { write: [read] }")]
    [InlineData("clients: web, subject: { issuer: silent }, targets: { orders: §read }", "issuers.silent.tokens declares none")]
    [InlineData("clients: web, subject: { issuer: both, token_types: access_token }, targets: { orders: §read }", "issuers.both.tokens declares none")]
    [InlineData("clients: web, subject: { issuer: legacy }, targets: { orders: §read }", "issuers.legacy.tokens declares none")]
    [InlineData("clients: gateway, targets: { billing: §read }", "can never be given")] // client credentials give tokens of kind client, the rule takes users
    [InlineData("clients: gateway, subject: { kind: client }, targets: { billing: §pay }", "can never be given")] // they hold read alone
    [InlineData("clients: orders, subject: { issuer: login, token_types: id_token }, targets: { billing: read, orders: read }\n  - { name: second, clients: web, targets: { billing: §read } }\n", "can never be given")] // issued to another client
    public void A_list_that_could_never_give_anything_is_an_error(string rule, string part)
    {
        if (!rule.EndsWith('\n')) rule += " }\n";
        var (text, place) = Marked.Read(Resources + "  - { name: first, " + rule.Replace("}\n  -", "} }\n  -", StringComparison.Ordinal));
        var error = RegistryText.Compile(text).Errors().ShouldHaveSingleItem();
        error.Position.ShouldBe(place);
        error.Message.ShouldContain(part);
    }

    [Theory]
    [InlineData("clients: orders, targets: { orders: [read, write] }")] // it serves orders
    [InlineData("clients: web, subject: { issuer: login }, targets: { orders: [read, write] }")] // ID tokens have no scopes of their own
    [InlineData("clients: web, subject: { issuer: both }, targets: { orders: [read, write] }")] // so have JWTs
    [InlineData("clients: web, subject: { issuer: impersonation }, targets: { orders: read }")]
    [InlineData("clients: web, subject: { issuer: api }, targets: { orders: read }")] // the issuer declares it
    [InlineData("clients: web, subject: { issuer: api, token_types: access_token }, targets: { orders: read }")]
    [InlineData("clients: gateway, subject: { kind: client }, targets: { billing: read }")] // client credentials
    [InlineData("clients: web, targets: { plain: [] }")]
    [InlineData("clients: web, targets: { orders: { read: true } }")]
    public void A_list_that_could_give_something_loads(string rule) => Clean(Resources + $"  - {{ name: r, {rule} }}\n");

    [Fact]
    public void What_another_rule_gives_to_the_client_counts_and_the_rule_itself_does_not()
    {
        const string Refresh = "  - { name: narrow, clients: web, targets: { orders: read } }\n";
        RegistryText.Compile(Resources + Refresh).Errors().ShouldHaveSingleItem();
        Clean(Resources + Refresh + "  - { name: sign-in, clients: web, subject: { issuer: login }, targets: { orders: [read, write] } }\n");
    }

    [Fact]
    public void What_another_rule_gives_counts_only_with_a_matching_kind()
    {
        const string Narrow = "  - { name: narrow, clients: web, targets: { orders: read } }\n";
        const string Workload = "  - { name: workload, clients: web, subject: { issuer: ci, kind: client }, targets: { orders: read } }\n";
        RegistryText.Compile(Resources + Narrow + Workload).Errors().ShouldHaveSingleItem().Subject.ShouldBe("rule narrow");
        Clean(Resources + Narrow.Replace("clients: web,", "clients: web, subject: { kind: [user, client] },", StringComparison.Ordinal) + Workload);
    }

    [Fact]
    public void The_kind_of_an_issuers_subjects_is_the_kind_of_what_a_rule_gives_for_them()
    {
        const string Narrow = "  - { name: narrow, clients: web, targets: { orders: read } }\n";
        const string Workload = "  - { name: workload, clients: web, subject: { issuer: ci }, targets: { orders: read } }\n";
        RegistryText.Compile(Resources + Narrow + Workload).Errors().ShouldHaveSingleItem().Subject.ShouldBe("rule narrow");
    }

    [Fact]
    public void What_a_shadow_rule_would_give_does_not_count() => RegistryText.Compile(Resources
        + "  - { name: narrow, clients: web, targets: { orders: read } }\n  - { name: sign-in, clients: web, subject: { issuer: login }, targets: { orders: read }, shadow: true }\n")
        .Errors().ShouldHaveSingleItem().Subject.ShouldBe("rule narrow");

    [Fact]
    public void One_scope_of_several_that_can_never_be_given_is_a_warning()
    {
        var compilation = RegistryText.Compile(Resources + "  - { name: r, clients: web, subject: { issuer: api }, targets: { orders: [read, write] } }\n");
        compilation.IsUsable.ShouldBeTrue();
        compilation.Warnings().Single(warning => warning.Subject == "rule r").Message.ShouldStartWith("'write' of orders can never be given");
    }

    [Theory]
    [InlineData("clients: web, subject: { issuer: login }, targets: { orders: { read: [write] } }")]
    [InlineData("clients: orders, targets: { billing: { pay: [count] } }")]
    [InlineData("clients: orders, targets: { billing: { read: [stock/read] } }")]
    public void A_condition_that_no_token_meets_is_a_warning(string rule) =>
        RegistryText.Compile(Resources + $"  - {{ name: r, {rule} }}\n").Warnings().Single(warning => warning.Subject == "rule r").Message.ShouldContain("can never be given: no token this rule selects holds");

    [Fact]
    public void Where_the_client_may_only_not_use_the_tokens_serves_is_the_remedy_and_not_no_condition() =>
        RegistryText.Compile(Resources + "  - { name: r, clients: web, targets: { billing: { read: [orders/read] } } }\n").Warnings().Single(warning => warning.Subject == "rule r")
            .Message.ShouldContain("If web is the server of orders and receives its tokens, write serves: orders at clients.web;");

    [Fact]
    public void A_held_scope_says_its_resource_where_the_clients_serve_several_that_define_it()
    {
        Wrong.Is(Resources + "  - { name: r, clients: stock, targets: { billing: { read: §read } } }\n", "rule r", "write which is meant: orders/read or stock/read");
        Wrong.Is(Resources + "  - { name: r, clients: [orders, stock], targets: { billing: { read: [write, §read] } } }\n", "rule r", "orders/read or stock/read");
        Clean(Resources + "  - { name: r, clients: stock, targets: { billing: { read: [orders/read, count], pay: [stock/read] } } }\n");
    }

    static void Clean(string yaml) =>
        RegistryText.Compile(yaml).Findings.Where(finding => finding.Check is null && !finding.Message.Contains("not built yet", StringComparison.Ordinal)).ShouldBeEmpty();
}
