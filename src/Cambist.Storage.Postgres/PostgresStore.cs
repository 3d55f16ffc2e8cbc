using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>How to open a store on PostgreSQL.</summary>
public sealed record PostgresStoreOptions
{
    /// <summary>
    /// How long entries are kept; null, the default, for ever. They go a day (UTC) at a time, once all of the day is older.
    /// </summary>
    public TimeSpan? AuditRetention { get; init; }

    /// <summary>For commands beside a server: there must be a store already, and none is made or upgraded. Default false.</summary>
    public bool MustExist { get; init; }

    /// <summary>Bounds of the group commit.</summary>
    public GroupCommitOptions GroupCommit { get; init; } = new();

    /// <inheritdoc cref="DecisionPage.MostRead"/>
    internal int MostReadAPage { get; init; } = DecisionPage.MostRead;
}

/// <summary>The store on PostgreSQL, version 14 or later: one database, any number of nodes.</summary>
public static class PostgresStore
{
    /// <summary>
    /// Opens a store; makes the schema <c>cambist</c> in the database where it is missing, and brings it up to date. Every commit is on disk
    /// before it is answered: a server with <c>fsync</c>, <c>full_page_writes</c> or <c>synchronous_commit</c> off is refused.
    /// </summary>
    /// <param name="connection">
    /// <c>Host=…;Database=…;Username=…</c> with Npgsql's keywords, or <c>postgres://user:password@host,host/database</c>. Of several hosts
    /// the primary is used, whichever it is; after a failover the next one is found.
    /// </param>
    /// <param name="clock"><see cref="TimeProvider.System"/> for the database's clock, which all nodes share; any other, a test's, is taken in its stead.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="FormatException">The connection is not understood. The message never holds a value of it.</exception>
    /// <exception cref="StoreUnavailableException">
    /// No primary answers, it does not keep what it commits, the schema is no store of Cambist, or was made by a release too new for this
    /// one. The message is for the operator.
    /// </exception>
    public static Store Open(string connection, TimeProvider clock, PostgresStoreOptions? options = null) =>
        Task.Run(() => OpenAsync(connection, new(clock, isOfDatabase: clock == TimeProvider.System), options ?? new())).GetAwaiter().GetResult();

    internal static async Task<Store> OpenAsync(string connection, LedgerClock clock, PostgresStoreOptions options)
    {
        if (options.AuditRetention is { } retention) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retention, TimeSpan.Zero, nameof(options));
        var connections = new Connections(PostgresAddress.Parse(connection));
        try
        {
            await PrepareAsync(connections, clock, options);
            var partitions = new Partitions(connections, clock);
            if (!options.MustExist) await partitions.MakeAsync(CancellationToken.None);
            return Assemble(connections, clock, partitions, options);
        }
        catch
        {
            await connections.DisposeAsync();
            throw;
        }
    }

    static async Task PrepareAsync(Connections connections, LedgerClock clock, PostgresStoreOptions options)
    {
        try
        {
            await using var connection = await connections.OpenAsync(CancellationToken.None);
            if (!options.MustExist) await Schema.UpgradeAsync(connection, CancellationToken.None);
            else if (await Schema.VersionAsync(connection, CancellationToken.None) < Schema.Version)
                throw new StoreUnavailableException($"The database {connection.Database} has no store of this release, and none was made. Name the server's store (--storage), or start the server first");
            var asked = clock.Ask();
            await using var ask = new NpgsqlBatch(connection);
            ask.Add($"SELECT {LedgerClock.Now}, (SELECT id FROM cambist.decisions ORDER BY id DESC LIMIT 1)").WithNullable(clock.Instead);
            await using var row = await ask.ExecuteReaderAsync();
            await row.ReadAsync();
            clock.Hear(asked, row.GetInt64(0));
            if (!row.IsDBNull(1)) clock.Gave((long)(DecisionRows.IdOf(row.GetGuid(1)).Value >> 64));
        }
        catch (Exception e)
        {
            throw connections.Fault(e);
        }
    }

    static Store Assemble(Connections connections, LedgerClock clock, Partitions partitions, PostgresStoreOptions options)
    {
        var transactions = new Transactions(connections, partitions);
        var writer = new EntryWriter(connections, clock, partitions);
        var commits = new GroupCommit(writer, new(TimeProvider.System), options.GroupCommit);
        var revocations = new RevocationWriter(transactions, clock);
        return new(
            new PostgresLedger(commits, revocations, connections, clock, new Purge(connections, partitions, clock, options.AuditRetention)),
            new PostgresTokenStore(commits, transactions, connections, clock),
            new PostgresKeyStore(transactions, connections, clock),
            new PostgresDecisionLog(connections, new SearchIndexer(connections, clock), options.MostReadAPage),
            new PostgresRegistryStore(transactions, connections),
            clock,
            new OpenStore(commits, revocations, writer, connections));
    }

    sealed class OpenStore(GroupCommit commits, params IAsyncDisposable[] parts) : IAsyncDisposable
    {
        int _closed;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _closed, 1) != 0) return;
            await commits.DisposeAsync();
            foreach (var part in parts) await part.DisposeAsync();
        }
    }
}
