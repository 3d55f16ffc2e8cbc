using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Three resources that share the names of scopes, and rules of every form.</summary>
public sealed class ScopesWorld : World
{
    public const string Mail = "https://mail.example.com";
    public const string App = "https://app.example.com";

    public TestIssuer Perms { get; private set; } = null!;

    protected override string Registry => $$"""
        issuers:
          login:
            issuer: {{Login.Issuer}}
            tokens:
              id_token: { audiences: web }
              access_token: { audiences: {{App}}, scopes: [orders/read, orders/write, mail/send] }
            subject: "{sub}"
          perms:
            issuer: {{Perms.Issuer}}
            tokens: { access_token: { audiences: {{App}}, scopes: orders/read, scopes_from: permissions } }
            subject: "perms:{sub}"
          silent:
            issuer: https://silent.example.com
            tokens: { access_token: { audiences: {{App}} } }
            subject: "silent:{sub}"
        resources:
          orders:  { identifiers: {{MainWorld.Orders}}, scopes: [read, write, admin] }
          billing: { identifiers: {{MainWorld.Billing}}, scopes: [read, pay] }
          mail:    { identifiers: {{Mail}}, scopes: [read, send] }
          bare:    { identifiers: https://bare.example.com }
        clients:
          {{Client("web", "known_as: " + App)}}
          {{Client("orders", "serves: orders")}}
          {{Client("both", "serves: [orders, mail]")}}
          {{Client("list", "serves: orders")}}
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login, token_types: id_token }, actor: none, targets: { orders: [read, write], mail: [send, read], bare: [] } }
          - { name: from-app, clients: web, subject: { issuer: [login, perms], token_types: access_token }, actor: none, targets: { orders: [write, read], billing: { pay: orders/write, read: true } } }
          - { name: narrower, clients: web, actor: none, targets: { orders: [read, write, admin] } }
          - { name: on, clients: orders, targets: { billing: { read: read, pay: orders/write }, mail: { send: true }, bare: [] } }
          - { name: both, clients: both, targets: { billing: { read: [orders/read, mail/read], pay: mail/send } } }
        """;

    public override async ValueTask InitializeAsync()
    {
        Perms = await TestIssuer.StartAsync([Keys.Es256]);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await Perms.DisposeAsync();
    }

    /// <summary>A token of ours for a resource, with these scopes, issued to web.</summary>
    public async Task<string> HoldingAsync(TestServer server, string resource, string? scope = null) =>
        (await server.SendIdTokenAsync("web", IdToken(), scope is null ? [("audience", resource)] : [("audience", resource), ("scope", scope)])).AccessToken;
}

/// <summary>Scopes are held at a resource; they only ever shrink, unless a map says which gives which.</summary>
public sealed class ScopeTests(ScopesWorld world) : IClassFixture<ScopesWorld>
{
    async Task<string?> GivenAsync(Func<TestServer, Task<Answer>> request)
    {
        var answer = await world.GrantsAsync(request);
        ((string?)answer.Json["scope"]).ShouldBe((string?)answer.Claims["scope"]);
        return (string?)answer.Claims["scope"];
    }

    Task<Answer> OnAsync(TestServer server, string client, string token, string target, string? scope = null) =>
        server.SendAccessTokenAsync(client, token, scope is null ? [("audience", target)] : [("audience", target), ("scope", scope)]);

    Task<Answer> FromAppAsync(TestServer server, string scope, string target = "orders", string? asked = null) =>
        OnAsync(server, "web", world.Login.AccessToken("alice", ScopesWorld.App, scope, "app"), target, asked);

