using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Token kinds of an application's own: asked last, for nobody else's tokens, judged like any other.</summary>
public sealed class ResolverTests(ExtendedWorld world) : IClassFixture<ExtendedWorld>
{
    static Task<Answer> SendAsync(TestServer server, string token, string type = "access_token") => server.ExchangeAsync("web", SecretOf("web"), token, type);

    void Say(Action<JsonObject>? change = null) => world.Legacy.Judge = _ => ResolverAnswer.Accept(world.Carol(change).ToJsonString());

    [Fact]
    public async Task S6_a_resolver_that_passes_leaves_the_servers_own_tokens_as_they_were()
    {
        foreach (var judge in new Func<TokenToResolve, ResolverAnswer?>[] { _ => null, _ => ResolverAnswer.Refuse("never") })
        {
            world.Legacy.Judge = judge;
            await world.GrantsAsync(server => server.SendIdTokenAsync("web", world.IdToken()));
            await world.GrantsAsync(async server => await SendAsync(server, (await server.SendIdTokenAsync("web", world.IdToken())).AccessToken));
        }
    }

    [Fact]
    public async Task S6_where_all_pass_the_token_is_unknown_and_where_one_refuses_that_decides()
    {
        world.Legacy.Judge = _ => null;
        await world.RefusesAsync(Reason.SubjectUnknown, server => SendAsync(server, "legacy-1"));
        await world.RefusesAsync(Reason.SubjectUnknown, server => SendAsync(server, "garbage"));
        await world.RefusesAsync(Reason.SubjectMalformed, server => SendAsync(server, "garbage", "id_token"));
        await world.RefusesAsync(Reason.SubjectIssuerUntrusted, server => SendAsync(server, world.IdToken(claims => claims["iss"] = "https://elsewhere.example.com"), "jwt"));

        world.Legacy.Judge = _ => ResolverAnswer.Refuse("it has ended");
        var asked = world.Second.Asked.Count;
        await world.RefusesAsync(Reason.SubjectUnknown, server => SendAsync(server, "legacy-1"));
        world.Second.Asked.Count.ShouldBe(asked);
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("id_token")]
    [InlineData("jwt")]
    public async Task A_resolved_token_is_exchanged_under_its_issuers_name(string type)
    {
        Say(claims => claims["iss"] = "https://somebody.example.com");
        var answer = await world.GrantsAsync(server => SendAsync(server, "legacy-1", type));
        (answer.Claims.Text("sub"), answer.Claims.Text("scope"), answer.Claims.Text("email")).ShouldBe(("legacy:carol", "write", "carol@example.com"));
        var (one, again) = (answer.Claims.Text("jti"), (await SendAsync(world.Common, "legacy-1", type)).Claims.Text("jti"));
        (one.Split('.')[0] == again.Split('.')[0], one == again).ShouldBe((true, false));
    }

    [Fact]
    public async Task What_it_says_is_judged_like_the_claims_of_a_jwt()
    {
        async Task RefusedAsync(Reason reason, Action<JsonObject> change)
        {
            Say(change);
            await world.RefusesAsync(reason, server => SendAsync(server, "legacy-1"));
        }

        await RefusedAsync(Reason.SubjectAudienceMismatch, claims => claims.Remove("aud"));
        await RefusedAsync(Reason.SubjectNotForCaller, claims => claims["aud"] = "somebody");
        await RefusedAsync(Reason.SubjectClaimInvalid, claims => claims["aud"] = 1);
        await RefusedAsync(Reason.SubjectClaimInvalid, claims => claims.Remove("exp"));
        await RefusedAsync(Reason.SubjectExpired, claims => (claims["iat"], claims["exp"]) = (1, 2));
        await RefusedAsync(Reason.SubjectSubMissing, claims => claims.Remove("sub"));
        await RefusedAsync(Reason.SubjectKeyBound, claims => claims["cnf"] = new JsonObject { ["jkt"] = "x" });
        await RefusedAsync(Reason.SubjectActMalformed, claims => claims["act"] = "x");
        await RefusedAsync(Reason.MayActMismatch, claims => claims["may_act"] = new JsonObject { ["sub"] = "somebody" });
        Say(claims => claims["may_act"] = new JsonObject { ["sub"] = "second-app" });
        await world.GrantsAsync(server => SendAsync(server, "legacy-1"));
    }

