using System.Net;
using System.Net.Sockets;

namespace Cambist.Tests.Keys;

public sealed class KeyFetchTests : IssuerKeysFixture
{
    const string Elsewhere = "https://keys.example.net/jwks";

    async Task FailsAsync(params string[] words)
    {
        (await AskAsync(First)).Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
        Events.Last.Name.ShouldBe("issuer_keys_fetch_failed");
        foreach (var word in words) Events.Last.Message.ShouldContain(word);
        Keys.Health(Issuer).LastFault.ShouldNotBeNull();
    }

    [Fact]
    public async Task Where_there_is_no_OpenID_document_the_OAuth_one_is_asked_for()
    {
        Idp.Routes.TryRemove(StubIssuer.OpenId, out _);
        Idp.Serve(StubIssuer.OAuth, StubIssuer.Discovery());
        await FoundAsync(First);
        Idp.Asked.ShouldBe([StubIssuer.OpenId, StubIssuer.OAuth, StubIssuer.Jwks]);
    }

    [Theory]
    [InlineData("https://a.example.com", "https://a.example.com/.well-known/openid-configuration", "https://a.example.com/.well-known/oauth-authorization-server")]
    [InlineData("https://a.example.com/", "https://a.example.com/.well-known/openid-configuration", "https://a.example.com/.well-known/oauth-authorization-server")]
    [InlineData("https://a.example.com:8443/t/1", "https://a.example.com:8443/t/1/.well-known/openid-configuration", "https://a.example.com:8443/.well-known/oauth-authorization-server/t/1")]
    [InlineData("https://a.example.com/t/", "https://a.example.com/t/.well-known/openid-configuration", "https://a.example.com/.well-known/oauth-authorization-server/t")]
    public async Task Discovery_looks_where_the_specifications_say(string issuer, string openId, string oauth)
    {
        Issuer = Trust(issuer);
        Idp.Serve(oauth, StubIssuer.Discovery(issuer, "https://a.example.com/k"));
        Idp.Serve("https://a.example.com/k", StubIssuer.SetOf(First));
        await FoundAsync(First);
        Idp.Asked.ShouldBe([openId, oauth, "https://a.example.com/k"]);
    }

    [Fact]
    public async Task Any_other_status_than_404_ends_the_discovery()
    {
        Idp.Fail(StubIssuer.OpenId, HttpStatusCode.Forbidden);
        Idp.Serve(StubIssuer.OAuth, StubIssuer.Discovery());
        await FailsAsync("answered 403");
        Idp.Asked.ShouldBe([StubIssuer.OpenId]);
    }

