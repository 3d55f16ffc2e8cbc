using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Kept;

/// <summary>Expiry, revocation, another registry, another key and a disabled client take effect at once on a token whose verification is kept.</summary>
public sealed class KeptTokenTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_verified_twice_and_then_known_and_gives_the_same_each_time()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = world.IdToken();
        var given = new List<(string, string, string)>();
        for (var i = 0; i < 5; i++)
        {
            var claims = (await world.SignInAsync(token)).ShouldBeGranted().Claims;
            given.Add(((string)claims["sub"]!, (string)claims["scope"]!, ((string)claims["jti"]!).Split('.')[0]));
        }

        given.Distinct().ShouldHaveSingleItem().Item1.ShouldBe("alice");
        (world.Verified, world.Kept).ShouldBe((2, 3));
    }

    [Fact]
    public async Task A_kept_token_expires()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepAccessTokenAsync();
        (await world.Server.IntrospectAsync("api", token)).ShouldBeGranted().Json["active"]!.GetValue<bool>().ShouldBeTrue();
        world.Clock.Advance(TimeSpan.FromMinutes(10));
        (await world.OnAsync(token)).ShouldBeRefused(Reason.SubjectExpired);
        (await world.Server.IntrospectAsync("api", token)).ShouldBeGranted().Json["active"]!.GetValue<bool>().ShouldBeFalse();

        var idToken = await world.KeepIdTokenAsync();
        world.Clock.Jump(TimeSpan.FromHours(1));
        (await world.SignInAsync(idToken)).ShouldBeRefused(Reason.SubjectExpired);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("subject")]
    [InlineData("issuer")]
    public async Task A_kept_token_of_an_issuer_is_revoked(string by)
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepIdTokenAsync();
        var issued = (await world.SignInAsync(token)).ShouldBeGranted().Claims;
        await RevokeAsync(world, by, by switch { "id" => ((string)issued["jti"]!).Split('.')[0], "subject" => "alice", _ => "login" });
        (await world.SignInAsync(token)).ShouldBeRefused(Reason.SubjectRevoked);
    }

    [Theory]
    [InlineData("id")]
    [InlineData("subject")]
    [InlineData("client")]
    [InlineData("issuer")]
    public async Task A_kept_token_of_ours_is_revoked_and_introspection_says_so(string by)
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepAccessTokenAsync();
        (await world.ShouldBeKeptAsync(() => world.Server.IntrospectAsync("api", token))).Json["active"]!.GetValue<bool>().ShouldBeTrue();
        await RevokeAsync(world, by, by switch { "id" => (string)TestJwt.Parse(token).Claims["jti"]!, "subject" => "alice", "client" => "web", _ => "login" });
        (await world.OnAsync(token)).ShouldBeRefused(Reason.SubjectRevoked);
        (await world.ShouldBeKeptAsync(() => world.Server.IntrospectAsync("api", token))).Json["active"]!.GetValue<bool>().ShouldBeFalse();
    }

    static async Task RevokeAsync(KeptWorld world, string by, string value) =>
        (await world.Server.AdminPostAsync("/revocations", new() { [by] = value, ["reason"] = "a leak" })).ShouldBeGranted();

    [Fact]
    public async Task A_token_that_is_asked_about_again_and_again_is_verified_twice()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = (await world.SignInAsync(world.IdToken())).ShouldBeGranted().AccessToken;
        await world.KeepAsync(token, one => world.Server.IntrospectAsync("api", one));
        await world.ShouldBeKeptAsync(() => world.OnAsync(token));
    }

    /// <summary>What is edited, and what a kept ID token is then refused for.</summary>
    public static TheoryData<string, string, Reason> Edits => new()
    {
        { "tokens: { id_token: { audiences: web } }\n    subject", "tokens: { id_token: { audiences: [server] } }\n    subject", Reason.SubjectAudienceMismatch },
        { "tokens: { id_token: { audiences: web } }\n    subject", "tokens: { jwt: { audiences: web } }\n    subject", Reason.SubjectIssuerUntrusted },
        { "tokens: { id_token: { audiences: web } }\n    subject", "tokens: { id_token: { audiences: web, typ: other+jwt } }\n    subject", Reason.SubjectTypeMismatch },
        { "tokens: { id_token: { audiences: web } }\n    subject", "tokens: { id_token: { audiences: web, max_age: 1s } }\n    subject", Reason.SubjectTooOld },
        { "algorithms: [ES256, ES384]", "algorithms: ES384", Reason.SubjectAlgorithmUnsupported },
        { "roles: [subject, actor]", "roles: [subject, actor]\n    where: { tenant: blue }", Reason.SubjectConditionFailed },
        { "subject: \"{sub}\"", "subject: \"login:{tenant}\"", Reason.SubjectUnmappable },
        { "subject: { issuer: [login, filed] }", "subject: { issuer: filed }", Reason.NoRule },
        { "subject: { issuer: [login, filed] }", "subject: { issuer: [login, filed], where: { tenant: blue } }", Reason.NoRule },
        { "rules:\n", "deny: [ { name: out, subject: { where: { sub: alice } }, reason: left } ]\nrules:\n", Reason.Denied },
        { "clients: web, subject", "clients: api, subject", Reason.GrantNotAllowed },
        { "  web: { ", "  web: { disabled: true, ", Reason.ClientAuthenticationFailed },
    };

    [Theory, MemberData(nameof(Edits), DisableDiscoveryEnumeration = true)]
    public async Task A_kept_token_is_judged_by_the_registry_in_force(string old, string now, Reason reason)
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepIdTokenAsync();
        await world.Server.EditRegistryAsync(old, now);
        world.Server.Engine.Registry.Refused.ShouldBeNull();
        (await world.SignInAsync(token)).ShouldBeRefused(reason);

        await world.Server.EditRegistryAsync(now, old);
        await world.ShouldBeKeptAsync(() => world.SignInAsync(token));
    }

    [Fact]
    public async Task A_kept_token_of_an_issuer_that_is_gone_is_nobodys_and_verified_again_when_it_is_back()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepIdTokenAsync();
        await world.Server.EditRegistryAsync(world.Login.Issuer, "https://elsewhere.example.com");
        (await world.SignInAsync(token)).ShouldBeRefused(Reason.SubjectIssuerUntrusted);
        await world.Server.EditRegistryAsync("https://elsewhere.example.com", world.Login.Issuer);
        await world.ShouldBeVerifiedAsync(() => world.SignInAsync(token));
        await world.ShouldBeKeptAsync(() => world.SignInAsync(token));
    }

    [Fact]
    public async Task A_kept_token_gets_the_name_that_the_registry_in_force_gives_it()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepIdTokenAsync();
        await world.Server.EditRegistryAsync("subject: \"{sub}\"", "subject: \"people:{sub}\"");
        ((string?)(await world.ShouldBeKeptAsync(() => world.SignInAsync(token))).Claims["sub"]).ShouldBe("people:alice");
    }

    [Fact]
    public async Task A_kept_token_of_ours_ends_with_the_client_it_was_issued_to()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepAccessTokenAsync();
        await world.Server.EditRegistryAsync("  web: { ", "  web: { disabled: true, ");
        (await world.OnAsync(token)).ShouldBeRefused(Reason.SubjectRevoked);
        (await world.Server.IntrospectAsync("api", token)).ShouldBeGranted().Json["active"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task A_kept_token_of_ours_ends_with_the_key_that_signed_it()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepAccessTokenAsync();
        var keyId = (string)TestJwt.Parse(token).HeaderJson["kid"]!;
        (await new KeyActs(world.Server.Engine.Store, Path.Combine(world.Server.Folder, "cambist.key"), new Deaf()).RevokeAsync(keyId, "test", "it leaked", Cancel)).Refusal.ShouldBeNull();
        await world.Server.WhenAsync(() => world.Server.Engine.Keys.Current.Published.All(key => key.KeyId != keyId));
        (await world.OnAsync(token)).ShouldBeRefused(Reason.SubjectKeyUnknown);
        (await world.Server.IntrospectAsync("api", token)).ShouldBeGranted().Json["active"]!.GetValue<bool>().ShouldBeFalse();
    }

    sealed class Deaf : IEngineListener
    {
        public void On(EngineEvent engineEvent)
        {
        }
    }
}
