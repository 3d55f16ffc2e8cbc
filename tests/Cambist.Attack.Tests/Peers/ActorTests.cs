using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Peers;

/// <summary>
/// Keycloak #50690: a subject token said who may act, and a rogue or missing actor was accepted because another code path was
/// chosen. Here the path is chosen by every rule there is.
/// </summary>
public sealed class ActorTests(Arenas arenas)
{
    readonly Arena _arena = arenas.Main;

    static JsonObject MayAct(string sub) => new() { ["sub"] = sub };

    (string, string)[] Actor(string sub = "bob", string audience = Arena.Orders, Action<JsonObject>? change = null) =>
        ActorToken(_arena.Partner.AccessToken(sub, audience, "read", "x", change));

    static (string, string)[] ActorToken(string token, string type = "access_token") => [("actor_token", token), ("actor_token_type", TestServer.TokenType(type))];

    [Theory]
    [MemberData(nameof(Forms.Foreign), MemberType = typeof(Forms))]
    public async Task May_act_is_enforced_by_whatever_rule_decides_and_in_whatever_form_the_token_comes(string form)
    {
        foreach (var target in new[] { "orders", "billing" }) // actor: none, and actor: client
        {
            (await _arena.OnAsync("api", _arena.IssueForeign(form, claims => claims["may_act"] = MayAct("somebody-else")), target)).ShouldBeRefused(Reason.MayActMismatch);
            (await _arena.OnAsync("api", _arena.IssueForeign(form, claims => claims["may_act"] = MayAct("api")), target)).ShouldBeGranted().Claims.ContainsKey("may_act").ShouldBeFalse();
            foreach (var malformed in new[] { "null", "\"api\"", "[\"api\"]", "{}", "{\"sub\":[\"api\"]}", "{\"sub\":null}", "{\"sub\":\"api\",\"role\":\"x\"}", "{\"sub\":\"api\",\"act\":{}}", "[{\"sub\":\"api\"}]", "{\"iss\":\"x\"}", "true" })
                (await _arena.OnAsync("api", _arena.IssueForeign(form, claims => claims["may_act"] = JsonNode.Parse(malformed)), target)).ShouldBeRefused(Reason.SubjectActMalformed, Reason.MayActMismatch);
        }
    }

    [Fact]
    public async Task An_actor_token_is_held_against_may_act_and_so_is_its_absence()
    {
        string Subject(string mayAct, string? issuer = null) => _arena.Login.AccessToken("alice", Arena.Orders, "read", "x", claims =>
        {
            claims["may_act"] = MayAct(mayAct);
            if (issuer is not null) claims["may_act"]!["iss"] = issuer;
        });
        (await _arena.OnAsync("api", Subject("bob", _arena.Partner.Issuer), "billing", Actor())).ShouldBeGranted().Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"partner:bob"}""");
        (await _arena.OnAsync("api", Subject("bob", _arena.Partner.Issuer), "billing", Actor("mallory"))).ShouldBeRefused(Reason.MayActMismatch);
        (await _arena.OnAsync("api", Subject("bob"), "billing", Actor())).ShouldBeRefused(Reason.MayActMismatch); // login's bob is not partner's
        (await _arena.OnAsync("api", Subject("bob", _arena.Partner.Issuer), "orders")).ShouldBeRefused(Reason.MayActMismatch);
        // An actor token does not turn what the caller may do into what the actor may do.
        (await _arena.OnAsync("api", Subject("api"), "billing", Actor())).ShouldBeRefused(Reason.MayActMismatch);
    }

    [Fact]
    public async Task A_rogue_actor_is_refused_and_never_left_out()
    {
        var subject = await _arena.SignInAsync();
        Task<Answer> With(params (string, string)[] actor) => _arena.OnAsync("api", subject, "billing", actor);
        (await With(Actor())).ShouldBeGranted();
        (await With(Actor(audience: "somebody"))).ShouldBeRefused(Reason.ActorNotForCaller);
        (await With(Actor(audience: "https://elsewhere.example.com"))).ShouldBeRefused(Reason.ActorAudienceMismatch);
        (await With(Actor(change: claims => claims["act"] = MayAct("x")))).ShouldBeRefused(Reason.ActorActNotAccepted);
        (await With(Actor(change: claims => claims["exp"] = claims.Number("iat") - 1))).ShouldBeRefused(Reason.ActorExpired, Reason.ActorClaimInvalid);
        (await With(Actor(change: claims => claims["cnf"] = new JsonObject { ["jkt"] = new string('A', 43) }))).ShouldBeRefused(Reason.ActorKeyBound);
        (await With(ActorToken("garbage"))).ShouldBeRefused(Reason.ActorMalformed, Reason.ActorUnknown);
        (await With(ActorToken(subject))).ShouldBeRefused(Reason.ActorMismatch, Reason.NoRule); // alice is no actor
        (await With(ActorToken(_arena.Partner.AccessToken("bob", Arena.Orders, "read", "x"), "urn:x:unknown"))).ShouldBeRefused(Reason.ActorTokenTypeUnsupported);
        (await With(("actor_token", _arena.Partner.AccessToken("bob", Arena.Orders, "read", "x")))).ShouldBeRefused(Reason.ParameterUnpaired);
        // No rule that takes an actor gives orders.
        (await _arena.OnAsync("api", subject, "orders", Actor())).ShouldBeRefused(Reason.NoRule);
    }

    [Fact]
    public async Task What_an_impersonation_token_says_of_who_may_act_is_enforced_though_it_names_no_client()
    {
        var token = await _arena.MintAsync(change: request => request["may_act"] = MayAct("web"));
        (await RedeemAsync("thief", token)).ShouldBeRefused(Reason.MayActMismatch);
        (await RedeemAsync("web", token)).ShouldBeGranted(); // the refusal has not used it up
    }

    Task<Answer> RedeemAsync(string client, string token) => _arena.ExchangeAsync(client, token, "urn:cambist:token-type:impersonation_token", ("audience", "orders"));

    /// <summary>Keycloak #50963: the binding of a token to a key was stripped by its exchange.</summary>
    [Theory]
    [InlineData("""{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}""")]
    [InlineData("""{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}""")]
    [InlineData("""{"unheard-of":"x"}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("false")]
    public async Task A_bound_token_never_comes_back_unbound(string cnf)
    {
        void Bind(JsonObject claims) => claims["cnf"] = JsonNode.Parse(cnf);
        foreach (var form in new[] { Forms.External, Forms.Introspected, Forms.Resolved })
            foreach (var target in new[] { "orders", "billing" })
                (await _arena.OnAsync("api", _arena.IssueForeign(form, Bind), target)).ShouldBeRefused(Reason.SubjectKeyBound, Reason.SubjectClaimInvalid);
        foreach (var target in new[] { "orders", "vault", "plain" })
            (await _arena.ExchangeAsync("web", _arena.IdToken(change: Bind), "id_token", ("audience", target))).ShouldBeRefused(Reason.SubjectKeyBound, Reason.SubjectClaimInvalid);
        var ours = TestJwt.Parse(await _arena.SignInAsync()).Claims;
        Bind(ours);
        (await _arena.OnAsync("api", _arena.Server.SignAsServer(ours), "billing")).ShouldBeRefused(Reason.SubjectKeyBound, Reason.SubjectClaimInvalid);
    }
}
