using System.Net;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>CA-15 and CA-22: where the keys of clients come from, and how they change.</summary>
public sealed class ClientKeyRows(AssertionWorld world) : IClassFixture<AssertionWorld>
{
    static readonly TestKey Second = TestKey.Create("ES256", "second");
    static readonly TestKey Third = TestKey.Create("ES256", "third");

    [Theory]
    [InlineData("keyed")]
    [InlineData("remote")]
    public async Task CA_15_a_key_that_the_header_brings_or_points_to_is_never_used(string client)
    {
        await using var attacker = await TestIssuer.StartAsync([Keys.Strange]);
        await world.GrantsAsync(world.With(client: client));
        var asked = world.Remote.Requests;
        foreach (var (member, value) in new (string, System.Text.Json.Nodes.JsonNode)[]
        {
            ("jwk", Keys.Strange.PublicJwk()), ("jku", attacker.Issuer + "/jwks"), ("x5u", attacker.Issuer + "/jwks"), ("x5c", new System.Text.Json.Nodes.JsonArray("MIIB")),
        })
        {
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, server =>
            {
                var header = TestJwt.HeaderOf(Keys.Strange);
                header[member] = value.DeepClone();
                return world.ExchangeByAsync(server, TestJwt.Sign(header.ToJsonString(), Assertions.Claims(server, client).ToJsonString(), Keys.Strange).ToString());
            });
        }

