using System.Net;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Rotation: one use each, and one that is used again ends whatever its branch gave (RFC 9700 §4.14.2).</summary>
public sealed class RefreshReuseTests(RefreshWorld world)
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_used_one_presented_again_ends_the_branch()
    {
        var branches = new Dictionary<TestServer, (Answer First, Answer Second)>();
        await world.RefusesAsync(Reason.RefreshTokenReused, async server =>
        {
            var first = await world.SignInAsync(server);
            var second = await server.RefreshAsync("web", first.RefreshToken);
            (await RefreshWorld.IsActiveAsync(server, "orders", second.AccessToken)).ShouldBeTrue();
            branches[server] = (first, second);
            return await server.RefreshAsync("web", first.RefreshToken);
        });

        foreach (var (server, (first, second)) in branches)
        {
            (await server.RefreshAsync("web", second.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
            foreach (var token in new[] { first.AccessToken, second.AccessToken })
            {
                (await RefreshWorld.IsActiveAsync(server, "orders", token)).ShouldBeFalse();
                (await server.SendAccessTokenAsync("orders", token, ("audience", "billing"))).Reason.ShouldBe("subject_revoked");
            }

            foreach (var token in new[] { first.RefreshToken, second.RefreshToken }) (await RefreshWorld.IsActiveAsync(server, "web", token)).ShouldBeFalse();
            await ShouldTellAsync(server, second);
            (await server.RefreshAsync("web", (await world.SignInAsync(server)).RefreshToken)).AccessToken.ShouldNotBeEmpty(); // another branch
        }

        static async Task ShouldTellAsync(TestServer server, Answer answer)
        {
            var jti = answer.Claims.Text("jti");
            var branch = jti[..jti.LastIndexOf('.')];
            var acts = await server.Engine.Store.Decisions.PageAsync(new() { Outcome = DecisionOutcome.AdminAct, Lineage = branch }, default, 10, Cancel);
            var act = acts.ShouldHaveSingleItem();
            (act.Action, act.Client, act.Subject!.Sub, act.Subject.Lineage).ShouldBe(("refresh_token", "web", "login:alice", branch));
            act.Trace.ShouldNotBeNull().ShouldContain("used again");
        }
    }

    [Fact]
    public async Task A_refused_use_spends_nothing()
    {
        foreach (var server in world.Both)
        {
            var token = (await world.SignInAsync(server)).RefreshToken;
            (await server.RefreshAsync("web", token, ("scope", "admin"))).Error.ShouldBe("invalid_scope");
            (await server.RefreshAsync("web", token, ("audience", "billing"))).Error.ShouldBe("invalid_target");
            (await server.PostAsync("web", "wrong", [("grant_type", "refresh_token"), ("refresh_token", token)])).Error.ShouldBe("invalid_client");
            (await server.RefreshAsync("other", token)).Error.ShouldBe("invalid_grant");
            (await server.RefreshAsync("web", token)).AccessToken.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task A_used_one_in_a_request_that_asks_too_much_ends_the_branch_too()
    {
        foreach (var server in world.Both)
        {
            var first = await world.SignInAsync(server);
            var second = await server.RefreshAsync("web", first.RefreshToken);
            (await server.RefreshAsync("web", first.RefreshToken, ("scope", "admin"))).Reason.ShouldBe("refresh_token_reused");
            (await server.RefreshAsync("web", second.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
        }
    }

    [Fact]
    public async Task Nobody_else_can_end_a_branch_with_a_used_one()
    {
        foreach (var server in world.Both)
        {
            var first = await world.SignInAsync(server);
            var second = await server.RefreshAsync("web", first.RefreshToken);
            (await server.RefreshAsync("other", first.RefreshToken)).Reason.ShouldBe("refresh_token_unknown");
            (await server.PostAsync("web", "wrong", [("grant_type", "refresh_token"), ("refresh_token", first.RefreshToken)])).Error.ShouldBe("invalid_client");
            (await server.RefreshAsync("web", second.RefreshToken)).AccessToken.ShouldNotBeEmpty();
        }
    }

    [Fact]
    public async Task Of_fifty_at_once_one_is_served_and_afterwards_nothing_of_the_branch_is_active()
    {
        for (var round = 0; round < 5; round++)
        {
            var first = await world.SignInAsync(world.Common);
            var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => world.Common.RefreshAsync("web", first.RefreshToken)));
            var won = answers.Where(answer => answer.Status == HttpStatusCode.OK).ShouldHaveSingleItem();
            var lost = answers.Where(answer => answer.Status != HttpStatusCode.OK).ToArray();
            lost.ShouldAllBe(answer => answer.Error == "invalid_grant" && answer.DecisionId != null);
            lost.Select(answer => answer.Reason).Distinct().ShouldBeSubsetOf(["refresh_token_reused", "refresh_token_revoked"]);
            lost.ShouldContain(answer => answer.Reason == "refresh_token_reused");

            (await world.Common.RefreshAsync("web", won.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
            foreach (var token in new[] { first.AccessToken, won.AccessToken }) (await RefreshWorld.IsActiveAsync(world.Common, "orders", token)).ShouldBeFalse();
            (await world.Common.SendAccessTokenAsync("orders", won.AccessToken, ("audience", "billing"))).Reason.ShouldBe("subject_revoked");
        }
    }

    [Fact]
    public async Task A_chain_of_uses_against_a_thief_with_an_old_one_ends_for_both()
    {
        var token = (await world.SignInAsync(world.Common)).RefreshToken;
        var stolen = token;
        for (var i = 0; i < 20; i++) token = (await world.Common.RefreshAsync("web", token)).RefreshToken;
        var race = await Task.WhenAll(world.Common.RefreshAsync("web", stolen), world.Common.RefreshAsync("web", token));
        race[0].Reason.ShouldBe("refresh_token_reused");
        if (race[1].Status != HttpStatusCode.OK) race[1].Reason.ShouldBe("refresh_token_revoked");
        else (await world.Common.RefreshAsync("web", race[1].RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
    }

    [Fact]
    public async Task CA_13_an_assertion_is_spent_with_whatever_becomes_of_the_refresh()
    {
        await using var own = await AdHocWorld.StartAsync(login => AssertionWorld.RegistryOf(login, $"  keyed: {{ jwks: {TestKey.PublicSet(Keys.Es256).ToJsonString()} }}")
            .Replace("actor: none", "actor: none, refresh: { lifetime: 8h }", StringComparison.Ordinal));
        foreach (var server in new[] { own.Common, own.Rfc8693 })
        {
            Task<Answer> RefreshAsync(string token, string assertion) => server.PostAsync([("grant_type", "refresh_token"), ("refresh_token", token), .. Assertions.Form(assertion)]);
            string Assertion() => Assertions.Sign(server, "keyed");

            var used = Assertion();
            var first = (await own.ExchangeByAsync(server, used)).RefreshToken;
            (await RefreshAsync(first, used)).Reason.ShouldBe("client_authentication_failed");
            var second = (await RefreshAsync(first, Assertion())).RefreshToken; // which that did not spend

            (await RefreshAsync(first, used)).Reason.ShouldBe("client_authentication_failed"); // nobody: so it ends nothing
            var third = (await RefreshAsync(second, Assertion())).RefreshToken;
            var proof = Assertion();
            (await RefreshAsync(first, proof)).Reason.ShouldBe("refresh_token_reused");
            (await RefreshAsync(third, proof)).Reason.ShouldBe("client_authentication_failed");
            (await RefreshAsync(third, Assertion())).Reason.ShouldBe("refresh_token_revoked");
        }
    }

    [Fact]
    public async Task What_is_used_and_what_is_ended_stays_so_over_a_restart()
    {
        await using var own = await AdHocWorld.StartAsync(RefreshWorld.RegistryOf);
        var server = own.Common;
        async Task<Answer> SignInAsync() => await server.SendIdTokenAsync("web", own.IdToken(), ("audience", "orders"));
        var (kept, ended) = (await SignInAsync(), await SignInAsync());
        var used = await server.RefreshAsync("web", kept.RefreshToken);
        await server.RevokeAsync("web", ended.RefreshToken);
        await server.RestartAsync();
        (await server.RefreshAsync("web", ended.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
        var next = await server.RefreshAsync("web", used.RefreshToken);
        next.AccessToken.ShouldNotBeEmpty();
        (await server.RefreshAsync("web", kept.RefreshToken)).Reason.ShouldBe("refresh_token_reused");
        await server.RestartAsync();
        (await server.RefreshAsync("web", next.RefreshToken)).Reason.ShouldBe("refresh_token_revoked");
    }
}
