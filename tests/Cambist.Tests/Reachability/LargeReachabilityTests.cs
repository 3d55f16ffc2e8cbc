namespace Cambist.Tests;

/// <summary>Registries of 10,000 rules and clients, made so that following each chain by itself would never end.</summary>
public class LargeReachabilityTests
{
    const int Many = 10_000;

    static string Secret => $"secrets: {{ sha256: {new string('a', 64)} }}";

    static Registry Load(string resources, string clients, string rules) => RegistryText.Load($$"""
        issuer: https://sts.example.com
        issuers: { login: { issuer: https://login.example.com, tokens: id_token, subject: "{sub}" } }
        resources:
        {{resources}}
        clients:
        {{clients}}
        rules:
        {{rules}}
        """);

    static string Lines(int count, Func<int, string> line) => string.Join('\n', Enumerable.Range(0, count).Select(i => "  " + line(i)));

    [Fact]
    public void A_chain_through_10_000_services_with_credentials_of_their_own_is_followed_as_far_as_max_depth()
    {
        var registry = Load(
            Lines(Many, i => $"r{i}: {{ identifiers: https://r{i}.example.com, scopes: a }}"),
            Lines(Many, i => $"c{i}: {{ {Secret}, serves: r{i}, client_credentials: {{ r{i}: a }} }}"),
            Lines(Many - 1, i => $"- {{ name: n{i}, clients: c{i}, subject: {{ issuer: {(i == 0 ? "[self, login]" : "self")}, kind: [user, client] }}, targets: {{ r{i + 1}: {{ a: true }} }} }}"));
        var reach = new Reachability(registry);
        var far = reach.To(registry.Resources["r9999"]).Single(found => found.Client == "c9998");
        far.Chains.Select(chain => chain.Steps.Length).ShouldBe([2, 3]); // with its own credentials, and with what it receives
        reach.From("login", registry.Resources["r5"], "a").Select(found => found.Client).ShouldBe(["c4"]);
        reach.From("login", registry.Resources["r6"], "a").ShouldBeEmpty();
    }

    [Fact]
    public void Services_that_all_call_each_other_are_as_many_states_as_pairs_and_not_as_chains()
    {
        const int Services = 60;
        var registry = Load(
            Lines(Services, i => $"r{i}: {{ identifiers: https://r{i}.example.com, scopes: [a, b] }}"),
            Lines(Services, i => $"c{i}: {{ {Secret}, serves: r{i} }}"),
            $"  - {{ name: in, clients: c0, subject: {{ issuer: login }}, actor: none, targets: {{ r0: a }} }}\n"
                + Lines(Services, i => $"- {{ name: n{i}, clients: c{i}, actor: none, targets: {{ {string.Join(", ", Enumerable.Range(0, Services).Select(to => $"r{to}: {{ a: [r{i}/a], b: [r{i}/b, r{i}/a] }}"))} }} }}"));
        var found = new Reachability(registry).To(registry.Resources["r7"]);
        found.Length.ShouldBe(Services);
        found.ShouldAllBe(client => client.Scopes.Contains("b"));
    }

    [Fact]
    public void A_gateway_with_10_000_rules_that_takes_back_all_that_it_gets_is_walked()
    {
        var registry = Load(
            Lines(Many, i => $"r{i}: {{ identifiers: https://r{i}.example.com, scopes: a }}"),
            $"  gateway: {{ {Secret} }}",
            "  - { name: in, clients: gateway, subject: { issuer: login }, actor: none, targets: { r0: a } }\n" + Lines(Many - 1, i => $"- {{ name: n{i}, clients: gateway, targets: {{ r{i + 1}: {{ a: [r{i}/a{(i == 0 ? "" : $", r{i / 2}/a")}] }} }} }}"));
        var reach = new Reachability(registry);
        var gateway = reach.To(registry.Resources["r9999"]).ShouldHaveSingleItem();
        gateway.Chains[0].Steps.Length.ShouldBe(14); // r0, r1, r3, … , r4999, r9999
    }

