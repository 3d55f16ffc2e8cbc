namespace Cambist.Storage.Sqlite;

sealed class SqliteDecisionLog(ReadConnections lookUps, ReadConnections searches, SearchIndexer indexer, int mostRead) : IDecisionLog
{
    const string BlockBefore = "SELECT block FROM decisions WHERE first <= ? ORDER BY first DESC LIMIT 1";

    public ValueTask<LedgerEntry?> FindAsync(DecisionId id, CancellationToken cancellationToken) => lookUps.ReadAsync(id, Find, cancellationToken);

    public ValueTask<DecisionPage> PageAsync(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken) =>
        searches.ReadAsync(new DecisionSearch(filter, before, limit, mostRead, cancellationToken), static (database, search) => search.Read(database), cancellationToken);

    public ValueTask<long?> IndexAsync(CancellationToken cancellationToken) => indexer.IndexAsync(cancellationToken);

    static LedgerEntry? Find(Database database, DecisionId id)
    {
        if (id.Milliseconds >= 1L << 47) return null; // beyond any row id
        var select = database.Prepared(BlockBefore).Bind(1, RowId.Of(id));
        try
        {
            if (!select.Step()) return null;
            var block = EntryBlock.Read(select.Blob(0));
            while (block.Next())
                if (block.Id == id) return LedgerEntryJson.Read(id, block.Json);
            return null;
        }
        finally
        {
            select.Reset();
        }
    }
}
