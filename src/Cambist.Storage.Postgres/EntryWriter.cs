using System.Data;
using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Writes the batches of the <see cref="GroupCommit"/>, over a connection of its own: one transaction a batch, behind the shared fence,
/// and one round trip unless entries of the batch want the same key.
/// </summary>
sealed class EntryWriter(Connections connections, LedgerClock clock, Partitions partitions) : ILedgerBatchWriter, IAsyncDisposable
{
    const int Attempts = 3;

    NpgsqlConnection? _connection;
    CommitWatch? _watch;
    RecordedMarks _marks;

    public async ValueTask WriteAsync(ReadOnlyMemory<PendingEntry> batch, DecisionIdSequence ids)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TransactAsync(batch);
                return;
            }
            catch (Exception e)
            {
                var fault = connections.Fault(e, _connection);
                await DisposeAsync();
                var again = attempt < Attempts && (PostgresFault.IsWorthTryingAgain(e) || await MadePartitionAsync(e));
                if (!again) throw fault;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        var connection = _connection;
        (_connection, _marks) = (null, default); // another primary may know less
        if (connection is not null) await connection.DisposeAsync();
    }

    async Task<bool> MadePartitionAsync(Exception e)
    {
        if (!PostgresFault.IsMissingPartition(e)) return false;
        await partitions.MakeAsync(CancellationToken.None);
        return true;
    }

    async Task TransactAsync(ReadOnlyMemory<PendingEntry> batch)
    {
        if (_connection is { State: not ConnectionState.Open }) await DisposeAsync(); // it broke while nothing was written; nothing was sent
        if (_connection is null) _watch = new(_connection = await connections.OpenAsync(CancellationToken.None));
        var marks = _marks.With(batch.Span);
        var isOpen = false;
        var gone = new HashSet<(OneTimeKeyKind, Hash)>();
        for (var waiting = batch.ToArray(); ;)
        {
            var (pass, inPass, later) = Split(waiting, gone, isFirst: !isOpen);
            await using var commands = new NpgsqlBatch(_connection);
            if (!isOpen)
            {
                commands.Add(Sql.Begin);
                commands.Add(Sql.ShareFence);
            }

            if (inPass.Count > 0) pass.AppendTo(commands);
            if (later.Count == 0)
            {
                if (marks != _marks) marks.AppendTo(commands);
                commands.Add(Sql.Commit);
            }

            await using (var reader = await commands.ExecuteReaderAsync())
            {
                if (!isOpen) await reader.NextResultAsync(); // the fence's
                if (inPass.Count > 0) await pass.ReadAsync(reader);
                while (await reader.NextResultAsync()) { } // to the end: only then it is committed
            }

            for (var i = 0; i < inPass.Count; i++)
            {
                inPass[i].Result = pass.Results[i];
                if (later.Count > 0) gone.UnionWith(Gone(inPass[i].Entry, pass.Results[i]));
            }

            if (later.Count == 0) break;
            (waiting, isOpen) = ([.. later], true);
        }

        _watch!.Check();
        _marks = marks;
    }

    /// <summary>Those that can be decided now, those that are decided already, and those that depend on what becomes of the former.</summary>
    (EntryPass Pass, List<PendingEntry> InPass, List<PendingEntry> Later) Split(PendingEntry[] waiting, HashSet<(OneTimeKeyKind, Hash)> gone, bool isFirst)
    {
        var (pass, inPass, later) = (new EntryPass(clock, isFirst), new List<PendingEntry>(waiting.Length), new List<PendingEntry>());
        foreach (var pending in waiting)
        {
            if (UsedUp(pending.Entry, gone) is { } used) pending.Result = CommitResult.AlreadyUsed(used);
            else if (pass.TryAdd(pending.Entry, pending.Json)) inPass.Add(pending);
            else later.Add(pending);
        }

        return (pass, inPass, later);
    }

    /// <summary>
    /// The keys that nobody behind an entry gets any more: its own, or the one that it found used. Replays of one key would else be asked about
    /// one by one, each in a round trip that holds the fence.
    /// </summary>
    static IEnumerable<(OneTimeKeyKind, Hash)> Gone(LedgerEntry entry, CommitResult result)
    {
        if (result.Status == CommitStatus.Committed) return entry.Consumes.Select(Hash.Of);
        var used = entry.Consumes.Where(key => key.Kind == result.UsedKey).Select(Hash.Of).ToList();
        return used.Count == 1 ? used : []; // of several of the kind it is not known which
    }

    /// <summary>A key that is gone, or that the entry names twice.</summary>
    static OneTimeKeyKind? UsedUp(LedgerEntry entry, HashSet<(OneTimeKeyKind, Hash)> gone)
    {
        for (var i = 0; i < entry.Consumes.Count; i++)
        {
            var key = Hash.Of(entry.Consumes[i]);
            if (gone.Contains(key)) return key.Item1;
            for (var j = 0; j < i; j++)
                if (Hash.Of(entry.Consumes[j]) == key) return key.Item1;
        }

        return null;
    }
}
