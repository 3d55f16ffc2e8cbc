using Cambist.Protocol;

namespace Cambist.Storage.Tests;

/// <summary>Entries of all kinds, and what each filter must find of them.</summary>
sealed class SearchedEntries(ManualClock clock)
{
    public static readonly string[] Clients = ["web", "ci", "orders", "web\"x"];
    static readonly Reason[] Reasons = [Reason.NoRule, Reason.SubjectExpired];

    /// <summary>What is in the store, oldest first.</summary>
    public List<LedgerEntry> Written { get; } = [];

    /// <summary>By every combination of filters.</summary>
    public async Task ShouldFindAllAsync(Store store, bool thorough = true)
    {
        var subjects = thorough ? Written.Select(entry => entry.Subject?.Sub).Distinct().ToArray() : [null, "alice"];
        foreach (var client in Clients.Append(null).Append("nobody"))
            foreach (var subject in subjects)
                foreach (var outcome in new DecisionOutcome?[] { null, DecisionOutcome.Issued, DecisionOutcome.Refused })
                    foreach (var reason in new Reason?[] { null, Reason.NoRule, Reason.SubjectExpired })
                        await ShouldFindAsync(store, new() { Client = client, Subject = subject, Outcome = outcome, Reason = reason });

        var ids = Written.SelectMany(entry => new[] { entry.IssuedId, entry.Subject?.Lineage, entry.IssuedId?.Split('.')[0] }).Where(id => id is not null).Distinct();
        foreach (var id in ids.Take(thorough ? 50 : 5))
        {
            await ShouldFindAsync(store, new() { Lineage = id });
            await ShouldFindAsync(store, new() { Lineage = id, Client = "ci" });
            await ShouldFindAsync(store, new() { Issued = id });
        }

        foreach (var from in Written.Select(entry => entry.Id.Milliseconds).Distinct().Order().Where((_, i) => i % 5 == 0).Take(10))
        {
            await ShouldFindAsync(store, new() { Client = "web", From = from });
            await ShouldFindAsync(store, new() { Client = "web", Until = from });
            await ShouldFindAsync(store, new() { Client = "web", From = from - 5000, Until = from + 1 });
        }
    }

    /// <summary>By pages of a size that cuts through batches and runs.</summary>
    public async Task ShouldFindAsync(Store store, DecisionFilter filter)
    {
        var expected = Written.Where(filter.Fits).Select(entry => entry.Id).Reverse().ToArray();
        var found = new List<DecisionId>();
        var size = Math.Max(expected.Length / 3, 4);
        for (var before = default(DecisionId); ;)
        {
            var page = await store.Decisions.PageAsync(filter, before, size, CancellationToken.None);
            found.AddRange(page.Select(entry => entry.Id));
            before = page.Next;
            if (before.IsNone) break;
        }

        found.ShouldBe((IEnumerable<DecisionId>)expected, customMessage: filter.ToString());
    }

    /// <summary>Writes entries of all kinds; some share a batch.</summary>
    public async Task FillAsync(Store store, int count)
    {
        for (var done = 0; done < count; done += 25)
        {
            clock.Advance(TimeSpan.FromMilliseconds(700));
            var entries = Enumerable.Range(Written.Count, Math.Min(25, count - done)).Select(Entry).ToArray();
            var results = await Task.WhenAll(entries.Select(entry => store.Ledger.CommitAsync(entry, CancellationToken.None).AsTask()));
            Written.AddRange(entries.Select((entry, i) => entry with { Id = results[i].Id }).OrderBy(entry => entry.Id.Value));
        }
    }

    static LedgerEntry Entry(int i)
    {
        var root = "root" + (i % 40);
        var lineage = i % 3 == 0 ? root : root + ".child" + (i % 7);
        var entry = Some.Entry(Clients[i % 4]) with { Subject = i % 11 == 0 ? null : new("login", i % 5 == 0 ? "al\"ice" : i % 2 == 0 ? "alice" : "bob" + (i % 6), lineage) };
        return i % 4 == 1 || i % 9 == 2
            ? entry with { Outcome = DecisionOutcome.Refused, Reason = Reasons[i % 2] }
            : entry with { IssuedId = lineage + ".issued" + i };
    }
}
