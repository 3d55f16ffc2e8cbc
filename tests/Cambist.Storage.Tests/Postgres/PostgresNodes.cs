using Cambist.Storage.Postgres;
using Cambist.Testing;
using Npgsql;

namespace Cambist.Storage.Tests.Postgres;

/// <summary>Several nodes on one database.</summary>
public abstract class PostgresNodes(PostgresDatabases databases) : IAsyncLifetime
{
    readonly List<Store> _open = [];

    protected static CancellationToken None => CancellationToken.None;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected PostgresServer Server => databases.Server;

    protected string Connection { get; private set; } = "";

    public async ValueTask InitializeAsync() => Connection = await Server.CreateDatabaseAsync();

    public virtual async ValueTask DisposeAsync()
    {
        foreach (var store in _open) await store.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected Store Open(TimeProvider? clock = null, TimeSpan? auditRetention = null) => Kept(PostgresStore.Open(Connection, clock ?? TimeProvider.System, new() { AuditRetention = auditRetention }));

    /// <summary>A node whose clock differs from the database's, by which the ledger goes.</summary>
    protected async Task<Store> OpenWithClockAsync(TimeSpan ahead) => Kept(await PostgresStore.OpenAsync(Connection, new(new ShiftedClock(ahead), isOfDatabase: true), new()));

    protected async Task<T> AskAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(Connection + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync(Cancellation) ?? throw new InvalidOperationException("No row."));
    }

    protected Task<long> CountAsync(string table) => AskAsync<long>($"SELECT count(*) FROM cambist.{table}");

    protected async Task ExecuteAsync(string sql) => await Server.ExecuteAsync(sql, new NpgsqlConnectionStringBuilder(Connection).Database!);

    /// <summary>Another hand on the fence: the writer waits, and what is committed meanwhile is one batch.</summary>
    protected async Task<NpgsqlConnection> CloseFenceAsync()
    {
        var connection = new NpgsqlConnection(Connection + ";Pooling=false");
        await connection.OpenAsync(Cancellation);
        await using var close = new NpgsqlCommand($"BEGIN; {Sql.CloseFence}", connection);
        await close.ExecuteNonQueryAsync(Cancellation);
        return connection;
    }

    /// <summary>Until somebody waits for a lock: the fence, or (<c>transactionid</c>) a row that another transaction has.</summary>
    protected async Task SomebodyWaitsAsync(string what = "advisory")
    {
        while (await AskAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = '{what}'") == 0)
            await Task.Delay(5, Cancellation);
    }

    Store Kept(Store store)
    {
        _open.Add(store);
        return store;
    }

    sealed class ShiftedClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
