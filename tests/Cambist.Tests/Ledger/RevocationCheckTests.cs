namespace Cambist.Tests.Ledger;

public sealed class RevocationCheckTests
{
    readonly FixedClock _clock = new();
    readonly Store _store;
    readonly Watched _decisions;
    readonly RevocationCheck _check;

    public RevocationCheckTests()
    {
        _store = MemoryStore.Create(_clock);
        _decisions = new(_store.Decisions);
        _check = new(_store.Ledger, _decisions);
    }

    static CancellationToken None => TestContext.Current.CancellationToken;

    sealed class FixedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 12, 0, 0, 100, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>Counts how often an entry is looked for.</summary>
    sealed class Watched(IDecisionLog log) : IDecisionLog
    {
        public int Asked { get; private set; }

        public ValueTask<LedgerEntry?> FindAsync(DecisionId id, CancellationToken cancellationToken) => log.FindAsync(id, cancellationToken);

        public ValueTask<DecisionPage> PageAsync(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken)
        {
            Asked++;
            return log.PageAsync(filter, before, limit, cancellationToken);
        }
    }

    /// <summary>A token of ours as it is shown: with a whole second.</summary>
    TokenLineage Token(string id, string client = "web") => new(id, "alice", client, "login", _clock.Now.ToUnixTimeSeconds() * 1000, IsExternal: false);

    async Task<TokenLineage> IssuedAsync(string id, string client = "web")
    {
        (await _store.Ledger.CommitAsync(Entry() with { IssuedId = id }, None)).Status.ShouldBe(CommitStatus.Committed);
        return Token(id, client);
    }

    static LedgerEntry Entry(params TokenLineage[] on) => new() { Outcome = DecisionOutcome.Issued, Action = "test", RegistryRevision = "0", DependsOn = on };

    ValueTask<Revocation> RevokeAsync(RevocationKind kind, string value) => _store.Ledger.RevokeAsync(new(kind, value, 0, "a leak", 0), None);

    async Task<(CommitResult Result, TokenLineage? Revoked)> CommitAsync(params TokenLineage[] on)
    {
        var refused = await _store.Ledger.CommitAsync(Entry(on), None);
        refused.Status.ShouldBe(CommitStatus.Revoked, "the second of each token began before the revocation");
        return await _check.CommitAgainAsync(Entry(on), refused.Revocation!, None);
    }

    [Theory]
    [InlineData(RevocationKind.Subject, "alice")]
    [InlineData(RevocationKind.Client, "web")]
    [InlineData(RevocationKind.Issuer, "login")]
    public async Task A_token_recorded_before_a_revocation_falls_under_it_and_one_recorded_after_it_does_not_in_the_same_second(RevocationKind kind, string value)
    {
        var before = await IssuedAsync("before");
        var revocation = await RevokeAsync(kind, value);
        var after = await IssuedAsync("after");

        (await _check.FindAsync(before, None)).Revocation.ShouldBe(revocation);
        (await _check.FindAsync(after, None)).Revocation.ShouldBeNull();
        (await CommitAsync(before)).ShouldBe((CommitResult.Revoked(revocation), before));
        (await CommitAsync(after)).Result.Status.ShouldBe(CommitStatus.Committed);

        var second = await RevokeAsync(kind, value);
        (await _check.FindAsync(after, None)).Revocation.ShouldBe(second);
    }

    [Fact]
    public async Task A_token_that_is_later_than_one_revocation_still_falls_under_another()
    {
        await RevokeAsync(RevocationKind.Subject, "alice");
        var token = await IssuedAsync("a");
        var ofClient = await RevokeAsync(RevocationKind.Client, "web");

        (await _check.FindAsync(token, None)).Revocation.ShouldBe(ofClient);
        var (result, revoked) = await CommitAsync(token);
        (result, revoked?.Id).ShouldBe((CommitResult.Revoked(ofClient), "a"));
    }

    [Fact]
    public async Task Whose_entry_is_not_there_any_more_stays_revoked()
    {
        var revocation = await RevokeAsync(RevocationKind.Client, "web");

        (await _check.FindAsync(Token("purged"), None)).Revocation.ShouldBe(revocation);
        (await CommitAsync(Token("purged"))).ShouldBe((CommitResult.Revoked(revocation), Token("purged")));
    }

    [Fact]
    public async Task A_refresh_token_is_dated_by_the_entry_that_it_came_with()
    {
        await RevokeAsync(RevocationKind.Client, "web");
        await IssuedAsync("branch.first");

        (await _check.FindAsync(Token("branch"), None)).Revocation.ShouldNotBeNull();
        var (revocation, lineage) = await _check.FindAsync(Token("branch") with { RecordedWith = "branch.first" }, None);
        (revocation, lineage.Id, lineage.IsExact).ShouldBe((null, "branch", true));
    }

    [Fact]
    public async Task Of_several_tokens_each_is_judged_by_its_own_instant_and_the_one_that_is_revoked_is_named()
    {
        var older = await IssuedAsync("older", "api");
        var ofApi = await RevokeAsync(RevocationKind.Client, "api");
        await RevokeAsync(RevocationKind.Client, "web");
        var subject = await IssuedAsync("subject");
        var actor = await IssuedAsync("actor", "api");

        (await CommitAsync(subject, actor)).Result.Status.ShouldBe(CommitStatus.Committed);
        (await CommitAsync(subject, older)).ShouldBe((CommitResult.Revoked(ofApi), older));
    }

    [Fact]
    public async Task No_entry_is_looked_up_but_where_a_revocation_by_name_was_found()
    {
        var token = await IssuedAsync("a");
        (await _check.FindAsync(token, None)).Revocation.ShouldBeNull();
        await RevokeAsync(RevocationKind.Lineage, "a");
        (await _check.FindAsync(token, None)).Revocation.ShouldNotBeNull();
        (await CommitAsync(token)).Result.Status.ShouldBe(CommitStatus.Revoked);

        await RevokeAsync(RevocationKind.Subject, "alice");
        (await _check.FindAsync(Token("b") with { Client = null, IsExternal = true }, None)).Revocation.ShouldNotBeNull("an iat counts by the second");
        _decisions.Asked.ShouldBe(0);
    }
}
