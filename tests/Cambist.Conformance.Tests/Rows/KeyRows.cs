using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>JK-01 to JK-10: keys, published and fetched (RFC 7517, RFC 8414), and the contract's sentences on fetching.</summary>
public sealed class KeyRows(MainWorld world)
{
    static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "k", "oth"];

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<Answer> SendAsync(World world, TestServer server, TestKey? key = null, Action<JsonObject>? change = null) =>
        server.SendIdTokenAsync("web", world.IdToken(change, key: key));

    [Fact]
    public async Task JK_01_our_key_set_holds_public_members_alone_and_may_be_cached()
    {
        var answer = await world.Common.GetAsync("/jwks");
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe("application/jwk-set+json");
        answer.Headers.CacheControl!.Public.ShouldBeTrue();
        answer.Headers.CacheControl.MaxAge.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        var keys = answer.Json["keys"]!.AsArray();
        keys.Count.ShouldBeGreaterThan(0);
        foreach (var key in keys) key!.AsObject().Select(member => member.Key).ShouldNotContain(name => PrivateMembers.Contains(name));
    }

    [Fact]
    public async Task JK_02_every_key_of_ours_has_a_kid_of_its_own_a_use_and_an_alg()
    {
        var keys = (await world.Common.GetAsync("/jwks")).Json["keys"]!.AsArray().Select(key => key!.AsObject()).ToArray();
        keys.Select(key => key.Text("kid")).ShouldBeUnique();
        keys.ShouldAllBe(key => key.Text("use") == "sig" && key.Text("alg") == "ES256" && key.Text("kty") == "EC");
    }

    public static TheoryData<string, Action<TestEndpoint>> BadKeyEndpoints => new()
    {
        { "a redirect", endpoint => endpoint.RedirectTo = "http://127.0.0.1:1/jwks" },
        { "300 KiB", endpoint => endpoint.Padding = 300 * 1024 },
        { "an error", endpoint => endpoint.Status = 500 },
        { "not found", endpoint => endpoint.Status = 404 },
        { "a cut connection", endpoint => endpoint.Abort = true },
        { "no JSON", endpoint => endpoint.Say("<html>Sign in</html>") },
        { "no keys", endpoint => endpoint.Say("{}") },
        { "keys that are no array", endpoint => endpoint.Say("""{"keys":{}}""") },
        { "a duplicate member", endpoint => endpoint.Say("""{"keys":[],"keys":[]}""") },
        { "an array", endpoint => endpoint.Say("[]") },
        { "nothing", endpoint => endpoint.Say("") },
    };

    [Theory, MemberData(nameof(BadKeyEndpoints), DisableDiscoveryEnumeration = true)]
    public async Task JK_04_keys_that_cannot_be_had_are_a_503(string what, Action<TestEndpoint> harm)
    {
        foreach (var endpoint in (Func<TestIssuer, TestEndpoint>[])[issuer => issuer.Jwks, issuer => issuer.Discovery])
        {
            await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
            harm(endpoint(own.Login));
            if (endpoint(own.Login).Status == 404) own.Login.OAuthMetadata.Status = 500;
            await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => SendAsync(own, server));

            endpoint(own.Login).Mend();
            own.Clock!.Advance(TimeSpan.FromMinutes(1));
            var answer = await own.GrantsAsync(server => SendAsync(own, server));
            answer.Claims.Text("sub").ShouldBe("login:alice", what);
        }
    }

    [Fact]
    public async Task JK_04_a_slow_answer_is_given_up_after_5_seconds()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        var never = new TaskCompletionSource();
        own.Login.Jwks.Hold = never.Task;
        var asked = SendAsync(own, own.Common);
        await own.Login.Jwks.RequestsReachAsync(1, Cancel);
        own.Clock!.Advance(TimeSpan.FromSeconds(5));
        (await asked).Reason.ShouldBe("issuer_keys_unavailable");
        never.SetResult();
    }

    [Theory]
    [InlineData("{0}/")]
    [InlineData("https://elsewhere.example.com")]
    [InlineData("")]
    public async Task JK_05_a_discovery_document_of_another_issuer_is_useless(string form)
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        own.Login.DocumentIssuer = string.Format(null, form, own.Login.Issuer);
        await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => SendAsync(own, server));
        own.Login.Jwks.Requests.ShouldBe(0);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/jwks")]
    [InlineData("file:///etc/passwd")]
    [InlineData("/jwks")]
    [InlineData("http://user:secret@127.0.0.1/jwks")]
    public async Task JK_04_a_discovered_jwks_uri_that_is_no_plain_url_is_useless(string uri)
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        own.Login.DocumentJwksUri = uri;
        await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => SendAsync(own, server));
    }

    [Fact]
    public async Task JK_06_many_random_kids_cause_one_fetch_at_most()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await SendAsync(own, own.Common);
        own.Clock!.Advance(TimeSpan.FromSeconds(10));
        var before = own.Login.Jwks.Requests;
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => SendAsync(own, own.Common, Keys.Strange.As(keyId: $"random-{i}"))));
        (own.Login.Jwks.Requests - before).ShouldBe(1);
        answers.ShouldAllBe(answer => answer.Reason == "subject_key_unknown" || answer.Reason == "issuer_keys_unavailable");
        answers.ShouldContain(answer => answer.Reason == "subject_key_unknown");
    }

    [Fact]
    public async Task JK_06_an_unknown_kid_of_a_token_older_than_the_fetch_is_refused_without_one()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await own.GrantsAsync(server => SendAsync(own, server));
        own.Clock!.Advance(TimeSpan.FromSeconds(60));
        var before = own.Login.Jwks.Requests;
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(own, server, Keys.Strange.As(keyId: "new"), claims => claims["iat"] = claims.Number("iat") - 61));
        own.Login.Jwks.Requests.ShouldBe(before);
    }

    [Fact]
    public async Task JK_06_a_newer_unknown_kid_causes_one_fetch_and_then_a_503_until_30_seconds_have_passed()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await own.GrantsAsync(server => SendAsync(own, server));
        own.Clock!.Advance(TimeSpan.FromSeconds(60));
        var before = own.Login.Jwks.Requests;
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(own, server, Keys.Strange.As(keyId: "new-1")));
        own.Login.Jwks.Requests.ShouldBe(before + 2); // one each server

        own.Clock.Advance(TimeSpan.FromSeconds(20));
        var answer = await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => SendAsync(own, server, Keys.Strange.As(keyId: "new-2")));
        answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 10);
        own.Login.Jwks.Requests.ShouldBe(before + 2);
        await own.GrantsAsync(server => SendAsync(own, server));

        own.Clock.Advance(TimeSpan.FromSeconds(10));
        own.Login.Publish(Keys.Es256, Keys.Strange.As(keyId: "new-2"));
        await own.GrantsAsync(server => SendAsync(own, server, Keys.Strange.As(keyId: "new-2")));
    }

    [Fact]
    public async Task JK_07_cached_keys_outlast_an_outage_for_a_day_and_it_recovers_alone()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await own.GrantsAsync(server => SendAsync(own, server));

        own.Login.Jwks.Abort = true;
        own.Clock!.Advance(TimeSpan.FromHours(23));
        await own.GrantsAsync(server => SendAsync(own, server));
        own.Clock.Advance(TimeSpan.FromHours(2));
        await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => SendAsync(own, server));

        own.Login.Jwks.Mend();
        own.Clock.Advance(TimeSpan.FromMinutes(1));
        await own.GrantsAsync(server => SendAsync(own, server));
    }

    [Fact]
    public async Task JK_07_an_outage_says_nothing_about_a_token_that_is_bad_anyway()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        own.Login.Discovery.Abort = true;
        await own.RefusesAsync(Reason.SubjectExpired, server => SendAsync(own, server, change: claims => (claims["iat"], claims["exp"]) = (1, 2)));
        await own.RefusesAsync(Reason.SubjectAudienceMismatch, server => SendAsync(own, server, change: claims => claims["aud"] = "other"));
        own.Login.Discovery.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task JK_07_C11_a_dropped_key_dies()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await own.GrantsAsync(server => SendAsync(own, server));
        own.Login.Publish(Keys.Es384);
        own.Clock!.Advance(TimeSpan.FromHours(1));
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(own, server, Keys.Es256));
        await own.GrantsAsync(server => SendAsync(own, server, Keys.Es384));
    }

    [Fact]
    public async Task JK_08_one_bad_key_does_not_void_the_set()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        var good = Keys.Es256.PublicJwk();
        var set = new JsonObject
        {
            ["keys"] = new JsonArray(
                new JsonObject { ["kty"] = "OKP", ["crv"] = "Ed25519", ["x"] = "AAAA", ["kid"] = "ed" }, new JsonObject { ["kty"] = "future" }, "text", null, new JsonArray(), new JsonObject(),
                new JsonObject { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = "AA", ["y"] = "AA" }, good),
        };
        own.Login.Jwks.Say(set.ToJsonString());
        await own.GrantsAsync(server => SendAsync(own, server));
    }

    public static TheoryData<string, Action<JsonObject>> Unusable => new()
    {
        { "use enc", key => key["use"] = "enc" },
        { "a use that is no string", key => key["use"] = new JsonArray("sig") },
        { "key_ops encrypt", key => key["key_ops"] = new JsonArray("encrypt") },
        { "no key_ops at all", key => key["key_ops"] = new JsonArray() },
        { "alg of a cipher", key => key["alg"] = "ECDH-ES" },
        { "alg none", key => key["alg"] = "none" },
        { "alg of another curve", key => key["alg"] = "ES384" },
        { "a private member", key => key["d"] = "AAAA" },
        { "a symmetric member", key => key["k"] = "AAAA" },
        { "a point off the curve", key => key["y"] = key["x"]!.DeepClone() },
        { "another kid", key => key["kid"] = "es256-2" },
        { "a kid that is no string", key => key["kid"] = 1 },
    };

    [Theory, MemberData(nameof(Unusable), DisableDiscoveryEnumeration = true)]
    public async Task JWT_05_JWT_28_a_key_that_is_not_for_verifying_is_left_out(string what, Action<JsonObject> change)
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        var key = Keys.Es256.PublicJwk();
        change(key);
        own.Login.Jwks.Say(new JsonObject { ["keys"] = new JsonArray(key) }.ToJsonString());
        var answer = await own.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(own, server, change: claims => claims["iat"] = claims.Number("iat") - 10));
        answer.Error.ShouldBe("invalid_grant", what);
    }

    [Fact]
    public async Task JWT_08_a_weak_rsa_key_is_left_out()
    {
        var weak = TestKey.Create("RS256", "weak", bits: 1024);
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, keys: [weak, Keys.Rs256]);
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(own, server, weak, claims => claims["iat"] = claims.Number("iat") - 10));
        await own.GrantsAsync(server => SendAsync(own, server, Keys.Rs256));

        foreach (var exponent in new[] { "AQ", "Ag", "AAEAAQ", "" })
        {
            await using var another = await AdHocWorld.StartAsync(SmallRegistries.SignIn, keys: [Keys.Rs256]);
            var key = Keys.Rs256.PublicJwk();
            key["e"] = exponent;
            another.Login.Jwks.Say(new JsonObject { ["keys"] = new JsonArray(key) }.ToJsonString());
            await another.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(another, server, change: claims => claims["iat"] = claims.Number("iat") - 10));
        }
    }

    [Fact]
    public async Task JK_09_two_keys_of_one_kid_are_told_apart_by_their_type_or_refused()
    {
        var (rsa, ec) = (Keys.Rs256.As(keyId: "same"), Keys.Es256.As(keyId: "same"));
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, keys: [rsa, ec]);
        await own.GrantsAsync(server => SendAsync(own, server, rsa));
        await own.GrantsAsync(server => SendAsync(own, server, ec));

        await using var another = await AdHocWorld.StartAsync(SmallRegistries.SignIn, keys: [ec, Keys.Strange.As(keyId: "same")]);
        await another.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(another, server, ec));
        await another.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(another, server, Keys.Strange.As(keyId: "same")));
    }

    [Fact]
    public async Task JK_10_a_server_with_a_key_to_sign_with_is_ready()
    {
        var answer = await world.Common.GetAsync("/health/ready");
        answer.Json.Text("status").ShouldBe("ready");
        answer.Json.Text("registry_revision").ShouldBe(world.Common.Engine.Registry.Current.Revision);
        (await world.Common.GetAsync("/health/live")).Json.Text("status").ShouldBe("live");
    }

    [Fact]
    public async Task Only_configured_issuers_are_ever_asked()
    {
        await using var stranger = await TestIssuer.StartAsync([Keys.Strange], path: "/realm");
        var token = stranger.IdToken("alice", "web", claims => claims["jwks_uri"] = stranger.Issuer + "/jwks");
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("web", token));
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendJwtAsync("web", token));
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendAccessTokenAsync("web", token));
        (stranger.Discovery.Requests, stranger.OAuthMetadata.Requests, stranger.Jwks.Requests).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task Rotation_under_load_gives_no_error_but_a_retry()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await SendAsync(own, own.Common);
        own.Clock!.Advance(TimeSpan.FromSeconds(60));
        var next = Keys.Strange.As(keyId: "next");
        own.Login.Publish(next, Keys.Es256);
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => SendAsync(own, own.Common, i % 2 == 0 ? next : Keys.Es256)));
        answers.ShouldAllBe(answer => (int)answer.Status == 200);
    }
}
