using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>HT-01 to HT-16: the token endpoint's transport.</summary>
public sealed class HttpRows(MainWorld world)
{
    Task<Answer> ExchangedAsync(TestServer server, params (string Name, string Value)[] more) => server.SendIdTokenAsync("web", world.IdToken(), more);

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    public async Task HT_01_only_post_is_taken(string method)
    {
        var answer = await world.RefusesAsync(Reason.MethodNotAllowed, server => server.SendBodyAsync("web", null, method: new HttpMethod(method)));
        answer.ContentHeaders.Allow.ShouldBe(["POST"]);
    }

    [Fact]
    public async Task HT_01_head_gets_the_status_and_no_body()
    {
        var answer = await world.Common.SendBodyAsync("web", null, method: HttpMethod.Head);
        answer.Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
        answer.ContentHeaders.Allow.ShouldBe(["POST"]);
        answer.Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task HT_02_parameters_in_the_query_count_for_nothing()
    {
        var path = "/token?" + ExchangeBody(world.IdToken());
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendBodyAsync("web", Form(""), path));
        await world.GrantsAsync(server => server.SendBodyAsync("web", Form(ExchangeBody(world.IdToken())), "/token?scope=nonsense&grant_type=x&client_id=other&actor_token=x"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/x-www-form-urlencoded; charset=utf-16")]
    [InlineData("application/x-www-form-urlencoded; charset=iso-8859-1")]
    [InlineData("application/x-www-form-urlencodedx")]
    [InlineData(null)]
    public async Task HT_02_another_media_type_is_refused(string? type)
    {
        await world.RefusesAsync(Reason.MediaTypeUnsupported, async server =>
        {
            var body = new ByteArrayContent(Encoding.UTF8.GetBytes(ExchangeBody(world.IdToken())));
            if (type is not null) body.Headers.TryAddWithoutValidation("Content-Type", type).ShouldBeTrue();
            return await server.SendBodyAsync("web", body);
        });
    }

    [Theory]
    [InlineData("application/x-www-form-urlencoded; charset=UTF-8")]
    [InlineData("application/x-www-form-urlencoded;charset=\"utf-8\"")]
    [InlineData("Application/X-WWW-Form-Urlencoded")]
    public async Task HT_02_a_form_in_utf8_is_taken_however_it_is_spelled(string type)
    {
        await world.GrantsAsync(async server =>
        {
            var body = new ByteArrayContent(Encoding.UTF8.GetBytes(ExchangeBody(world.IdToken())));
            body.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            return await server.SendBodyAsync("web", body);
        });
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("identity, gzip")]
    public async Task HT_02_an_encoded_body_is_refused(string encoding)
    {
        await world.RefusesAsync(Reason.MediaTypeUnsupported, async server =>
        {
            var body = Form(ExchangeBody(world.IdToken()));
            body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
            return await server.SendBodyAsync("web", body);
        });
    }

    [Fact]
    public async Task HT_03_success_is_200_json_and_never_stored()
    {
        var answer = await ExchangedAsync(world.Common);
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.ContentHeaders.ContentType!.ToString().ShouldBe("application/json");
        answer.Headers.CacheControl!.ToString().ShouldBe("no-store");
        answer.Headers.Contains("Set-Cookie").ShouldBeFalse();
        answer.Headers.Contains("Server").ShouldBeFalse();
    }

    [Theory]
    [InlineData("a\"b")]
    [InlineData("a\\b")]
    [InlineData("a\r\nSet-Cookie: x")]
    [InlineData("read \U0001F600")]
    [InlineData("read\twrite")]
    [InlineData("<b>")]
    public async Task HT_05_the_description_is_plain_text_that_repeats_no_input(string scope)
    {
        var answer = await world.RefusesAsync(scope == "<b>" ? Reason.ScopeNotGranted : Reason.ScopeMalformed, server => ExchangedAsync(server, ("scope", scope)));
        answer.Body.ShouldNotContain(scope);
        answer.Body.ShouldNotContain("Set-Cookie");
    }

    [Fact]
    public async Task HT_06_a_parameter_without_a_value_is_omitted()
    {
        var answer = await world.GrantsAsync(server => ExchangedAsync(server,
            ("actor_token", ""), ("actor_token_type", ""), ("scope", ""), ("resource", ""), ("audience", ""), ("requested_token_type", ""),
            ("client_id", ""), ("client_secret", ""), ("client_assertion", ""), ("client_assertion_type", ""), ("authorization_details", "")));
        answer.Claims.ContainsKey("act").ShouldBeFalse();
    }

    [Fact]
    public async Task HT_07_unknown_parameters_are_ignored_even_when_repeated() =>
        await world.GrantsAsync(server => ExchangedAsync(server, ("foo", "bar"), ("foo", "baz"), ("", "x"), ("username", "root"), ("subject_token ", "x")));

    public static TheoryData<string> OnceOnly =>
    [
        "grant_type", "subject_token", "subject_token_type", "scope", "client_id", "requested_token_type", "actor_token", "actor_token_type", "client_secret",
    ];

    [Theory, MemberData(nameof(OnceOnly))]
    public async Task HT_08_no_parameter_comes_twice(string name)
    {
        var form = TestServer.ExchangeForm(world.IdToken(), "id_token", ("client_id", "web"), ("scope", "read"), ("requested_token_type", AccessTokenType)).ToList();
        var value = form.FirstOrDefault(pair => pair.Name == name).Value ?? "x";
        if (form.All(pair => pair.Name != name)) form.Add((name, value));
        // client_secret beside a Basic header is ambiguous before it is repeated; either way nothing is issued.
        if (name == "client_secret")
        {
            await world.RefusesAsync(Reason.ClientAuthenticationAmbiguous, server => server.SendFormAsync("web", [.. form, (name, value)]));
            return;
        }

        await world.RefusesAsync(Reason.ParameterRepeated, server => server.SendFormAsync("web", [.. form, (name, value)]));
        // Another client_id is no longer the client that authenticated, and that is found first.
        await world.RefusesAsync(name == "client_id" ? Reason.ClientIdMismatch : Reason.ParameterRepeated, server => server.SendFormAsync("web", [.. form, (name, "another")]));
        await world.RefusesAsync(Reason.ParameterRepeated, server => server.SendFormAsync("web", [.. form, (name, "")]));
        var body = string.Join('&', form.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}")) + $"&{name[..1]}{name[1..].Replace("_", "%5F", StringComparison.Ordinal)}={Uri.EscapeDataString(value)}";
        await world.RefusesAsync(Reason.ParameterRepeated, server => server.SendBodyAsync("web", Form(body)));
    }

    [Theory]
    [InlineData("GRANT_TYPE", "grant_type")]
    [InlineData("Grant_Type", "grant_type")]
    [InlineData("Subject_Token", "subject_token")]
    [InlineData("SUBJECT_TOKEN_TYPE", "subject_token_type")]
    public async Task HT_09_parameter_names_have_their_case(string name, string instead)
    {
        var form = TestServer.ExchangeForm(world.IdToken(), "id_token").Select(pair => pair.Name == instead ? (name, pair.Value) : pair).ToArray();
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendFormAsync("web", form));
    }

    [Fact]
    public async Task HT_09_a_scope_under_another_case_is_an_unknown_parameter() =>
        (await world.GrantsAsync(server => ExchangedAsync(server, ("SCOPE", "nonsense")))).Claims.Text("scope").ShouldBe("read write");

    [Fact]
    public async Task HT_10_a_missing_grant_type_is_refused()
    {
        var form = TestServer.ExchangeForm(world.IdToken(), "id_token").Skip(1).ToArray();
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendFormAsync("web", form));
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendFormAsync("web", [.. form, ("grant_type", "")]));
        await world.RefusesAsync(Reason.ParameterMissing, server => server.SendBodyAsync("web", Form("")));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("password")]
    [InlineData("implicit")]
    [InlineData("authorization_code")]
    [InlineData("urn:ietf:params:oauth:grant-type:token-exchange ")]
    [InlineData("urn:ietf:params:oauth:grant-type:token-exchange\0")]
    [InlineData("urn:ietf:params:oauth:grant-type:TOKEN-EXCHANGE")]
    [InlineData("URN:ietf:params:oauth:grant-type:token-exchange")]
    [InlineData("urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange")]
    [InlineData("urn:ietf:params:oauth:grant-type:token-eXchange")]
    [InlineData("client_credentials,client_credentials")]
    public async Task HT_10_an_unknown_grant_type_is_refused(string type)
    {
        var form = TestServer.ExchangeForm(world.IdToken(), "id_token").Skip(1).ToArray();
        await world.RefusesAsync(Reason.GrantTypeUnsupported, server => server.SendFormAsync("web", [.. form, ("grant_type", type)]));
    }

