using System.Text;
using System.Text.Json.Nodes;
using Cambist.Tests.Keys;

namespace Cambist.Tests.Clients;

/// <summary>What step 2 costs where nothing has to be fetched: no waiting, and nothing allocated beside the method's own work.</summary>
public sealed class ClientAuthenticatorTests : IssuerKeysFixture
{
    const string Secret = "the-secret-of-web-0123456789";

    readonly Registry _registry = RegistryText.Load($$"""
        issuer: https://sts.example.com
        clients:
          web: { secrets: { file: s } }
          keyed: { jwks: { "keys": [{{Encoding.UTF8.GetString(First.PublicJwk.Span)}}] } }
          remote: { jwks_uri: {{StubIssuer.Jwks}} }
        """, ("s", Secret));

    ClientAuthenticator Authenticator => new(Keys);

    static readonly PresentedCredentials Basic = new() { Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"web:{Secret}")) };

    Walk NewWalk() => new(_registry, Clock.GetUtcNow(), "test");

    PresentedCredentials Signed(string client, SigningKey key, string id)
    {
        var header = new JsonObject { ["alg"] = key.Algorithm.Name, ["kid"] = key.KeyId };
        var claims = new JsonObject { ["iss"] = client, ["sub"] = client, ["aud"] = "https://sts.example.com", ["exp"] = Clock.Seconds + 60, ["iat"] = Clock.Seconds, ["jti"] = id };
        var unsigned = $"{Part(header)}.{Part(claims)}";
        var signature = new byte[512];
        var length = key.Sign(Encoding.ASCII.GetBytes(unsigned), signature);
        return new() { ClientAssertionType = PrivateKeyJwt.AssertionType, ClientAssertion = $"{unsigned}.{System.Buffers.Text.Base64Url.EncodeToString(signature.AsSpan(0, length))}" };
    }

    static bool IsTakenAtOnce(ValueTask<Result<RegisteredClient>> task) => task.IsCompletedSuccessfully && task.Result.Gives(out _, out _);

    static string Part(JsonObject json) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));

    [Theory]
    [InlineData("web", "not-the-secret", "wrong secret")]
    [InlineData("over", "not-the-secret", "wrong secret")]
    [InlineData("off", Secret, "the client is disabled")]
    [InlineData("post", Secret, "the client authenticates in another way")]
    [InlineData("nobody", Secret, "unknown client")]
    public async Task The_log_can_say_which_check_failed_where_the_answer_says_nothing(string client, string secret, string check)
    {
        var registry = RegistryText.Load("""
            issuer: https://sts.example.com
            clients:
              web: { secrets: { file: s } }
              over: { secrets: { file: s, expires: 2001-01-01 } }
              off: { secrets: { file: s }, disabled: true }
              post: { secrets: { file: s }, auth: client_secret_post }
            """, ("s", Secret));
        var presented = new PresentedCredentials { Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client}:{secret}")) };
        var result = await Authenticator.AuthenticateAsync(new(registry, Clock.GetUtcNow(), "test"), presented, TestContext.Current.CancellationToken);
        result.Gives(out _, out var denied).ShouldBeFalse();
        (denied!.Reason, denied.Detail).ShouldBe((Cambist.Protocol.Reason.ClientAuthenticationFailed, check));
    }

    [Fact]
    public void A_secret_is_judged_at_once_and_costs_nothing_more_than_its_own_method()
    {
        var authenticator = Authenticator;
        var walk = NewWalk();
        for (var i = 0; i < 100; i++) Both(); // statics are made once
        var (whole, method) = Both();
        whole.ShouldBe(method);
        walk.Client!.Id.ShouldBe("web");
        walk.Spends.ShouldBeEmpty();

        (long Whole, long Method) Both()
        {
            var start = GC.GetAllocatedBytesForCurrentThread();
            var isTaken = IsTakenAtOnce(authenticator.AuthenticateAsync(walk, Basic, CancellationToken.None));
            var middle = GC.GetAllocatedBytesForCurrentThread();
            var isRight = ClientSecretBasic.Authenticate(_registry, Basic.Authorization!, walk.Now, out _).Gives(out _, out _);
            var end = GC.GetAllocatedBytesForCurrentThread();
            (isTaken, isRight).ShouldBe((true, true));
            return (middle - start, end - middle);
        }
    }

    [Fact]
    public void An_assertion_under_a_key_of_the_registry_is_judged_at_once()
    {
        var walk = NewWalk();
        IsTakenAtOnce(Authenticator.AuthenticateAsync(walk, Signed("keyed", First, "1"), CancellationToken.None)).ShouldBeTrue();
        walk.Client!.Id.ShouldBe("keyed");
        Idp.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_assertion_under_a_published_key_waits_for_the_first_fetch_alone()
    {
        (await Authenticator.AuthenticateAsync(NewWalk(), Signed("remote", First, "1"), CancellationToken.None)).Gives(out _, out _).ShouldBeTrue();
        IsTakenAtOnce(Authenticator.AuthenticateAsync(NewWalk(), Signed("remote", First, "2"), CancellationToken.None)).ShouldBeTrue();
        Idp.Asked.ShouldBe([StubIssuer.Jwks]);
    }

    [Fact]
    public async Task A_verified_assertion_is_spent_until_it_expires_under_its_client_and_id()
    {
        async Task<OneTimeKey> SpentAsync(string client, string id)
        {
            var walk = NewWalk();
            (await Authenticator.AuthenticateAsync(walk, Signed(client, First, id), CancellationToken.None)).Gives(out _, out _).ShouldBeTrue();
            return walk.Spends.ShouldHaveSingleItem();
        }

        var one = await SpentAsync("keyed", "1");
        (one.Kind, one.Key.Length, one.KeepUntil).ShouldBe((OneTimeKeyKind.ClientAssertion, 32, (Clock.Seconds + 60) * 1000));
        (await SpentAsync("keyed", "1")).Key.ToArray().ShouldBe(one.Key.ToArray());
        (await SpentAsync("keyed", "2")).Key.ToArray().ShouldNotBe(one.Key.ToArray());
        (await SpentAsync("remote", "1")).Key.ToArray().ShouldNotBe(one.Key.ToArray());
    }

    [Fact]
    public async Task An_assertion_that_does_not_verify_spends_nothing()
    {
        var walk = NewWalk();
        (await Authenticator.AuthenticateAsync(walk, Signed("keyed", Second, "1"), CancellationToken.None)).Gives(out _, out _).ShouldBeFalse();
        walk.Spends.ShouldBeEmpty();
        walk.Client.ShouldBeNull();
        (walk.Caller.ClientId, walk.Caller.IsGuess).ShouldBe(("keyed", false));
    }
}
