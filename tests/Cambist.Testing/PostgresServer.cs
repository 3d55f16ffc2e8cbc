using System.Diagnostics;
using System.Security.Cryptography;
using Cambist.Server;
using Npgsql;

namespace Cambist.Testing;

/// <summary>
/// A real PostgreSQL of a test's own, in a temporary folder and on a loopback port: what can be stopped, killed, started again on the same
/// data, and followed by a standby. With <c>fsync</c> on, as in earnest: durability is what is tested. It goes when it is disposed.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    const string User = "cambist";
    static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    readonly string _folder;
    readonly string _password;
    Process? _process;

    PostgresServer(string folder, string password)
    {
        (_folder, _password) = (folder, password);
        AppDomain.CurrentDomain.ProcessExit += Abandon;
    }

    /// <summary>Its port on 127.0.0.1; the same over all its starts.</summary>
    public int Port { get; } = ServerHost.FreePort();

    /// <summary>The process id.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("It has not been started.");

    string Folder => Path.Combine(_folder, "data");

    /// <summary>Makes one and starts it.</summary>
    public static async Task<PostgresServer> StartNewAsync()
    {
        var server = new PostgresServer(MakeFolder(), Convert.ToHexString(RandomNumberGenerator.GetBytes(16)));
        try
        {
            var password = Path.Combine(server._folder, "password");
            await File.WriteAllTextAsync(password, server._password);
            GiveAway(password);
            await RunAsync(Command("initdb", "-D", server.Folder, "-U", User, "--auth=scram-sha-256", $"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-sync"));
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A connection string for a database.</summary>
    public string ConnectionString(string database = "postgres") => $"Host=127.0.0.1;Port={Port};Username={User};Password={_password};Database={database}";

    /// <summary>The same for a database that is on either of two servers.</summary>
    public string ConnectionString(PostgresServer other, string database = "postgres") =>
        $"Host=127.0.0.1:{Port},127.0.0.1:{other.Port};Username={User};Password={_password};Database={database}";

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = "t" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Runs statements, each by itself, in a database.</summary>
    public async Task ExecuteAsync(string sql, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database) + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Writes all that a database of Cambist's holds into a file, as it is stored: to look through it.</summary>
    public async Task DumpAsync(string file, string database = "postgres")
    {
        await using var connection = new NpgsqlConnection(ConnectionString(database));
        await connection.OpenAsync();
        var tables = new List<string>();
        await using (var ask = new NpgsqlCommand("SELECT tablename FROM pg_tables WHERE schemaname = 'cambist'", connection))
        await using (var names = await ask.ExecuteReaderAsync())
            while (await names.ReadAsync()) tables.Add(names.GetString(0));

        await using var to = File.Create(file);
        foreach (var table in tables)
        {
            await using var rows = await connection.BeginRawBinaryCopyAsync($"COPY (SELECT * FROM cambist.{table}) TO STDOUT (FORMAT BINARY)");
            await rows.CopyToAsync(to);
        }
    }

    /// <summary>Starts it, again, on its data.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(Command(
            "postgres", "-D", Folder, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
            "-c", "shared_buffers=64MB", "-c", "wal_level=replica", "-c", "max_wal_senders=4"))!;
        _process.OutputDataReceived += Ignore;
        _process.ErrorDataReceived += Ignore;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        for (var started = Stopwatch.StartNew(); ;)
        {
            try
            {
                await ExecuteAsync("SELECT 1");
                return;
            }
            catch (NpgsqlException) when (started.Elapsed < ReadyWithin && !_process.HasExited)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Stops it in order; clients are cut off.</summary>
    public async Task StopAsync()
    {
        if (_process is not { HasExited: false } process) return;
        await RunAsync(new("kill") { ArgumentList = { "-INT", $"{process.Id}" } });
        await process.WaitForExitAsync();
    }

    /// <summary>Kills it without warning (SIGKILL).</summary>
    public async Task KillAsync()
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
    }

    /// <summary>Stops all its processes in their tracks (SIGSTOP): it is there, and does not answer.</summary>
    public async Task PauseAsync()
    {
        // The one that starts others first.
        await SignalAsync("-STOP", [ProcessId]);
        await SignalAsync("-STOP", Children());
    }

    /// <summary>Lets them go on.</summary>
    public Task ResumeAsync() => SignalAsync("-CONT", [.. Children(), ProcessId]);

    static Task SignalAsync(string signal, int[] processes) => processes.Length == 0 ? Task.CompletedTask : RunAsync(new("kill", [signal, .. processes.Select(process => $"{process}")]));

    int[] Children() =>
    [
        .. from folder in Directory.GetDirectories("/proc")
           let name = Path.GetFileName(folder)
           where int.TryParse(name, out _) && ParentOf(folder) == ProcessId
           select int.Parse(name),
    ];

    static int ParentOf(string folder)
    {
        try
        {
            var status = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(status[(status.LastIndexOf(')') + 2)..].Split(' ')[1]); // behind the command's name come state and parent
        }
        catch (IOException)
        {
            return 0; // gone meanwhile
        }
    }

    /// <summary>Makes and starts a standby of it, which streams all that is committed here.</summary>
    public async Task<PostgresServer> StartStandbyAsync()
    {
        var standby = new PostgresServer(MakeFolder(), _password);
        try
        {
            await ExecuteAsync("ALTER ROLE cambist REPLICATION");
            var entries = Path.Combine(Folder, "pg_hba.conf");
            await File.AppendAllTextAsync(entries, "host replication all 127.0.0.1/32 scram-sha-256\n");
            await ExecuteAsync("SELECT pg_reload_conf()");
            var copy = Command("pg_basebackup", "-D", standby.Folder, "-R", "-X", "stream", "-c", "fast", "-d", $"host=127.0.0.1 port={Port} user={User} password={_password}");
            await RunAsync(copy);
            await standby.StartAsync();
            return standby;
        }
        catch
        {
            await standby.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a standby the primary.</summary>
    public Task PromoteAsync() => ExecuteAsync("SELECT pg_promote()");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Abandon;
        await KillAsync();
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    static void Ignore(object sender, DataReceivedEventArgs line) { }

    void Abandon(object? sender, EventArgs e)
    {
        if (_process is not { HasExited: false } process) return;
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (IOException)
        {
            // One of its children was still at it; it is a temporary folder.
        }
    }

    // PostgreSQL refuses to run as root.
    static bool IsRoot => Environment.UserName == "root";

    static string MakeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("cambist-postgres-").FullName;
        GiveAway(folder);
        return folder;
    }

    static void GiveAway(string path)
    {
        if (!IsRoot) return;
        using var chown = Process.Start(new ProcessStartInfo("chown") { ArgumentList = { "nobody", path } })!;
        chown.WaitForExit();
    }

    static ProcessStartInfo Command(string program, params string[] arguments)
    {
        var path = Path.Combine(Binaries(), program);
        string[] all = IsRoot ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", path, .. arguments] : [path, .. arguments];
        return new(all[0], all[1..]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/", Environment = { ["LC_ALL"] = "C", ["TZ"] = "UTC" } };
    }

    static string Binaries() =>
        new[] { "/usr/lib/postgresql" }.Where(Directory.Exists).SelectMany(Directory.GetDirectories)
            .Where(folder => int.TryParse(Path.GetFileName(folder), out _)).OrderByDescending(folder => int.Parse(Path.GetFileName(folder)))
            .Select(folder => Path.Combine(folder, "bin")).FirstOrDefault(folder => File.Exists(Path.Combine(folder, "postgres")))
        ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
        ?? throw new InvalidOperationException("PostgreSQL is not installed; ./test.sh installs it.");

    static async Task RunAsync(ProcessStartInfo command)
    {
        (command.UseShellExecute, command.RedirectStandardOutput, command.RedirectStandardError) = (false, true, true);
        using var process = Process.Start(command)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{command.FileName}: {await output}{await error}");
    }
}
