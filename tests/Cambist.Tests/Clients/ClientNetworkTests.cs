using System.Net;

namespace Cambist.Tests.Clients;

public sealed class ClientNetworkTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData("2001:db8:1:2::", "2001:db8:1:2::/64")]
    [InlineData("fe80::1%3", "fe80::/64")]
    [InlineData("::1", "local")] // the loopback's /64 holds nobody else
    public void Is_told_as_an_address_or_as_its_64(string address, string text) => new ClientNetwork(IPAddress.Parse(address)).ToString().ShouldBe(text);

    [Fact]
    public void No_address_is_local() => new ClientNetwork(null).ToString().ShouldBe("local");

    [Fact]
    public void Networks_are_told_apart()
    {
        var all = new[] { "203.0.113.7", "203.0.113.8", "2001:db8:1:2::1", "2001:db8:1:3::1", "0.0.0.0" }.Select(text => new ClientNetwork(IPAddress.Parse(text)));
        all.Append(default).ShouldBeUnique();
        new ClientNetwork(IPAddress.Parse("2001:db8:1:2::1")).ShouldBe(new ClientNetwork(IPAddress.Parse("2001:db8:1:2:ffff::9")));
    }
}
