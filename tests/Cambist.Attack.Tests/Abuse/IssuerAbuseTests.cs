using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-66 to AB-69: issuers that do harm, and strangers who would have us ask them.</summary>
public sealed class IssuerAbuseTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<Answer> SendAsync(World world, TestServer server, TestKey? key = null, Action<JsonObject>? change = null) =>
        server.SendIdTokenAsync("web", world.IdToken(change, key: key));

    [Fact]
    public async Task AB_66_JK_06_ten_thousand_random_kids_cause_one_fetch_an_interval()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await own.GrantsAsync(server => SendAsync(own, server));
        var claims = own.Claims();
        var before = own.Login.Requests;

        var reasons = await AllAsync(10_000, i => Unsigned(claims, new() { ["alg"] = "ES256", ["kid"] = $"random-{i}" }), own.Common);

        (own.Login.Requests - before).ShouldBe(2, "one discovery document and one key set");
        reasons.Keys.ShouldBeSubsetOf([Reason.SubjectKeyUnknown.WireName(), Reason.IssuerKeysUnavailable.WireName()]);
        own.Clock!.Advance(TimeSpan.FromSeconds(30));
        await AllAsync(100, i => Unsigned(own.Claims(), new() { ["alg"] = "ES256", ["kid"] = $"again-{i}" }), own.Common);
        (own.Login.Requests - before).ShouldBe(4);
        await own.GrantsAsync(server => SendAsync(own, server));
    }

    [Fact]
    public async Task AB_66_ten_thousand_random_issuers_are_not_asked_once()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        await using var stranger = await TestIssuer.StartAsync([Keys.Strange]);
        var claims = own.Claims();
        var header = new JsonObject { ["alg"] = "ES256", ["kid"] = "es256-1", ["jku"] = stranger.Issuer + "/jwks" };

        var reasons = await AllAsync(
            10_000,
            i =>
            {
                claims["iss"] = $"{stranger.Issuer}/{i}";
                return Unsigned(claims, header);
            },
            own.Common);

        (stranger.Requests, own.Login.Requests).ShouldBe((0, 0));
        reasons.ShouldHaveSingleItem().Key.ShouldBe(Reason.SubjectIssuerUntrusted.WireName());
    }

    /// <summary>Sends so many, 64 at a time; how often each reason was given.</summary>
    static async Task<Dictionary<string, int>> AllAsync(int count, Func<int, string> token, TestServer server)
    {
        var tokens = Enumerable.Range(0, count).Select(token).ToArray();
        var reasons = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = Cancel },
            async (i, _) => reasons[i] = (await server.SendIdTokenAsync("web", tokens[i])).Reason!);
        return reasons.CountBy(reason => reason).ToDictionary();
    }

    static string Unsigned(JsonObject claims, JsonObject header) =>
        new TestJwt(System.Text.Encoding.UTF8.GetBytes(header.ToJsonString()), System.Text.Encoding.UTF8.GetBytes(claims.ToJsonString()), new byte[64]).ToString();

    public static TheoryData<string, Action<TestIssuer>> Harmful => new()
    {
        { "100 MiB", issuer => issuer.Jwks.Padding = 100L * 1024 * 1024 },
        { "an answer without end", issuer => issuer.Jwks.Padding = long.MaxValue },
        { "a discovery document without end", issuer => issuer.Discovery.Padding = long.MaxValue },
        { "a redirect to the metadata address", issuer => issuer.Jwks.RedirectTo = "http://169.254.169.254/latest/meta-data/" },
        { "HTML", issuer => (issuer.Jwks.ContentType, issuer.Jwks.Body) = ("text/html", "<html>Sign in</html>"u8.ToArray()) },
        { "gzip that nobody asked for", issuer => (issuer.Jwks.Headers["Content-Encoding"], issuer.Jwks.Body) = ("gzip", Gzipped(issuer.Jwks.HonestBody)) },
        { "JSON a hundred thousand deep", issuer => issuer.Jwks.Say($$"""{"keys":{{new string('[', 100_000)}}{{new string(']', 100_000)}}}""") },
        { "headers without end", issuer => issuer.Jwks.Headers["X-Long"] = new string('x', 64 * 1024) },
    };

    [Theory, MemberData(nameof(Harmful), DisableDiscoveryEnumeration = true)]
    public async Task AB_67_a_key_set_that_does_harm_is_a_503_and_forgotten_once_the_issuer_is_well(string what, Action<TestIssuer> harm)
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        harm(own.Login);
        var answer = await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => SendAsync(own, server).WaitAsync(TimeSpan.FromSeconds(30)));
        answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable, what);

        own.Login.Jwks.Headers.Clear();
        own.Login.Jwks.Mend();
        own.Login.Discovery.Mend();
        own.Clock!.Advance(TimeSpan.FromMinutes(1));
        await own.GrantsAsync(server => SendAsync(own, server));
    }

    [Fact]
    public async Task AB_67_an_answer_without_end_is_cut_off_and_not_read_to_see_whether_it_ends()
    {
        using var endless = new EndlessIssuer(connections: 2);
        await using var own = await AdHocWorld.StartAsync(_ => SmallRegistries.SignInFrom(("login", endless.Address)));
        var token = own.Login.IdToken("alice", "web", claims => claims["iss"] = endless.Address);
        await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => server.SendIdTokenAsync("web", token).WaitAsync(TimeSpan.FromSeconds(30)));
        var sent = await endless.SentAsync().WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        sent.ShouldBeLessThan(32L * 1024 * 1024, "what the two sockets of two connections hold");
    }

    static byte[] Gzipped(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest)) gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    public static TheoryData<string, Func<JsonArray>> Useless => new()
    {
        { "private keys", () => [WithMember("d", "AAAA"), WithMember("k", "AAAA")] },
        { "junk", () => [new JsonObject { ["kty"] = "junk" }, WithMember("kty", "oct"), 7, null, "key"] },
        { "a thousand others before it", () => [.. Enumerable.Range(0, 1000).Select(i => (JsonNode)WithMember("kid", $"key-{i}")), Keys.Es256.PublicJwk()] },
    };

    static JsonObject WithMember(string name, string value)
    {
        var key = Keys.Es256.PublicJwk();
        key[name] = value;
        return key;
    }

    [Theory, MemberData(nameof(Useless), DisableDiscoveryEnumeration = true)]
    public async Task AB_67_a_key_set_without_a_key_of_use_verifies_nothing(string what, Func<JsonArray> keys)
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        own.Login.Jwks.Say(new JsonObject { ["keys"] = keys() }.ToJsonString());
        var answer = await own.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(own, server, change: claims => claims["iat"] = claims.Number("iat") - 10));
        answer.Error.ShouldBe("invalid_grant", what);
        own.Common.Log.Lines.ShouldContain(line => line.Contains("cannot be used", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://169.254.169.254/jwks", "link-local")]
    [InlineData("https://[fe80::1]/jwks", "link-local")]
    [InlineData("http://keys.example.com/jwks", "not https")]
    public async Task AB_68_JK_04_a_discovered_jwks_uri_that_leads_where_the_issuer_is_not_is_useless(string uri, string why)
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        own.Login.DocumentJwksUri = uri;
        await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => SendAsync(own, server));
        own.Common.Log.Lines.ShouldContain(line => line.Contains(why, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AB_68_JK_05_a_discovery_document_of_another_issuer_brings_no_key_in_whoever_it_names()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        await using var other = await TestIssuer.StartAsync([Keys.Strange]);
        (own.Login.DocumentIssuer, own.Login.DocumentJwksUri) = (other.Issuer, other.Issuer + "/jwks");
        await own.RefusesAsync(Reason.IssuerKeysUnavailable, server => SendAsync(own, server, Keys.Strange));
        other.Requests.ShouldBe(0);
    }

    [Fact]
    public async Task AB_69_an_issuer_that_rotates_while_a_hundred_exchange_costs_at_most_a_retry()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await own.GrantsAsync(server => SendAsync(own, server));
        own.Clock!.Advance(TimeSpan.FromMinutes(1));
        var keys = Enumerable.Range(1, 3).Select(i => TestKey.Create("ES256", $"next-{i}")).ToArray();
        var asked = Enumerable.Range(0, 100).Select(i => RepeatAsync(own, 6)).ToList();

        foreach (var key in keys)
        {
            own.Login.Publish(key, Keys.Es256);
            asked.AddRange(Enumerable.Range(0, 20).Select(_ => RepeatAsync(own, 3)));
            await asked[^1];
        }

        var answers = (await Task.WhenAll(asked)).SelectMany(some => some).ToArray();
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK || answer.Reason == "issuer_keys_unavailable");
        answers.ShouldContain(answer => answer.Status == HttpStatusCode.OK);
        answers.Where(answer => answer.Status != HttpStatusCode.OK).ShouldAllBe(answer => answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds >= 1 && answer.Headers.RetryAfter.Delta.Value.TotalSeconds <= 30);

        own.Clock.Advance(TimeSpan.FromSeconds(30));
        await own.GrantsAsync(server => SendAsync(own, server, keys[2]));
    }

    /// <summary>Exchanges fresh tokens under whatever key the issuer signs with at the moment.</summary>
    static async Task<List<Answer>> RepeatAsync(World world, int times)
    {
        var answers = new List<Answer>();
        for (var i = 0; i < times; i++) answers.Add(await SendAsync(world, world.Common));
        return answers;
    }
}