    [Fact]
    public async Task HT_11_a_client_without_the_grant_is_unauthorized()
    {
        await world.RefusesAsync(Reason.GrantNotAllowed, server => server.SendIdTokenAsync("idle", world.IdToken()));
        await world.RefusesAsync(Reason.GrantNotAllowed, server => server.ForItselfAsync("web"));
    }

    [Theory]
    [InlineData("read  write")]
    [InlineData(" read")]
    [InlineData("read ")]
    [InlineData(" ")]
    [InlineData("read\twrite")]
    [InlineData("read\nwrite")]
    [InlineData("\"read\"")]
    [InlineData("re\\ad")]
    [InlineData("reäd")]
    [InlineData("read\u00a0write")]
    [InlineData("read\0")]
    public async Task HT_12_a_malformed_scope_is_refused(string scope) => await world.RefusesAsync(Reason.ScopeMalformed, server => ExchangedAsync(server, ("scope", scope)));

    [Fact]
    public async Task HT_12_scopes_have_their_case_and_no_order()
    {
        await world.RefusesAsync(Reason.ScopeNotGranted, server => ExchangedAsync(server, ("scope", "READ")));
        var answer = await world.GrantsAsync(server => ExchangedAsync(server, ("scope", "write read")));
        answer.Claims.Text("scope").Split(' ').ShouldBe(["read", "write"], ignoreOrder: true);
    }

