using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-51, AB-53, AB-54, AB-56 and AB-70: requests that no HTTP library would send.</summary>
[Collection(AbuseCollection.Name)]
public sealed class TransportTests(AbuseWorld world)
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static string Web => TestServer.BasicCredentials("web", SecretOf("web"));

    string Body => ExchangeBody(world.IdToken());

    Task<RawAnswer> SendAsync(string text) => RawHttp.SendAsync(world.Common.Issuer, text, Cancellation);

    string Post(string body, string headers = "", string target = "/token") => RawHttp.Post(world.Common.Issuer, body, headers, target, Web);

    async Task StopsAsync(Reason reason, string body) =>
        await world.StopsAsync(reason, async server => await server.SendBodyAsync("web", new ByteArrayContent(Encoding.Latin1.GetBytes(body)) { Headers = { ContentType = new("application/x-www-form-urlencoded") } }));

    [Fact]
    public async Task AB_51_values_in_the_query_count_for_nothing()
    {
        var granted = await SendAsync(Post(Body + "&scope=read", target: "/token?scope=read+write&audience=billing&subject_token=bad&client_id=orders&client_secret=x"));
        granted.Status.ShouldBe(200, granted.Body);
        ((string?)granted.Json["scope"]).ShouldBe("read");
        (await SendAsync(Post("", target: "/token?" + Body))).Reason.ShouldBe("parameter_missing");
        (await SendAsync(Post("grant_type=", target: "/token?" + Body))).Reason.ShouldBe("parameter_missing");
        (await SendAsync(Post(Body, target: world.Common.Issuer + "/token?scope=nonsense"))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("scope=%zz")]
    [InlineData("scope=%")]
    [InlineData("scope=%u0061")]
    [InlineData("scope=%c0%af")]
    [InlineData("scope=%e0%80%af")]
    [InlineData("scope=%f8%88%80%80%80")]
    [InlineData("scope=%ed%a0%80")]
    [InlineData("scope=%ff%fe")]
    [InlineData("scope=\u00ff\u00fe")]
    [InlineData("%=x")]
    [InlineData("scope=\u00e9")]
    public async Task AB_53_a_form_that_is_no_percent_encoded_utf8_is_refused(string field)
    {
        await StopsAsync(Reason.FormMalformed, $"{Body}&{field}");
        await StopsAsync(Reason.FormMalformed, $"{field}&{Body}");
    }

    [Fact]
    public async Task AB_53_another_charset_is_refused()
    {
        foreach (var charset in new[] { "utf-16", "utf-16le", "utf-7", "iso-8859-1", "\"utf-16\"", "utf-8; charset=utf-16" })
        {
            var text = Post(Body).Replace("x-www-form-urlencoded\r\n", $"x-www-form-urlencoded; charset={charset}\r\n", StringComparison.Ordinal);
            var answer = await SendAsync(text);
            answer.Status.ShouldBe(415, $"{charset} {answer.Body}");
        }

        // UTF-16 under the right name is no form of ours: every second byte is a NUL.
        await StopsAsync(Reason.ParameterMissing, Encoding.Latin1.GetString(Encoding.Unicode.GetBytes("grant_type=x")));
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    [InlineData("application/jwt")]
    [InlineData("text/xml")]
    [InlineData("application/x-www-form-urlencoded, text/plain")]
    [InlineData("")]
    public async Task AB_54_another_media_type_is_refused(string type)
    {
        foreach (var body in new[] { Body, $"--x\r\nContent-Disposition: form-data; name=\"grant_type\"\r\n\r\n{Requests.TokenExchange}\r\n--x--\r\n", "{\"grant_type\":\"client_credentials\"}", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>" })
        {
            var answer = await SendAsync(Post(body).Replace("Content-Type: application/x-www-form-urlencoded", $"Content-Type: {type}", StringComparison.Ordinal));
            answer.Status.ShouldBe(415, answer.Body);
            answer.Reason.ShouldBe("media_type_unsupported");
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("gzip, gzip")]
    [InlineData("identity")]
    public async Task AB_54_a_compressed_bomb_is_never_inflated(string encoding)
    {
        var bomb = new MemoryStream();
        await using (var gzip = new GZipStream(bomb, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(new byte[32 * 1024 * 1024], Cancellation);
        bomb.Length.ShouldBeLessThan(64 * 1024);

        var before = GC.GetTotalAllocatedBytes();
        await world.StopsAsync(Reason.MediaTypeUnsupported, async server =>
        {
            var body = new ByteArrayContent(bomb.ToArray());
            body.Headers.ContentType = new("application/x-www-form-urlencoded");
            body.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
            return await server.SendBodyAsync("web", body);
        });
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(16 * 1024 * 1024);
    }

    /// <summary>Two readers could see two requests where one was sent; this one refuses, or reads one and hangs up.</summary>
    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n")]
    [InlineData("Transfer-Encoding: identity, chunked\r\n")]
    [InlineData("Transfer-Encoding:\tchunked\r\n")]
    [InlineData("Content-Length: 5\r\n")]
    [InlineData("Content-Length: -1\r\n")]
    [InlineData("Host: evil.example\r\n")]
    [InlineData("X-A: b\r\n folded\r\n")]
    [InlineData("X-A : b\r\n")]
    [InlineData(" X-A: b\r\n")]
    [InlineData("X-A: b\rX-B: c\r\n")]
    [InlineData("X-A: b\0c\r\n")]
    [InlineData("no colon\r\n")]
    public async Task AB_56_a_request_that_can_be_read_in_two_ways_is_refused_and_the_connection_closed(string header)
    {
        var smuggled = "0\r\n\r\n" + RawHttp.Post(world.Common.Issuer, Body, credentials: Web);
        var answer = await SendAsync(Post(smuggled, header).Replace("Connection: close\r\n", "", StringComparison.Ordinal));
        answer.Answers.ShouldBe(1);
        answer.Status.ShouldBeInRange(400, 499);
        answer.Body.ShouldNotContain("access_token");
    }

    [Fact]
    public async Task AB_56_a_broken_request_line_or_chunk_is_refused_and_the_connection_closed()
    {
        var host = $"Host: {new Uri(world.Common.Issuer).Authority}\r\n";
        string[] requests =
        [
            $"POST /token\r\n{host}\r\n",
            $"POST /token HTTP/9.9\r\n{host}\r\n",
            $"POST /to ken HTTP/1.1\r\n{host}\r\n",
            $"POST /token\0 HTTP/1.1\r\n{host}\r\n",
            $"GET http://evil.example/token HTTP/1.1\r\n{host}\r\n",
            "POST /token HTTP/1.1\r\n\r\n",
            $"POST /{new string('a', 20_000)} HTTP/1.1\r\n{host}\r\n",
            $"POST /token HTTP/1.1\r\n{host}X-Large: {new string('a', 40_000)}\r\n\r\n",
            $"POST /token HTTP/1.1\r\n{host}{string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: a\r\n"))}\r\n",
        ];
        foreach (var request in requests)
        {
            var answer = await SendAsync(request);
            answer.Status.ShouldBeInRange(400, 505, request[..Math.Min(request.Length, 60)]);
            answer.Status.ShouldNotBe(500);
            answer.Body.ShouldBeEmpty();
        }

        foreach (var otherProtocol in new[] { "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n" })
            (await SendAsync(otherProtocol)).Status.ShouldBeOneOf(0, 400);

        foreach (var chunk in new[] { "zz\r\n", "-1\r\n", "FFFFFFFFFFFFFFFFF\r\n", "5\r\nabcdefgh\r\n", "5;" + new string('a', 20_000) })
        {
            var answer = await SendAsync($"POST /token HTTP/1.1\r\n{host}{RawHttp.Basic(Web)}Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}");
            answer.Status.ShouldBeInRange(400, 499, chunk[..Math.Min(chunk.Length, 40)]);
            answer.Reason.ShouldBe("form_malformed");
            answer.Head.ShouldContain("Connection: close");
        }
    }

    /// <summary>A client that hangs up in the middle is nobody to answer, and no fault of the server.</summary>
    [Fact]
    public async Task AB_56_a_client_that_hangs_up_in_the_middle_harms_nobody()
    {
        var whole = Post(Body);
        foreach (var part in new[] { 1, 20, 200, whole.Length - Body.Length, whole.Length - 1 })
        {
            using var client = await RawHttp.OpenAsync(world.Common.Issuer, whole[..part], Cancellation);
            client.Client.Client.LingerState = new LingerOption(true, 0); // a reset rather than a close
        }

        await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken()));
    }

    [Theory]
    [InlineData("Host", "evil.example")]
    [InlineData("X-Forwarded-Host", "evil.example")]
    [InlineData("X-Forwarded-Proto", "https")]
    [InlineData("X-Forwarded-For", "10.0.0.1")]
    [InlineData("X-Forwarded-Prefix", "/evil")]
    [InlineData("X-Original-URL", "/evil")]
    [InlineData("Forwarded", "for=10.0.0.1;host=evil.example;proto=https")]
    [InlineData("X-Client-Cert", "MIIB")]
    [InlineData("X-SSL-Client-Cert", "-----BEGIN CERTIFICATE-----")]
    [InlineData("X-Forwarded-Client-Cert", "Subject=\"CN=web\"")]
    [InlineData("X-HTTP-Method-Override", "GET")]
    public async Task AB_70_forged_headers_of_a_proxy_have_no_effect(string name, string value)
    {
        foreach (var path in new[] { "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration", "/jwks" })
        {
            var honest = await world.Common.GetAsync(path);
            var forged = await world.Common.GetAsync(path, request => request.Headers.TryAddWithoutValidation(name, value));
            forged.Body.ShouldBe(honest.Body);
            forged.Headers.ToString().ShouldNotContain("evil");
        }

        void Forge(HttpRequestMessage request) => request.Headers.TryAddWithoutValidation(name, value);
        var token = await world.GrantsAsync(server => server.SendBodyAsync("web", Form(Body), change: Forge));
        token.Claims.Text("iss").ShouldBe(world.Common.Issuer);
        await world.StopsAsync(Reason.ClientAuthenticationFailed, server => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token", ("client_id", "web")), Forge));
    }
}
