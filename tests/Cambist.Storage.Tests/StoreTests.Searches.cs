using Cambist.Protocol;

namespace Cambist.Storage.Tests;

public abstract partial class StoreTests
{
    [Fact]
    public async Task Each_filter_gives_the_entries_that_fit_and_no_others()
    {
        var web = await CommittedAsync(Some.Entry("web") with { Subject = new("login", "alice", "ab.c") });
        Clock.Advance(TimeSpan.FromSeconds(1));
        var refused = await CommittedAsync(Some.Entry("web\"x") with { Outcome = DecisionOutcome.Refused, Reason = Reason.NoRule, Subject = new("login", "bob", "abc") });
        Clock.Advance(TimeSpan.FromSeconds(1));
        var issued = await CommittedAsync(Some.Entry("ci") with { Subject = new("self", "al", null), IssuedId = "ab" });
        var start = ManualClock.Start.ToUnixTimeMilliseconds();

        await ShouldFindAsync(DecisionFilter.All, issued, refused, web);
        await ShouldFindAsync(new() { Client = "web" }, web);
        await ShouldFindAsync(new() { Client = "web\"x" }, refused);
        await ShouldFindAsync(new() { Client = "nobody" });
        await ShouldFindAsync(new() { Subject = "al" }, issued);
        await ShouldFindAsync(new() { Subject = "bob" }, refused);
        await ShouldFindAsync(new() { Lineage = "ab" }, issued, web);
        await ShouldFindAsync(new() { Lineage = "ab.c" }, web);
        await ShouldFindAsync(new() { Lineage = "abc" }, refused);
        await ShouldFindAsync(new() { Issued = "ab" }, issued);
        await ShouldFindAsync(new() { Issued = "ab.c" });
        await ShouldFindAsync(new() { Outcome = DecisionOutcome.Refused }, refused);
        await ShouldFindAsync(new() { Reason = Reason.NoRule }, refused);
        await ShouldFindAsync(new() { Reason = Reason.None }, issued, web);
        await ShouldFindAsync(new() { From = start + 1000 }, issued, refused);
        await ShouldFindAsync(new() { Until = start + 1000 }, web);
        await ShouldFindAsync(new() { From = start + 1, Until = start + 2000 }, refused);
        await ShouldFindAsync(new() { From = start + 2001 });
        await ShouldFindAsync(new() { Until = start });
        await ShouldFindAsync(new() { From = long.MinValue, Until = long.MaxValue }, issued, refused, web);
        await ShouldFindAsync(new() { Until = -1 });
        await ShouldFindAsync(new() { Client = "web", Subject = "bob" });
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition_also_inside_a_batch()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => CommittedAsync(Some.Entry(i % 2 == 0 ? "even" : "odd"))));

        foreach (var (filter, expected) in new[] { (DecisionFilter.All, ids), (new() { Client = "even" }, [.. ids.Where((_, i) => i % 2 == 0)]) })
        {
            var seen = new List<DecisionId>();
            for (var before = default(DecisionId); ;)
            {
                var page = await Store.Decisions.PageAsync(filter, before, 7, None);
                page.Count.ShouldBeLessThanOrEqualTo(7);
                if (page.Count == 0) break;
                seen.AddRange(page.Select(e => e.Id));
                before = page[^1].Id;
            }

            seen.ShouldBe(expected.OrderDescending());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Combined_filters_give_what_fits_all_of_them_whether_an_index_has_it_or_not(bool isIndexed)
    {
        var entries = new Dictionary<DecisionId, LedgerEntry>();
        for (var i = 0; i < 60; i++)
        {
            var issued = i % 3 == 0 ? $"root{i % 4}.issued{i}" : null;
            var entry = Some.Entry("client" + (i % 2)) with
            {
                Subject = new("login", "user" + (i % 5), "root" + (i % 4)),
                IssuedId = issued,
                Outcome = issued is null ? DecisionOutcome.Refused : DecisionOutcome.Issued,
                Reason = issued is not null ? Reason.None : i % 7 == 0 ? Reason.NoRule : Reason.SubjectExpired,
            };
            entries.Add(await CommittedAsync(entry), entry);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Clock.Advance(TimeSpan.FromMinutes(1));
        if (isIndexed) (await Store.Decisions.IndexAsync(None) ?? Clock.Milliseconds).ShouldBe(Clock.Milliseconds);
        var middle = ManualClock.Start.AddSeconds(30).ToUnixTimeMilliseconds();
        foreach (var client in new[] { null, "client1", "client2" })
            foreach (var subject in new[] { null, "user3", "user" })
                foreach (var lineage in new[] { null, "root1", "root" })
                    foreach (var outcome in new DecisionOutcome?[] { null, DecisionOutcome.Refused })
                        foreach (var reason in new Reason?[] { null, Reason.NoRule })
                            foreach (var from in new long?[] { null, middle })
                            {
                                var filter = new DecisionFilter { Client = client, Subject = subject, Lineage = lineage, Outcome = outcome, Reason = reason, From = from };
                                (await Store.Decisions.PageAsync(filter, default, 100, None)).Select(e => e.Id)
                                    .ShouldBe(entries.Where(e => filter.Fits(e.Value with { Id = e.Key })).Select(e => e.Key).OrderDescending(), customMessage: filter.ToString());
                            }
    }

    [Theory]
    [InlineData(1)] // a batch each
    [InlineData(25)]
    public async Task Where_no_index_has_the_entries_a_page_is_cut_short_and_says_where_to_go_on_and_pages_together_lack_nothing(int atOnce)
    {
        const int MostRead = 20;
        await using var store = await CreateAsync(Clock, MostRead);
        if (store is null) return;
        var entries = new List<LedgerEntry>();
        for (var i = 0; i < 150; i += atOnce)
        {
            var batch = Enumerable.Range(i, atOnce).Select(n => Some.Entry(n is 3 or 4 or 60 ? "rare" : "common") with { Reason = n == 100 ? Reason.None : Reason.NoRule, Outcome = DecisionOutcome.Refused }).ToArray();
            var results = await Task.WhenAll(batch.Select(entry => store.Ledger.CommitAsync(entry, None).AsTask()));
            entries.AddRange(batch.Select((entry, n) => entry with { Id = results[n].Id }));
            Clock.Advance(TimeSpan.FromMilliseconds(10));
        }

        DecisionFilter[] some = [new() { Client = "rare" }, new() { Client = "nobody" }, new() { Reason = Reason.None }, new() { Outcome = DecisionOutcome.Issued }, new() { Client = "rare", From = entries[40].Id.Milliseconds }];
        foreach (var filter in some)
        {
            var pages = await ShouldFindPageByPageAsync(store, filter, entries);
            pages.Count.ShouldBeInRange(2, 10, filter.ToString());
            pages.ShouldContain(page => page.Count < 2 && !page.Next.IsNone);
        }

        (await ShouldFindPageByPageAsync(store, new() { Client = "common" }, entries)).SkipLast(1).ShouldAllBe(page => page.Count == 2, "few are read in vain");
        (await ShouldFindPageByPageAsync(store, DecisionFilter.All, entries)).SkipLast(1).ShouldAllBe(page => page.Count == 2 && page.Next == page[1].Id);
        (await store.Decisions.PageAsync(DecisionFilter.All, default, 200, None)).Next.IsNone.ShouldBeTrue("every entry fits, so none is read in vain");

        Clock.Advance(TimeSpan.FromMinutes(1));
        await store.Decisions.IndexAsync(None);
        foreach (var filter in some.Where(filter => filter.Reason is null))
            (await ShouldFindPageByPageAsync(store, filter, entries)).SkipLast(1).ShouldAllBe(page => page.Count == 2, "the index has them");
    }

    static async Task<List<DecisionPage>> ShouldFindPageByPageAsync(Store store, DecisionFilter filter, List<LedgerEntry> entries)
    {
        var pages = new List<DecisionPage>();
        do
        {
            var page = await store.Decisions.PageAsync(filter, pages.Count == 0 ? default : pages[^1].Next, 2, None);
            page.ShouldAllBe(entry => entry.Id >= page.Next);
            pages.Add(page);
        }
        while (!pages[^1].Next.IsNone);

        pages.SelectMany(page => page).Select(entry => entry.Id).ShouldBe(entries.Where(filter.Fits).Select(entry => entry.Id).OrderDescending());
        return pages;
    }

    [Fact]
    public async Task A_page_of_no_entries_is_empty()
    {
        await CommittedAsync(Some.Entry());

        (await Store.Decisions.PageAsync(DecisionFilter.All, default, 0, None)).ShouldBeEmpty();
    }

    async Task ShouldFindAsync(DecisionFilter filter, params DecisionId[] expected) =>
        (await Store.Decisions.PageAsync(filter, default, 10, None)).Select(e => e.Id).ShouldBe(expected);
}
