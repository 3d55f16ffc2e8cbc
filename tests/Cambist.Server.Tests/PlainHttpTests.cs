using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>
/// Plain http is for loopback and for trusted proxies that speak https to their own clients. The peers here are real: the
/// machine's own address on a network, or loopback as a trusted proxy.
/// </summary>
public sealed class PlainHttpTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tokens_are_refused_from_another_peer_whatever_it_says_was_forwarded_and_public_documents_are_not()
    {
        await using var deployment = await StartAsync();
        foreach (var forwarded in (string?[])[null, "https", "http"])
        {
            var refused = await ExchangeAsync(deployment, forwarded);
            refused.Status.ShouldBe(HttpStatusCode.BadRequest, forwarded);
            refused.Error.ShouldBe("invalid_request");
            refused.Reason.ShouldBe("plain_http_refused");
        }

        foreach (var path in (string[])["/health/live", "/health/ready", "/jwks", "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"])
        {
            using var response = await deployment.Server.Http.GetAsync(deployment.Server.AlsoOn + path, Cancellation);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        }

        (await deployment.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK); // from loopback
    }

    [Fact]
    public async Task Tokens_are_taken_from_a_trusted_proxy_whose_own_client_used_https()
    {
        await using var deployment = await StartAsync(("CAMBIST__TRUSTEDPROXIES", $"203.0.113.0/24, {OwnAddress()}"));
        (await ExchangeAsync(deployment, "https")).Status.ShouldBe(HttpStatusCode.OK);
        (await ExchangeAsync(deployment, "http")).Reason.ShouldBe("plain_http_refused");
        (await ExchangeAsync(deployment, "https, http")).Reason.ShouldBe("plain_http_refused");
    }

    [Fact]
    public async Task Tokens_are_taken_from_anybody_where_the_operator_allows_http_and_the_log_warns()
    {
        await using var deployment = await StartAsync(("CAMBIST__ALLOWHTTP", "true"));
        (await ExchangeAsync(deployment, null)).Status.ShouldBe(HttpStatusCode.OK);
        deployment.Server.Output.ShouldContain("Cambist:AllowHttp is on");
    }

    [Fact]
    public async Task A_proxy_on_loopback_that_is_trusted_is_believed_when_its_client_used_plain_http()
    {
        await using var deployment = await Deployment.StartAsync(new Dictionary<string, string> { ["CAMBIST__TRUSTEDPROXIES"] = "127.0.0.0/8" });
        (await ExchangeAsync(deployment, "https", deployment.Server.Issuer)).Status.ShouldBe(HttpStatusCode.OK);
        (await ExchangeAsync(deployment, "http", deployment.Server.Issuer)).Reason.ShouldBe("plain_http_refused");
    }

    static Task<Deployment> StartAsync(params (string Name, string Value)[] settings) =>
        Deployment.StartAsync(settings.ToDictionary(setting => setting.Name, setting => setting.Value), alsoOn: OwnAddress());

    static async Task<Answer> ExchangeAsync(Deployment deployment, string? forwardedProto, string? address = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, (address ?? deployment.Server.AlsoOn) + "/token");
        request.Content = new FormUrlEncodedContent(Deployment.ExchangeForm(deployment.IdToken()));
        request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", Deployment.WebSecret));
        if (forwardedProto is not null) request.Headers.Add("X-Forwarded-Proto", forwardedProto);
        using var response = await deployment.Server.Http.SendAsync(request, Cancellation);
        var body = await response.Content.ReadAsStringAsync(Cancellation);
        return new(response.StatusCode, response.Headers, response.Content.Headers, System.Text.Json.Nodes.JsonNode.Parse(body)!.AsObject(), body);
    }

    static IPAddress OwnAddress()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses, (_, unicast) => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Assert.SkipWhen(address is null, "this machine has no address but loopback; PlainHttp itself is tested in Cambist.Tests");
        return address!;
    }
}
