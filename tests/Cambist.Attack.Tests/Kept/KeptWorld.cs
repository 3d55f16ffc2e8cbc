using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Kept;

/// <summary>
/// A server that keeps what it verified, and two providers: people sign in at <c>web</c> with ID tokens of <c>login</c>, whose keys come over
/// http, or of <c>filed</c>, whose keys are a file; <c>api</c>, which serves orders, takes what <c>web</c> got to billing.
/// </summary>
sealed class KeptWorld : IAsyncDisposable
{
    public const string KeysFile = "filed-keys.json";

    readonly MeterListener _listener = new();
    int _kept, _verified;

    KeptWorld(FakeClock clock, TestIssuer login, TestIssuer filed) => (Clock, Login, Filed) = (clock, login, filed);

    public FakeClock Clock { get; }

    public TestIssuer Login { get; }

    public TestIssuer Filed { get; }

    public TestServer Server { get; private set; } = null!;

    /// <summary>How many good signatures were taken from what was kept.</summary>
    public int Kept => Volatile.Read(ref _kept);

    /// <summary>How many were looked at.</summary>
    public int Verified => Volatile.Read(ref _verified);

    public static async Task<KeptWorld> StartAsync()
    {
        var clock = new FakeClock();
        var world = new KeptWorld(clock, await TestIssuer.StartAsync([TestKey.Create("ES256", "key-1")], clock: clock), await TestIssuer.StartAsync([TestKey.Create("ES256", "key-1")], clock: clock));
        try
        {
            world.Server = await TestServer.StartAsync(
                issuer => $"issuer: {issuer}\n{world.Registry()}\n", clock, new Dictionary<string, string> { [KeysFile] = TestKey.PublicSet(world.Filed.Keys).ToJsonString() });
            world.Listen(world.Server.Engine.VerifiedTokens.Checks);
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>A line for whatever a test edits.</summary>
    string Registry() => $$"""
        issuers:
          login:
            issuer: {{Login.Issuer}}
            roles: [subject, actor]
            algorithms: [ES256, ES384]
            tokens: { id_token: { audiences: web } }
            subject: "{sub}"
          filed: { issuer: {{Filed.Issuer}}, jwks_file: {{KeysFile}}, tokens: { id_token: { audiences: web } }, subject: "filed:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: read }
        clients:
          {{Registries.Client("web")}}
          {{Registries.Client("api", "serves: orders")}}
          {{Registries.Client("acting")}}
        rules:
          - { name: acts, clients: acting, subject: { issuer: login }, actor: { issuer: login }, targets: { orders: read } }
          - { name: sign-in, clients: web, subject: { issuer: [login, filed] }, actor: none, targets: { orders: [read, write] } }
          - { name: "on", clients: api, targets: { billing: { read: orders/read } } }
        """;

    void Listen(Counter<long> checks)
    {
        _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            foreach (var tag in tags) Interlocked.Increment(ref tag is { Key: "kept", Value: true } ? ref _kept : ref _verified);
        });
        _listener.EnableMeasurementEvents(checks); // of this server alone: others run beside it
    }

    /// <summary>An ID token that lives for an hour.</summary>
    public string IdToken(TestIssuer? issuer = null, TestKey? key = null, Action<JsonObject>? change = null) => (issuer ?? Login).IdToken("alice", "web", claims =>
    {
        claims["exp"] = (long)claims["iat"]! + 3600;
        change?.Invoke(claims);
    }, key);

    /// <summary>Exchanges an ID token.</summary>
    public Task<Answer> SignInAsync(string idToken) => Server.SendIdTokenAsync("web", idToken, ("audience", "orders"));

    /// <summary>Exchanges an access token of ours for one for billing.</summary>
    public Task<Answer> OnAsync(string accessToken) => Server.SendAccessTokenAsync("api", accessToken, ("audience", "billing"));

    /// <summary>Uses a token until it is surely kept.</summary>
    public async Task<string> KeepAsync(string token, Func<string, Task<Answer>> use)
    {
        for (var i = 0; i < 2; i++) (await use(token)).ShouldBeGranted();
        await ShouldBeKeptAsync(() => use(token));
        return token;
    }

    /// <summary>An ID token that is kept.</summary>
    public Task<string> KeepIdTokenAsync(TestIssuer? issuer = null) => KeepAsync(IdToken(issuer), SignInAsync);

    /// <summary>An access token of ours that is kept.</summary>
    public async Task<string> KeepAccessTokenAsync() => await KeepAsync((await SignInAsync(IdToken())).ShouldBeGranted().AccessToken, OnAsync);

    /// <summary>It is granted, and nobody looked at the signature.</summary>
    public async Task<Answer> ShouldBeKeptAsync(Func<Task<Answer>> use)
    {
        var (kept, verified) = (Kept, Verified);
        var answer = (await use()).ShouldBeGranted();
        (Kept, Verified).ShouldBe((kept + 1, verified));
        return answer;
    }

    /// <summary>It is granted, and the signature was looked at.</summary>
    public async Task ShouldBeVerifiedAsync(Func<Task<Answer>> use)
    {
        var (kept, verified) = (Kept, Verified);
        (await use()).ShouldBeGranted();
        (Kept, Verified).ShouldBe((kept, verified + 1));
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        if (Server is not null) await Server.DisposeAsync();
        await Login.DisposeAsync();
        await Filed.DisposeAsync();
    }
}
