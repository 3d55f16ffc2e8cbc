namespace Cambist.Storage.Postgres;

sealed class PostgresDecisionLog(Connections connections, SearchIndexer indexer, int mostRead) : IDecisionLog
{
    const string ById = "SELECT id, entry FROM cambist.decisions WHERE id = $1";

    static readonly DecisionId End = new(UInt128.MaxValue);

    public ValueTask<LedgerEntry?> FindAsync(DecisionId id, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            ask => ask.Add(ById).With(DecisionRows.GuidOf(id)),
            async row => await row.ReadAsync(cancellationToken) ? DecisionRows.Read(row) : null,
            cancellationToken);

    public async ValueTask<DecisionPage> PageAsync(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken)
    {
        var from = DecisionId.FirstOf(Milliseconds(filter.From ?? 0));
        var until = before.IsNone ? End : before;
        if (filter.Until is { } end && DecisionId.FirstOf(Milliseconds(end)) is var last && last < until) until = last;
        if (limit <= 0 || until <= from) return DecisionPage.Of([], limit);
        return await connections.UseAsync(
            async connection =>
            {
                if (SearchKeys.Of(filter) is { Length: > 0 } keys) return await new DecisionSearch(connection, filter, keys, limit, mostRead, cancellationToken).ReadAsync(from, until);
                var found = new List<LedgerEntry>();
                var cutAt = await new EntryScan(connection, filter, limit, mostRead, found, cancellationToken).ReadAsync(from, until);
                return DecisionPage.Of(found, limit, cutAt);
            },
            cancellationToken);
    }

    public ValueTask<long?> IndexAsync(CancellationToken cancellationToken) => indexer.IndexAsync(cancellationToken);

    static long Milliseconds(long instant) => Math.Clamp(instant, 0, (1L << 47) - 1);
}
