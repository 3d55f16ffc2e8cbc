using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>A rule with <c>refresh</c>: what comes along with the access token, and what each use of it gives.</summary>
public sealed class RefreshTests(RefreshWorld world)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TX_29_a_refresh_token_comes_along_where_the_rule_says_so()
    {
        foreach (var answer in new[] { await world.GrantsAsync(server => world.SignInAsync(server)), await world.GrantsAsync(world.OnBehalfAsync) })
        {
            answer.RefreshToken.ShouldStartWith("cbr_");
            Base64Url.DecodeFromChars(answer.RefreshToken.AsSpan(4)).Length.ShouldBe(32);
        }

        (await world.GrantsAsync(server => world.SignInAsync(server, "other", ("audience", "reports")))).Json.ContainsKey("refresh_token").ShouldBeFalse();
    }

    [Fact]
    public async Task A_client_whose_grants_leave_it_out_gets_none_and_can_use_none()
    {
        var answer = await world.GrantsAsync(server => world.SignInAsync(server, "narrow"));
        answer.Json.ContainsKey("refresh_token").ShouldBeFalse();
        answer.Claims.Text("jti").Split('.').Length.ShouldBe(2);
        await world.RefusesAsync(Reason.GrantNotAllowed, async server => await server.RefreshAsync("narrow", (await world.SignInAsync(server)).RefreshToken));
    }

    [Fact]
    public async Task A_refresh_gives_the_same_token_again_and_another_refresh_token()
    {
        foreach (var server in world.Both)
        {
            var first = await world.SignInAsync(server);
            var second = await server.RefreshAsync("web", first.RefreshToken);
            second.Json.Select(member => member.Key).ShouldBe(["access_token", "token_type", "expires_in", "refresh_token", "scope"], ignoreOrder: true);
            second.RefreshToken.ShouldNotBe(first.RefreshToken);
            var third = await server.RefreshAsync("web", second.RefreshToken);
            foreach (var claims in new[] { second.Claims, third.Claims })
            {
                foreach (var name in new[] { "iss", "sub", "aud", "client_id", "scope", "email", "auth_time", "acr", "amr" })
                    claims[name]!.ToJsonString().ShouldBe(first.Claims[name]!.ToJsonString());
                claims.Select(claim => claim.Key).ShouldBe(first.Claims.Select(claim => claim.Key));
            }
        }
    }

    [Fact]
    public async Task Each_access_token_is_one_hop_under_the_refresh_token_whose_id_rotation_keeps()
    {
        var first = await world.SignInAsync(world.Common);
        var second = await world.Common.RefreshAsync("web", first.RefreshToken);
        var third = await world.Common.RefreshAsync("web", second.RefreshToken);
        var id = (await FindAsync(first.RefreshToken)).Id;
        foreach (var answer in new[] { first, second, third })
        {
            (await FindAsync(answer.RefreshToken)).Id.ShouldBe(id);
            var jti = answer.Claims.Text("jti");
            jti.ShouldStartWith(id + ".");
            jti.Split('.').Length.ShouldBe(3); // the ID token's root, the refresh token, the access token
        }

        new[] { first, second, third }.Select(answer => answer.Claims.Text("jti")).Distinct().Count().ShouldBe(3);
    }

    [Fact]
    public async Task The_actors_are_those_of_the_first_exchange()
    {
        foreach (var server in world.Both)
        {
            var first = await world.OnBehalfAsync(server);
            var again = await server.RefreshAsync("orders", (await server.RefreshAsync("orders", first.RefreshToken)).RefreshToken);
            var (before, after) = (await IntrospectedAsync(first), await IntrospectedAsync(again));
            before["act"]!.ToJsonString().ShouldBe("""{"sub":"orders"}""");
            after["act"]!.ToJsonString().ShouldBe(before["act"]!.ToJsonString());
            (after.Text("sub"), after.Text("scope"), after.Text("email")).ShouldBe((before.Text("sub"), before.Text("scope"), before.Text("email")));
            async Task<JsonObject> IntrospectedAsync(Answer answer) => (await server.IntrospectAsync("billing", answer.AccessToken)).Json;
        }
    }

    [Fact]
    public async Task Scopes_may_be_narrowed_and_never_widened()
    {
        foreach (var server in world.Both)
        {
            var read = await world.SignInAsync(server, "web", ("audience", "orders"), ("scope", "read"));
            (await server.RefreshAsync("web", read.RefreshToken, ("scope", "read write"))).Error.ShouldBe("invalid_scope");
            var again = await server.RefreshAsync("web", read.RefreshToken); // which the refusal did not spend
            again.Json.Text("scope").ShouldBe("read");

            var both = await world.SignInAsync(server);
            var narrowed = await server.RefreshAsync("web", both.RefreshToken, ("scope", "write"));
            narrowed.Json.Text("scope").ShouldBe("write");
            (await server.RefreshAsync("web", narrowed.RefreshToken)).Json.Text("scope").ShouldBe("read write"); // as first granted: RFC 6749 §6
        }
    }

    [Fact]
    public async Task The_target_is_that_of_the_first_exchange()
    {
        foreach (var server in world.Both)
        {
            var token = (await world.SignInAsync(server, "web", ("resource", "https://orders.example.net"))).RefreshToken;
            (await server.RefreshAsync("web", token, ("audience", "reports"))).Reason.ShouldBe("target_outside_token");
            (await server.RefreshAsync("web", token, ("resource", RefreshWorld.Orders))).Error.ShouldBe("invalid_target");
            (await server.RefreshAsync("web", token, ("resource", "https://nowhere.example.com"))).Reason.ShouldBe("target_unknown");
            (await server.RefreshAsync("web", token, ("resource", "https://orders.example.net"), ("audience", "reports"))).Reason.ShouldBe("one_target_at_a_time");
            var same = await server.RefreshAsync("web", token, ("resource", "https://orders.example.net"));
            same.Claims.Text("aud").ShouldBe("https://orders.example.net");
            (await server.RefreshAsync("web", same.RefreshToken)).Claims.Text("aud").ShouldBe("https://orders.example.net");
        }
    }

    [Fact]
    public async Task What_is_no_refresh_token_of_the_client_is_unknown()
    {
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendFormAsync("web", ("grant_type", "refresh_token")));
        await world.RefusesAsync(Reason.ParameterRepeated, server => server.RefreshAsync("web", "cbr_x", ("refresh_token", "cbr_x")));
        foreach (var junk in new[] { "x", "cbr_", "cbr_" + new string('A', 43), "\0" }) await world.RefusesAsync(Reason.RefreshTokenUnknown, server => server.RefreshAsync("web", junk));
        await world.RefusesAsync(Reason.RefreshTokenUnknown, async server => await server.RefreshAsync("web", (await world.SignInAsync(server)).AccessToken));
        await world.RefusesAsync(Reason.RefreshTokenUnknown, async server => await server.RefreshAsync("web", (await world.OnBehalfAsync(server)).AccessToken)); // opaque
        foreach (var server in world.Both)
        {
            var webs = await world.SignInAsync(server);
            (await server.RefreshAsync("other", webs.RefreshToken)).Reason.ShouldBe("refresh_token_unknown");
            (await server.RefreshAsync("web", webs.RefreshToken)).AccessToken.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task CA_21_only_the_hash_of_a_refresh_token_is_kept_and_no_token_with_it()
    {
        var subject = world.IdToken(RefreshWorld.WithMore);
        var first = await world.Common.SendIdTokenAsync("web", subject, ("audience", "orders"));
        var second = await world.Common.RefreshAsync("web", first.RefreshToken);
        foreach (var file in await world.Common.StoreFilesAsync())
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var copy = new MemoryStream();
            await stream.CopyToAsync(copy, Cancel);
            var text = Encoding.Latin1.GetString(copy.ToArray());
            foreach (var secret in new[] { first.RefreshToken[4..], second.RefreshToken[4..], subject, subject[(subject.LastIndexOf('.') + 1)..], first.AccessToken, second.AccessToken })
                text.ShouldNotContain(secret);
        }

        foreach (var line in world.Common.Log.Lines) line.ShouldNotContain("cbr_");
    }

    async Task<StoredToken> FindAsync(string token) =>
        (await world.Common.Engine.Store.Tokens.FindAsync(SHA256.HashData(Encoding.UTF8.GetBytes(token)), Cancel)).ShouldNotBeNull();
}
