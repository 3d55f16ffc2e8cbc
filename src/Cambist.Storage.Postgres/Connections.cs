using System.Data;
using System.Data.Common;
using System.Diagnostics;
using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Connections to the primary, whichever of the hosts it is. They are kept here between two uses, and not by Npgsql's pool: one on which
/// anything failed is closed and never used again. A statement that fails while it is prepared stays prepared without what it returns, and
/// so the next to use it would read somebody's rows where none are expected.
/// </summary>
sealed class Connections : IAsyncDisposable
{
    // A node that vanished in the middle of a transaction holds the fence until its end is noticed: seconds, not TCP's two hours.
    // CommitWatch hears warnings, whatever the database or the role leaves out. Every statement is short; compiling one, on the strength of a poor estimate, would take ten times as long as running it.
    const string Session = Durability.Asked + " -c lock_timeout=8000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=10000"
        + " -c client_min_messages=warning -c jit=off -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 -c tcp_user_timeout=10000";

    static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(5);

    readonly NpgsqlDataSource _primary;
    readonly SemaphoreSlim _places;
    readonly TimeSpan _patience;
    readonly Lock _gate = new();
    readonly List<Idle> _idle = []; // the one used last is taken first
    int _generation;
    volatile bool _closed;

    readonly record struct Idle(NpgsqlConnection Connection, long Since);

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
        _places = new(Math.Max(1, settings.MaxPoolSize - 1)); // one is the writer's own
        _patience = settings.Timeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(settings.Timeout);
        settings.Pooling = false;
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

    /// <summary>A new connection to the primary, for the caller to close.</summary>
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

    /// <summary>Works on a connection to the primary. Whoever begins a transaction ends it; where the work throws, the connection is closed.</summary>
    /// <exception cref="StoreUnavailableException">None of the hosts is a primary that answers, or what was asked of it failed.</exception>
    public async Task<T> UseAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        if (!await _places.WaitAsync(_patience, cancellationToken)) throw new StoreUnavailableException($"All connections to PostgreSQL were in use for {_patience.TotalSeconds:0} s.");
        NpgsqlConnection? connection = null;
        try
        {
            var generation = Volatile.Read(ref _generation);
            connection = Take() ?? await OpenAsync(cancellationToken);
            var result = await work(connection);
            await KeepAsync(connection, generation);
            return result;
        }
        catch (Exception e)
        {
            var fault = Fault(e, connection);
            if (connection is not null) await connection.DisposeAsync();
            throw fault;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>The same for what gives nothing.</summary>
    public Task UseAsync(Func<NpgsqlConnection, Task> work, CancellationToken cancellationToken) =>
        UseAsync(
            async connection =>
            {
                await work(connection);
                return true;
            },
            cancellationToken);

    /// <summary>One statement, on the primary.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<T> ReadAsync<T>(Action<NpgsqlBatch> ask, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken) =>
        await UseAsync(
            async connection =>
            {
                await using var batch = new NpgsqlBatch(connection);
                ask(batch);
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                return await read(reader);
            },
            cancellationToken);

    /// <summary>Statements without parameters, in one round trip.</summary>
    public static async Task RunAsync(NpgsqlConnection connection, params string[] statements)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var statement in statements) batch.Add(statement);
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>What a failure means, and what follows for the other connections.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="connection">Where it happened, if anywhere.</param>
    public Exception Fault(Exception e, NpgsqlConnection? connection = null)
    {
        // It broke, or leads to what is a standby now: the others are no better.
        var isBroken = connection is { State: not ConnectionState.Open };
        if (isBroken || e is PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction }) Clear();
        return PostgresFault.Of(e, isBroken);
    }

    public async ValueTask DisposeAsync()
    {
        _closed = true;
        Clear();
        await _primary.DisposeAsync();
    }

    NpgsqlConnection? Take()
    {
        lock (_gate)
        {
            while (_idle.Count > 0)
            {
                var connection = _idle[^1].Connection;
                _idle.RemoveAt(_idle.Count - 1);
                if (connection.State == ConnectionState.Open) return connection;
                connection.Dispose(); // its keepalive found nobody
            }
        }

        return null;
    }

    async ValueTask KeepAsync(NpgsqlConnection connection, int generation)
    {
        NpgsqlConnection? excess = null;
        lock (_gate)
        {
            if (_closed || generation != _generation) excess = connection;
            else
            {
                _idle.Add(new(connection, Stopwatch.GetTimestamp()));
                if (Stopwatch.GetElapsedTime(_idle[0].Since) > LongestIdle)
                {
                    excess = _idle[0].Connection;
                    _idle.RemoveAt(0);
                }
            }
        }

        if (excess is not null) await excess.DisposeAsync();
    }

    /// <summary>Closes those that are idle now, and those in use when they come back.</summary>
    void Clear()
    {
        lock (_gate)
        {
            _generation++;
            foreach (var idle in _idle) idle.Connection.Dispose();
            _idle.Clear();
        }
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
