using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Scenarios;

/// <summary>Three identity providers at once, whose keys come by discovery, from a URL and from a file.</summary>
public sealed class ManyIssuersWorld : World
{
    public TestIssuer GitHub { get; private set; } = null!;

    public TestIssuer GitLab { get; private set; } = null!;

    protected override IReadOnlyDictionary<string, string> Files => new Dictionary<string, string> { ["gitlab-keys.json"] = TestKey.PublicSet(Keys.Es384).ToJsonString() };

    protected override string Registry => $$"""
        issuers:
          google:  { issuer: {{Login.Issuer}}, tokens: id_token, subject: "google:{sub}" }
          github:  { issuer: {{GitHub.Issuer}}, tokens: id_token, kind: client, subject: "github:{repository_id}", jwks_uri: {{GitHub.Issuer}}/jwks }
          gitlab:  { issuer: {{GitLab.Issuer}}, tokens: id_token, kind: client, subject: "gitlab:{project_id}", jwks_file: gitlab-keys.json }
        resources:
          deploy: { identifiers: https://deploy.example.com, scopes: deploy, claims: { email: "{email}", groups: "{groups}", path: "{project_path}", ref: "git {ref}" } }
          plain:  { identifiers: https://plain.example.com }
        clients: { {{Client("ci")}}, {{Client("deployer", "serves: deploy")}}, {{Client("plainer", "serves: plain")}} }
        rules:
          - { name: users-on, clients: deployer, targets: { plain: [] } }
          - { name: clients-on, clients: plainer, subject: { kind: client }, targets: { deploy: { deploy: true } } }
          - { name: deploy, clients: ci, subject: { issuer: [google, github, gitlab] }, actor: none, default_target: true, targets: { deploy: deploy } }
          - { name: plain, clients: ci, subject: { issuer: [google, github, gitlab] }, actor: none, claims: { only: "{ref}" }, targets: { plain: [] } }
        """;

    public override async ValueTask InitializeAsync()
    {
        GitHub = await TestIssuer.StartAsync([Keys.Strange], path: "/actions");
        GitLab = await TestIssuer.StartAsync([Keys.Es384]);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await GitHub.DisposeAsync();
        await GitLab.DisposeAsync();
    }

    /// <summary>A token for the server that is asked; each has an issuer of its own, which is the audience.</summary>
    public Task<Answer> SendAsync(TestServer server, TestIssuer issuer, Action<JsonObject>? change = null, TestKey? key = null, params (string Name, string Value)[] more) =>
        server.SendIdTokenAsync("ci", issuer.IdToken("alice", server.Issuer, claims =>
        {
            (claims["repository_id"], claims["project_id"]) = (12, "34");
            change?.Invoke(claims);
        }, key), more);
}

/// <summary>S8 to S10.</summary>
public sealed class ManyIssuersTests(ManyIssuersWorld world) : IClassFixture<ManyIssuersWorld>
{
    [Fact]
    public async Task S8_the_keys_of_the_issuer_that_iss_names_are_chosen()
    {
        (await world.GrantsAsync(server => world.SendAsync(server, world.Login))).Claims.Text("sub").ShouldBe("google:alice");
        (await world.GrantsAsync(server => world.SendAsync(server, world.GitHub))).Claims.Text("sub").ShouldBe("github:12");
        (await world.GrantsAsync(server => world.SendAsync(server, world.GitLab))).Claims.Text("sub").ShouldBe("gitlab:34");
    }

    [Fact]
    public async Task S8_no_key_of_one_issuer_does_for_another()
    {
        // The same kid at both: google's key and github's are both es256-1.
        await world.RefusesAsync(Reason.SubjectSignatureInvalid, server => world.SendAsync(server, world.Login, key: Keys.Strange));
        await world.RefusesAsync(Reason.SubjectSignatureInvalid, server => world.SendAsync(server, world.GitHub, key: Keys.Es256));
        await world.RefusesAsync(Reason.SubjectKeyUnknown, server => world.SendAsync(server, world.GitLab, key: Keys.Es256));
    }

    [Fact]
    public async Task S8_what_an_issuer_is_for_is_kept_in_the_issued_token()
    {
        (await world.GrantsAsync(server => world.SendAsync(server, world.GitHub))).Claims.Text("sub_kind").ShouldBe("client");
        (await world.GrantsAsync(server => world.SendAsync(server, world.Login))).Claims.ContainsKey("sub_kind").ShouldBeFalse();
    }

