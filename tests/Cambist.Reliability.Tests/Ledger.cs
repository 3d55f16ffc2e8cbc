using Cambist.Storage.Postgres;

namespace Cambist.Reliability.Tests;

/// <summary>What the ledger has, read beside the nodes.</summary>
static class Ledger
{
    /// <summary>Ids of all tokens issued, each once, and how many subject tokens that were good for once were used more often.</summary>
    public static async Task<(HashSet<string> Ids, int UsedTwice)> IssuedAsync(Store store)
    {
        var (ids, once, usedTwice) = (new HashSet<string>(), new HashSet<string>(), 0);
        var filter = new DecisionFilter { Outcome = DecisionOutcome.Issued };
        var before = default(DecisionId);
        while (await store.Decisions.PageAsync(filter, before, 2000, CancellationToken.None) is { Count: > 0 } page)
        {
            foreach (var entry in page)
            {
                ids.Add(entry.IssuedId!).ShouldBeTrue("two entries have one id");
                if (entry.Rule == "once" && !once.Add(entry.Subject!.Lineage!)) usedTwice++;
            }

            before = page[^1].Id;
        }

        return (ids, usedTwice);
    }

    public static Store Open(string connection) => PostgresStore.Open(connection, TimeProvider.System, new() { MustExist = true });
}
