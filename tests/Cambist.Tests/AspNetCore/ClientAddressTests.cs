using System.Net;
using Cambist.AspNetCore;
using Microsoft.AspNetCore.Http;

namespace Cambist.Tests.AspNetCore;

/// <summary>Whose address counts: AB-70's forwarding headers.</summary>
public class ClientAddressTests
{
    const string Proxy = "10.1.2.3";

    [Theory]
    [InlineData("192.0.2.1", "203.0.113.7")] // anybody can write a header
    [InlineData("10.1.3.1", "203.0.113.7")] // beside the trusted range
    [InlineData("2001:db8::1", "203.0.113.7")]
    public void A_header_of_somebody_else_is_not_read(string peer, string header) => Of(peer, header).ShouldBe(peer);

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7, 10.1.2.9", "203.0.113.7")]
    [InlineData("203.0.113.7,10.1.2.9 ,\t10.1.2.8", "203.0.113.7")]
    [InlineData("garbage, 203.0.113.7, 10.1.2.9", "203.0.113.7")] // not read so far
    [InlineData("10.1.2.5, 10.1.2.4", "10.1.2.5")] // proxies all the way
    [InlineData("203.0.113.7:4711", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    [InlineData("[2001:db8::7]:443", "2001:db8::7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7, ::ffff:10.1.2.9", "203.0.113.7")]
    public void Behind_a_trusted_proxy_the_rightmost_untrusted_entry_counts(string header, string expected)
    {
        Of(Proxy, header).ShouldBe(expected);
        Of("::ffff:" + Proxy, header).ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("203.0.113.7,")]
    [InlineData("203.0.113.7, ,10.1.2.9")]
    [InlineData("203.0.113.7, garbage, 10.1.2.9")]
    [InlineData("1")]
    [InlineData("0x7f.1")]
    [InlineData("010.1.2.9")]
    [InlineData("fe80::1%3")]
    [InlineData("203.0.113.7;10.1.2.9")]
    [InlineData("\"203.0.113.7\"")]
    [InlineData("for=203.0.113.7")]
    [InlineData("203.0.113.7:99999")]
    [InlineData("203.0.113.300")]
    public void What_cannot_be_read_leaves_the_peer(string? header) => Of(Proxy, header).ShouldBe(Proxy);

    [Fact]
    public void Lines_of_the_header_are_read_as_one_list()
    {
        Of(Proxy, "198.51.100.1", "203.0.113.7").ShouldBe("203.0.113.7");
        Of(Proxy, "198.51.100.1, 203.0.113.7", "10.1.2.9").ShouldBe("203.0.113.7");
        Of(Proxy, "203.0.113.7", "").ShouldBe(Proxy);
    }

    [Fact]
    public void A_long_header_is_read_once() => Of(Proxy, string.Join(',', Enumerable.Repeat("10.1.2.9", 3000))).ShouldBe("10.1.2.9");

    [Fact]
    public void A_unix_socket_has_no_address() => new ClientAddress(Options()).Of(new DefaultHttpContext()).ShouldBeNull();

    static string Of(string peer, params string?[] lines)
    {
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Parse(peer) } };
        if (lines is not [null]) http.Request.Headers["X-Forwarded-For"] = new(lines);
        http.Request.Headers["Forwarded"] = "for=198.51.100.99";
        http.Request.Headers["X-Real-IP"] = "198.51.100.99";
        return new ClientAddress(Options()).Of(http)!.ToString();
    }

    static CambistHttpOptions Options()
    {
        var options = new CambistHttpOptions();
        options.TrustedProxies.Add(IPNetwork.Parse("10.1.2.0/24"));
        return options;
    }
}
