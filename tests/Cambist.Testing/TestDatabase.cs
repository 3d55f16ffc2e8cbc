using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;

namespace Cambist.Testing;

/// <summary>
/// A test server's store on PostgreSQL, where <c>CAMBIST_TEST_STORE=postgres</c> asks for it: a database of its own, on one PostgreSQL that
/// is started for the run and goes with it. SQLite where nobody asks.
/// </summary>
sealed class TestDatabase
{
    static readonly Lazy<Task<PostgresServer>> Run = new(PostgresServer.StartNewAsync);
    static readonly ConcurrentBag<string> Free = []; // dropping a database waits for a checkpoint, dropping a schema does not

    readonly PostgresServer _server;
    readonly string _connection;

    TestDatabase(PostgresServer server, string connection) => (_server, _connection) = (server, connection);

    string Name => new NpgsqlConnectionStringBuilder(_connection).Database!;

    static bool IsAskedFor => Environment.GetEnvironmentVariable("CAMBIST_TEST_STORE") switch
    {
        null or "" or "sqlite" => false,
        "postgres" => true,
        _ => throw new InvalidOperationException("CAMBIST_TEST_STORE is sqlite or postgres."),
    };

    /// <summary>Makes one; null where none is asked for.</summary>
    public static async Task<TestDatabase?> CreateAsync()
    {
        if (!IsAskedFor) return null;
        var server = await Run.Value;
        return new(server, Free.TryTake(out var connection) ? connection : await server.CreateDatabaseAsync());
    }

    /// <summary>The settings of a server on it, which has on PostgreSQL what it makes by itself on SQLite, in the same files of its folder.</summary>
    public IReadOnlyDictionary<string, string?> SettingsIn(string folder)
    {
        var (keyFile, token) = (Path.Combine(folder, "cambist.key"), Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
        Write(keyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
        Write(Path.Combine(folder, "admin-token"), token);
        return new Dictionary<string, string?> { ["Cambist:Storage"] = _connection + ";Maximum Pool Size=8", ["Cambist:KeyFile"] = keyFile, ["Cambist:AdminToken"] = token };
    }

    /// <summary>Writes all that it holds into a file, as it is stored.</summary>
    public Task DumpAsync(string file) => _server.DumpAsync(file, Name);

    /// <summary>Empties it for the next one.</summary>
    public async Task ReturnAsync()
    {
        await _server.ExecuteAsync("DROP SCHEMA IF EXISTS cambist CASCADE", Name);
        Free.Add(_connection);
    }

    static void Write(string file, string line)
    {
        File.WriteAllText(file, line + "\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
