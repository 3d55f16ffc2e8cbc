using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Contract §2 and §9: how long what the ledger keeps stays.</summary>
public sealed class RetentionTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<TestServer> StartAsync(TestIssuer login, FakeClock clock, string? retention) =>
        TestServer.StartAsync(issuer => $"issuer: {issuer}\n{SmallRegistries.SignIn(login)}", clock, settings: new Dictionary<string, string?> { ["Cambist:AuditRetention"] = retention });

    [Theory]
    [InlineData(null, 90 * 24)]
    [InlineData("36h", 36)]
    public async Task An_entry_stays_for_the_audit_retention_and_is_removed_then_though_nobody_asks_for_anything(string? retention, int hours)
    {
        var clock = new FakeClock();
        await using var login = await TestIssuer.StartAsync([Keys.Es256], clock: clock);
        await using var server = await StartAsync(login, clock, retention);
        (await server.SendIdTokenAsync("web", login.IdToken("alice", "web"))).AccessToken.ShouldNotBeEmpty();
        var refused = await server.SendIdTokenAsync("web", login.IdToken("alice", "other"));
        DecisionId.TryParse(refused.DecisionId, out var id).ShouldBeTrue();
        ValueTask<LedgerEntry?> FindAsync() => server.Engine.Store.Decisions.FindAsync(id, Cancel);

        clock.Advance(TimeSpan.FromHours(hours));
        await server.Engine.Store.Ledger.PurgeAsync(Cancel);
        (await FindAsync()).ShouldNotBeNull("it is not longer than that");
        if (server.IsOnPostgres) clock.Advance(TimeSpan.FromDays(1)); // there it goes with the rest of its day

        for (var i = 0; i < 10_000 && await FindAsync() is not null; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(1)); // the server looks by itself
            await Task.Delay(1, Cancel);
        }

        (await FindAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("0d")]
    [InlineData("-1d")]
    [InlineData("90")]
    [InlineData("for ever")]
    [InlineData("")]
    public async Task A_retention_that_is_no_duration_keeps_the_server_from_starting_and_says_what_to_write(string retention)
    {
        await using var login = await TestIssuer.StartAsync([Keys.Es256]);
        var refusal = await Should.ThrowAsync<Exception>(() => StartAsync(login, new FakeClock(), retention));
        refusal.Message.ShouldContain("Cambist:AuditRetention");
        refusal.Message.ShouldContain("such as 90d");
    }

    [Fact]
    public async Task The_revocation_of_an_external_token_outlives_it_however_long_that_is_and_though_it_was_only_ever_refused()
    {
        var clock = new FakeClock();
        await using var login = await TestIssuer.StartAsync([Keys.Es256], clock: clock);
        await using var server = await TestServer.StartAsync(
            issuer => $$"""
            issuer: {{issuer}}
            issuers:
              login: { issuer: {{login.Issuer}}, tokens: { access_token: { audiences: [web, {{MainWorld.Orders}}], scopes: read } }, subject: "{sub}" }
            {{SmallRegistries.Rest()}}
            """, clock);
        var fiveYears = clock.GetUtcNow().AddYears(5).ToUnixTimeSeconds();
        string TokenFor(string audience) => login.AccessToken("alice", audience, "read", "web", claims => claims["exp"] = fiveYears);
        var (granted, refused) = (TokenFor("web"), TokenFor(MainWorld.Orders));
        (await server.SendAccessTokenAsync("web", granted)).AccessToken.ShouldNotBeEmpty();
        (await server.SendAccessTokenAsync("web", refused)).Reason.ShouldBe("subject_not_for_caller");
        foreach (var entry in await server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 10, Cancel))
        {
            var revocation = await server.Engine.Store.Ledger.RevokeAsync(new(RevocationKind.Lineage, entry.Subject!.Lineage!, 0, "it leaked", 0), Cancel);
            revocation.KeepUntil.ShouldBeGreaterThan(fiveYears * 1000);
        }

        clock.Advance(TimeSpan.FromDays((5 * 365) - 2));
        for (var i = 0; i < 5; i++) await server.Engine.Store.Ledger.PurgeAsync(Cancel);

        (await server.SendAccessTokenAsync("web", granted)).Reason.ShouldBe("subject_revoked");
    }
}
