namespace Cambist.Server.Tests.Admin;

/// <summary>A store that cuts pages short, for want of an index: what the admin API answers lacks nothing in silence.</summary>
public sealed class ShortPagesTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    readonly Store _store = MemoryStore.Create(TimeProvider.System);

    async Task<LedgerEntry> CommittedAsync(string jti, string client = "web")
    {
        var entry = new LedgerEntry { Outcome = DecisionOutcome.Issued, Action = "exchange", Client = client, IssuedId = jti, ScopesAsked = [], RegistryRevision = "r" };
        return entry with { Id = (await _store.Ledger.CommitAsync(entry, Cancel)).Id };
    }

    async Task<List<LedgerEntry>> FamilyAsync()
    {
        var family = new List<LedgerEntry>();
        foreach (var jti in new[] { "root.a", "root.a.b", "root.a.b.c", "root.a.b.d" })
        {
            for (var i = 0; i < 7; i++) await CommittedAsync($"other{i}.{jti}");
            family.Add(await CommittedAsync(jti));
        }

        return family;
    }

    [Fact]
    public async Task A_token_its_ancestors_and_its_descendants_are_found_however_short_the_pages_are()
    {
        var family = await FamilyAsync();
        var log = new ShortPages(_store.Decisions, 3);

        (await Family.FindAsync(log, "root.a", Cancel))!.Id.ShouldBe(family[0].Id);
        (await Family.FindAsync(log, "root.x", Cancel)).ShouldBeNull();
        (await Family.AncestorsAsync(log, "root.a.b.c", Cancel)).Select(entry => entry.IssuedId).ShouldBe(["root.a", "root.a.b"]);
        (await Family.DescendantsAsync(log, "root.a", Cancel)).Select(entry => entry.IssuedId).ShouldBe(["root.a.b", "root.a.b.c", "root.a.b.d"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(50)]
    public async Task Short_pages_of_a_family_together_are_all_of_it_newest_first(int limit)
    {
        await FamilyAsync();
        var log = new ShortPages(_store.Decisions, 3);
        var (found, pages, before) = (new List<string?>(), 0, default(DecisionId));
        do
        {
            var page = await Family.PageAsync(log, new() { Lineage = "root.a.b" }, before, limit, Cancel);
            page.Count.ShouldBeLessThanOrEqualTo(limit);
            found.AddRange(page.Select(entry => entry.IssuedId));
            (pages, before) = (pages + 1, page.Next);
        }
        while (!before.IsNone);

        found.ShouldBe(["root.a.b.d", "root.a.b.c", "root.a.b", "root.a"]);
        pages.ShouldBeGreaterThan(4);
    }

    [Fact]
    public async Task The_answer_says_how_far_back_a_page_that_was_cut_short_was_searched()
    {
        var entries = new[] { await CommittedAsync("a.b"), await CommittedAsync("a.c") };

        var cut = DecisionEndpoints.Json(DecisionPage.Of([entries[1]], 2, entries[1].Id), 2, null);
        cut["next"]!.GetValue<string>().ShouldBe(entries[1].Id.ToString());
        cut["searched_back_to"]!.GetValue<string>().ShouldBe(Times.Of(entries[1].Id.Milliseconds));

        var full = DecisionEndpoints.Json(DecisionPage.Of([entries[1], entries[0]], 2), 2, null);
        full["next"]!.GetValue<string>().ShouldBe(entries[0].Id.ToString());
        full["searched_back_to"].ShouldBeNull();

        var last = DecisionEndpoints.Json(DecisionPage.Of([entries[1]], 2), 2, null);
        last["next"].ShouldBeNull();
        last["searched_back_to"].ShouldBeNull();
    }

    /// <summary>Looks at so many entries for a page.</summary>
    sealed class ShortPages(IDecisionLog log, int mostRead) : IDecisionLog
    {
        public ValueTask<LedgerEntry?> FindAsync(DecisionId id, CancellationToken cancellationToken) => log.FindAsync(id, cancellationToken);

        public async ValueTask<DecisionPage> PageAsync(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken)
        {
            var read = await log.PageAsync(DecisionFilter.All, before, mostRead, cancellationToken);
            return DecisionPage.Of([.. read.Where(filter.Fits).Take(limit)], limit, read.Next);
        }
    }
}