        attacker.Requests.ShouldBe(0);
        world.Remote.Requests.ShouldBe(asked);
    }

    [Fact]
    public async Task CA_15_the_keys_of_an_issuer_or_of_another_client_are_not_a_clients()
    {
        await world.GrantsAsync(world.With(client: "remote"));
        await world.RefusesAsync(Reason.ClientAuthenticationFailed, world.With(client: "remote", key: Keys.Rs256.As(keyId: "es256-1"))); // keyed's and login's
        (world.Remote.Discovery.Requests + world.Remote.OAuthMetadata.Requests).ShouldBe(0, "a client has an address of keys, and no metadata");
    }

    static async Task<(AdHocWorld World, TestIssuer Remote)> StartAsync(FakeClock clock)
    {
        var remote = await TestIssuer.StartAsync([Keys.Es256]);
        return (await AdHocWorld.StartAsync(login => AssertionWorld.RegistryOf(login, $"  remote: {{ jwks_uri: {remote.Issuer}/jwks }}"), clock), remote);
    }

    static Func<TestServer, Task<Answer>> SignedBy(World world, TestKey key) => server => world.ExchangeByAsync(server, Assertions.Sign(server, "remote", key));

    [Fact]
    public async Task CA_22_a_new_key_works_after_one_fetch_and_a_dropped_one_dies()
    {
        var clock = new FakeClock();
        var (own, remote) = await StartAsync(clock);
        await using var both = own;
        await using var theirs = remote;
        await own.GrantsAsync(SignedBy(own, Keys.Es256));
        remote.Jwks.Requests.ShouldBe(2, "once a server");

        remote.Publish(Second, Keys.Es256);
        await own.GrantsAsync(SignedBy(own, Second));
        await own.GrantsAsync(SignedBy(own, Keys.Es256));
        remote.Jwks.Requests.ShouldBe(4);

        remote.Publish(Third, Second);
        clock.Jump(TimeSpan.FromMinutes(21));
        await own.GrantsAsync(SignedBy(own, Third));
        await own.RefusesAsync(Reason.ClientAuthenticationFailed, server => own.ExchangeByAsync(server, Assertions.Sign(server, "remote", Keys.Es256, claims => claims["iat"] = server.Now() - 1)));
        await own.GrantsAsync(SignedBy(own, Second));
        remote.Jwks.Requests.ShouldBe(6);
    }

    [Fact]
    public async Task CA_22_an_unknown_kid_is_asked_for_once_an_interval_and_is_no_verdict_meanwhile()
    {
        var clock = new FakeClock();
        var (own, remote) = await StartAsync(clock);
        await using var both = own;
        await using var theirs = remote;
        await own.GrantsAsync(SignedBy(own, Keys.Es256));
        await own.RefusesAsync(Reason.ClientAuthenticationFailed, SignedBy(own, Second));
        var early = new Dictionary<TestServer, string> { [own.Common] = Assertions.Sign(own.Common, "remote", Third), [own.Rfc8693] = Assertions.Sign(own.Rfc8693, "remote", Third) };
        remote.Publish(Third);
        var answer = await own.RefusesAsync(Reason.ClientKeysUnavailable, server => own.ExchangeByAsync(server, early[server]));
        answer.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
        remote.Jwks.Requests.ShouldBe(4);

        clock.Advance(TimeSpan.FromSeconds(30));
        await own.GrantsAsync(server => own.ExchangeByAsync(server, early[server])); // it was not spent by that
        remote.Jwks.Requests.ShouldBe(6);
    }

    [Fact]
    public async Task CA_22_an_outage_is_503_and_spends_nothing_and_a_later_one_is_outlived()
    {
        var clock = new FakeClock();
        var (own, remote) = await StartAsync(clock);
        await using var both = own;
        await using var theirs = remote;
        var assertion = Assertions.Sign(own.Common, "remote");
        remote.Jwks.Status = 500;
        foreach (var grant in new[] { "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange", "x" })
        {
            var answer = await own.Common.PostAsync([("grant_type", grant), .. Assertions.Form(assertion)]);
            (answer.Status, answer.Error, answer.Reason, answer.DecisionId).ShouldBe((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable", "client_keys_unavailable", null));
            answer.Headers.RetryAfter!.Delta.ShouldNotBeNull();
        }

        remote.Jwks.Mend();
        clock.Advance(TimeSpan.FromSeconds(30));
        (await own.ExchangeByAsync(own.Common, assertion)).Status.ShouldBe(HttpStatusCode.OK);

        remote.Jwks.Status = 500;
        clock.Jump(TimeSpan.FromHours(1));
        (await own.ExchangeByAsync(own.Common, Assertions.Sign(own.Common, "remote"))).Status.ShouldBe(HttpStatusCode.OK);
        own.Common.Log.Lines.ShouldContain(line => line.Contains("Keys of client remote were not fetched", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CA_22_fifty_first_assertions_wait_for_one_fetch()
    {
        var (own, remote) = await StartAsync(new FakeClock());
        await using var both = own;
        await using var theirs = remote;
        var gate = new TaskCompletionSource();
        remote.Jwks.Hold = gate.Task;
        var all = Task.WhenAll(Enumerable.Range(0, 50).Select(_ => SignedBy(own, Keys.Es256)(own.Common)));
        await remote.Jwks.RequestsReachAsync(1, TestContext.Current.CancellationToken);
        gate.SetResult();
        (await all).ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
        remote.Jwks.Requests.ShouldBe(1);
    }

    [Fact]
    public async Task CA_22_keys_in_the_registry_change_with_a_reload()
    {
        var clock = new FakeClock();
        await using var own = await AdHocWorld.StartAsync(login => AssertionWorld.RegistryOf(login, $"  keyed: {{ jwks: {TestKey.PublicSet(Keys.Es256).ToJsonString()} }}"), clock);
        Task<Answer> Signed(TestKey key) => own.ExchangeByAsync(own.Common, Assertions.Sign(own.Common, "keyed", key));
        (await Signed(Keys.Es256)).Status.ShouldBe(HttpStatusCode.OK);
        await own.Common.EditRegistryAsync(Keys.Es256.PublicJwk().ToJsonString(), Second.PublicJwk().ToJsonString());
        (await Signed(Second)).Status.ShouldBe(HttpStatusCode.OK);
        (await Signed(Keys.Es256)).Reason.ShouldBe("client_authentication_failed");
    }
}
