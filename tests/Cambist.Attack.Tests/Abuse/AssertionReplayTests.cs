using System.Net;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-59: one client assertion, sent again and again.</summary>
public sealed class AssertionReplayTests(AssertionWorld world) : IClassFixture<AssertionWorld>
{
    Task<Answer> SendAsync(string assertion, params (string Name, string Value)[] more) => world.ExchangeByAsync(world.Common, assertion, more);

    string Sign() => Assertions.Sign(world.Common, "keyed");

    [Fact]
    public async Task AB_59_fifty_at_once_are_one_success_and_none_after_a_restart()
    {
        await using var own = await AdHocWorld.StartAsync(login => AssertionWorld.RegistryOf(login, $"  keyed: {{ jwks: {TestKey.PublicSet(Keys.Es256).ToJsonString()} }}"));
        var assertion = Assertions.Sign(own.Common, "keyed", change: claims => claims["exp"] = own.Common.Now() + 500);
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => own.ExchangeByAsync(own.Common, assertion)));
        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        answers.Count(answer => answer.Reason == "client_authentication_failed").ShouldBe(49);

        var refused = Assertions.Sign(own.Common, "keyed", change: claims => claims["exp"] = own.Common.Now() + 500);
        (await own.ExchangeByAsync(own.Common, refused, ("scope", "unheard-of"))).Reason.ShouldBe("scope_not_granted");

        await own.Common.RestartAsync();
        foreach (var spent in new[] { assertion, refused })
        {
            var later = await own.ExchangeByAsync(own.Common, spent);
            (later.Status, later.Reason).ShouldBe((HttpStatusCode.Unauthorized, "client_authentication_failed"));
        }

        (await own.ExchangeByAsync(own.Common, Assertions.Sign(own.Common, "keyed"))).Status.ShouldBe(HttpStatusCode.OK);
        var entries = await own.Common.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 200, TestContext.Current.CancellationToken);
        entries.Count(entry => entry.Outcome != DecisionOutcome.Counted).ShouldBe(3);
        var counted = entries.Where(entry => entry.Outcome == DecisionOutcome.Counted).ToList(); // one an address, written when it stopped
        counted.Sum(entry => entry.Counted!.Count).ShouldBe(49);
        counted.ShouldAllBe(entry => entry.Client == "keyed" && entry.Reason == Reason.ClientAuthenticationFailed);
    }

    [Fact]
    public async Task AB_59_grants_and_refusals_at_once_are_one_decision()
    {
        for (var round = 0; round < 10; round++)
        {
            var assertion = Sign();
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? SendAsync(assertion) : SendAsync(assertion, ("scope", "unheard-of"))));
            answers.Count(answer => answer.Status == HttpStatusCode.OK || answer.DecisionId is not null).ShouldBe(1);
            answers.Count(answer => answer.Reason == "client_authentication_failed").ShouldBe(19);
        }
    }
}