    [Theory]
    [InlineData("https://login.example.com/")]
    [InlineData("https://LOGIN.example.com")]
    [InlineData("https://evil.example.com")]
    [InlineData("https://login.example.com\\u0000")]
    [InlineData("")]
    public async Task JK_05_AB_68_A_discovery_document_of_another_issuer_is_refused(string issuer)
    {
        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery(issuer));
        await FailsAsync("same to the last byte");
        Idp.KeyFetches.ShouldBe(0);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"issuer":7,"jwks_uri":"https://login.example.com/jwks"}""")]
    [InlineData("""{"issuer":"https://login.example.com"}""")]
    [InlineData("""{"issuer":"https://login.example.com","jwks_uri":"/jwks"}""")]
    [InlineData("""{"issuer":"https://login.example.com","jwks_uri":["https://login.example.com/jwks"]}""")]
    [InlineData("""{"issuer":"https://login.example.com","jwks_uri":"file:///etc/passwd"}""")]
    [InlineData("""{"issuer":"https://login.example.com","jwks_uri":"https://u:p@login.example.com/jwks"}""")]
    [InlineData("""{"issuer":"https://evil.example.com","issuer":"https://login.example.com","jwks_uri":"https://login.example.com/jwks"}""")]
    [InlineData("<html>")]
    [InlineData("")]
    public async Task A_discovery_document_that_does_not_say_where_is_refused(string document)
    {
        Idp.Serve(StubIssuer.OpenId, document);
        await FailsAsync("discovery document");
        Idp.KeyFetches.ShouldBe(0);
    }

    [Fact]
    public async Task AB_68_A_plain_http_jwks_uri_is_refused()
    {
        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery(jwksUri: "http://login.example.com/jwks"));
        await FailsAsync("not https");
        Idp.Asked.ShouldBe([StubIssuer.OpenId]);
    }

    [Fact]
    public async Task JK_04_A_plain_http_issuer_is_not_even_asked_unless_that_is_allowed()
    {
        Issuer = Trust("http://login.example.com");
        await FailsAsync("not https");
        Idp.Asked.ShouldBeEmpty();

        Keys = NewKeys(allowHttp: true);
        Idp.Serve("http://login.example.com/.well-known/openid-configuration", StubIssuer.Discovery("http://login.example.com", "http://login.example.com/jwks"));
        Idp.Serve("http://login.example.com/jwks", StubIssuer.SetOf(First));
        await FoundAsync(First);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5000")]
    [InlineData("http://[::1]:5000")]
    [InlineData("http://localhost:5000")]
    public async Task An_issuer_on_loopback_may_be_plain_http(string issuer)
    {
        Issuer = Trust(issuer);
        Idp.Serve($"{issuer}/.well-known/openid-configuration", StubIssuer.Discovery(issuer, $"{issuer}/jwks"));
        Idp.Serve($"{issuer}/jwks", StubIssuer.SetOf(First));
        await FoundAsync(First);
    }

    [Fact]
    public async Task AB_68_An_issuer_on_loopback_may_not_send_us_over_plain_http_to_another_host()
    {
        Issuer = Trust("http://localhost:5000");
        Names["localhost"] = [IPAddress.Loopback];
        Names["keys.example.net"] = [IPAddress.Parse("93.184.215.14")];
        Idp.Serve("http://localhost:5000/.well-known/openid-configuration", StubIssuer.Discovery("http://localhost:5000", "http://keys.example.net/jwks"));
        await FailsAsync("not https");
        Idp.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task AB_68_A_name_that_turns_to_a_private_address_between_the_look_and_the_connection_is_not_asked()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var jwksUri = $"https://localhost:{((IPEndPoint)inside.LocalEndpoint).Port}/jwks";
        Names["localhost"] = [IPAddress.Parse("93.184.215.14")]; // so says the resolver when we look; the system's says loopback
        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery(jwksUri: jwksUri));
        using var sockets = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = AddressPolicy.ConnectAsync, UseProxy = false });
        Idp.Forward = ("localhost", sockets);

        await FailsAsync("not allowed");
        inside.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task AB_68_A_jwks_uri_on_another_public_host_is_fine_and_asked_under_a_policy()
    {
        Names["keys.example.net"] = [IPAddress.Parse("93.184.215.14"), IPAddress.Parse("2606:2800:21f::1")];
        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery(jwksUri: Elsewhere));
        Idp.Serve(Elsewhere, StubIssuer.SetOf(First));
        await FoundAsync(First);
        Idp.Requests[0].Options.TryGetValue(AddressPolicy.RequestOption, out _).ShouldBeFalse();
        Idp.Requests[1].Options.TryGetValue(AddressPolicy.RequestOption, out var policy).ShouldBeTrue();
        policy!.Allows(IPAddress.Loopback).ShouldBeFalse("also if the name answers otherwise when the connection is made");
    }

    [Theory]
    [InlineData("https://127.0.0.1/jwks")]
    [InlineData("https://2130706433/jwks")]
    [InlineData("https://[::1]/jwks")]
    [InlineData("https://[::ffff:10.0.0.1]/jwks")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://10.0.0.1/jwks")]
    public async Task AB_68_A_jwks_uri_at_a_private_address_is_not_asked(string jwksUri)
    {
        Names["login.example.com"] = [IPAddress.Parse("93.184.215.14")];
        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery(jwksUri: jwksUri));
        await FailsAsync("loopback, link-local or private");
        Idp.Asked.ShouldBe([StubIssuer.OpenId]);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("93.184.215.14 10.0.0.1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    [InlineData("")]
    public async Task AB_68_A_jwks_uri_whose_name_leads_to_a_private_address_or_nowhere_is_not_asked(string addresses)
    {
        Names["login.example.com"] = [IPAddress.Parse("93.184.215.14")];
        Names["keys.example.net"] = [.. addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery(jwksUri: Elsewhere));
        await FailsAsync("loopback, link-local or private");
        Idp.Asked.ShouldBe([StubIssuer.OpenId]);
    }

    [Fact]
    public async Task A_private_issuer_may_keep_its_keys_on_another_private_host_but_not_at_the_metadata_address()
    {
        Names["login.example.com"] = [IPAddress.Parse("10.1.1.1")];
        Names["keys.example.net"] = [IPAddress.Parse("192.168.7.7")];
        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery(jwksUri: Elsewhere));
        Idp.Serve(Elsewhere, StubIssuer.SetOf(First));
        await FoundAsync(First);

        Names["keys.example.net"] = [IPAddress.Parse("169.254.169.254")];
        Keys = NewKeys();
        await FailsAsync("loopback, link-local or private");
    }

    [Fact]
    public async Task JK_04_A_redirect_is_not_followed()
    {
        Idp.Routes[StubIssuer.Jwks] = _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.Found) { Headers = { Location = new(Elsewhere) } });
        Idp.Serve(Elsewhere, StubIssuer.SetOf(First));
        await FailsAsync("answered 302; redirects are not followed");
        Idp.Asked.ShouldNotContain(Elsewhere);
    }

    [Fact]
    public async Task JK_04_AB_67_An_endless_answer_is_cut_at_256_KiB()
    {
        using var endless = new EndlessStream();
        Idp.Serve(StubIssuer.Jwks, endless);
        await FailsAsync("more than 256 KiB");
        endless.Given.ShouldBeLessThan(1024 * 1024);
    }

    [Theory]
    [InlineData(256 * 1024, true)]
    [InlineData((256 * 1024) + 1, false)]
    public async Task The_256_KiB_are_counted_while_reading(int length, bool isRead)
    {
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First).PadRight(length));
        (await AskAsync(First)).Outcome.ShouldBe(isRead ? IssuerKeyOutcome.Found : IssuerKeyOutcome.Unavailable);
    }

    [Theory]
    [InlineData(StubIssuer.OpenId)]
    [InlineData(StubIssuer.Jwks)]
    public async Task JK_04_A_whole_fetch_takes_five_seconds_at_most(string slow)
    {
        Idp.Hold(slow);
        var use = AskAsync(First).AsTask();
        await UntilAsync(() => Idp.Asked.Contains(slow));
        Clock.Advance(TimeSpan.FromSeconds(5) - TimeSpan.FromMilliseconds(1));
        use.IsCompleted.ShouldBeFalse();
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        (await use).Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
        Events.Last.Message.ShouldContain("within 5 s");
    }

    [Fact]
    public async Task A_body_that_never_ends_takes_five_seconds_too()
    {
        using var silent = new SilentStream();
        Idp.Serve(StubIssuer.Jwks, silent);
        var use = AskAsync(First).AsTask();
        await silent.Asked.Task;
        Clock.Advance(TimeSpan.FromSeconds(5));
        (await use).Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
    }

    [Theory]
    [InlineData("<html>sign in</html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[],"keys":[]}""")]
    public async Task AB_67_An_answer_that_is_no_JWK_set_fails(string body)
    {
        Idp.Serve(StubIssuer.Jwks, body);
        await FailsAsync("JWK set");
    }

    [Fact]
    public async Task A_broken_connection_and_an_unforeseen_fault_let_everybody_go()
    {
        Idp.Routes[StubIssuer.Jwks] = _ => throw new HttpRequestException("connection refused");
        await FailsAsync("connection refused");
        Clock.Advance(TimeSpan.FromSeconds(1));
        Idp.Routes[StubIssuer.Jwks] = _ => throw new InvalidOperationException("a bug");
        await FailsAsync("a bug");
        Clock.Advance(TimeSpan.FromSeconds(2));
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First));
        await FoundAsync(First);
    }

    [Fact]
    public async Task A_configured_jwks_uri_is_asked_without_discovery_wherever_it_lies()
    {
        Issuer = Trust("urn:not-a-url", new IssuerKeySource.JwksUri(new("https://10.0.0.1/keys")));
        Idp.Serve("https://10.0.0.1/keys", StubIssuer.SetOf(First));
        await FoundAsync(First);
        Idp.Asked.ShouldBe(["https://10.0.0.1/keys"]);
    }

    [Fact]
    public async Task A_configured_plain_http_jwks_uri_is_refused_off_loopback()
    {
        Issuer = Trust(StubIssuer.Identifier, new IssuerKeySource.JwksUri(new("http://keys.example.net/")));
        await FailsAsync("not https");
        Idp.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_issuer_that_is_no_URL_cannot_be_discovered()
    {
        Issuer = Trust("accounts.example.com");
        await FailsAsync("jwks_uri or jwks_file");
        Idp.Asked.ShouldBeEmpty();
    }

    sealed class EndlessStream : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given += buffer.Length;
            buffer.Span.Fill((byte)' ');
            return new(buffer.Length);
        }
    }

    sealed class SilentStream : MemoryStream
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Asked.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
