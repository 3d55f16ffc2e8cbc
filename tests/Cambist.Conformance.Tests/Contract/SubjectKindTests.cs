using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>People sign in at login, workloads at robots; app may call on for whom the rules say.</summary>
public sealed class KindWorld : World
{
    public TestIssuer Robots { get; private set; } = null!;

    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: app } }, subject: "{sub}" }
          robots: { issuer: {{Robots.Issuer}}, kind: client, roles: [subject, actor], act: accept, tokens: { id_token: { audiences: app } }, subject: "robot:{sub}" }
        resources:
          first: { identifiers: https://first.example.com }
          people: { identifiers: https://people.example.com }
          machines: { identifiers: https://machines.example.com }
          both: { identifiers: https://both.example.com }
        clients:
          {{Client("app", "serves: [first, machines, people, both], client_credentials: { first: [] }")}}
        rules:
          - { name: in, clients: app, subject: { issuer: [login, robots] }, actor: none, targets: { first: [] } }
          - { name: people, clients: app, targets: { people: [] } }
          - { name: people-with-robots, clients: app, actor: { issuer: [robots, self] }, targets: { people: [] } }
          - { name: machines, clients: app, subject: { kind: client }, targets: { machines: [] } }
          - { name: both, clients: app, subject: { kind: [user, client] }, actor: none, targets: { both: [] } }
        """;

    public override async ValueTask InitializeAsync()
    {
        Robots = await TestIssuer.StartAsync([Keys.Es256]);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Robots.DisposeAsync();
    }

    /// <summary>A token for first: of a person, of a workload, of app itself.</summary>
    public async Task<string> FirstAsync(TestServer server, string who) => who switch
    {
        "person" => (await server.SendIdTokenAsync("app", IdToken(audience: "app"), ("audience", "first"))).AccessToken,
        "workload" => (await server.SendIdTokenAsync("app", Robots.IdToken("r2", "app"), ("audience", "first"))).AccessToken,
        _ => (await server.ForItselfAsync("app")).AccessToken,
    };
}

/// <summary><c>subject.kind</c>: every token that descends from a client's or a workload's keeps that kind, and passes for no user.</summary>
public sealed class SubjectKindTests(KindWorld world) : IClassFixture<KindWorld>
{
    async Task<Answer> HopsAsync(TestServer server, string who, params string[] targets)
    {
        var token = await world.FirstAsync(server, who);
        Answer? answer = null;
        foreach (var target in targets)
        {
            answer = await server.SendAccessTokenAsync("app", token, ("audience", target));
            if (target != targets[^1]) token = answer.AccessToken;
        }

        return answer!;
    }

    [Theory]
    [InlineData("workload", "robot:r2")]
    [InlineData("client", "app")]
    public async Task A_machines_token_stays_one_at_every_hop(string who, string sub)
    {
        var answer = await world.GrantsAsync(server => HopsAsync(server, who, "both", "machines", "both", "machines"));
        (answer.Claims.Text("sub_kind"), answer.Claims.Text("sub")).ShouldBe(("client", sub));
        await world.RefusesAsync(Reason.NoRule, server => HopsAsync(server, who, "people"));
        await world.RefusesAsync(Reason.NoRule, server => HopsAsync(server, who, "both", "machines", "people"));
    }

    [Fact]
    public async Task A_persons_token_is_no_machines()
    {
        var answer = await world.GrantsAsync(server => HopsAsync(server, "person", "both", "people", "both"));
        answer.Claims.ContainsKey("sub_kind").ShouldBeFalse();
        await world.RefusesAsync(Reason.NoRule, server => HopsAsync(server, "person", "both", "machines"));
    }

    [Fact]
    public async Task DL_05_no_actor_makes_a_machine_a_person_or_a_person_a_machine()
    {
        async Task<Answer> WithRobotAsync(TestServer server, string who) => await server.SendAccessTokenAsync(
            "app", await world.FirstAsync(server, who), [("audience", "people"), .. ActingWorld.Actor(world.Robots.IdToken("r2", "app"))]);

        var answer = await world.GrantsAsync(server => WithRobotAsync(server, "person"));
        answer.Claims.ContainsKey("sub_kind").ShouldBeFalse();
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"robot:r2"}""");
        foreach (var machine in new[] { "workload", "client" }) await world.RefusesAsync(Reason.NoRule, server => WithRobotAsync(server, machine));
    }

    [Fact]
    public async Task A_workloads_token_with_a_chain_stays_a_machines()
    {
        var answer = await world.GrantsAsync(async server =>
        {
            var token = world.Robots.IdToken("r2", "app", claims => claims["act"] = new System.Text.Json.Nodes.JsonObject { ["sub"] = "operator" });
            return await server.SendIdTokenAsync("app", token, ("audience", "first"));
        });
        answer.Claims.Text("sub_kind").ShouldBe("client");
        await world.RefusesAsync(Reason.NoRule, async server =>
        {
            var token = world.Robots.IdToken("r2", "app", claims => claims["act"] = new System.Text.Json.Nodes.JsonObject { ["sub"] = "operator" });
            return await server.SendAccessTokenAsync("app", (await server.SendIdTokenAsync("app", token, ("audience", "first"))).AccessToken, ("audience", "people"));
        });
    }

    [Fact]
    public async Task AT_09_no_workload_and_no_actor_takes_the_name_of_a_client()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, roles: [subject, actor], tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com } }
            clients: { {{Client("web")}}, {{Client("admin-tool")}} }
            rules:
              - { name: in, clients: "*", subject: { issuer: login }, actor: none, targets: { orders: [] } }
              - { name: acts, clients: "*", subject: { issuer: login }, actor: { issuer: login }, targets: { orders: [] } }
            """);
        Task<Answer> SendAsync(TestServer server, string actor) => server.SendIdTokenAsync("web", own.IdToken(), [("audience", "orders"), .. ActingWorld.Actor(own.IdToken(subject: actor))]);
        await own.RefusesAsync(Reason.SubjectUnmappable, server => server.SendIdTokenAsync("web", own.IdToken(subject: "admin-tool"), ("audience", "orders")));
        await own.RefusesAsync(Reason.ActorUnmappable, server => SendAsync(server, "admin-tool"));
        (await own.GrantsAsync(server => SendAsync(server, "bob"))).Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"bob"}""");
    }
}
