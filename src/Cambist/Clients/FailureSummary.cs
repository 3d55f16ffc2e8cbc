using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Writes what was only counted into the ledger, once a minute and when the server stops: an entry for each client, network,
/// reason and check. What cannot be written now is kept and written with the next; where the store took it and its answer was lost, it is
/// told twice rather than never.
/// </summary>
internal sealed class FailureSummary(FailureTally tally, ILedger ledger, ActiveRegistry registry, IEngineListener listener)
{
    /// <summary>The <see cref="LedgerEntry.Action"/> of its entries.</summary>
    public const string Action = "failed_requests";

    const int MostTold = 5;

    public static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <exception cref="StoreUnavailableException">Some or all could not be written; they are kept.</exception>
    public async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        // What is queued is written even where nobody waits for it, so giving up early would only count it twice.
        cancellationToken.ThrowIfCancellationRequested();
        if (tally.Take() is not { } taken) return;

        var revision = registry.Current.Revision;
        await Task.WhenAll(taken.Counts.Select(counted => WriteAsync(counted.Key, counted.Value, taken, revision))); // in one batch
        listener.On(new(EngineEventSeverity.Information, "failed_requests",
            $"{Requests(taken.Counts.Sum(counted => counted.Value))} refused without an entry of {(taken.Counts.Sum(counted => counted.Value) == 1 ? "its" : "their")} own: {Most(taken)}"));
    }

    /// <summary>What was counted most often, of clients of the registry first: whoever waits for one of them looks into the log.</summary>
    static string Most(TakenFailures taken)
    {
        var told = taken.Counts.OrderBy(counted => counted.Key.Client == Strangers.UnknownClient).ThenByDescending(counted => counted.Value).Take(MostTold)
            .Select(counted => $"{counted.Value} of {counted.Key.Client ?? "several clients"} from {counted.Key.Network?.ToString() ?? "several addresses"}{(counted.Key.Reason == Reason.None ? "" : $" ({Why(counted.Key)})")}");
        return string.Join(", ", told) + (taken.Counts.Count > MostTold ? $", and {taken.Counts.Count - MostTold} more in the ledger" : "");
    }

    static string Why(FailureKey key) => key.Check is { } check ? $"{key.Reason.WireName()}: {check}" : key.Reason.WireName();

    static string Requests(long count) => count == 1 ? "1 request was" : $"{count} requests were";

    async Task WriteAsync(FailureKey key, long count, TakenFailures taken, string revision)
    {
        try
        {
            await ledger.CommitAsync(EntryOf(key, count, taken, revision), CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            tally.PutBack(key, count, taken.From);
            throw;
        }
    }

    /// <summary>The last one, when the server stops.</summary>
    public async ValueTask WriteLastAsync()
    {
        try
        {
            await WriteAsync(CancellationToken.None);
        }
        catch (Exception e)
        {
            var lost = tally.Take()?.Counts.Sum(counted => counted.Value) ?? 0;
            listener.On(new(EngineEventSeverity.Warning, "failed_requests_lost", $"the count of {lost} refused requests could not be recorded before the end: {e.Message}"));
        }
    }

    static LedgerEntry EntryOf(FailureKey key, long count, TakenFailures taken, string revision) => new()
    {
        Outcome = DecisionOutcome.Counted,
        Reason = key.Reason,
        Action = Action,
        Client = key.Client,
        RegistryRevision = revision,
        Counted = new(count, key.Network?.ToString(), taken.From, taken.Until),
        Trace = key.Network is null ? $"more clients, addresses and reasons than the {FailureTally.Capacity} that are told apart in one summary" : key.Check,
    };
}
