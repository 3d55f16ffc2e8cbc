using System.Threading.Channels;

namespace Cambist.Server;

/// <summary>What to decide again.</summary>
sealed record ReplayRequest
{
    /// <summary>Recorded at or after, milliseconds since 1970.</summary>
    public required long From { get; init; }

    /// <summary>Recorded before, milliseconds since 1970.</summary>
    public required long Until { get; init; }

    /// <summary>Only this client's; null for all.</summary>
    public string? Client { get; init; }

    /// <summary>The most examples of a group.</summary>
    public required int Examples { get; init; }
}

/// <summary>
/// Reads decisions newest first, page by page, and decides them again on all cores. A page is forgotten once it is counted, so that a
/// million take no more memory than some thousands.
/// </summary>
sealed class ReplayRun(IDecisionLog decisions, PastRevisions revisions, ReplayRequest asked)
{
    const int PageSize = 1000;

    public async Task<ReplayTally> RunAsync(ProgressLine progress, CancellationToken cancellationToken)
    {
        using var failing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pages = Channel.CreateBounded<IReadOnlyList<LedgerEntry>>(new BoundedChannelOptions(4) { SingleWriter = true });
        var tallies = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new ReplayTally(asked.Examples)).ToArray();
        Task[] all = [Task.Run(() => ReadAsync(pages.Writer, failing.Token), failing.Token), .. tallies.Select(tally => Task.Run(() => CountAsync(pages.Reader, tally, progress, failing.Token), failing.Token))];
        try
        {
            await foreach (var ended in Task.WhenEach(all).WithCancellation(cancellationToken)) await ended;
        }
        finally
        {
            await failing.CancelAsync(); // where one fails, the others stop before the store is closed
            await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            progress.End();
        }

        foreach (var other in tallies.Skip(1)) tallies[0].Add(other);
        return tallies[0];
    }

    async Task ReadAsync(ChannelWriter<IReadOnlyList<LedgerEntry>> pages, CancellationToken cancellationToken)
    {
        var filter = new DecisionFilter { Client = asked.Client, From = asked.From, Until = asked.Until };
        var before = default(DecisionId);
        while (true)
        {
            var page = await decisions.PageAsync(filter, before, PageSize, cancellationToken);
            if (page.Count > 0) await pages.WriteAsync(page, cancellationToken);
            if (page.Next.IsNone) break;
            before = page.Next;
        }

        pages.Complete();
    }

    async Task CountAsync(ChannelReader<IReadOnlyList<LedgerEntry>> pages, ReplayTally tally, ProgressLine progress, CancellationToken cancellationToken)
    {
        await foreach (var page in pages.ReadAllAsync(cancellationToken))
        {
            foreach (var entry in page)
            {
                if (Replay.Takes(entry)) tally.Add(entry, Decide(entry, entry.Input.IsEmpty ? null : await revisions.FindAsync(entry.RegistryRevision, cancellationToken)));
                else tally.PassedOver++;
            }

            progress.Report(page.Count, page[^1].Id.Milliseconds);
        }
    }
    /// <summary>Under the draft; where that makes a difference, under the registry in force, too, whose differences are none of the draft's.</summary>
    static Replayed Decide(LedgerEntry entry, PastRevision? then)
    {
        var drafted = Replay.Decide(entry, then?.Draft);
        return drafted.IsDifference && then?.InForce is { } inForce ? drafted.Beside(Replay.Decide(entry, inForce)) : drafted;
    }
}
