using System.Net;
using Cambist.AspNetCore;
using Microsoft.AspNetCore.Http;

namespace Cambist.Tests.AspNetCore;

/// <summary>Which peers may send tokens over plain http (RFC 6749 §3.2). Cambist.Server.Tests asks a real server.</summary>
public class PlainHttpTests
{
    const string Proxy = "10.1.2.3";

    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData("127.8.9.10", null)]
    [InlineData("::1", null)]
    [InlineData("::ffff:127.0.0.1", null)]
    [InlineData("127.0.0.1", "http")] // nobody said that loopback is a proxy
    [InlineData(Proxy, "https")]
    [InlineData(Proxy, "HTTPS")]
    [InlineData("::ffff:" + Proxy, "https")]
    [InlineData(Proxy, null)] // the operator vouches for a proxy that says nothing
    public void Is_taken_from(string peer, string? forwardedProto) => IsRefused(peer, forwardedProto).ShouldBeFalse();

    [Theory]
    [InlineData("192.0.2.1", null)]
    [InlineData("192.0.2.1", "https")] // anybody can write a header
    [InlineData("::ffff:192.0.2.1", "https")]
    [InlineData("10.1.3.1", "https")] // beside the trusted range
    [InlineData("2001:db8::1", "https")]
    [InlineData(Proxy, "http")]
    [InlineData(Proxy, "https, http")]
    [InlineData(Proxy, "https,https")]
    [InlineData(Proxy, "")]
    [InlineData(Proxy, "https ")]
    public void Is_refused_from(string peer, string? forwardedProto) => IsRefused(peer, forwardedProto).ShouldBeTrue();

    [Fact]
    public void A_header_sent_twice_is_not_believed()
    {
        var http = Request(Proxy, null);
        http.Request.Headers["X-Forwarded-Proto"] = new(["https", "http"]);
        new PlainHttp(Options()).IsRefused(http).ShouldBeTrue();
    }

    [Fact]
    public void Https_and_the_operators_word_are_always_enough()
    {
        var https = Request("192.0.2.1", null);
        https.Request.Scheme = "https";
        new PlainHttp(Options()).IsRefused(https).ShouldBeFalse();
        new PlainHttp(new() { AllowHttp = true }).IsRefused(Request("192.0.2.1", "http")).ShouldBeFalse();
    }

    static bool IsRefused(string peer, string? forwardedProto) => new PlainHttp(Options()).IsRefused(Request(peer, forwardedProto));

    static CambistHttpOptions Options()
    {
        var options = new CambistHttpOptions();
        options.TrustedProxies.Add(IPNetwork.Parse("10.1.2.0/24"));
        return options;
    }

    static DefaultHttpContext Request(string peer, string? forwardedProto)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) }, Request = { Scheme = "http" } };
        if (forwardedProto is not null) http.Request.Headers["X-Forwarded-Proto"] = forwardedProto;
        return http;
    }
}
