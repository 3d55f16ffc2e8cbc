using System.Data.Common;
using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>Connections to the primary, whichever of the hosts it is.</summary>
sealed class Connections : IAsyncDisposable
{
    // A node that vanished in the middle of a transaction holds the fence until its end is noticed: seconds, not TCP's two hours.
    // CommitWatch hears warnings, whatever the database or the role leaves out. Every statement is short; compiling one, on the strength of a poor estimate, would take ten times as long as running it.
    const string Session = Durability.Asked + " -c lock_timeout=8000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=10000"
        + " -c client_min_messages=warning -c jit=off -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000";

    readonly NpgsqlDataSource _primary;
    volatile bool _closed;

    public Connections(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var written = new DbConnectionStringBuilder { ConnectionString = connectionString }; // the other knows all keywords, written or not
        Default("Timeout", () => settings.Timeout = 5);
        Default("Command Timeout", () => settings.CommandTimeout = 10);
        Default("Keepalive", () => settings.KeepAlive = 10);
        Default("Application Name", () => settings.ApplicationName = "cambist");
        Default("Max Auto Prepare", () => settings.MaxAutoPrepare = 64);
        Default("Maximum Pool Size", () => settings.MaxPoolSize = 16);
        settings.AutoPrepareMinUsages = 2;
        settings.HostRecheckSeconds = 1;
        settings.Multiplexing = false; // a transaction is a connection's
        settings.NoResetOnClose = true; // nothing outlives a transaction
        settings.IncludeErrorDetail = false; // it quotes values
        settings.Options = $"{Session} {settings.Options}".TrimEnd();
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePhysicalConnectionInitializer(static connection => CheckAsync(connection).GetAwaiter().GetResult(), CheckAsync);
        // Of several hosts one that was lost is passed over until it is looked at again; a single one is tried each time.
        if (settings.Host!.Contains(',', StringComparison.Ordinal)) _primary = builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
        else _primary = builder.Build();

        void Default(string name, Action set)
        {
            if (!written.ContainsKey(name)) set();
        }
    }

    /// <summary>A connection to the primary. What a caller leaves open in it is rolled back when it is disposed.</summary>
    /// <exception cref="StoreUnavailableException">None of the hosts is a primary that answers.</exception>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (_closed) throw new StoreUnavailableException("The store is closed.");
        try
        {
            return await _primary.OpenConnectionAsync(cancellationToken);
        }
        catch (Exception e)
        {
            throw Fault(e);
        }
    }

    /// <summary>One statement, on the primary.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<T> ReadAsync<T>(Action<NpgsqlBatch> ask, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await OpenAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection);
            ask(batch);
            await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
            return await read(reader);
        }
        catch (Exception e)
        {
            throw Fault(e);
        }
    }

    /// <summary>Statements without parameters, in one round trip.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, params string[] statements)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements) batch.Add(statement);
        await batch.ExecuteNonQueryAsync();
    }

    public Exception Fault(Exception e)
    {
        // Connected to what is a standby now: the others of the pool are no better.
        if (e is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }) _primary.Clear();
        return PostgresFault.Of(e);
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        await _primary.DisposeAsync();
    }

    /// <summary>Whether a connection leads to a primary that keeps what it commits.</summary>
    /// <exception cref="StoreUnavailableException">It does not.</exception>
    public static async Task CheckAsync(NpgsqlConnection connection)
    {
        await using var ask = new NpgsqlCommand($"SELECT pg_is_in_recovery(), {Durability.Fault}", connection);
        await using var row = await ask.ExecuteReaderAsync();
        await row.ReadAsync();
        if (row.GetBoolean(0)) throw new StoreUnavailableException("PostgreSQL is a standby here: name its primary, or all hosts of the two");
        Durability.Check(row, 1);
    }
}