    [Fact]
    public async Task An_access_token_under_another_name_gains_no_scope()
    {
        // The issuer's where lets in access tokens alone, so the registry loads; what they are sent as must not matter.
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers:
              login:
                issuer: {{login.Issuer}}
                where: { token_use: access }
                tokens: { id_token: { audiences: web }, access_token: { audiences: web, typ: [JWT], scopes: orders/read } }
                subject: "{sub}"
            resources: { orders: { identifiers: {{MainWorld.Orders}}, scopes: [read, write] } }
            clients: { {{Client("web")}} }
            rules: [ { name: all, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read, write] } } ]
            """);
        var token = own.Login.IdToken("alice", "web", claims => (claims["token_use"], claims["scope"]) = ("access", "read"));
        var asItself = await own.GrantsAsync(server => server.SendAccessTokenAsync("web", token, ("audience", "orders")));
        asItself.Claims.Text("scope").ShouldBe("read");
        await own.RefusesAsync(Reason.SubjectTypeMismatch, server => server.SendIdTokenAsync("web", token, ("audience", "orders")));
    }

    [Fact]
    public async Task A_list_gives_a_token_without_scopes_all_it_names() =>
        (await GivenAsync(server => server.SendIdTokenAsync("web", world.IdToken(), ("audience", "orders")))).ShouldBe("read write");

    [Fact]
    public async Task A_list_gives_a_token_with_scopes_what_it_holds_at_that_same_resource()
    {
        (await GivenAsync(async server => await OnAsync(server, "web", await world.HoldingAsync(server, "orders", "read"), "orders"))).ShouldBe("read");
        (await GivenAsync(async server => await OnAsync(server, "web", await world.HoldingAsync(server, "orders"), "orders", "write"))).ShouldBe("write");
        // mail's read is another scope than orders' read.
        await world.RefusesAsync(Reason.NothingToGrant, async server => await OnAsync(server, "web", await world.HoldingAsync(server, "mail"), "orders"));
        await world.RefusesAsync(Reason.ScopeNotGranted, async server => await OnAsync(server, "web", await world.HoldingAsync(server, "mail"), "orders", "read"));
        await world.RefusesAsync(Reason.ScopeNotGranted, async server => await OnAsync(server, "web", await world.HoldingAsync(server, "orders"), "orders", "admin"));
        await world.RefusesAsync(Reason.ScopeNotGranted, async server => await OnAsync(server, "web", await world.HoldingAsync(server, "orders", "read"), "orders", "read write"));
    }

    [Fact]
    public async Task An_access_token_of_another_issuer_holds_what_the_registry_declares()
    {
        (await GivenAsync(server => FromAppAsync(server, "read"))).ShouldBe("read");
        (await GivenAsync(server => FromAppAsync(server, "send openid read unknown"))).ShouldBe("read");
        (await GivenAsync(server => FromAppAsync(server, "write", "billing"))).ShouldBe("pay read");
        (await GivenAsync(server => FromAppAsync(server, "send", "billing"))).ShouldBe("read");
        await world.RefusesAsync(Reason.NothingToGrant, server => FromAppAsync(server, "send"));
        await world.RefusesAsync(Reason.NothingToGrant, server => FromAppAsync(server, "admin READ orders/read read,"));
        foreach (var malformed in new[] { "read \"read\"", "read  write", "read " }) await world.RefusesAsync(Reason.SubjectClaimInvalid, server => FromAppAsync(server, malformed));
        await world.RefusesAsync(Reason.ScopeNotGranted, server => FromAppAsync(server, "read", asked: "read write"));
    }

    [Theory]
    [InlineData("[\"read\"]")]
    [InlineData("[\"other\",\"read\",1,null]")]
    public async Task Scopes_are_read_from_an_array_too(string scope) =>
        (await GivenAsync(server => OnAsync(server, "web", Token(claims => claims["scope"] = JsonNode.Parse(scope)), "orders"))).ShouldBe("read");

    [Theory]
    [InlineData("1")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("true")]
    [InlineData("[[\"read\"]]")]
    [InlineData("[]")]
    [InlineData("\"\"")]
    public async Task A_scope_claim_of_another_kind_is_the_empty_set_and_scp_does_not_stand_in(string scope) =>
        await world.RefusesAsync(Reason.NothingToGrant, server =>
            OnAsync(server, "web", Token(claims => (claims["scope"], claims["scp"]) = (JsonNode.Parse(scope), "read write")), "orders"));

    [Fact]
    public async Task Scp_is_read_where_there_is_no_scope()
    {
        foreach (var scp in new JsonNode[] { "read", new JsonArray("read") })
            (await GivenAsync(server => OnAsync(server, "web", Token(claims => { claims.Remove("scope"); claims["scp"] = scp.DeepClone(); }), "orders"))).ShouldBe("read");
        await world.RefusesAsync(Reason.NothingToGrant, server => OnAsync(server, "web", Token(claims => claims.Remove("scope")), "orders"));
    }

    [Fact]
    public async Task Scopes_from_names_the_only_claim_that_counts()
    {
        string Permitted(JsonNode? permissions) => world.Perms.AccessToken("alice", ScopesWorld.App, "read write", "app", claims =>
        {
            if (permissions is not null) claims["permissions"] = permissions.DeepClone();
        });
        (await GivenAsync(server => OnAsync(server, "web", Permitted(new JsonArray("read", "write")), "orders"))).ShouldBe("read");
        await world.RefusesAsync(Reason.NothingToGrant, server => OnAsync(server, "web", Permitted(null), "orders"));
        await world.RefusesAsync(Reason.NothingToGrant, server => OnAsync(server, "web", Permitted(new JsonArray("write")), "orders"));
    }

    [Fact]
    public async Task A_map_gives_what_a_held_scope_entitles_to()
    {
        (await GivenAsync(async server => await OnAsync(server, "orders", await world.HoldingAsync(server, "orders"), "billing"))).ShouldBe("read pay");
        (await GivenAsync(async server => await OnAsync(server, "orders", await world.HoldingAsync(server, "orders", "read"), "billing"))).ShouldBe("read");
        (await GivenAsync(async server => await OnAsync(server, "orders", await world.HoldingAsync(server, "orders", "write"), "billing"))).ShouldBe("pay");
        await world.RefusesAsync(Reason.ScopeNotGranted, async server => await OnAsync(server, "orders", await world.HoldingAsync(server, "orders", "read"), "billing", "pay"));
        await world.RefusesAsync(Reason.ScopeNotGranted, async server => await OnAsync(server, "orders", await world.HoldingAsync(server, "orders", "read"), "billing", "read pay"));
    }

    [Theory]
    [InlineData("realm_access.roles")]
    [InlineData("/realm_access/roles")]
    [InlineData("/https:~1~1example.com~1roles")]
    public async Task Scopes_are_read_from_a_nested_claim_as_conditions_are(string from)
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { login: { issuer: {{login.Issuer}}, tokens: { access_token: { audiences: web, scopes: orders/read, scopes_from: "{{from}}" } }, subject: "{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write] } }
            clients: { {{Client("web")}} }
            rules: [ { name: r, clients: web, subject: { issuer: login }, actor: none, default_target: true, targets: { orders: [read] } } ]
            """);
        var token = own.Login.AccessToken("alice", "web", "", "app", claims =>
        {
            if (from.Contains("realm", StringComparison.Ordinal)) claims["realm_access"] = new JsonObject { ["roles"] = new JsonArray("read", "write") };
            else claims["https://example.com/roles"] = "read";
        });
        var answer = await own.GrantsAsync(server => server.SendAccessTokenAsync("web", token));
        answer.Claims.Text("scope").ShouldBe("read");
    }

    [Fact]
    public async Task A_map_entry_true_gives_without_condition() =>
        (await GivenAsync(async server => await OnAsync(server, "orders", await world.HoldingAsync(server, "orders", "read"), "mail"))).ShouldBe("send");

    [Fact]
    public async Task A_prefix_says_at_which_resource_a_scope_must_be_held()
    {
        (await GivenAsync(async server => await OnAsync(server, "both", await world.HoldingAsync(server, "mail", "send"), "billing"))).ShouldBe("pay");
        (await GivenAsync(async server => await OnAsync(server, "both", await world.HoldingAsync(server, "mail"), "billing"))).ShouldBe("read pay");
        (await GivenAsync(async server => await OnAsync(server, "both", await world.HoldingAsync(server, "orders"), "billing"))).ShouldBe("read");
        await world.RefusesAsync(Reason.NothingToGrant, async server => await OnAsync(server, "both", await world.HoldingAsync(server, "orders", "write"), "billing"));
    }

    [Fact]
    public async Task A_resource_without_scopes_gives_none_and_refuses_any()
    {
        (await GivenAsync(server => server.SendIdTokenAsync("web", world.IdToken(), ("audience", "bare")))).ShouldBeNull();
        (await GivenAsync(async server => await OnAsync(server, "orders", await world.HoldingAsync(server, "orders"), "bare"))).ShouldBeNull();
        await world.RefusesAsync(Reason.ScopeNotGranted, server => server.SendIdTokenAsync("web", world.IdToken(), ("audience", "bare"), ("scope", "read")));
    }

    [Fact]
    public async Task A_token_of_ours_without_scope_holds_the_empty_set() =>
        await world.RefusesAsync(Reason.NothingToGrant, async server =>
        {
            var claims = TestJwt.Parse(await world.HoldingAsync(server, "orders")).Claims;
            claims.Remove("scope");
            return await OnAsync(server, "orders", server.SignAsServer(claims), "billing");
        });

    [Fact]
    public async Task A_token_for_a_resource_that_is_no_more_holds_nothing() =>
        await world.RefusesAsync(Reason.NothingToGrant, async server =>
        {
            var claims = TestJwt.Parse(await world.HoldingAsync(server, "orders")).Claims;
            (claims["aud"], claims["client_id"]) = ("https://gone.example.com", "orders");
            return await OnAsync(server, "orders", server.SignAsServer(claims), "billing");
        });

    [Theory]
    [InlineData("orders: []", "the list is empty")]
    [InlineData("billing: [read]", "can never be given")]
    [InlineData("orders: true", "name the scopes")]
    [InlineData("orders: [nothing]", "nothing")]
    [InlineData("orders: { read: [] }", "")]
    [InlineData("billing: { read: nothing }", "no resource defines")]
    public async Task A_target_that_can_give_nothing_does_not_load(string target, string message)
    {
        var failure = await Should.ThrowAsync<Exception>(() => TestServer.StartAsync(issuer => $$"""
            issuer: {{issuer}}
            resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write] }, billing: { identifiers: https://billing.example.com, scopes: [read] } }
            clients: { {{Client("orders", "serves: orders")}} }
            rules: [ { name: r, clients: orders, targets: { {{target}} } } ]
            """));
        failure.Message.ShouldContain("cambist.yaml:4:");
        failure.Message.ShouldContain(message);
    }

    string Token(Action<JsonObject> change) => world.Login.AccessToken("alice", ScopesWorld.App, "read", "app", change);
}
