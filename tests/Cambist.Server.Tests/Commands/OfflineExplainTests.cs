using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Server.Tests.Commands;

/// <summary>Explaining without a server, or beside one that runs.</summary>
public sealed class OfflineExplainTests
{
    sealed class Quiet : IEngineListener
    {
        public void On(EngineEvent engineEvent) { }
    }

    const string Secret = "the-secret-of-orders";

    static Task<TestServer> StartAsync(TestIssuer login) => TestServer.StartAsync(issuer => $$"""
        issuer: {{issuer}}
        issuers:
          login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: orders } }, subject: "{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: read }
          billing: { identifiers: https://billing.example.com, scopes: pay }
        clients:
          orders: { secrets: { value: {{Secret}} }, serves: orders }
        rules:
          - { name: sign-in, clients: orders, subject: { issuer: login }, actor: none, targets: { orders: read } }
          - { name: on-behalf, clients: orders, once: true, targets: { billing: { pay: orders/read } } }
        """);

    static ServerSettings SettingsOf(TestServer server) => new() { Registry = server.RegistryFile, Storage = "sqlite:" + Path.Combine(server.Folder, "cambist.db") };

    static ExchangeRequest Asked(string token, string type, string audience) => new()
    {
        Credentials = new() { ClientId = "orders" },
        SubjectToken = token,
        SubjectTokenType = type,
        Targets = new([], [audience]),
    };

    [Fact]
    public async Task With_the_store_of_a_running_server_its_tokens_are_judged_and_nothing_is_written_to_it()
    {
        await using var login = await TestIssuer.StartAsync();
        await using var server = await StartAsync(login);
        var token = (await server.ExchangeAsync("orders", Secret, login.IdToken("alice", "orders"), "id_token", ("audience", "orders"))).AccessToken;
        var store = server.Engine.Store;
        var (keys, newest) = (await store.Keys.ReadVersionAsync(default), await NewestAsync());

        await using (var offline = await OfflineExplain.OpenAsync(SettingsOf(server), hasStore: true, new Quiet(), TestContext.Current.CancellationToken))
        {
            for (var i = 0; i < 3; i++) (await ExplainAsync(offline)).IsAllowed.ShouldBeTrue();
            (await server.ExchangeAsync("orders", Secret, token, "access_token", ("audience", "billing"))).AccessToken.ShouldNotBeEmpty();
            newest = await NewestAsync();
            (await ExplainAsync(offline)).Reason.ShouldBe(Reason.OnceUsedUp);
        }

        (await store.Keys.ReadVersionAsync(default)).ShouldBe(keys);
        (await NewestAsync()).ShouldBe(newest);

        Task<Explanation> ExplainAsync(OfflineExplain offline) => offline.ExplainAsync(Asked(token, TokenTypes.AccessToken, "billing"), GrantTypes.TokenExchange, TestContext.Current.CancellationToken);
        async Task<DecisionId> NewestAsync() => (await store.Decisions.PageAsync(DecisionFilter.All, default, 1, default))[0].Id;
    }

    [Fact]
    public async Task Without_a_store_tokens_of_others_are_judged_and_of_ours_it_is_said_what_is_missing()
    {
        await using var login = await TestIssuer.StartAsync();
        await using var server = await StartAsync(login);
        var token = (await server.ExchangeAsync("orders", Secret, login.IdToken("alice", "orders"), "id_token", ("audience", "orders"))).AccessToken;
        await using var offline = await OfflineExplain.OpenAsync(SettingsOf(server), hasStore: false, new Quiet(), TestContext.Current.CancellationToken);

        var external = await offline.ExplainAsync(Asked(login.IdToken("alice", "orders"), TokenTypes.IdToken, "orders"), GrantTypes.TokenExchange, TestContext.Current.CancellationToken);
        external.IsAllowed.ShouldBeTrue(external.Detail);
        foreach (var (ours, type) in new[] { (token, TokenTypes.AccessToken), ("cbt_x", TokenTypes.AccessToken), ("sub_x", TokenTypes.ImpersonationToken), ("cbr_x", TokenTypes.RefreshToken) })
        {
            var told = await offline.ExplainAsync(Asked(ours, type, "billing"), type == TokenTypes.RefreshToken ? GrantTypes.RefreshToken : GrantTypes.TokenExchange, TestContext.Current.CancellationToken);
            told.IsAllowed.ShouldBeFalse();
            if (type != TokenTypes.RefreshToken) told.Remedies[0].Change.ShouldContain("--storage"); // orders may not refresh at all
        }
    }

    [Fact]
    public async Task A_registry_with_errors_and_a_store_that_is_not_there_are_said()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var registry = Path.Combine(folder.FullName, "cambist.yaml");
            await File.WriteAllTextAsync(registry, "issuer: 1\nnonsense: 2\n", TestContext.Current.CancellationToken);
            await Should.ThrowAsync<FailedException>(() => OfflineExplain.OpenAsync(new() { Registry = registry }, hasStore: false, new Quiet(), TestContext.Current.CancellationToken));
            await File.WriteAllTextAsync(registry, "issuer: https://sts.example.com\nresources: { orders: { identifiers: https://orders.example.com } }\n", TestContext.Current.CancellationToken);
            var missing = Path.Combine(folder.FullName, "none.db");
            await Should.ThrowAsync<FailedException>(() => OfflineExplain.OpenAsync(new() { Registry = registry, Storage = "sqlite:" + missing }, hasStore: true, new Quiet(), TestContext.Current.CancellationToken));
            File.Exists(missing).ShouldBeFalse();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task An_explanation_is_read_back_from_its_json_as_it_was()
    {
        await using var login = await TestIssuer.StartAsync();
        await using var server = await StartAsync(login);
        foreach (var audience in new[] { "orders", "billing", "nowhere" })
        {
            var explanation = await server.Engine.ExplainAsync(Asked(login.IdToken("alice", "orders"), TokenTypes.IdToken, audience), GrantTypes.TokenExchange, TestContext.Current.CancellationToken);
            var json = ExplanationJson.Of(explanation);
            ExplanationJson.Of(ExplanationJson.Read(System.Text.Json.Nodes.JsonNode.Parse(json.ToJsonString())!)).ToJsonString().ShouldBe(json.ToJsonString());
        }

        Should.Throw<FormatException>(() => ExplanationJson.Read(System.Text.Json.Nodes.JsonNode.Parse("{}")!));
    }
}
