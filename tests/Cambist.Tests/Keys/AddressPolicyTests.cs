using System.Net;
using System.Net.Sockets;

namespace Cambist.Tests.Keys;

public class AddressPolicyTests
{
    [Theory]
    [InlineData("93.184.215.14", "Public")]
    [InlineData("8.8.8.8", "Public")]
    [InlineData("172.15.255.255", "Public")]
    [InlineData("172.32.0.0", "Public")]
    [InlineData("100.63.255.255", "Public")]
    [InlineData("100.128.0.0", "Public")]
    [InlineData("192.0.1.1", "Public")]
    [InlineData("2606:2800:21f::1", "Public")]
    [InlineData("64:ff9b::5db8:d70e", "Public")]
    [InlineData("2002:5db8:d70e::1", "Public")]
    [InlineData("::ffff:93.184.215.14", "Public")]
    [InlineData("127.0.0.1", "Loopback")]
    [InlineData("127.255.255.254", "Loopback")]
    [InlineData("::1", "Loopback")]
    [InlineData("::ffff:127.0.0.1", "Loopback")]
    [InlineData("64:ff9b::7f00:1", "Loopback")]
    [InlineData("2002:7f00:1::", "Loopback")]
    [InlineData("169.254.169.254", "LinkLocal")]
    [InlineData("fe80::1", "LinkLocal")]
    [InlineData("fe80::1%2", "LinkLocal")]
    [InlineData("febf::1", "LinkLocal")]
    [InlineData("::ffff:169.254.169.254", "LinkLocal")]
    [InlineData("64:ff9b::a9fe:a9fe", "LinkLocal")]
    [InlineData("10.255.255.255", "Private")]
    [InlineData("172.16.0.0", "Private")]
    [InlineData("172.31.255.255", "Private")]
    [InlineData("192.168.0.1", "Private")]
    [InlineData("192.0.0.170", "Private")]
    [InlineData("100.64.0.0", "Private")]
    [InlineData("100.127.255.255", "Private")]
    [InlineData("198.18.0.1", "Private")]
    [InlineData("198.19.255.255", "Private")]
    [InlineData("0.0.0.0", "Private")]
    [InlineData("0.1.2.3", "Private")]
    [InlineData("224.0.0.1", "Private")]
    [InlineData("255.255.255.255", "Private")]
    [InlineData("::", "Private")]
    [InlineData("::10.0.0.1", "Private")]
    [InlineData("fc00::1", "Private")]
    [InlineData("fdff::1", "Private")]
    [InlineData("fec0::1", "Private")]
    [InlineData("ff02::1", "Private")]
    [InlineData("2001::1", "Private")]
    [InlineData("2002:a00:1::", "Private")]
    [InlineData("64:ff9b:1::1", "Private")]
    [InlineData("::ffff:0:127.0.0.1", "Loopback")]
    [InlineData("::ffff:0:93.184.215.14", "Public")]
    [InlineData("100::1", "Private")]
    public void Addresses_are_what_they_lead_to(string address, string kind) =>
        AddressKinds.Of(IPAddress.Parse(address)).ToString().ShouldBe(kind);

    [Theory]
    [InlineData("93.184.215.14", "Public")]
    [InlineData("10.0.0.1", "Public Private")]
    [InlineData("127.0.0.1", "Public Private Loopback")]
    [InlineData("169.254.1.1", "Public LinkLocal")]
    [InlineData("10.0.0.1 ::1", "Public Private Loopback")]
    public void An_issuer_may_lead_to_the_kinds_of_address_it_lives_at(string issuer, string allowed)
    {
        var policy = AddressPolicy.ForIssuerAt(issuer.Split(' ').Select(IPAddress.Parse));
        (string Kind, string Address)[] kinds = [("Public", "8.8.8.8"), ("Private", "192.168.0.1"), ("LinkLocal", "169.254.169.254"), ("Loopback", "::1")];
        foreach (var (kind, address) in kinds) policy.Allows(IPAddress.Parse(address)).ShouldBe(allowed.Split(' ').Contains(kind), kind);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    public async Task A_connection_is_made_only_where_the_policy_of_its_request_allows(string host)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = AnswerAsync(listener);
        using var handler = new SocketsHttpHandler { ConnectCallback = AddressPolicy.ConnectAsync, AllowAutoRedirect = false, UseProxy = false };
        using var http = new HttpMessageInvoker(handler);
        var url = $"http://{host}:{((IPEndPoint)listener.LocalEndpoint).Port}/";

        using var forbidden = new HttpRequestMessage(HttpMethod.Get, url);
        forbidden.Options.Set(AddressPolicy.RequestOption, AddressPolicy.PublicOnly);
        (await Should.ThrowAsync<HttpRequestException>(() => http.SendAsync(forbidden, CancellationToken.None))).ToString().ShouldContain("not allowed");
        served.IsCompleted.ShouldBeFalse();

        using var allowed = new HttpRequestMessage(HttpMethod.Get, url);
        allowed.Options.Set(AddressPolicy.RequestOption, AddressPolicy.ForIssuerAt([IPAddress.Loopback]));
        using (var response = await http.SendAsync(allowed, CancellationToken.None)) response.StatusCode.ShouldBe(HttpStatusCode.NoContent);

        using var free = new HttpRequestMessage(HttpMethod.Get, url);
        using (var response = await http.SendAsync(free, CancellationToken.None)) response.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        await served;
    }

    static async Task AnswerAsync(TcpListener listener)
    {
        for (var i = 0; i < 2; i++)
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var stream = client.GetStream();
            (await stream.ReadAtLeastAsync(new byte[16], 16)).ShouldBeGreaterThan(15);
            await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
        }
    }
}