    [Fact]
    public async Task HT_12_a_scope_of_many_tokens_is_refused() =>
        await world.RefusesAsync(Reason.ScopeNotGranted, server => ExchangedAsync(server, ("scope", string.Join(' ', Enumerable.Range(0, 10_000).Select(i => $"s{i}")))));

    [Fact]
    public async Task HT_15_a_large_body_is_refused_by_its_length()
    {
        foreach (var kibibytes in new[] { 65, 300, 2048 })
        {
            var answer = await world.RefusesAsync(Reason.RequestTooLarge, server => server.SendLargeBodyAsync("web", Form($"filler={new string('a', kibibytes * 1024)}")));
            answer.Headers.ConnectionClose.ShouldBe(true);
        }
    }

    [Theory]
    [InlineData(65)]
    [InlineData(200)]
    public async Task HT_15_a_large_body_without_a_length_is_refused(int kibibytes) =>
        await world.RefusesAsync(Reason.RequestTooLarge, server =>
            server.SendBodyAsync("web", Form($"filler={new string('a', kibibytes * 1024)}"), change: request => request.Headers.TransferEncodingChunked = true));

    [Fact]
    public async Task HT_15_many_fields_are_refused()
    {
        var hundred = string.Concat(Enumerable.Range(0, 97).Select(i => $"&f{i}=1"));
        await world.GrantsAsync(server => server.SendBodyAsync("web", Form(ExchangeBody(world.IdToken()) + hundred)));
        await world.RefusesAsync(Reason.FormMalformed, server => server.SendBodyAsync("web", Form(ExchangeBody(world.IdToken()) + hundred + "&one=more")));
        await world.RefusesAsync(Reason.FormMalformed, server => server.SendBodyAsync("web", Form(string.Concat(Enumerable.Repeat("a=1&", 5000)))));
    }

