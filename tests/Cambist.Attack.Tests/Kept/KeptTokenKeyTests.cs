using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Kept;

/// <summary>A kept verification ends with the key that made it: removed, replaced under its name, or moved.</summary>
public sealed class KeptTokenKeyTests
{
    static readonly TestKey Other = TestKey.Create("ES256", "key-2"), Impostor = TestKey.Create("ES256", "key-1");

    /// <summary>Another set is published, over http or in the file, and the fetch or look that finds it is due.</summary>
    static void Publish(KeptWorld world, TestIssuer issuer, params TestKey[] keys)
    {
        if (issuer == world.Login) issuer.Publish(keys);
        else RegistryEdits.Replace(Path.Combine(world.Server.Folder, KeptWorld.KeysFile), TestKey.PublicSet(keys).ToJsonString() + new string('\n', keys[0] == Impostor ? 1 : 0));
        world.Clock.Advance(issuer == world.Login ? TimeSpan.FromMinutes(20) : TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_whose_key_was_removed_is_refused(bool isFile)
    {
        await using var world = await KeptWorld.StartAsync();
        var issuer = isFile ? world.Filed : world.Login;
        var key = issuer.Keys[0];
        var token = await world.KeepIdTokenAsync(issuer);
        Publish(world, issuer, Other);
        (await world.SignInAsync(token)).ShouldBeRefused(Reason.SubjectKeyUnknown);

        Publish(world, issuer, Other, key);
        await world.ShouldBeVerifiedAsync(() => world.SignInAsync(token));
        await world.ShouldBeKeptAsync(() => world.SignInAsync(token));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_whose_key_was_replaced_under_its_name_is_refused(bool isFile)
    {
        await using var world = await KeptWorld.StartAsync();
        var issuer = isFile ? world.Filed : world.Login;
        var token = await world.KeepIdTokenAsync(issuer);
        Publish(world, issuer, Impostor);
        (await world.SignInAsync(token)).ShouldBeRefused(Reason.SubjectSignatureInvalid);
        (await world.SignInAsync(world.IdToken(issuer, Impostor))).ShouldBeGranted();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_whose_key_stays_among_others_stays_known(bool isFile)
    {
        await using var world = await KeptWorld.StartAsync();
        var issuer = isFile ? world.Filed : world.Login;
        var token = await world.KeepIdTokenAsync(issuer);
        Publish(world, issuer, Other, issuer.Keys[0]);
        (await world.SignInAsync(world.IdToken(issuer, Other))).ShouldBeGranted();
        await world.ShouldBeKeptAsync(() => world.SignInAsync(token));
    }

    [Fact]
    public async Task A_token_whose_key_may_no_longer_verify_its_algorithm_is_refused()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepIdTokenAsync();
        world.Login.Jwks.Say(TestKey.PublicSet(world.Login.Keys[0]).ToJsonString().Replace("\"sig\"", "\"enc\"", StringComparison.Ordinal));
        world.Clock.Advance(TimeSpan.FromMinutes(20));
        (await world.SignInAsync(token)).ShouldBeRefused(Reason.SubjectKeyUnknown);
    }

    [Fact]
    public async Task A_token_whose_issuer_has_been_away_for_a_day_is_a_503_like_any_other()
    {
        await using var world = await KeptWorld.StartAsync();
        var now = world.Clock.GetUtcNow().ToUnixTimeSeconds();
        await world.Server.EditRegistryAsync("id_token: { audiences: web } }\n    subject", "id_token: { audiences: web, max_age: 30d } }\n    subject");
        var token = await world.KeepAsync(world.IdToken(change: claims => claims["exp"] = now + (3 * 86_400)), world.SignInAsync);
        world.Login.Jwks.Status = 500;
        world.Clock.Jump(TimeSpan.FromHours(25));
        (await world.SignInAsync(token)).ShouldBeRefused(Reason.IssuerKeysUnavailable);
        world.Login.Jwks.Mend();
    }

    [Fact]
    public async Task A_token_whose_issuers_keys_are_taken_from_elsewhere_is_verified_under_those()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepIdTokenAsync(world.Filed);
        await world.Server.EditRegistryAsync($"jwks_file: {KeptWorld.KeysFile}", $"jwks_uri: {world.Login.Issuer}/jwks");
        (await world.SignInAsync(token)).ShouldBeRefused(Reason.SubjectSignatureInvalid); // login has another key of that name
    }
}
