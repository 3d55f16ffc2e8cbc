using System.Text.Json;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Customizers add claims and change nothing else.</summary>
public sealed class CustomizerTests(ExtendedWorld world) : IClassFixture<ExtendedWorld>
{
    Task<Answer> SendAsync(TestServer server) => server.SendIdTokenAsync("web", world.IdToken(claims => claims["groups"] = new JsonArray("a", "b")));

    [Fact]
    public async Task A_customizer_adds_claims_of_any_kind_and_wins_over_the_registrys()
    {
        world.Tagger.Customize = token =>
        {
            token.Add("tag", "from-code");
            token.Add("number", JsonSerializer.SerializeToElement(7));
            token.Add("odd \" name", JsonSerializer.SerializeToElement(new { a = new[] { 1, 2 } }));
        };
        var answer = await world.GrantsAsync(SendAsync);
        (answer.Claims.Text("tag"), answer.Claims.Number("number"), answer.Claims["odd \" name"]!.ToJsonString()).ShouldBe(("from-code", 7, """{"a":[1,2]}"""));
        System.Text.Encoding.UTF8.GetString(answer.Jwt.Payload).Split("\"tag\"").Length.ShouldBe(2);
        await world.GrantsAsync(async server => await server.SendAccessTokenAsync("web", (await SendAsync(server)).AccessToken));

        world.Tagger.Customize = _ => { };
        (await world.GrantsAsync(SendAsync)).Claims.Text("tag").ShouldBe("from-registry");
    }

    [Fact]
    public async Task A_customizer_sees_client_subject_actor_rule_and_target()
    {
        var seen = new List<string>();
        world.Legacy.Judge = _ => ResolverAnswer.Accept(world.Carol().ToJsonString());
        world.Tagger.Customize = token => seen.Add(
            $"{token.ClientId} {token.Rule} {token.Target} {token.Audience} {token.Subject.Issuer}/{token.Subject.Sub} {token.Subject.Claims.GetProperty("sub")} {token.Actor?.Issuer}/{token.Actor?.Sub} {token.Actor?.Claims.GetProperty("email")}");
        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken(), ActingWorld.Actor("legacy-1", "access_token")));
        seen.ShouldBe(Enumerable.Repeat("web acts orders https://orders.example.com login/alice alice legacy/legacy:carol carol@example.com", 2));
        world.Tagger.Customize = _ => { };
    }

    public static TheoryData<string> Reserved =>
    [
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "client_id", "azp", "scope", "scp", "act", "may_act", "cnf", "auth_time", "acr", "amr",
        "sid", "nonce", "events", "typ", "txn", "token_type", "active", "authorization_details", "sub_kind",
    ];

    [Theory, MemberData(nameof(Reserved))]
    public async Task C16_a_customizer_that_touches_a_reserved_claim_gives_a_500_on_record_and_no_token(string name)
    {
        world.Tagger.Customize = token => token.Add(name, "mine");
        await world.RefusesAsync(Reason.InternalError, SendAsync);
        world.Tagger.Customize = _ => { };
    }

    [Fact]
    public async Task A_customizer_that_throws_gives_a_500_on_record_and_no_token()
    {
        foreach (var customize in new Action<TokenCustomization>[]
        {
            token => throw new InvalidOperationException(token.Subject.Claims.ToString()),
            token => { token.Add("a", "1"); token.Add("a", "2"); },
            token => token.Add("", "x"),
            token => token.Add("a", default(JsonElement)),
        })
        {
            world.Tagger.Customize = customize;
            await world.RefusesAsync(Reason.InternalError, SendAsync);
        }

        world.Tagger.Customize = _ => { };
        await world.GrantsAsync(SendAsync);
    }

    [Fact]
    public async Task A_token_that_grows_too_large_is_refused()
    {
        world.Tagger.Customize = token => token.Add("large", new string('x', 9000));
        await world.RefusesAsync(Reason.TokenTooLarge, SendAsync);
        world.Tagger.Customize = _ => { };
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_customizer_that_is_never_done_is_told_to_stop_and_gives_a_500_on_record_and_no_token(bool heeds)
    {
        await world.RefusesAsync(Reason.InternalError, server => ResolverTests.HangAsync(world, heeds, wait => world.Tagger.Wait = wait, () => SendAsync(server)));
        world.Common.Log.Lines.ShouldContain(line => line.Contains("customizer Tagging gave no answer within 5 s", StringComparison.Ordinal));
        world.Tagger.Wait = _ => Task.CompletedTask;
        await world.GrantsAsync(SendAsync);
    }
}