    [Theory]
    [InlineData("scope=%zz")]
    [InlineData("scope=%")]
    [InlineData("scope=%4")]
    [InlineData("sc%zzope=read")]
    [InlineData("scope=%C0%AF")]
    [InlineData("scope=%ED%A0%80")]
    [InlineData("scope=%FF")]
    [InlineData("foo=%FF")]
    public async Task HT_02_a_form_that_is_no_percent_encoded_utf8_is_refused(string pair) =>
        await world.RefusesAsync(Reason.FormMalformed, server => server.SendBodyAsync("web", Form($"{ExchangeBody(world.IdToken())}&{pair}")));

    [Fact]
    public async Task HT_16_without_its_store_the_server_says_503_and_issues_nothing()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        await own.GrantsAsync(server => server.SendIdTokenAsync("web", own.IdToken()));
        await own.Common.Engine.Store.DisposeAsync();
        await own.Rfc8693.Engine.Store.DisposeAsync();
        await own.RefusesAsync(Reason.StoreUnavailable, server => server.SendIdTokenAsync("web", own.IdToken()));
        await own.RefusesAsync(Reason.StoreUnavailable, server => server.SendIdTokenAsync("web", "garbage"));
        await own.RefusesAsync(Reason.StoreUnavailable, server => server.SendBodyAsync("web", Form("")));
    }

    [Fact]
    public async Task HT_16_without_its_store_the_server_is_not_ready_and_calls_no_token_revoked()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        (await own.Common.GetAsync("/health/ready")).Json.Text("status").ShouldBe("ready");
        await own.Common.Engine.Store.DisposeAsync();
        own.Clock!.Advance(TimeSpan.FromSeconds(1));
        var away = await own.Common.GetAsync("/health/ready");
        away.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        away.Json.Text("status").ShouldBe("store unavailable");
        away.Json.Text("registry_revision").ShouldBe(own.Common.Engine.Registry.Current.Revision);
        (await own.Common.GetAsync("/health/live")).Status.ShouldBe(HttpStatusCode.OK);

        using var revoke = new HttpRequestMessage(HttpMethod.Post, "/revoke") { Content = new FormUrlEncodedContent([new("token", "cbt_any")]) };
        revoke.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", SecretOf("web")));
        var answer = await own.Common.SendAsync(revoke);
        (answer.Status, answer.Reason).ShouldBe((HttpStatusCode.ServiceUnavailable, "store_unavailable"));
        ((string)answer.Json["error_description"]!).ShouldBe("The store cannot be used now: no token was issued, looked up, or for certain revoked; try again later.");
    }

    [Fact]
    public async Task HT_13_what_a_trusted_proxy_received_over_plain_http_is_refused()
    {
        await using var server = await TestServer.StartAsync(
            issuer => $"issuer: {issuer}\n" + SmallRegistries.SignIn(world.Login), settings: new Dictionary<string, string?> { ["Cambist:TrustedProxies"] = "127.0.0.0/8" });
        Task<Answer> SendAsync(string? scheme) => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token"), request =>
        {
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", SecretOf("web")));
            if (scheme is not null) request.Headers.Add("X-Forwarded-Proto", scheme);
        });
        (await SendAsync("http")).Reason.ShouldBe("plain_http_refused");
        (await SendAsync("http")).Error.ShouldBe("invalid_request");
        (await SendAsync("http, https")).Reason.ShouldBe("plain_http_refused");
        (await SendAsync("https")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.GetAsync("/jwks", request => request.Headers.Add("X-Forwarded-Proto", "http"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task HT_13_a_forwarding_header_of_anybody_else_is_not_believed() =>
        await world.GrantsAsync(server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token"), request =>
        {
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", SecretOf("web")));
            request.Headers.Add("X-Forwarded-Proto", "http");
            request.Headers.Add("X-Forwarded-For", "203.0.113.7");
            request.Headers.Add("Forwarded", "for=203.0.113.7;proto=http");
        }));
}
