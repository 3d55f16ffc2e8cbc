using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Kept;

/// <summary>Tokens that are almost the one that is kept, and that one in another's place.</summary>
public sealed class LikeKeptTokenTests
{
    static string Changed(string token, Action<JsonObject>? header = null, Action<JsonObject>? claims = null)
    {
        var jwt = TestJwt.Parse(token);
        var (newHeader, newClaims) = (jwt.HeaderJson, jwt.Claims);
        header?.Invoke(newHeader);
        claims?.Invoke(newClaims);
        return (jwt with { Header = System.Text.Encoding.UTF8.GetBytes(newHeader.ToJsonString()), Payload = System.Text.Encoding.UTF8.GetBytes(newClaims.ToJsonString()) }).ToString();
    }

    /// <summary>All of these but the first end as the kept token does.</summary>
    static Dictionary<string, string> LikenessesOf(string token)
    {
        var signature = token.LastIndexOf('.') + 1;
        var flipped = token[signature] == 'A' ? 'B' : 'A';
        return new()
        {
            ["the last character of the signature"] = token[..^1] + (token[^1] == 'A' ? 'Q' : 'A'),
            ["the first character of the signature"] = token[..signature] + flipped + token[(signature + 1)..],
            ["other claims"] = Changed(token, claims: claims => claims["sub"] = "admin"),
            ["another header"] = Changed(token, header => header["typ"] = "jwt"),
            ["a header with more in it"] = Changed(token, header => header["x"] = 1),
            ["a signature that ends alike"] = token[..signature] + new string('A', token.Length - signature - 11) + token[^11..],
        };
    }

    [Fact]
    public async Task What_is_almost_a_kept_token_is_refused_as_ever_and_changes_nothing()
    {
        await using var world = await KeptWorld.StartAsync();
        foreach (var (token, use) in new[] { (await world.KeepIdTokenAsync(), (Func<string, Task<Answer>>)world.SignInAsync), (await world.KeepAccessTokenAsync(), world.OnAsync) })
        {
            for (var round = 0; round < 3; round++)
                foreach (var (what, other) in LikenessesOf(token))
                {
                    other.ShouldNotBe(token);
                    var (kept, verified) = (world.Kept, world.Verified);
                    (await use(other)).ShouldBeRefused(Reason.SubjectSignatureInvalid, Reason.SubjectTypeMismatch);
                    (world.Kept, world.Verified).ShouldBe((kept, verified), what);
                }

            await world.ShouldBeKeptAsync(() => use(token));
        }
    }

    [Fact]
    public async Task A_kept_token_is_taken_only_as_what_its_issuer_is_trusted_for()
    {
        await using var world = await KeptWorld.StartAsync();
        var token = await world.KeepIdTokenAsync();
        (await world.Server.SendAccessTokenAsync("web", token, ("audience", "orders"))).ShouldBeRefused(Reason.SubjectIssuerUntrusted);
        (await world.Server.SendJwtAsync("web", token, ("audience", "orders"))).ShouldBeRefused(Reason.SubjectIssuerUntrusted);
        (await world.Server.SendIdTokenAsync("api", token, ("audience", "billing"))).ShouldNotBeNull().Status.ShouldNotBe(System.Net.HttpStatusCode.OK);
        (await world.Server.IntrospectAsync("web", token)).ShouldBeGranted().Json["active"]!.GetValue<bool>().ShouldBeFalse("it is not ours");

        var ours = await world.KeepAccessTokenAsync();
        (await world.Server.SendIdTokenAsync("web", ours, ("audience", "orders"))).ShouldBeRefused(Reason.SubjectIssuerUntrusted);
        (await world.Server.SendJwtAsync("web", ours, ("audience", "orders"))).ShouldBeRefused(Reason.SubjectIssuerUntrusted);
        (await world.Server.SendAccessTokenAsync("web", ours, ("audience", "billing"))).Status.ShouldNotBe(System.Net.HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_token_that_is_kept_as_subject_is_an_actor_only_where_it_may_be()
    {
        await using var world = await KeptWorld.StartAsync();
        var (token, bob) = (world.IdToken(change: claims => claims["aud"] = "web"), world.IdToken(world.Filed));
        await world.KeepAsync(token, world.SignInAsync);
        await world.KeepAsync(bob, world.SignInAsync);

        // login's tokens may be both, and this one is for web and not for acting; filed's are never an actor's.
        (await ActAsync(token, token)).ShouldBeRefused(Reason.SubjectNotForCaller);
        (await ActAsync(token, bob)).ShouldBeRefused(Reason.ActorIssuerUntrusted);
        await world.ShouldBeKeptAsync(() => world.SignInAsync(token));

        Task<Answer> ActAsync(string subject, string actor) => world.Server.SendIdTokenAsync(
            "acting", subject, ("audience", "orders"), ("actor_token", actor), ("actor_token_type", Requests.IdTokenType));
    }

    [Fact]
    public async Task However_many_send_them_at_once_the_good_ones_are_granted_and_no_others()
    {
        await using var world = await KeptWorld.StartAsync();
        var good = Enumerable.Range(0, 6).Select(_ => world.IdToken()).ToHashSet();
        var all = good.Concat(good.SelectMany(token => LikenessesOf(token).Values)).ToArray();
        var choices = new Abuse.Mutations(7);
        var sent = Enumerable.Range(0, 600).Select(_ => all[choices.Next(all.Length)]).ToArray();
        await Parallel.ForEachAsync(sent, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken }, async (token, _) =>
        {
            var answer = await world.SignInAsync(token);
            if (good.Contains(token)) answer.ShouldBeGranted();
            else answer.ShouldBeRefused(Reason.SubjectSignatureInvalid);
        });
        (world.Kept + world.Verified).ShouldBe(sent.Count(good.Contains));
        world.Kept.ShouldBeGreaterThan(good.Count);
    }
}