    [Fact]
    public void A_hub_with_10_000_rules_and_10_000_callers_with_credentials_is_walked()
    {
        var registry = Load(
            "  hub: { identifiers: https://hub.example.com, scopes: a }\n" + Lines(Many, i => $"r{i}: {{ identifiers: https://r{i}.example.com, scopes: a }}"),
            $"  hub: {{ {Secret}, serves: hub }}\n" + Lines(Many, i => $"c{i}: {{ {Secret}, client_credentials: {{ hub: a }} }}"),
            Lines(Many, i => $"- {{ name: n{i}, clients: hub, subject: {{ kind: client, where: {{ sub: c{i} }} }}, targets: {{ r{i}: {{ a: hub/a }} }} }}"));
        var reach = new Reachability(registry);
        reach.To(registry.Resources["r4711"]).ShouldHaveSingleItem().Client.ShouldBe("hub");
        reach.To(registry.Resources["hub"]).Length.ShouldBe(Many);
    }

    /// <summary>Every client serves its own resource and has credentials for the next one's; every rule is every client's.</summary>
    static Registry AllToAll(int services) => Load(
        Lines(services, i => $"r{i}: {{ identifiers: https://r{i}.example.com, scopes: [a, b, c] }}"),
        Lines(services, i => $"c{i}: {{ {Secret}, serves: r{i}, client_credentials: {{ r{(i + 1) % services}: a }} }}"),
        "  - { name: in, clients: c*, subject: { issuer: login }, targets: { r0: a }, refresh: { lifetime: 1h } }\n"
            + Lines(services, i => $"- {{ name: n{i}, clients: c*, subject: {{ kind: [user, client, impersonated] }}, targets: {{ r{i}: {{ a: true, b: true, c: true }} }}, max_depth: 16 }}"));

    [Theory]
    [InlineData(5, 0, 50_000)]
    [InlineData(20, 1, 600_000)]
    [InlineData(50, 1, 800_000)]
    [InlineData(200, 1, 2_600_000)]
    [InlineData(1200, 2, 2_600_000)]
    public void Clients_that_all_exchange_everything_take_no_more_steps_than_there_is_room_for(int services, int detail, long steps)
    {
        var registry = AllToAll(services);
        var reach = new Reachability(registry);
        ((int)reach.Detail).ShouldBe(detail);
        reach.Steps.ShouldBeLessThanOrEqualTo(steps);
        var found = reach.To(registry.Resources["r1"], "c");
        found.Length.ShouldBe(services);
        found[0].Scopes.ShouldBe(["a", "b", "c"]);
        reach.From("login", registry.Resources["r1"], "c").Length.ShouldBe(services);
        ReachAssertions.Check([new ReachAssertion.Only(new(1, 1), registry.Resources["r1"], null, [])], registry).Length.ShouldBe(Math.Min(services, 17));
    }

    [Fact]
    public void What_is_not_walked_is_everything_that_a_rule_names_and_that_a_disabled_client_or_a_shadow_rule_does_not_give()
    {
        const int Clients = 1400;
        var registry = Load(
            "  open: { identifiers: https://open.example.com, scopes: a }\n  shut: { identifiers: https://shut.example.com, scopes: a }",
            Lines(Clients, i => $"c{i}: {{ {Secret}{(i == 7 ? ", disabled: true" : i == 8 ? ", client_credentials: { open: a, shut: a }" : "")} }}"),
            Lines(Clients, i => $"- {{ name: n{i}, clients: c*, subject: {{ issuer: login, where: {{ team: t{i} }} }}, targets: {{ {(i == 0 ? "shut" : "open")}: {{ a: true }} }}{(i == 0 ? ", shadow: true" : "")} }}"));
        var reach = new Reachability(registry);
        reach.Detail.ShouldBe(ReachDetail.Named);
        reach.To(registry.Resources["open"]).Length.ShouldBe(Clients - 1);
        reach.To(registry.Resources["shut"]).ShouldHaveSingleItem().Chains.ShouldHaveSingleItem().ToString().ShouldBe("client_credentials of c8 → shut [a]");
        reach.To(registry.Resources["open"])[0].Chains[0].ToString().ShouldStartWith("any token → rule n");
        reach.From("login", registry.Resources["open"], "a").Length.ShouldBe(Clients - 1);
    }
}
