using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Wording;

/// <summary>Lineage ids authorise nothing, are computed by nobody, and do not grow without end.</summary>
public sealed class LineageTests
{
    [Fact]
    public async Task A_root_cannot_be_computed_from_the_token_and_is_another_on_another_server()
    {
        await using var arena = await Arena.StartAsync();
        await using var other = await Arena.StartAsync(_ => Registries.Whole(arena));
        var idToken = arena.IdToken();
        var root = await RootAsync(arena, idToken);
        (await RootAsync(arena, idToken)).ShouldBe(root);
        (await RootAsync(other, idToken)).ShouldNotBe(root);

        var signed = idToken[..idToken.LastIndexOf('.')];
        byte[][] keys = [[], Encoding.UTF8.GetBytes(arena.Server.Issuer), Encoding.UTF8.GetBytes(arena.Login.Issuer)];
        foreach (var text in new[] { idToken, signed, arena.Login.Issuer + "\0" + signed, arena.Login.Issuer + signed, TestJwt.Parse(idToken).Claims.Text("jti") })
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            foreach (var guess in keys.Select(key => HMACSHA256.HashData(key, bytes)).Append(SHA256.HashData(bytes)))
                root.ShouldNotBe(Base64Url.EncodeToString(guess.AsSpan(0, 16)));
        }
    }

    static async Task<string> RootAsync(Arena arena, string idToken) => TestJwt.Parse(await arena.SignInAsync(idToken: idToken)).Claims.Text("jti").Split('.')[0];

    [Fact]
    public async Task Who_knows_every_id_has_nothing()
    {
        await using var arena = await Arena.StartAsync();
        var token = await arena.SignInAsync();
        var path = TestJwt.Parse(token).Claims.Text("jti");
        foreach (var id in new[] { path, path.Split('.')[0], path.Split('.')[1] })
        {
            (await arena.OnAsync("api", id, "billing")).Error.ShouldNotBeNull();
            (await arena.SendAsync("/introspect", "api", ("token", id))).ShouldBeGranted().Body.ShouldBe("""{"active":false}""");
            await arena.SendAsync("/revoke", "web", ("token", id));
            await arena.SendAsync("/revoke", "thief", ("token", id));
        }

        (await arena.IsActiveAsync("api", token)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_jti_that_an_issuer_chooses_puts_nobody_under_anybody()
    {
        await using var arena = await Arena.StartAsync();
        var victim = await arena.SignInAsync();
        var path = TestJwt.Parse(victim).Claims.Text("jti");
        foreach (var jti in new[] { path, path.Split('.')[0] })
        {
            var given = (await arena.ExchangeAsync("web", arena.IdToken("mallory", change: claims => claims["jti"] = jti), "id_token", ("audience", "orders"))).ShouldBeGranted();
            given.Claims.Text("jti").Split('.')[0].ShouldNotBe(path.Split('.')[0]);
            await arena.RevokeAsync("id", given.Claims.Text("jti").Split('.')[0]);
        }

        (await arena.IsActiveAsync("api", victim)).ShouldBeTrue();
        await arena.RevokeAsync("subject", "mallory");
        (await arena.IsActiveAsync("api", victim)).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_stole_a_token_can_neither_use_nor_end_it()
    {
        await using var arena = await Arena.StartAsync();
        var (idToken, token) = (arena.IdToken(), await arena.SignInAsync());
        foreach (var stolen in new[] { token, idToken })
        {
            await arena.SendAsync("/revoke", "thief", ("token", stolen));
            (await arena.SendAsync("/introspect", "thief", ("token", stolen))).ShouldBeGranted().Body.ShouldBe("""{"active":false}""");
        }

        (await arena.OnAsync("thief", token, "billing")).ShouldBeRefused(Reason.SubjectNotForCaller);
        (await arena.ExchangeAsync("thief", idToken, "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectNotForCaller);
        (await arena.OnAsync("api", token, "billing")).ShouldBeGranted();
        (await arena.ExchangeAsync("web", idToken, "id_token", ("audience", "orders"))).ShouldBeGranted();
    }

    [Fact]
    public async Task A_token_exchanged_for_itself_over_and_over_ends_at_sixteen_segments()
    {
        await using var arena = await Arena.StartAsync();
        var (token, segments) = (await arena.SignInAsync(), 2);
        for (; segments < 16; segments++)
        {
            var next = (await arena.OnAsync("api", token, "orders")).ShouldBeGranted();
            next.Claims.Text("jti").Split('.').Length.ShouldBe(segments + 1);
            token = next.AccessToken;
        }

        foreach (var target in new[] { "orders", "vault", "billing" })
            (await arena.OnAsync("api", token, target)).ShouldBeRefused(Reason.LineageTooDeep, Reason.NothingToGrant);
        (await arena.OnAsync("api", token, "orders")).ShouldBeRefused(Reason.LineageTooDeep);
        (await arena.IsActiveAsync("api", token)).ShouldBeTrue();
        await arena.RevokeAsync("subject", "alice");
        (await arena.IsActiveAsync("api", token)).ShouldBeFalse();
    }

    [Fact]
    public async Task No_token_is_larger_than_eight_KiB_however_it_grows()
    {
        await using var arena = await Arena.StartAsync(arena => Registries.Whole(arena).Replace("{ identifiers: https://orders.example.com,", "{ claims: bio, identifiers: https://orders.example.com,", StringComparison.Ordinal));
        var (given, refused) = (0, 0);
        for (var length = 5500; length < 6100; length += 20)
        {
            var idToken = arena.IdToken(change: claims => claims["bio"] = new string('x', length));
            var answer = await arena.ExchangeAsync("web", idToken, "id_token", ("audience", "orders"));
            for (var hop = 0; hop < 13 && answer.Reason is null; hop++, given++)
            {
                answer.AccessToken.Length.ShouldBeLessThanOrEqualTo(8192);
                answer = await arena.OnAsync("api", answer.AccessToken, "orders");
            }

            if (answer.Reason is null) continue;
            answer.ShouldBeRefused(Reason.TokenTooLarge);
            refused++;
        }

        given.ShouldBeGreaterThan(20);
        refused.ShouldBeGreaterThan(2);
    }
}
