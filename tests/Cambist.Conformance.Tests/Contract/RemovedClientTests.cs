using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Removing or disabling a client stops it at once: with it ends what was issued to it, in whoever's hands.</summary>
public sealed class RemovedClientTests
{
    static string Registry(TestIssuer login) => $$"""
        issuers:
          login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: [web, spare] } }, subject: "{sub}" }
        resources:
          orders:  { identifiers: https://orders.example.com, scopes: [read] }
          vault:   { identifiers: https://vault.example.com, scopes: [read], token: { format: opaque } }
          billing: { identifiers: https://billing.example.com, scopes: [read] }
        clients:
          {{Client("web")}}
          {{Client("agent", "client_credentials: { orders: read, vault: read }")}}
          {{Client("orders", "serves: [orders, vault]")}}
          {{Client("spare")}}
        rules:
          - { name: sign-in, clients: "*", subject: { issuer: login }, actor: none, targets: { orders: [read], vault: [read] } }
          - { name: on-behalf, clients: orders, refresh: { lifetime: 1h }, targets: { billing: { read: [orders/read, vault/read] } } }
          - { name: acted, clients: orders, actor: { issuer: self }, targets: { billing: { read: [orders/read, vault/read] } } }
        """;

    [Theory]
    [InlineData("web", "orders", false)]
    [InlineData("web", "vault", false)]
    [InlineData("web", "orders", true)]
    [InlineData("agent", "orders", false)]
    [InlineData("agent", "vault", true)]
    public async Task A_token_issued_to_it_is_neither_subject_nor_actor_token_nor_refreshed(string client, string target, bool isRemoved)
    {
        await using var world = await ReloadWorld.StartAsync(Registry);
        var server = world.Server;
        var subject = (await server.SendIdTokenAsync("web", world.Login.IdToken("alice", "web"), ("audience", target))).AccessToken;
        var actor = (await server.ForItselfAsync("agent", ("audience", target))).AccessToken;
        var billing = await server.SendAccessTokenAsync("orders", subject, ("audience", "billing"));
        billing.AccessToken.ShouldNotBeEmpty();
        Task<Answer> ActAsync() => server.SendAccessTokenAsync("orders", subject, ("audience", "billing"), ("actor_token", actor), ("actor_token_type", AccessTokenType));
        (await ActAsync()).AccessToken.ShouldNotBeEmpty();

        var text = await File.ReadAllTextAsync(server.RegistryFile, TestContext.Current.CancellationToken);
        var line = text.Split('\n').Single(line => line.StartsWith($"  {client}:", StringComparison.Ordinal));
        await server.EditRegistryAsync(line, isRemoved ? "" : line.TrimEnd()[..^1] + ", disabled: true }");
        server.Engine.Registry.Refused.ShouldBeNull();

        (await ActAsync()).Reason.ShouldBe(client == "web" ? "subject_revoked" : "actor_revoked");
        if (client != "web") return;
        (await server.SendAccessTokenAsync("orders", subject, ("audience", "billing"))).Reason.ShouldBe("subject_revoked");
        (await server.RefreshAsync("orders", billing.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
        (await server.IntrospectAsync("orders", billing.RefreshToken)).Body.ShouldBe("""{"active":false}""");
        (await server.IntrospectAsync("orders", subject)).Body.ShouldBe("""{"active":false}""");
    }
}
