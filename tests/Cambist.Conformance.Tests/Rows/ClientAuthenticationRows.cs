using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>CA-01 to CA-25, as far as client secrets and public clients go; CA-20 in time and under guessing is in <see cref="GuessingRows"/>.</summary>
public sealed class ClientAuthenticationRows(MainWorld world)
{
    Task<Answer> WithAsync(TestServer server, Action<HttpRequestMessage>? change, params (string Name, string Value)[] more) =>
        server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token", more), change);

    static Action<HttpRequestMessage> Header(string value) => request => request.Headers.TryAddWithoutValidation("Authorization", value).ShouldBeTrue();

    static string Basic(string idAndSecret) => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(idAndSecret));

    static string Web => Basic($"web:{SecretOf("web")}");

    [Fact]
    public async Task CA_01_a_confidential_client_without_credentials_is_refused()
    {
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, null, ("client_id", "web")));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, null));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, null, ("client_id", "web"), ("client_secret", "")));
    }

    [Fact]
    public async Task CA_02_one_method_a_request()
    {
        (string, string) assertion = ("client_assertion", "a.b.c"), type = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), secret = ("client_secret", SecretOf("web"));
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => WithAsync(server, Header(Web), assertion, type));
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => WithAsync(server, Header(Web), assertion));
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => WithAsync(server, Header(Web), secret));
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => WithAsync(server, Header(Web), secret, ("client_id", "web")));
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => WithAsync(server, null, secret, ("client_id", "web"), assertion, type));
        await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => WithAsync(server, Header(Web), secret, assertion, type));
    }

    [Fact]
    public async Task CA_03_id_and_secret_are_form_encoded_before_base64()
    {
        const string secret = "p:s+% é&=\"";
        var header = Basic($"odd-secret:{WebUtility.UrlEncode(secret)}");
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => WithAsync(server, Header(header)));

        // oauth4webapi encodes what needs no encoding, too.
        var all = string.Concat(Encoding.UTF8.GetBytes(secret).Select(octet => $"%{octet:X2}"));
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => WithAsync(server, Header(Basic($"odd%2Dsecret:{all}"))));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, Header(Basic($"odd-secret:{secret}"))));
    }

    [Fact]
    public async Task CA_04_client_secret_post_is_in_the_body()
    {
        await world.RefusesAsync(Reason.SubjectNotForCaller, server => WithAsync(server, null, ("client_id", "poster"), ("client_secret", SecretOf("poster"))));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, null, ("client_id", "poster"), ("client_secret", "wrong")));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, null, ("client_secret", SecretOf("poster"))));
    }

    [Fact]
    public async Task CA_04_a_secret_in_the_query_counts_for_nothing_and_is_not_logged()
    {
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, async server =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/token?client_id=poster&client_secret={SecretOf("poster")}") { Content = Form(ExchangeBody(world.IdToken())) };
            return await server.SendAsync(request);
        });
        string.Join('\n', world.Common.Log.Lines).ShouldNotContain(SecretOf("poster"));
    }

    public static TheoryData<string> BadHeaders =>
    [
        Basic("web:wrong"), Basic("web:"), Basic("web"), Basic(""), Basic(":"), "Basic", "Basic ", "Basic !!!", "Basic d2Vi", "Basic d2Vi=x",
        "Bearer abc", "Digest username=\"web\"", "DPoP x", "basic", Basic("web:wrong") + "=", Basic($"WEB:{SecretOf("web")}"), Basic($"web :{SecretOf("web")}"), Basic($" web:{SecretOf("web")}"),
        Basic($"web:{SecretOf("web")} "), Basic($"web:{SecretOf("web").ToUpperInvariant()}"), Basic($"web:{SecretOf("web")[..^1]}"), Basic($"web:{SecretOf("stranger")}"),
        Basic($"web:{SecretOf("web")}\0"), Basic("%zz:x"), Basic($"web%00:{SecretOf("web")}"), "Basic " + new string('A', 8000), Web + ", " + Web, Web + "," + Web,
        Basic("\u00ff:\u00ff"), Web.Insert(12, " "), Web.Insert(12, "\t"), Basic($"nobody:{SecretOf("web")}"), Basic($"switched-off:{SecretOf("switched-off")}"),
    ];

    [Theory, MemberData(nameof(BadHeaders))]
    public async Task CA_05_failed_basic_is_401_with_a_challenge(string header)
    {
        var answer = await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, Header(header)));
        answer.Headers.WwwAuthenticate.Single().Scheme.ShouldBe("Basic");
        answer.DecisionId.ShouldBeNull();
    }

    [Fact]
    public async Task CA_05_a_header_of_64_KiB_is_refused_at_the_door() =>
        (await WithAsync(world.Common, Header("Basic " + new string('A', 64 * 1024)))).Status.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);

    [Fact]
    public async Task CA_05_two_authorization_headers_are_refused() =>
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, request => request.Headers.TryAddWithoutValidation("Authorization", [Web, Web]).ShouldBeTrue()));

    [Theory]
    [InlineData("basic ")]
    [InlineData("BASIC ")]
    [InlineData("Basic   ")]
    public async Task CA_05_the_scheme_has_no_case(string scheme) =>
        await world.GrantsAsync(server => WithAsync(server, Header(scheme + Web["Basic ".Length..])));

    [Fact]
    public async Task CA_06_client_id_must_be_the_client_that_authenticated()
    {
        await world.GrantsAsync(server => WithAsync(server, Header(Web), ("client_id", "web")));
        foreach (var other in new[] { "stranger", "WEB", "web ", "nobody", "web-guid" })
            await world.RefusesAsync(Reason.ClientIdMismatch, server => WithAsync(server, Header(Web), ("client_id", other)));
    }

    [Fact]
    public async Task CA_07_the_registered_method_is_the_only_one()
    {
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, null, ("client_id", "web"), ("client_secret", SecretOf("web"))));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => WithAsync(server, Header(Basic($"poster:{SecretOf("poster")}"))));
        var assertion = TestJwt.Sign(new() { ["iss"] = "web", ["sub"] = "web" }, TestKey.Hmac(Encoding.UTF8.GetBytes(SecretOf("web")))).ToString();
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server =>
            WithAsync(server, null, ("client_assertion", assertion), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")));
    }

    [Fact]
    public async Task CA_08_an_assertion_type_without_assertion_authenticates_nobody() =>
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server =>
            WithAsync(server, null, ("client_id", "web"), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")));

    [Fact]
    public async Task CA_20_an_unknown_client_looks_like_a_wrong_secret()
    {
        var wrong = await WithAsync(world.Common, Header(Basic("web:wrong")));
        foreach (var header in new[] { Basic("nobody:wrong"), Basic($"switched-off:{SecretOf("switched-off")}"), Basic($"poster:{SecretOf("poster")}"), "Basic !!!", "Bearer x" })
        {
            var other = await WithAsync(world.Common, Header(header));
            other.Body.ShouldBe(wrong.Body);
            other.Status.ShouldBe(wrong.Status);
            other.Headers.WwwAuthenticate.ToString().ShouldBe(wrong.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task CA_21_no_secret_is_in_the_log_or_the_store()
    {
        // The registry's text is in the store, so a secret of any worth stands in it as a hash or in a file of its own.
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(SecretOf("web"))));
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace(Client("web"), $"web: {{ secrets: {{ sha256: {hash} }} }}", StringComparison.Ordinal));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
        await own.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.ExchangeAsync("web", "the-wrong-secret-sent", own.IdToken(), "id_token"));
        await own.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.ExchangeAsync("the-secret-as-an-id", "x", own.IdToken(), "id_token"));
        var places = new List<string> { string.Join('\n', own.Common.Log.Lines) };
        foreach (var file in await own.Common.StoreFilesAsync())
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            places.Add(await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
        }

        places.ShouldContain(place => place.Contains(hash, StringComparison.Ordinal), "it is looked for where the registry is kept");
        foreach (var secret in new[] { SecretOf("web"), "the-wrong-secret-sent", "the-secret-as-an-id", Convert.ToBase64String(Encoding.UTF8.GetBytes($"web:{SecretOf("web")}")) })
            places.ShouldAllBe(place => !place.Contains(secret, StringComparison.Ordinal));
        var page = await own.Common.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 100, TestContext.Current.CancellationToken);
        page.Count.ShouldBe(1);
    }

    [Fact]
    public async Task CA_23_two_secrets_live_at_once()
    {
        foreach (var secret in new[] { "the-old-secret-of-two", "the-new-secret-of-two" })
            await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.ExchangeAsync("two-secrets", secret, world.IdToken(), "id_token"));
    }

    [Fact]
    public async Task CA_23_an_expired_secret_is_refused_from_its_midnight_on()
    {
        var clock = new FakeClock();
        var midnight = clock.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace(
            Client("web"), $"web: {{ secrets: [ {{ value: the-old-secret-of-web, expires: {midnight} }}, {{ value: {SecretOf("web")} }} ] }}", StringComparison.Ordinal), clock);

        clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        await own.GrantsAsync(server => server.ExchangeAsync("web", "the-old-secret-of-web", own.IdToken(), "id_token"));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        await own.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.ExchangeAsync("web", "the-old-secret-of-web", own.IdToken(), "id_token"));
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
    }

    [Fact]
    public async Task CA_25_a_disabled_client_is_refused() =>
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => server.SendIdTokenAsync("switched-off", world.IdToken()));
}
