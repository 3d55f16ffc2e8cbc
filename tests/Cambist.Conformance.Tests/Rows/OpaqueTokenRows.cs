using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>Opaque access tokens: what they are, and that they are exchanged like any other of ours.</summary>
public sealed class OpaqueTokenRows(OpaqueWorld world)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static ValueTask<StoredToken?> FindAsync(TestServer server, string token) =>
        server.Engine.Store.Tokens.FindAsync(SHA256.HashData(Encoding.UTF8.GetBytes(token)), Cancel);

    [Fact]
    public async Task AT_12_C9_an_opaque_token_is_256_random_bits_and_only_its_hash_is_kept()
    {
        var tokens = new HashSet<string>();
        for (var i = 0; i < 20; i++) tokens.Add((await world.OrdersAsync(world.Common)).AccessToken);
        tokens.Count.ShouldBe(20);
        foreach (var token in tokens)
        {
            token.ShouldStartWith("cbt_");
            Base64Url.DecodeFromChars(token.AsSpan(4)).Length.ShouldBe(32);
            (await FindAsync(world.Common, token)).ShouldNotBeNull().Kind.ShouldBe(StoredTokenKind.AccessToken);
        }

        foreach (var file in await world.Common.StoreFilesAsync())
        {
            var text = Encoding.Latin1.GetString(await ReadSharedAsync(file));
            foreach (var token in tokens) text.ShouldNotContain(token[4..]);
        }
    }

    [Fact]
    public async Task AT_12_the_answer_is_that_of_any_access_token()
    {
        var answer = await world.GrantsAsync(server => world.OrdersAsync(server, ("scope", "read")));
        answer.Json.Text("issued_token_type").ShouldBe(AccessTokenType);
        answer.Json.Text("scope").ShouldBe("read");
        answer.Json.Number("expires_in").ShouldBe(600);
    }

    [Fact]
    public async Task AT_12_what_is_kept_is_what_a_jwt_would_say()
    {
        var token = (await world.OrdersAsync(world.Common)).AccessToken;
        var stored = (await FindAsync(world.Common, token)).ShouldNotBeNull();
        var claims = JsonNode.Parse(stored.Content.Span)!.AsObject();
        claims.Select(claim => claim.Key).ShouldBe(["iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope", "auth_time", "acr", "email", "verified", "level", "groups"], ignoreOrder: true);
        (claims.Text("sub"), claims.Text("aud"), claims.Text("client_id"), claims.Text("scope")).ShouldBe(("alice", OpaqueWorld.Orders, "web", "read write"));
        (stored.Id, stored.ExpiresAt).ShouldBe((claims.Text("jti"), claims.Number("exp") * 1000));
    }

    [Fact]
    public async Task TX_09_an_opaque_token_of_ours_is_an_access_token_and_neither_jwt_nor_id_token()
    {
        await world.GrantsAsync(async server => await server.SendAccessTokenAsync("orders", (await world.OrdersAsync(server)).AccessToken, ("audience", "billing")));
        foreach (var type in new[] { "jwt", "id_token" })
        {
            await world.RefusesAsync(Reason.SubjectMalformed, async server =>
                await server.ExchangeAsync("orders", SecretOf("orders"), (await world.OrdersAsync(server)).AccessToken, type, ("audience", "billing")));
        }

        await world.RefusesAsync(Reason.SubjectTokenTypeUnsupported, async server =>
            await server.ExchangeAsync("orders", SecretOf("orders"), (await world.OrdersAsync(server)).AccessToken, "refresh_token", ("audience", "billing")));
        await world.RefusesAsync(Reason.SubjectUnknown, async server =>
            await server.ExchangeAsync("orders", SecretOf("orders"), (await world.OrdersAsync(server)).AccessToken, TokenTypes.ImpersonationToken, ("audience", "billing")));
    }

    [Fact]
    public async Task TX_16_a_jwt_is_refused_where_the_resource_is_opaque()
    {
        await world.RefusesAsync(Reason.RequestedTokenTypeUnsupported, async server => await server.SendAccessTokenAsync(
            "billing", (await world.BillingAsync(server)).AccessToken, ("audience", "vault"), ("requested_token_type", JwtType)));

        // The rule lists jwt first, which counts where the resource can give one.
        var opaque = await world.GrantsAsync(async server => await server.SendAccessTokenAsync("billing", (await world.BillingAsync(server)).AccessToken, ("audience", "vault")));
        opaque.Json.Text("issued_token_type").ShouldBe(AccessTokenType);
        opaque.AccessToken.ShouldStartWith("cbt_");
        (await world.GrantsAsync(world.ReportsAsync)).Json.Text("issued_token_type").ShouldBe(JwtType);
    }

    [Fact]
    public async Task TX_35_an_opaque_token_is_used_by_whom_it_was_issued_to_or_meant_for()
    {
        await world.RefusesAsync(Reason.SubjectNotForCaller, async server =>
            await server.SendAccessTokenAsync("stranger", (await world.OrdersAsync(server)).AccessToken, ("audience", "billing")));
    }

    [Fact]
    public async Task TX_39_scope_and_life_only_shrink_over_opaque_tokens()
    {
        await world.RefusesAsync(Reason.ScopeNotGranted, async server => await server.SendAccessTokenAsync(
            "orders", (await world.OrdersAsync(server, ("scope", "read"))).AccessToken, ("audience", "billing"), ("scope", "pay")));
        var read = await world.GrantsAsync(async server => await server.SendAccessTokenAsync(
            "orders", (await world.OrdersAsync(server, ("scope", "read"))).AccessToken, ("audience", "billing")));
        read.Json.Text("scope").ShouldBe("read");

        var jwt = (await world.ReportsAsync(world.Common)).Claims;
        (jwt.Number("exp") - jwt.Number("iat")).ShouldBeInRange(290, 300); // billing's five minutes
        jwt.ContainsKey("email").ShouldBeFalse();
    }

    [Fact]
    public async Task DL_02_delegation_through_opaque_tokens_keeps_the_chain()
    {
        var claims = (await world.GrantsAsync(world.ReportsAsync)).Claims;
        claims["act"]!.ToJsonString().ShouldBe("""{"sub":"billing","act":{"sub":"orders"}}""");
        claims.Text("sub").ShouldBe("alice");
        claims.Text("jti").Split('.').Length.ShouldBe(4); // the ID token's root, orders, billing, reports
    }

    [Fact]
    public async Task A_token_for_a_client_itself_may_be_opaque_and_stays_a_clients()
    {
        var token = await world.GrantsAsync(server => server.ForItselfAsync("orders"));
        token.AccessToken.ShouldStartWith("cbt_");
        token.Json.ContainsKey("issued_token_type").ShouldBeFalse();
        await world.RefusesAsync(Reason.NoRule, async server => await server.SendAccessTokenAsync("billing", (await server.ForItselfAsync("orders")).AccessToken, ("audience", "reports")));
        await world.GrantsAsync(async server => await server.SendAccessTokenAsync("billing", (await server.ForItselfAsync("orders")).AccessToken, ("audience", "vault")));
    }

    static async Task<byte[]> ReadSharedAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, Cancel);
        return copy.ToArray();
    }
}