    [Fact]
    public async Task DL_01_a_chain_that_it_brings_is_marked_as_its_own()
    {
        Say(claims => claims["act"] = new JsonObject { ["sub"] = "web" });
        var answer = await world.GrantsAsync(server => SendAsync(server, "legacy-1"));
        answer.Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"web","iss":"legacy"}""");
    }

    [Fact]
    public async Task It_counts_as_an_access_token_with_the_scopes_audiences_and_conditions_of_its_issuer()
    {
        void Second(Action<JsonObject>? change = null) => world.Second.Judge = _ => ResolverAnswer.Accept(world.Carol(claims =>
        {
            (claims["aud"], claims["scope"], claims["plan"]) = ("second-app", "read", "gold");
            change?.Invoke(claims);
        }).ToJsonString());

        Second();
        (await world.GrantsAsync(server => SendAsync(server, "second-1"))).Claims.Text("scope").ShouldBe("read");
        Second(claims => claims.Remove("scope"));
        await world.RefusesAsync(Reason.NothingToGrant, server => SendAsync(server, "second-1"));
        Second(claims => claims["aud"] = "web");
        await world.RefusesAsync(Reason.SubjectAudienceMismatch, server => SendAsync(server, "second-1"));
        Second(claims => claims["plan"] = "tin");
        await world.RefusesAsync(Reason.SubjectConditionFailed, server => SendAsync(server, "second-1"));
        Second();
        await world.RefusesAsync(Reason.SubjectMalformed, server => SendAsync(server, "second-1", "jwt"));
    }

    [Fact]
    public async Task It_is_never_shown_what_is_ours_or_a_configured_issuers()
    {
        Say();
        foreach (var resolver in new[] { world.Legacy, world.Second }) resolver.Asked.Clear();
        foreach (var server in new[] { world.Common, world.Rfc8693 })
        {
            var ours = (await server.SendIdTokenAsync("web", world.IdToken())).AccessToken;
            foreach (var type in new[] { "access_token", "id_token", "jwt" })
            {
                foreach (var token in new[] { ours, world.IdToken(), world.Login.AccessToken("alice", "web", "", "web"), "sub_legacy-1", "cbt_legacy-1", "cbr_legacy-1" })
                    await SendAsync(server, token, type);
            }

            await SendAsync(server, "legacy-1", "urn:cambist:token-type:impersonation_token");
            await SendAsync(server, "legacy-1", "refresh_token");
        }

        (world.Legacy.Asked.Count, world.Second.Asked.Count).ShouldBe((0, 0));
        await world.RefusesAsync(Reason.SubjectUnknown, server => SendAsync(server, "undeclared-1"));
    }

    [Fact]
    public async Task An_actor_may_be_its_token_where_its_roles_say_so()
    {
        Say();
        world.Second.Judge = _ => ResolverAnswer.Accept(world.Carol().ToJsonString());
        Task<Answer> ActAsync(TestServer server, string actor) => server.SendIdTokenAsync("web", world.IdToken(), ActingWorld.Actor(actor, "access_token"));
        (await world.GrantsAsync(server => ActAsync(server, "legacy-1"))).Claims["act"]!.ToJsonString().ShouldBe("""{"sub":"legacy:carol"}""");
        world.Legacy.Asked.ShouldContain(token => token.IsActor);
        await world.RefusesAsync(Reason.ActorUnknown, server => ActAsync(server, "second-1"));
    }

    [Fact]
    public async Task An_exception_in_it_is_a_500_on_record_and_nothing_is_issued()
    {
        world.Legacy.Judge = token => throw new FormatException($"cannot read {token.Value}");
        await world.RefusesAsync(Reason.InternalError, server => SendAsync(server, "legacy-secret-session"));
        await world.RefusesAsync(Reason.InternalError, server => server.SendIdTokenAsync("web", world.IdToken(), ActingWorld.Actor("legacy-secret-session", "access_token")));
        foreach (var garbage in new[] { "", "[]", """{"sub":"a","sub":"b"}""" })
        {
            world.Legacy.Judge = _ => ResolverAnswer.Accept(garbage);
            await world.RefusesAsync(Reason.InternalError, server => SendAsync(server, "legacy-1"));
        }

        var lines = world.Common.Log.Lines;
        lines.ShouldContain(line => line.Contains("resolver legacy threw System.FormatException", StringComparison.Ordinal));
        lines.ShouldAllBe(line => !line.Contains("legacy-secret-session", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_gives_no_answer_is_told_to_stop_and_is_a_500_on_record(bool heeds)
    {
        Say();
        await world.RefusesAsync(Reason.InternalError, server => HangAsync(world, heeds, wait => world.Legacy.Wait = wait, () => SendAsync(server, "legacy-1")));
        world.Common.Log.Lines.ShouldContain(line => line.Contains("resolver legacy gave no answer within 5 s", StringComparison.Ordinal));
        world.Legacy.Wait = _ => Task.CompletedTask;
        await world.GrantsAsync(server => SendAsync(server, "legacy-1"));
    }

    /// <summary>Sends a request whose answer waits for code that hangs, and lets its time pass once it does.</summary>
    internal static async Task<Answer> HangAsync(ExtendedWorld world, bool heeds, Action<Func<CancellationToken, Task>> hang, Func<Task<Answer>> send)
    {
        var asked = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        hang(cancel =>
        {
            asked.TrySetResult(cancel);
            return heeds ? Task.Delay(Timeout.Infinite, cancel) : new TaskCompletionSource().Task;
        });
        var answer = send();
        var told = await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        told.IsCancellationRequested.ShouldBeFalse();
        world.Clock!.Advance(TimeSpan.FromSeconds(6));
        var said = await answer;
        told.IsCancellationRequested.ShouldBeTrue();
        return said;
    }

    [Fact]
    public async Task A_jwt_under_another_signature_is_no_second_token()
    {
        world.Jwts.Judge = _ => ResolverAnswer.Accept(world.Carol().ToJsonString());
        async Task<string> RootAsync(string token) => (await world.GrantsAsync(server => SendAsync(server, token))).Claims.Text("jti").Split('.')[0];
        string Jwt(string subject) => world.IdToken(claims => (claims["iss"], claims["jti"]) = ("https://elsewhere.example.com", subject), subject);

        var (token, other) = (Jwt("carol"), Jwt("dave"));
        var again = string.Concat(token.AsSpan(0, token.LastIndexOf('.')), other.AsSpan(other.LastIndexOf('.')));
        again.ShouldNotBe(token);
        var root = await RootAsync(token);
        (await RootAsync(again)).ShouldBe(root);
        (await RootAsync(other)).ShouldNotBe(root);
        world.Jwts.Judge = _ => null;
    }

    [Theory]
    [InlineData(RevocationKind.Issuer, "legacy")]
    [InlineData(RevocationKind.Subject, "legacy:carol")]
    public async Task A_revoked_issuer_or_subject_takes_its_tokens_and_what_came_of_them_along(RevocationKind kind, string value)
    {
        var said = world.Carol().ToJsonString();
        world.Legacy.Judge = _ => ResolverAnswer.Accept(said);
        var given = new Dictionary<TestServer, string>();
        await world.GrantsAsync(async server =>
        {
            var answer = await SendAsync(server, "legacy-1");
            given[server] = answer.AccessToken;
            return answer;
        });
        foreach (var server in given.Keys) await server.Engine.Store.Ledger.RevokeAsync(new Revocation(kind, value, 0, "a test", 0), TestContext.Current.CancellationToken);

        world.Clock!.Advance(TimeSpan.FromSeconds(1));
        await world.RefusesAsync(Reason.SubjectRevoked, server => SendAsync(server, "legacy-1"));
        await world.RefusesAsync(Reason.SubjectRevoked, server => SendAsync(server, given[server]));
        Say();
        await world.GrantsAsync(server => SendAsync(server, "legacy-1"));
    }

    [Fact]
    public void Who_declares_and_adds_different_resolvers_is_warned_at_the_start()
    {
        world.Common.Log.Lines.ShouldContain(line => line.Contains("added under the name undeclared and is never asked", StringComparison.Ordinal));
        world.Common.Log.Lines.ShouldContain(line => line.Contains("issuers.nobodys says resolver: true", StringComparison.Ordinal));
    }
}
