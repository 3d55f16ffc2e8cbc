namespace Cambist.Storage.Sqlite;

/// <summary>How to open a store on SQLite.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>
    /// For commands that change the store beside a running server: takes no server lock. The server sees the change before
    /// its next batch. Default false.
    /// </summary>
    public bool BesideServer { get; init; }

    /// <summary>How long entries are kept, and not at all much longer while the store is open; null, the default, for ever.</summary>
    public TimeSpan? AuditRetention { get; init; }

    /// <summary>The most look-ups at the same time. Default 4.</summary>
    public int ReadConnections { get; init; } = 4;

    /// <summary>Bounds of the group commit.</summary>
    public GroupCommitOptions GroupCommit { get; init; } = new();

    /// <inheritdoc cref="DecisionPage.MostRead"/>
    internal int MostReadAPage { get; init; } = DecisionPage.MostRead;
}

/// <summary>The store on SQLite: one file, one server.</summary>
public static class SqliteStore
{
    /// <summary>
    /// Opens a store; makes the file (mode 0600) and its folder (0700) where they are missing, and brings its schema up to
    /// date. Every commit is on disk before it is answered (WAL, <c>synchronous=FULL</c>, both read back).
    /// </summary>
    /// <param name="path">The database file, relative to the working folder.</param>
    /// <param name="clock">The ledger's clock.</param>
    /// <param name="options">Null for the defaults: a server's store.</param>
    /// <exception cref="StoreUnavailableException">
    /// Another server has the store, the file cannot be opened, is no store of Cambist, or was made by a release too new for
    /// this one. The message is for the operator.
    /// </exception>
    public static Store Open(string path, TimeProvider clock, SqliteStoreOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        options ??= new();
        if (options.AuditRetention is { } retention) ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retention, TimeSpan.Zero, nameof(options));
        path = StoreFile.Prepare(path);
        var serverLock = options.BesideServer ? null : ServerLock.Take(path);
        try
        {
            return Open(path, clock, options, serverLock);
        }
        catch
        {
            serverLock?.Dispose();
            throw;
        }
    }

    static Store Open(string path, TimeProvider clock, SqliteStoreOptions options, ServerLock? serverLock)
    {
        var database = OpenForWriting(path);
        var checkpoints = new Checkpoints(path);
        var writer = new LedgerWriter(database, clock, options.AuditRetention, checkpoints);
        var lookUps = new ReadConnections(path, options.ReadConnections);
        var searches = new ReadConnections(path, 1); // a long search keeps no look-up waiting
        var indexing = new ReadConnections(path, 1);
        var commits = new GroupCommit(writer, new(clock), options.GroupCommit);
        return new(
            new SqliteLedger(commits, writer, lookUps),
            new SqliteTokenStore(commits, writer, lookUps, clock),
            new SqliteKeyStore(commits, writer, lookUps),
            new SqliteDecisionLog(lookUps, searches, new(commits, writer, indexing, clock), options.MostReadAPage),
            new SqliteRegistryStore(commits, writer, lookUps),
            clock,
            new OpenStore(commits, [lookUps, searches, indexing, checkpoints, database, .. serverLock is null ? [] : (IDisposable[])[serverLock]]));
    }

    /// <summary>The writer's connection, with its promises set and read back.</summary>
    internal static Database OpenForWriting(string path)
    {
        var database = Database.Open(path, readOnly: false);
        try
        {
            // A batch is some 10 KiB: with pages twice as large it takes about half as many reads and writes (counted: 1.4 of them an exchange
            // instead of 2.4). Only a new file takes this up. What is written lies mostly at the end of the tables, so the cache is small: 10 MB
            // less resident than with 8 MiB (measured).
            database.Execute("PRAGMA page_size = 8192");
            // fullfsync is macOS's word for what fsync means elsewhere; checkpoints are not left to COMMIT.
            database.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -2048; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864");
            var (mode, synchronous) = (database.Ask("PRAGMA journal_mode"), database.Ask("PRAGMA synchronous"));
            if (mode != "wal" || synchronous != "2")
                throw new StoreUnavailableException($"{path}: SQLite keeps journal_mode={mode}, synchronous={synchronous} where wal and 2 (FULL) were set; without them an answered exchange could be lost. Move the store to a local disk.");
            Schema.Upgrade(database, path);
            return database;
        }
        catch (StoreUnavailableException e) when (!e.Message.Contains(path, StringComparison.Ordinal))
        {
            database.Dispose();
            throw new StoreUnavailableException($"The store {path} cannot be opened: {e.Message.TrimEnd('.')}. See its folder and permissions, or name another (Cambist:Storage)", e);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    sealed class OpenStore(GroupCommit commits, IDisposable[] parts) : IAsyncDisposable
    {
        int _closed;

        public async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _closed, 1) != 0) return;
            await commits.DisposeAsync();
            foreach (var part in parts) part.Dispose();
        }
    }
}