    [Fact]
    public async Task S8_a_workload_stays_one_at_every_hop()
    {
        await world.RefusesAsync(Reason.NoRule, async server =>
            await server.SendAccessTokenAsync("deployer", (await world.SendAsync(server, world.GitHub)).AccessToken, ("audience", "plain")));
        await world.GrantsAsync(async server =>
            await server.SendAccessTokenAsync("deployer", (await world.SendAsync(server, world.Login)).AccessToken, ("audience", "plain")));
        var answer = await world.GrantsAsync(async server =>
            await server.SendAccessTokenAsync("plainer", (await world.SendAsync(server, world.GitHub, null, null, ("audience", "plain"))).AccessToken, ("audience", "deploy")));
        answer.Claims.Text("sub_kind").ShouldBe("client");
    }

    [Theory]
    [InlineData("repository_id", "true")]
    [InlineData("repository_id", "\"\"")]
    [InlineData("repository_id", "1.5")]
    [InlineData("repository_id", "[12]")]
    [InlineData("repository_id", "null")]
    [InlineData("repository_id", "{}")]
    [InlineData("repository_id", "1e30")]
    public async Task S8_a_subject_without_a_name_here_is_refused(string claim, string value) =>
        await world.RefusesAsync(Reason.SubjectUnmappable, server => world.SendAsync(server, world.GitHub, claims => claims[claim] = JsonNode.Parse(value)));

    [Fact]
    public async Task S9_claims_are_copied_where_configured_and_absent_elsewhere()
    {
        void Fill(JsonObject claims) =>
            (claims["email"], claims["groups"], claims["project_path"], claims["ref"], claims["secret"]) = ("a@example.com", new JsonArray("x", "y"), "group/project", "main", "hidden");

        var deploy = await world.GrantsAsync(server => world.SendAsync(server, world.GitLab, Fill));
        deploy.Claims.Text("email").ShouldBe("a@example.com");
        deploy.Claims["groups"]!.ToJsonString().ShouldBe("""["x","y"]""");
        deploy.Claims.Text("path").ShouldBe("group/project");
        deploy.Claims.Text("ref").ShouldBe("git main");
        deploy.Claims.ContainsKey("project_path").ShouldBeFalse();
        deploy.Claims.ContainsKey("secret").ShouldBeFalse();

        var plain = await world.GrantsAsync(server => world.SendAsync(server, world.GitLab, Fill, null, ("audience", "plain")));
        plain.Claims.Select(claim => claim.Key).ShouldBe(["iss", "sub", "aud", "client_id", "iat", "exp", "jti", "sub_kind", "only"], ignoreOrder: true);
        plain.Claims.Text("only").ShouldBe("main");
    }

    [Fact]
    public async Task S9_a_claim_that_the_token_lacks_is_absent()
    {
        var answer = await world.GrantsAsync(server => world.SendAsync(server, world.GitLab));
        foreach (var name in new[] { "email", "groups", "path", "ref" }) answer.Claims.ContainsKey(name).ShouldBeFalse(name);
    }

    [Fact]
    public async Task S9_a_template_is_never_expanded_twice()
    {
        var answer = await world.GrantsAsync(server => world.SendAsync(server, world.GitLab, claims => claims["ref"] = "{email}{{secret}}\",\"sub\":\"admin"));
        answer.Claims.Text("ref").ShouldBe("git {email}{{secret}}\",\"sub\":\"admin");
        answer.Claims.Text("sub").ShouldBe("gitlab:34");
    }

    [Fact]
    public async Task S10_keys_come_by_discovery_from_a_url_or_from_a_file()
    {
        await world.GrantsAsync(server => world.SendAsync(server, world.Login));
        await world.GrantsAsync(server => world.SendAsync(server, world.GitHub));
        await world.GrantsAsync(server => world.SendAsync(server, world.GitLab));
        world.Login.Discovery.Requests.ShouldBeGreaterThan(0);
        world.GitHub.Discovery.Requests.ShouldBe(0);
        world.GitHub.Jwks.Requests.ShouldBeGreaterThan(0);
        (world.GitLab.Discovery.Requests, world.GitLab.Jwks.Requests).ShouldBe((0, 0));
    }

    [Fact]
    public async Task S10_discovery_falls_back_to_oauth_metadata_between_host_and_path()
    {
        await using var issuer = await TestIssuer.StartAsync([Keys.Es256], path: "/tenant/one");
        issuer.Discovery.Status = 404;
        issuer.OAuthMetadata.Status = 200;
        await using var own = await AdHocWorld.StartAsync(_ => SmallRegistries.SignInFrom(("other", issuer.Issuer)));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", issuer.IdToken("alice", "web")));
        issuer.OAuthMetadata.Requests.ShouldBeGreaterThan(0);
    }
}
