using System.Globalization;
using System.Numerics;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Wording;

/// <summary>An ECDSA signature (r, s) has a twin (r, n - s) that anybody can compute: another text, the same token.</summary>
public sealed class FlippedSignatureTests
{
    static readonly Dictionary<string, string> Orders = new()
    {
        ["ES256"] = "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551",
        ["ES384"] = "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
    };

    static string Flip(string token, string algorithm)
    {
        var jwt = TestJwt.Parse(token);
        var half = jwt.Signature.Length / 2;
        var n = BigInteger.Parse(Orders[algorithm], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        var s = n - new BigInteger(jwt.Signature.AsSpan(half), isUnsigned: true, isBigEndian: true);
        var flipped = new byte[half];
        var bytes = s.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.CopyTo(flipped, half - bytes.Length);
        var twin = (jwt with { Signature = [.. jwt.Signature[..half], .. flipped] }).ToString();
        twin.ShouldNotBe(token);
        return twin;
    }

    static string Registry(Arena arena) => Registries.Whole(arena).Replace("name: sign-in,", "name: sign-in, once: true,", StringComparison.Ordinal);

    static async Task<Arena> StartAsync(string algorithm)
    {
        var arena = await Arena.StartAsync(Registry);
        arena.Login.Publish(TestKey.Create(algorithm, "key"));
        return arena;
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    public async Task The_twin_of_a_token_is_spent_with_it(string algorithm)
    {
        await using var arena = await StartAsync(algorithm);
        var token = arena.Login.IdToken("alice", "web", claims => claims.Remove("jti"));
        (await arena.ExchangeAsync("web", token, "id_token", ("audience", "orders"))).ShouldBeGranted();
        (await arena.ExchangeAsync("web", Flip(token, algorithm), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.OnceUsedUp);
        // It verifies: elsewhere it is the same good token.
        (await arena.ExchangeAsync("web", Flip(token, algorithm), "id_token", ("audience", "reports"))).ShouldBeGranted();
        (await arena.ExchangeAsync("web", token, "id_token", ("audience", "reports"))).ShouldBeRefused(Reason.OnceUsedUp);
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("ES384")]
    public async Task The_twin_of_a_token_is_revoked_with_it(string algorithm)
    {
        await using var arena = await StartAsync(algorithm);
        var token = arena.Login.IdToken("alice", "web");
        var given = (await arena.ExchangeAsync("web", token, "id_token", ("audience", "orders"))).ShouldBeGranted();
        var ofTwin = (await arena.ExchangeAsync("web", Flip(token, algorithm), "id_token", ("audience", "vault"))).Reason;
        ofTwin.ShouldBeNull();
        await arena.RevokeAsync("id", given.Claims.Text("jti").Split('.')[0]);
        foreach (var twin in new[] { token, Flip(token, algorithm) })
            (await arena.ExchangeAsync("web", twin, "id_token", ("audience", "plain"))).ShouldBeRefused(Reason.SubjectRevoked);
    }

    [Fact]
    public async Task No_issuer_spends_the_token_of_another_by_giving_its_own_the_same_id()
    {
        await using var arena = await Arena.StartAsync(arena => Registries.Whole(arena).Replace("name: down,", "name: down, once: true,", StringComparison.Ordinal));
        var ours = await arena.SignInAsync(scope: "read");
        var id = TestJwt.Parse(ours).Claims.Text("jti");
        string[] tokens =
        [
            arena.Partner.AccessToken("mallory", Arena.Orders, "read", "x", claims => claims["jti"] = id),
            arena.Login.AccessToken("alice", Arena.Orders, "read", "x", claims => claims["jti"] = id),
            arena.IssueForeign(Forms.Introspected, claims => claims["jti"] = id),
            arena.IssueForeign(Forms.Resolved, claims => claims["jti"] = id),
            ours,
        ];
        foreach (var token in tokens) (await arena.OnAsync("api", token, "orders")).ShouldBeGranted();
        foreach (var token in tokens) (await arena.OnAsync("api", token, "orders")).ShouldBeRefused(Reason.OnceUsedUp);
    }

    [Fact]
    public async Task The_twin_of_a_token_of_ours_ends_with_it()
    {
        await using var arena = await StartAsync("ES256");
        var token = await arena.SignInAsync();
        var twin = Flip(token, "ES256");
        (await arena.IsActiveAsync("api", twin)).ShouldBeTrue();
        (await arena.SendAsync("/revoke", "web", ("token", token))).ShouldBeGranted();
        (await arena.IsActiveAsync("api", twin)).ShouldBeFalse();
        (await arena.OnAsync("api", twin, "billing")).ShouldBeRefused(Reason.SubjectRevoked);
    }
}
