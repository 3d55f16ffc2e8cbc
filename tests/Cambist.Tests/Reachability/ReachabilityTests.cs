namespace Cambist.Tests;

public class ReachabilityTests
{
    const string SignIn = """
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } }

        """;

    const string Onward = SignIn + """
          - { name: onward, clients: orders, targets: { billing: { read: [read, write], pay: write } } }

        """;

    [Fact]
    public void The_registry_of_the_contract_says_who_reaches_billing_and_how()
    {
        var text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "registries", "contract.yaml")).Replace("<64 hex digits of SHA-256 of the UTF-8 secret>", new string('a', 64), StringComparison.Ordinal);
        var registry = RegistryText.Load(text, ("orders-secret", "the-secret-of-orders-1234567890"), ("deploy-secret", "the-secret-of-deploy-1234567890"));
        Reached.Who(registry, "billing").ShouldBe("orders [pay, read]");
        Reached.Who(registry, "orders").ShouldBe("web [read, write]");
        var reach = new Reachability(registry);
        reach.To(registry.Resources["billing"]).Single().Chains.Select(chain => chain.ToString()).ShouldBe(
        [
            "client_credentials of orders → billing [read]",
            "login id_token → rule sign-in (line 34) of web → orders [read, write] → rule orders-on-behalf-of-users (line 39) of orders → billing [read, pay]",
        ]);
        reach.To(registry.Resources["deploy-api"]).Single().Chains.ShouldHaveSingleItem().ToString()
            .ShouldBe("gitlab id_token → rule deploy-from-ci (line 29) of ci, where project_id must be 4711 and ref_protected must be true → deploy-api [deploy]");
    }

    [Fact]
    public void A_chain_of_three_hops_is_found_with_the_scopes_of_each()
    {
        var rules = Onward + "  - { name: post, clients: billing, targets: { ledger: { post: pay } } }\n";
        Reached.Chains(rules, "ledger").ShouldHaveSingleItem().ShouldMatch("^login id_token → rule sign-in .* → orders \\[read, write\\] → rule onward .* → billing \\[read, pay\\] → rule post \\(line \\d+\\) of billing → ledger \\[post\\]$");
    }

    [Fact]
    public void A_map_gives_only_what_the_token_entitles_to()
    {
        var rules = Onward.Replace("[read, write] } }\n", "[read] } }\n", StringComparison.Ordinal);
        Reached.Who(rules, "billing").ShouldBe("orders [read]");
        Reached.Who(rules, "billing", "pay").ShouldBe("");
    }

    [Fact]
    public void A_list_gives_a_token_of_ours_what_it_holds_at_that_resource_and_nothing_where_it_holds_none()
    {
        const string Narrow = "  - { name: again, clients: [web, batch], subject: { kind: [user, client] }, actor: none, targets: { orders: write } }\n";
        Reached.Who(SignIn + Narrow, "orders").ShouldBe("batch [read] web [read, write]");
    }

    [Fact]
    public void Another_issuers_access_token_gives_what_is_declared_of_its_scopes() =>
        Reached.Who("rules: [{ name: r, clients: web, subject: { issuer: partner }, targets: { orders: [read, write] } }]", "orders").ShouldBe("batch [read] web [read]");

    [Fact]
    public void Cycles_end() =>
        Reached.Who(SignIn + """
              - { name: there, clients: orders, targets: { billing: { read: true } } }
              - { name: back, clients: billing, targets: { orders: { read: true, write: billing/read } } }
            """, "orders").ShouldBe("batch [read] billing [read, write] web [read, write]");

    [Fact]
    public void Impersonation_tokens_are_there_wherever_a_rule_takes_them()
    {
        const string Rules = "rules: [{ name: support, clients: desk, subject: { issuer: impersonation }, targets: { billing: read } }]";
        Reached.Chains(Rules, "billing").ShouldBe(["impersonation_token → rule support (line 18) of desk → billing [read]"]);
    }

    [Fact]
    public void Tokens_keep_the_kind_of_their_subject()
    {
        const string Rules = """
            rules:
              - { name: build, clients: web, subject: { issuer: ci }, actor: none, targets: { orders: read } }
              - { name: users, clients: orders, targets: { billing: { read: true } } }

            """;
        Reached.Who(Rules, "billing").ShouldBe("");
        Reached.Who(Rules.Replace("clients: orders,", "clients: orders, subject: { kind: client },", StringComparison.Ordinal), "billing").ShouldBe("orders [read]");
    }

    [Fact]
    public void A_token_is_used_by_the_one_it_was_issued_to_or_meant_for_and_nobody_else()
    {
        Reached.Who(SignIn + "  - { name: r, clients: desk, targets: { billing: { read: true } } }\n", "billing").ShouldBe("");
        Reached.Who(SignIn + "  - { name: r, clients: web, targets: { billing: { read: true } } }\n", "billing").ShouldBe("web [read]");
    }

    [Fact]
    public void An_ID_token_that_can_be_addressed_to_the_caller_only_by_another_name_is_not_its_own()
    {
        var registry = Reached.Registry("rules: [{ name: r, clients: [web, desk], subject: { issuer: agents }, actor: none, targets: { billing: read } }]".Replace("issuer: agents", "issuer: login", StringComparison.Ordinal));
        Reached.Who(registry, "billing").ShouldBe("desk [read] web [read]"); // addressed to us
        const string ForDesk = "rules: [{ name: r, clients: [web, desk], subject: { issuer: mine }, actor: none, targets: { billing: read } }]";
        var narrow = RegistryText.Load("""
            issuer: https://sts.example.com
            issuers: { mine: { issuer: https://mine.example.com, tokens: { id_token: { audiences: [desk-at-mine] } }, subject: "{sub}" } }
            resources: { billing: { identifiers: https://billing.example.com, scopes: read } }
            clients:
              web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
              desk: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, known_as: desk-at-mine }

            """ + ForDesk);
        Reached.Who(narrow, "billing").ShouldBe("desk [read]");
    }

    [Fact]
    public void Conditions_that_contradict_what_is_known_lead_nowhere()
    {
        string Second(string where) => SignIn + $"  - {{ name: r, clients: orders, subject: {{ where: {{ {where} }} }}, targets: {{ billing: {{ read: true }} }} }}\n";
        Reached.Who(Second("tenant: acme"), "billing").ShouldBe("orders [read]");
        Reached.Who(Second("sub: ada"), "billing").ShouldBe("orders [read]");
        Reached.Who(Second("sub: \"ci:*\""), "billing").ShouldBe(""); // no name of login's begins so
        Reached.Who(Second("client_id: desk"), "billing").ShouldBe("");
        Reached.Who(Second("client_id: web"), "billing").ShouldBe("orders [read]");
        Reached.Who(Second("aud: https://billing.example.com"), "billing").ShouldBe("");
        Reached.Who(Second("sub_kind: { exists: true }"), "billing").ShouldBe("");
        string FromCi(string where) => $"rules: [{{ name: r, clients: web, subject: {{ issuer: ci, where: {{ {where} }} }}, actor: none, targets: {{ billing: read }} }}]";
        Reached.Who(FromCi("ref: main"), "billing").ShouldBe("web [read]");
        Reached.Who(FromCi("ref: dev"), "billing").ShouldBe("");
    }

    [Fact]
    public void The_sub_of_a_clients_own_token_is_its_id()
    {
        static string With(string sub) => $"rules: [{{ name: r, clients: orders, subject: {{ kind: client, where: {{ sub: \"{sub}\" }} }}, targets: {{ billing: {{ read: true }} }} }}]";
        Reached.Who(With("batch"), "billing").ShouldBe("orders [read]");
        Reached.Who(With("b*"), "billing").ShouldBe("orders [read]");
        Reached.Who(With("web"), "billing").ShouldBe("");
    }

    [Fact]
    public void Max_depth_ends_a_chain_and_the_same_actor_again_does_not_lengthen_it()
    {
        string Post(string members) => Onward + $"  - {{ name: post, clients: billing, {members}, targets: {{ ledger: {{ post: pay }} }} }}\n";
        Reached.Who(Post("max_depth: 1"), "ledger").ShouldBe("");
        Reached.Who(Post("max_depth: 2"), "ledger").ShouldBe("billing [post]");
        Reached.Who(Post("max_depth: 0, actor: none"), "ledger").ShouldBe("");
        Reached.Who(Onward + "  - { name: again, clients: orders, max_depth: 1, targets: { ledger: { post: billing/pay } } }\n", "ledger").ShouldBe("orders [post]");
    }

    [Fact]
    public void A_chain_is_no_longer_than_a_tokens_id()
    {
        static string Each(Func<int, string> of) => string.Join(", ", Enumerable.Range(1, 18).Select(of));
        var registry = RegistryText.Load($$"""
            issuer: https://sts.example.com
            issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: "{sub}" } }
            resources: { {{Each(i => $"r{i}: {{ identifiers: https://r{i}.example.com, scopes: a }}")}} }
            clients: { web: { secrets: { sha256: {{new string('a', 64)}} } } }
            rules: [{ name: in, clients: web, subject: { issuer: login }, actor: none, targets: { r1: a } }, {{Each(i => $"{{ name: n{i}, clients: web, targets: {{ r{(i % 18) + 1}: {{ a: r{i}/a }} }} }}")}}]
            """);
        Reached.Who(registry, "r15").ShouldBe("web [a]"); // the issuer's root and 15 exchanges
        Reached.Who(registry, "r16").ShouldBe("");
    }

    [Fact]
    public void A_deny_entry_that_matches_whatever_the_token_says_ends_the_chain_and_another_is_told_of()
    {
        string Denied(string members) => $"deny: [{{ name: closed, reason: no, {members} }}]\n{Onward}";
        Reached.Who(Denied("clients: orders, targets: billing"), "billing").ShouldBe("");
        Reached.Who(Denied("targets: billing, subject: { kind: user }"), "billing").ShouldBe("");
        Reached.Who(Denied("targets: billing, subject: { issuer: login }"), "billing").ShouldBe("orders [pay, read]"); // it is ours by then
        Reached.Who(Denied("targets: billing, actor: { where: { sub: orders } }"), "billing").ShouldBe("");
        Reached.Who(Denied("targets: billing, actor: { where: { sub: desk } }"), "billing").ShouldBe("orders [pay, read]");
        Reached.Who(Denied("targets: billing, subject: { where: { client_id: web } }"), "billing").ShouldBe("");
        Reached.Chains(Denied("targets: billing, subject: { where: { sub: \"admin-*\" } }"), "billing").ShouldHaveSingleItem().ShouldContain("of orders, unless closed (line 18) denies it → billing");
        Reached.Chains(Denied("targets: billing, subject: { where: { sub: \"ci:*\" } }"), "billing").ShouldHaveSingleItem().ShouldNotContain("unless");
    }

    [Fact]
    public void Client_credentials_are_denied_by_entries_without_a_subject_alone()
    {
        Reached.Who("deny: [{ name: d, reason: no, clients: batch }]\n", "orders").ShouldBe("");
        Reached.Who("deny: [{ name: d, reason: no, clients: batch, subject: { kind: client } }]\n", "orders").ShouldBe("batch [read]");
    }

    [Fact]
    public void Disabled_clients_clients_without_the_grant_and_shadow_rules_lead_nowhere()
    {
        string Web(string members) => $"clients: {{ web: {{ secrets: {{ sha256: {new string('a', 64)} }}{members} }} }}\n";
        const string Rules = "rules: [{ name: r, clients: web, subject: { issuer: login }, actor: none, targets: { billing: read } }]";
        Reached.Who(Reached.Registry(Rules, Web("")), "billing").ShouldBe("web [read]");
        Reached.Who(Reached.Registry(Rules, Web(", disabled: true")), "billing").ShouldBe("");
        Reached.Who(Reached.Registry(Rules, Web(", client_credentials: { orders: read }, grants: client_credentials")), "billing").ShouldBe("");
        Reached.Who(Reached.Registry(Rules.Replace("name: r,", "name: r, shadow: true,", StringComparison.Ordinal), Web("")), "billing").ShouldBe("");
    }

    [Fact]
    public void An_actor_token_must_be_there_to_be_had()
    {
        static string With(string client, string actor) => $"rules: [{{ name: r, clients: {client}, subject: {{ issuer: login }}, actor: {actor}, targets: {{ billing: read }} }}]";
        Reached.Chains(With("desk", "{ issuer: agents, where: { team: blue } }"), "billing").ShouldHaveSingleItem().ShouldContain("with an actor token of agents whose team must be \"blue\"");
        Reached.Who(With("web", "{ issuer: agents }"), "billing").ShouldBe(""); // agents' ID tokens are addressed to desk
        Reached.Who(With("batch", "{ issuer: self }"), "billing").ShouldBe("batch [read]");
        Reached.Who(With("orders", "{ issuer: self }"), "billing").ShouldBe("orders [read]"); // it receives batch's
        Reached.Who(With("desk", "{ issuer: self }"), "billing").ShouldBe("");
    }

    [Fact]
    public void A_refresh_token_is_exchanged_where_a_rule_takes_it()
    {
        static string With(string members) => $$"""
            rules:
              - { name: first, clients: web, subject: { issuer: login }, actor: none, targets: { orders: read }{{members}} }
              - { name: second, clients: [web, orders], subject: { token_types: refresh_token }, actor: none, targets: { billing: { read: true } } }
            """;
        Reached.Who(With(""), "billing").ShouldBe("");
        Reached.Chains(With(", refresh: { lifetime: 8h }"), "billing").ShouldHaveSingleItem().ShouldContain("→ as refresh_token, rule second (line 20) of web →"); // never the server it is meant for
    }

    [Fact]
    public void Patterns_reach_every_client_they_match_and_a_resource_without_scopes_can_be_reached() =>
        Reached.Who("rules: [{ name: r, clients: \"*e*\", subject: { issuer: login }, actor: none, targets: { plain: [] } }]", "plain").ShouldBe("desk [] orders [] web []");

    [Fact]
    public void Of_many_chains_the_shortest_are_told_and_the_others_counted()
    {
        var rules = string.Concat(Enumerable.Range(0, 20).Select(i => $"  - {{ name: r{i}, clients: web, subject: {{ issuer: login, where: {{ n: {i} }} }}, actor: none, targets: {{ billing: read }} }}\n"));
        var registry = Reached.Registry("rules:\n" + rules);
        var found = new Reachability(registry).To(registry.Resources["billing"]).ShouldHaveSingleItem();
        (found.Chains.Length, found.More).ShouldBe((8, 12));
    }
}
