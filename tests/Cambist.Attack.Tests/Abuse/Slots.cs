using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>A place in a request where a JWT stands.</summary>
/// <param name="Name">What it is called in a failing test.</param>
/// <param name="HonestAsync">A token that would be taken there.</param>
/// <param name="SendAsync">Sends a token there, in an otherwise honest request.</param>
public sealed record Slot(string Name, Func<TestServer, Task<Honest>> HonestAsync, Func<TestServer, string, Task<Answer>> SendAsync)
{
    /// <summary>An access token may be opaque, so what is no JWT is unknown rather than malformed.</summary>
    public bool MayBeOpaque { get; init; }

    /// <summary>Whether a failure is said of the actor token.</summary>
    public bool IsActor { get; init; }

    /// <summary>Whether it is one of ours, by this server's own key.</summary>
    public bool IsOwn { get; init; }

    /// <summary>The one answer of a slot that tells nobody more, or from which nothing is taken yet.</summary>
    public Reason? Always { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>
/// Every place where a JWT stands: subject tokens of each kind, an actor token, a client assertion, and a DPoP proof, which waits
/// for its method: nothing may be taken from it meanwhile.
/// </summary>
public sealed class Slots
{
    readonly AbuseWorld _world;
    readonly Dictionary<TestServer, string> _own = [];

    public Slots(AbuseWorld world)
    {
        _world = world;
        IdToken = new("id_token", _ => OfLogin(Claims("web"), "JWT"), (server, token) => server.SendIdTokenAsync("web", token));
        AccessToken = new("access_token", _ => OfLogin(world.Login.AccessTokenClaims("alice", AbuseWorld.Orders, "read", "web"), "at+jwt"), (server, token) => server.SendAccessTokenAsync("orders", token)) { MayBeOpaque = true };
        Jwt = new("jwt", _ => OfLogin(Claims("workloads-of-web"), "JWT"), (server, token) => server.SendJwtAsync("web", token));
        Own = new("own access token", OwnAsync, (server, token) => server.SendAccessTokenAsync("orders", token, ("audience", "billing"))) { MayBeOpaque = true, IsOwn = true };
        Actor = new("actor_token", _ => OfLogin(Claims("web"), "JWT"), (server, token) => server.SendIdTokenAsync("web", world.IdToken(), ("actor_token", token), ("actor_token_type", IdTokenType))) { IsActor = true };
        Assertion = new("client_assertion", server => Task.FromResult(new Honest(TestJwt.HeaderOf(Keys.Es256, "JWT"), Assertions.Claims(server, "keyed"), bytes => Keys.Es256.Sign(bytes))), (server, token) => world.ExchangeByAsync(server, token)) { Always = Reason.ClientAuthenticationFailed };
        Proof = new("DPoP", _ => OfLogin(Claims("web"), "dpop+jwt"), SendProofAsync) { Always = Reason.DpopUnsupported };
    }

    public Slot IdToken { get; }

    public Slot AccessToken { get; }

    public Slot Jwt { get; }

    public Slot Own { get; }

    public Slot Actor { get; }

    public Slot Assertion { get; }

    public Slot Proof { get; }

    /// <summary>Tokens of the provider.</summary>
    public Slot[] External => [IdToken, AccessToken, Jwt, Actor];

    /// <summary>Every one.</summary>
    public Slot[] All => [.. External, Own, Assertion, Proof];

    /// <summary>The forgery is refused in every one of <paramref name="slots"/>, under both profiles.</summary>
    public async Task StopAsync(Reason reason, Func<Honest, string> forge, Slot[]? slots = null)
    {
        foreach (var slot in slots ?? All)
            await StopAsync(slot, reason, forge);
    }

    /// <summary>The forgery is not even read as a JWT.</summary>
    public async Task StopUnreadAsync(Func<Honest, string> forge, Slot[]? slots = null)
    {
        foreach (var slot in slots ?? All)
            await StopAsync(slot, slot.MayBeOpaque ? Reason.SubjectUnknown : Reason.SubjectMalformed, forge);
    }

    async Task StopAsync(Slot slot, Reason reason, Func<Honest, string> forge)
    {
        foreach (var server in new[] { _world.Common, _world.Rfc8693 })
            await slot.HonestAsync(server); // what it asks for first is no part of the attack
        string? sent = null;
        try
        {
            var answer = await _world.StopsAsync(slot.Always ?? (slot.IsActor ? reason.OfActor() : reason), async server =>
            {
                sent = forge(await slot.HonestAsync(server));
                return await slot.SendAsync(server, sent);
            });
            foreach (var part in sent!.Split('.'))
                if (part.Length > 16) answer.Body.ShouldNotContain(part[..16]);
        }
        catch (ShouldAssertException e)
        {
            throw new ShouldAssertException($"As {slot}, {sent?[..Math.Min(sent.Length, 400)]}:\n{e.Message}", e);
        }
    }

    JsonObject Claims(string audience) => _world.Login.IdTokenClaims("alice", audience);

    static Task<Honest> OfLogin(JsonObject claims, string type) => Task.FromResult(new Honest(TestJwt.HeaderOf(Keys.Es256, type), claims, bytes => Keys.Es256.Sign(bytes)));

    async Task<Honest> OwnAsync(TestServer server)
    {
        if (!_own.TryGetValue(server, out var token)) _own[server] = token = await _world.OrdersTokenAsync(server);
        var jwt = TestJwt.Parse(token);
        return new(jwt.HeaderJson, jwt.Claims, bytes => SignedByServer(server, bytes));
    }

    /// <summary>Only the server has its key, so it lends its hand for this; header and payload are ours.</summary>
    static byte[] SignedByServer(TestServer server, byte[] bytes)
    {
        var signature = new byte[512];
        return signature[..server.Engine.Keys.Current.Active.Sign(bytes, signature)];
    }

    static bool IsForHeaders(string token) => token.Length < 16_000 && token.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    async Task<Answer> SendProofAsync(TestServer server, string token) =>
        await server.PostAsync(TestServer.ExchangeForm(_world.IdToken(), "id_token"), request =>
        {
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", SecretOf("web")));
            // What no header can carry is no attack by header.
            request.Headers.TryAddWithoutValidation("DPoP", IsForHeaders(token) ? token : "x").ShouldBeTrue();
        });
}
