using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-43: an administrator whom somebody would be, by a rule that says anybody.</summary>
public sealed class AdministratorTests
{
    const string Redeeming = "urn:cambist:token-type:impersonation_token";
    const string NoAdmins = """
        deny: { name: no-admins, subject: { kind: impersonated, where: { sub: "admin-*" } }, reason: administrators are never impersonated }
        """;

    static string Registry(string deny) => $$"""
        resources: { orders: { identifiers: https://orders.example.com } }
        clients: { {{Client("support")}} }
        {{deny}}
        rules: { name: as-anybody, clients: support, subject: { issuer: impersonation }, targets: { orders: [] } }
        """;

    static Task<Answer> RedeemAsync(TestServer server, string token) => server.ExchangeAsync("support", SecretOf("support"), token, Redeeming, ("audience", "orders"));

    [Theory]
    [InlineData("admin-1")]
    [InlineData("admin-")]
    public async Task AB_43_an_administrator_is_not_minted_for(string subject)
    {
        await using var own = await AdHocWorld.StartAsync(_ => Registry(NoAdmins));
        var refused = await own.Common.MintAsync(subject);
        ((int)refused.Status, refused.Reason).ShouldBe((400, "denied"));
        var minted = await own.Common.MintAsync("customer-7");
        (await RedeemAsync(own.Common, (string)minted.Json["token"]!)).Error.ShouldBeNull();
    }

    [Fact]
    public async Task AB_43_a_token_minted_before_it_was_forbidden_is_refused_too()
    {
        await using var own = await AdHocWorld.StartAsync(_ => Registry(""), new FakeClock());
        var tokens = new Dictionary<TestServer, string>();
        foreach (var server in new[] { own.Common, own.Rfc8693 })
        {
            tokens[server] = (string)(await server.MintAsync("admin-1")).Json["token"]!;
            await server.EditRegistryAsync(text => text + "\n" + NoAdmins + "\n");
        }

        await own.RefusesAsync(Reason.Denied, server => RedeemAsync(server, tokens[server]));
    }
}
