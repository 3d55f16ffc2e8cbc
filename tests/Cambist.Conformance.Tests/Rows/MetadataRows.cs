using System.Net;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>MD-01 to MD-09: metadata (RFC 8414, OpenID Connect Discovery).</summary>
public sealed class MetadataRows(MainWorld world, OpaqueWorld opaque)
{
    const string OAuth = "/.well-known/oauth-authorization-server";
    const string OpenId = "/.well-known/openid-configuration";

    [Fact]
    public async Task MD_01_metadata_lies_between_host_and_path_of_the_issuer()
    {
        await using var server = await TestServer.StartAsync(issuer => $"issuer: {issuer}/t1\n{SmallRegistries.SignIn(world.Login)}");
        foreach (var path in new[] { OAuth + "/t1", "/t1" + OpenId })
        {
            var json = (await server.GetAsync(path)).Json;
            json.Text("issuer").ShouldBe(server.Issuer + "/t1");
            json.Text("token_endpoint").ShouldBe(server.Issuer + "/t1/token");
            json.Text("jwks_uri").ShouldBe(server.Issuer + "/t1/jwks");
            json.Text("introspection_endpoint").ShouldBe(server.Issuer + "/t1/introspect");
            json.Text("revocation_endpoint").ShouldBe(server.Issuer + "/t1/revoke");
        }

        (await server.GetAsync(OAuth)).Status.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync("/t1/jwks")).Json["keys"]!.AsArray().Count.ShouldBeGreaterThan(0);
        var answer = await server.SendBodyAsync("web", Requests.Form(Requests.ExchangeBody(world.IdToken())), "/t1/token");
        answer.Claims.Text("iss").ShouldBe(server.Issuer + "/t1");
    }

    [Fact]
    public async Task MD_03_an_issuer_that_ends_in_a_slash_keeps_it()
    {
        await using var server = await TestServer.StartAsync(issuer => $"issuer: {issuer}/\n{SmallRegistries.SignIn(world.Login)}");
        foreach (var path in new[] { OAuth, OpenId })
        {
            var json = (await server.GetAsync(path)).Json;
            json.Text("issuer").ShouldBe(server.Issuer + "/");
            json.Text("token_endpoint").ShouldBe(server.Issuer + "/token");
        }

        var answer = await server.SendIdTokenAsync("web", world.IdToken());
        answer.Claims.Text("iss").ShouldBe(server.Issuer + "/");
        (await server.SendIdTokenAsync("web", "garbage")).Error.ShouldBe("invalid_grant"); // error_codes: common where nothing is written
    }

    [Fact]
    public async Task MD_02_both_documents_are_equal()
    {
        var (one, other) = (await world.Common.GetAsync(OAuth), await world.Common.GetAsync(OpenId));
        one.Body.ShouldBe(other.Body);
        one.ContentHeaders.ContentType!.MediaType.ShouldBe("application/json");
    }

    [Fact]
    public async Task MD_03_MD_04_MD_05_what_is_there_is_said()
    {
        var json = (await world.Common.GetAsync(OAuth)).Json;
        json.Text("issuer").ShouldBe(world.Common.Issuer);
        json["grant_types_supported"]!.AsArray().Select(item => item!.GetValue<string>()).ShouldBe([Requests.TokenExchange, "client_credentials", "refresh_token"], ignoreOrder: true);
        json["token_endpoint_auth_methods_supported"]!.AsArray().Select(item => item!.GetValue<string>()).ShouldBe(["client_secret_basic", "client_secret_post"]);
        json["response_types_supported"]!.AsArray().Count.ShouldBe(0);
        json["scopes_supported"]!.AsArray().Select(item => item!.GetValue<string>()).ShouldBe(["pay", "read", "write"]);
    }

    [Fact]
    public async Task MD_06_keys_and_scopes_are_where_the_metadata_says()
    {
        foreach (var server in new[] { world.Common, world.Rfc8693 })
        {
            var json = (await server.GetAsync(OAuth)).Json;
            var keys = (await server.GetAsync(json.Text("jwks_uri"))).Json["keys"]!.AsArray();
            var answer = await server.SendIdTokenAsync("web", world.IdToken());
            keys.Select(key => key!.AsObject().Text("kid")).ShouldContain(answer.Jwt.HeaderJson.Text("kid"));
            answer.Claims.Text("scope").Split(' ').ShouldBeSubsetOf(json["scopes_supported"]!.AsArray().Select(scope => scope!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task MD_06_introspection_and_revocation_say_how_their_clients_authenticate()
    {
        string[] Methods(Answer answer, string endpoint) => [.. answer.Json[endpoint + "_auth_methods_supported"]!.AsArray().Select(item => item!.GetValue<string>())];
        var metadata = await opaque.Common.GetAsync(OAuth);
        Methods(metadata, "token_endpoint").ShouldBe(["client_secret_basic", "client_secret_post", "none"]);
        Methods(metadata, "revocation_endpoint").ShouldBe(["client_secret_basic", "client_secret_post", "none"]);
        Methods(metadata, "introspection_endpoint").ShouldBe(["client_secret_basic", "client_secret_post"]);
    }

    [Fact]
    public async Task MD_08_every_endpoint_that_is_said_is_there_and_nothing_that_is_not_built()
    {
        var json = (await world.Common.GetAsync(OAuth)).Json;
        json.Select(member => member.Key).ShouldBe(
            [
                "issuer", "token_endpoint", "introspection_endpoint", "revocation_endpoint", "jwks_uri", "grant_types_supported", "response_types_supported",
                "token_endpoint_auth_methods_supported", "introspection_endpoint_auth_methods_supported", "revocation_endpoint_auth_methods_supported", "scopes_supported",
            ],
            ignoreOrder: true);
        foreach (var endpoint in new[] { "token_endpoint", "introspection_endpoint", "revocation_endpoint" })
        {
            using var empty = new HttpRequestMessage(HttpMethod.Post, json.Text(endpoint));
            (await world.Common.SendAsync(empty)).Status.ShouldBe(HttpStatusCode.UnsupportedMediaType);
        }

        (await world.Common.GetAsync(json.Text("jwks_uri"))).Status.ShouldBe(HttpStatusCode.OK);
        foreach (var grant in json["grant_types_supported"]!.AsArray())
            (await world.Common.SendFormAsync("web", ("grant_type", grant!.GetValue<string>()))).Reason.ShouldNotBe("grant_type_unsupported");
        foreach (var path in new[] { "/authorize", "/admin/v1/keys", "/console", "/metrics" })
            (await world.Common.GetAsync(path)).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task MD_09_host_and_forwarding_headers_change_nothing()
    {
        void Forge(HttpRequestMessage request)
        {
            request.Headers.Host = "evil.example.com";
            request.Headers.Add("X-Forwarded-Host", "evil.example.com");
            request.Headers.Add("X-Forwarded-Proto", "https");
            request.Headers.Add("X-Forwarded-Prefix", "/evil");
            request.Headers.Add("X-Original-URL", "/admin/v1/keys");
            request.Headers.Add("Forwarded", "host=evil.example.com;proto=https");
        }

        foreach (var path in new[] { OAuth, OpenId, "/jwks" })
            (await world.Common.GetAsync(path, Forge)).Body.ShouldBe((await world.Common.GetAsync(path)).Body);

        var answer = await world.GrantsAsync(server => server.SendBodyAsync("web", Requests.Form(Requests.ExchangeBody(world.IdToken())), change: Forge));
        answer.Claims.Text("iss").ShouldBe(world.Common.Issuer);
        answer.Body.ShouldNotContain("evil");
    }

    [Fact]
    public async Task MD_09_a_host_of_our_own_choosing_is_no_issuer_either()
    {
        // A token whose iss is what the attacker put into Host is nobody's.
        var token = world.IdToken(claims => claims["iss"] = "http://evil.example.com");
        await world.RefusesAsync(Cambist.Protocol.Reason.SubjectIssuerUntrusted, server =>
            server.SendBodyAsync("web", Requests.Form(Requests.ExchangeBody(token)), change: request => request.Headers.Host = "evil.example.com"));
    }

    [Theory]
    [InlineData("/.well-known/oauth-authorization-server")]
    [InlineData("/jwks")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task MD_08_documents_answer_head_and_refuse_post(string path)
    {
        using var head = new HttpRequestMessage(HttpMethod.Head, path);
        (await world.Common.SendAsync(head)).Status.ShouldBe(HttpStatusCode.OK);
        using var post = new HttpRequestMessage(HttpMethod.Post, path);
        (await world.Common.SendAsync(post)).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task MD_08_the_management_listener_serves_no_token_endpoint()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, world.Common.Management + "/token") { Content = Requests.Form(Requests.ExchangeBody(world.IdToken())) };
        request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", Requests.SecretOf("web")));
        (await world.Common.SendAsync(request)).Status.ShouldBe(HttpStatusCode.NotFound);
        using var forged = new HttpRequestMessage(HttpMethod.Post, world.Common.Management + "/token") { Content = Requests.Form(Requests.ExchangeBody(world.IdToken())) };
        forged.Headers.Host = new Uri(world.Common.Issuer).Authority;
        (await world.Common.SendAsync(forged)).Status.ShouldBe(HttpStatusCode.NotFound);
    }
}
