using System.Net;
using Cambist.Protocol;

namespace Cambist.Tests.Clients;

public sealed class FailureSummaryTests
{
    static readonly ClientNetwork Here = new(IPAddress.Parse("203.0.113.7"));

    readonly FakeClock _clock = new();
    readonly HeardEvents _events = new();
    readonly Store _store;
    readonly FailureTally _tally;
    readonly Breakable _ledger;
    readonly FailureSummary _summary;

    public FailureSummaryTests()
    {
        _store = MemoryStore.Create(_clock);
        _tally = new(_clock);
        _ledger = new(_store.Ledger);
        var registry = new ActiveRegistry(new()
        {
            Revision = "revision",
            Issuer = "https://sts.example.com",
            Resources = System.Collections.Frozen.FrozenDictionary<string, ProtectedResource>.Empty,
            Clients = System.Collections.Frozen.FrozenDictionary<string, RegisteredClient>.Empty,
        });
        _summary = new(_tally, _ledger, registry, _events);
    }

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    ValueTask<DecisionPage> EntriesAsync() => _store.Decisions.PageAsync(DecisionFilter.All, default, 1000, Cancellation);

    void Count(string client, int times = 1)
    {
        for (var i = 0; i < times; i++) _tally.Count(client, Here, Reason.ClientAuthenticationFailed);
    }

    [Fact]
    public async Task Nothing_counted_is_nothing_written()
    {
        await _summary.WriteAsync(Cancellation);
        await _summary.WriteLastAsync();
        (await EntriesAsync()).ShouldBeEmpty();
        _events.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_the_store_does_not_take_is_kept_and_told_with_the_next()
    {
        var start = _clock.GetUtcNow().ToUnixTimeMilliseconds();
        Count("web", 3);
        _ledger.IsBroken = true;
        await Should.ThrowAsync<StoreUnavailableException>(async () => await _summary.WriteAsync(Cancellation));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Count("web", 2);
        Count("orders");
        _ledger.IsBroken = false;
        await _summary.WriteAsync(Cancellation);

        var entries = await EntriesAsync();
        entries.Select(entry => (entry.Client, entry.Counted!.Count, entry.Counted.From, entry.Counted.Until)).ShouldBe(
            [("web", 5, start, start + 60_000), ("orders", 1, start, start + 60_000)], ignoreOrder: true);
        _events.Names.ShouldBe(["failed_requests"]);
        _events.All[0].Message.ShouldBe($"6 requests were refused without an entry of their own: 5 of web from {Here} (client_authentication_failed), 1 of orders from {Here} (client_authentication_failed)");
    }

    [Fact]
    public async Task The_line_of_the_log_names_clients_of_the_registry_first_and_five_at_most()
    {
        Count(Strangers.UnknownClient, 9);
        for (var i = 1; i <= 6; i++) Count($"client-{i}", i);
        await _summary.WriteAsync(Cancellation);
        var line = _events.All.ShouldHaveSingleItem().Message;
        line.ShouldStartWith("30 requests were refused without an entry of their own: 6 of client-6 from ");
        line.ShouldNotContain(Strangers.UnknownClient);
        line.ShouldEndWith("and 2 more in the ledger");
    }

    [Fact]
    public async Task The_check_that_failed_is_told_apart_in_line_and_entry()
    {
        _tally.Count("web", Here, Reason.ClientAuthenticationFailed, "wrong secret");
        _tally.Count("web", Here, Reason.ClientAuthenticationFailed, "wrong secret");
        _tally.Count("web", Here, Reason.ClientAuthenticationFailed, "expired secret");
        await _summary.WriteAsync(Cancellation);
        _events.Last.Message.ShouldEndWith($": 2 of web from {Here} (client_authentication_failed: wrong secret), 1 of web from {Here} (client_authentication_failed: expired secret)");
        (await EntriesAsync()).Select(entry => (entry.Trace, entry.Counted!.Count)).ShouldBe([("wrong secret", 2), ("expired secret", 1)], ignoreOrder: true);
    }

    [Fact]
    public async Task However_long_the_store_is_away_the_counts_stay_bounded()
    {
        _ledger.IsBroken = true;
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 2 * FailureTally.Capacity; i++) Count($"client-{round}-{i}");
            await Should.ThrowAsync<StoreUnavailableException>(async () => await _summary.WriteAsync(Cancellation));
        }

        _ledger.IsBroken = false;
        await _summary.WriteAsync(Cancellation);
        var entries = await EntriesAsync();
        entries.Count.ShouldBe(FailureTally.Capacity + 1);
        entries.Sum(entry => entry.Counted!.Count).ShouldBe(6 * FailureTally.Capacity);
        entries.Single(entry => entry.Client is null).Counted!.Count.ShouldBe(5 * FailureTally.Capacity);
    }

    [Fact]
    public async Task The_last_summary_says_what_is_lost()
    {
        Count("web", 3);
        _ledger.IsBroken = true;
        await _summary.WriteLastAsync();
        _events.Last.Name.ShouldBe("failed_requests_lost");
        _events.Last.Message.ShouldContain("3 refused requests");
    }

    /// <summary>A real ledger that can be taken away.</summary>
    sealed class Breakable(ILedger ledger) : ILedger
    {
        public bool IsBroken { get; set; }

        public ValueTask<CommitResult> CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) =>
            IsBroken ? ValueTask.FromException<CommitResult>(new StoreUnavailableException("The store is away.")) : ledger.CommitAsync(entry, cancellationToken);

        public ValueTask<Revocation> RevokeAsync(Revocation revocation, CancellationToken cancellationToken) => ledger.RevokeAsync(revocation, cancellationToken);

        public ValueTask<Revocation?> RevokeAsync(Revocation revocation, LedgerEntry entry, CancellationToken cancellationToken) => ledger.RevokeAsync(revocation, entry, cancellationToken);

        public ValueTask<Revocation?> IsRevokedAsync(TokenLineage lineage, CancellationToken cancellationToken) => ledger.IsRevokedAsync(lineage, cancellationToken);

        public ValueTask<bool> IsUsedAsync(OneTimeKey key, CancellationToken cancellationToken) => ledger.IsUsedAsync(key, cancellationToken);

        public ValueTask PurgeAsync(CancellationToken cancellationToken) => ledger.PurgeAsync(cancellationToken);

        public ValueTask CheckAsync(CancellationToken cancellationToken) => ledger.CheckAsync(cancellationToken);
    }
}
