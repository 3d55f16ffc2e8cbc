using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Attack.Tests;

/// <summary>
/// One server, three providers and an application's own sessions, on a clock that is moved by hand: <c>login</c> signs people in,
/// <c>partner</c> issues JWTs, <c>opaque</c> issues tokens that it is asked about, <c>legacy</c> is a resolver of the application.
/// </summary>
public sealed class Arena : IAsyncDisposable
{
    public const string Orders = "https://orders.example.com";
    public const string Vault = "https://vault.example.com";
    public const string Billing = "https://billing.example.com";

    readonly Sessions _sessions = new();

    Arena(FakeClock clock, TestIssuer login, TestIssuer partner, TestIssuer opaque) => (Clock, Login, Partner, Opaque) = (clock, login, partner, opaque);

    public FakeClock Clock { get; }

    public TestIssuer Login { get; }

    public TestIssuer Partner { get; }

    public TestIssuer Opaque { get; }

    public TestServer Server { get; private set; } = null!;

    /// <summary>Starts one; <paramref name="registry"/> gives the text without <c>issuer</c>, by default <see cref="Registries.Whole"/>.</summary>
    public static async Task<Arena> StartAsync(Func<Arena, string>? registry = null)
    {
        var clock = new FakeClock();
        var arena = new Arena(clock, await ProviderAsync(clock), await ProviderAsync(clock), await ProviderAsync(clock));
        try
        {
            var text = (registry ?? Registries.Whole)(arena);
            arena.Server = await TestServer.StartAsync(
                issuer => $"issuer: {issuer}\n{text}\n", clock, new Dictionary<string, string> { ["our-secret-there"] = TestOpaqueTokens.ClientSecret + "\n" },
                extend: cambist => cambist.AddSubjectTokenResolver("legacy", _ => arena._sessions));
            return arena;
        }
        catch
        {
            await arena.DisposeAsync();
            throw;
        }
    }

    static Task<TestIssuer> ProviderAsync(FakeClock clock) => TestIssuer.StartAsync([TestKey.Create("ES256", "es256-1")], clock: clock);

    /// <summary>An ID token of <c>login</c>.</summary>
    public string IdToken(string subject = "alice", string audience = "web", Action<JsonObject>? change = null) => Login.IdToken(subject, audience, change);

    /// <summary>A session of the application, that says these claims of itself.</summary>
    public string Session(JsonObject claims) => _sessions.Begin(claims.ToJsonString());

    /// <summary>Exchanges a token as a client with its secret.</summary>
    public Task<Answer> ExchangeAsync(string client, string token, string type, params (string Name, string Value)[] more) =>
        Server.ExchangeAsync(client, Requests.SecretOf(client), token, type, more);

    /// <summary>Exchanges an access token.</summary>
    public Task<Answer> OnAsync(string client, string token, string audience, params (string Name, string Value)[] more) =>
        ExchangeAsync(client, token, "access_token", [("audience", audience), .. more]);

    /// <summary>Alice signs in at <c>web</c>, for orders where nothing else is said.</summary>
    public async Task<string> SignInAsync(string audience = "orders", string? scope = null, string? idToken = null) =>
        (await ExchangeAsync("web", idToken ?? IdToken(), "id_token", [("audience", audience), .. Scope(scope)])).ShouldBeGranted().AccessToken;

    /// <summary>Any form to any endpoint, as a client with its secret.</summary>
    public Task<Answer> SendAsync(string path, string client, params (string Name, string Value)[] form) => Server.SendFormToAsync(path, client, form);

    /// <summary>Client credentials.</summary>
    public Task<Answer> ForItselfAsync(string client, params (string Name, string Value)[] more) =>
        SendAsync("/token", client, [("grant_type", "client_credentials"), .. more]);

    /// <summary>Whether the server of a resource is told that a token is active.</summary>
    public async Task<bool> IsActiveAsync(string client, string token) =>
        (bool)(await SendAsync("/introspect", client, ("token", token))).ShouldBeGranted().Json["active"]!;

    /// <summary>Revokes by <c>id</c>, <c>subject</c>, <c>client</c> or <c>issuer</c>.</summary>
    public async Task RevokeAsync(string kind, string value) =>
        (await Server.AdminPostAsync("/revocations", new() { [kind] = value, ["reason"] = "a leak" })).ShouldBeGranted();

    /// <summary>A fresh impersonation token.</summary>
    public async Task<string> MintAsync(string subject = "customer-7", Action<JsonObject>? change = null)
    {
        var answer = await Server.MintAsync(subject, change);
        ((int)answer.Status).ShouldBe(201, answer.Body);
        return (string)answer.Json["token"]!;
    }

    public static (string Name, string Value)[] Scope(string? scope) => scope is null ? [] : [("scope", scope)];

    public async ValueTask DisposeAsync()
    {
        if (Server is not null)
        {
            await Server.DisposeAsync();
            foreach (var line in Server.Log.Lines)
            {
                line.ShouldNotMatch("eyJ[0-9A-Za-z_-]+\\.eyJ");
                line.ShouldNotContain("secret-of-");
                line.ShouldNotContain("A fault of the server");
            }
        }

        foreach (var provider in new[] { Login, Partner, Opaque }) await provider.DisposeAsync();
    }

    /// <summary>Sessions of an old system, told by a prefix.</summary>
    sealed class Sessions : ISubjectTokenResolver
    {
        readonly ConcurrentDictionary<string, string> _claims = new();

        public string Begin(string claims)
        {
            var session = $"legacy-{_claims.Count + 1}";
            _claims[session] = claims;
            return session;
        }

        public ValueTask<ResolverAnswer?> ResolveAsync(TokenToResolve token, CancellationToken cancellationToken) =>
            new(_claims.TryGetValue(token.Value, out var claims) ? ResolverAnswer.Accept(claims) : null);
    }
}
