namespace Cambist.Storage.Sqlite;

/// <summary>Reads blocks by range of row id, newest first, one at a time: memory and snapshots stay small however far a search goes back.</summary>
sealed class SqliteDecisionLog(ReadConnections lookUps, ReadConnections searches) : IDecisionLog
{
    const string BlockBefore = "SELECT first, block FROM decisions WHERE first <= ? ORDER BY first DESC LIMIT 1";

    public ValueTask<LedgerEntry?> FindAsync(DecisionId id, CancellationToken cancellationToken) => lookUps.ReadAsync(id, Find, cancellationToken);

    public ValueTask<IReadOnlyList<LedgerEntry>> PageAsync(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken) =>
        searches.ReadAsync(new Page(filter, before, limit, cancellationToken), static (database, page) => page.Read(database), cancellationToken);

    static LedgerEntry? Find(Database database, DecisionId id)
    {
        if (id.Milliseconds >= 1L << 47) return null; // beyond any row id
        var select = database.Prepared(BlockBefore).Bind(1, RowId.Of(id));
        try
        {
            if (!select.Step()) return null;
            var block = EntryBlock.Read(select.Blob(1));
            while (block.Next())
                if (block.Id == id) return LedgerEntryJson.Read(id, block.Json);
            return null;
        }
        finally
        {
            select.Reset();
        }
    }

    sealed class Page(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken)
    {
        readonly EntrySieve _sieve = new(filter);
        readonly List<LedgerEntry> _found = [];

        public IReadOnlyList<LedgerEntry> Read(Database database)
        {
            var rowId = Start();
            while (_found.Count < limit && ReadBlock(database, rowId) is { } first && first.Milliseconds >= (filter.From ?? 0))
            {
                cancellationToken.ThrowIfCancellationRequested();
                rowId = RowId.Of(first) - 1;
            }

            return _found;
        }

        long Start()
        {
            var start = long.MaxValue;
            if (!before.IsNone && before.Milliseconds < 1L << 47) start = RowId.Of(before);
            if (filter.Until is { } until && until < 1L << 47) start = Math.Min(start, RowId.Of(DecisionId.FirstOf(Math.Max(until, 0))));
            return start;
        }

        /// <returns>The first id of the newest block up to a row id, or null where there is none.</returns>
        DecisionId? ReadBlock(Database database, long rowId)
        {
            var select = database.Prepared(BlockBefore).Bind(1, rowId);
            try
            {
                if (!select.Step()) return null;
                var first = DecisionId.FirstOf(0);
                var inBlock = new List<LedgerEntry>();
                var block = EntryBlock.Read(select.Blob(1));
                while (block.Next())
                {
                    if (first.IsNone) first = block.Id;
                    if (!before.IsNone && block.Id >= before) break;
                    if (_sieve.MayFit(block.Json) && LedgerEntryJson.Read(block.Id, block.Json) is var entry && filter.Fits(entry)) inBlock.Add(entry);
                }

                for (var i = inBlock.Count - 1; i >= 0 && _found.Count < limit; i--) _found.Add(inBlock[i]);
                return first;
            }
            finally
            {
                select.Reset();
            }
        }
    }
}
