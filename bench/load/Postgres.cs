using System.Diagnostics;
using System.Security.Cryptography;

namespace Cambist.LoadBench;

/// <summary>A PostgreSQL of this run's own, as it comes, with fsync on: in the work folder, on a loopback port, on the core of the load.</summary>
sealed class Postgres : IAsyncDisposable
{
    const string User = "cambist";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly string _folder;
    readonly string _password;
    readonly int _port = Launch.FreePort();
    readonly Process _process;

    Postgres(string folder, string password)
    {
        (_folder, _password) = (folder, password);
        _process = Process.Start(Command("postgres", "-D", DataIn(folder), "-p", $"{_port}", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="))!;
        AppDomain.CurrentDomain.ProcessExit += Kill;
    }

    /// <summary>Of the process that has started its others.</summary>
    public int ProcessId => _process.Id;

    public static async Task<Postgres> StartAsync(CancellationToken cancellationToken)
    {
        var folder = MakeFolder();
        var (file, password) = (Path.Combine(folder, "password"), RandomNumberGenerator.GetHexString(32));
        await File.WriteAllTextAsync(file, password, cancellationToken);
        GiveAway(file);
        await MakeClusterAsync(DataIn(folder), file, cancellationToken);
        var postgres = new Postgres(folder, password);
        try
        {
            for (var begin = Stopwatch.GetTimestamp(); !await postgres.IsReadyAsync(cancellationToken);)
            {
                if (postgres._process.HasExited || Stopwatch.GetElapsedTime(begin) > Patience) throw new BenchException($"PostgreSQL does not start: {await File.ReadAllTextAsync(Folders.Log("postgres"), cancellationToken)}");
                await Task.Delay(50, cancellationToken);
            }

            return postgres;
        }
        catch
        {
            await postgres.DisposeAsync();
            throw;
        }
    }

    public static Task<string> VersionAsync(CancellationToken cancellationToken) => LoadBench.Command.OutputAsync(Path.Combine(Binaries(), "postgres"), cancellationToken, "--version");

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await LoadBench.Command.OutputAsync(Client("createdb", name), cancellationToken);
        return $"Host=127.0.0.1;Port={_port};Username={User};Password={_password};Database={name}";
    }

    static async Task MakeClusterAsync(string data, string passwordFile, CancellationToken cancellationToken)
    {
        using var process = Process.Start(Command("initdb", "-D", data, "-U", User, "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C"))!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0) throw new BenchException($"PostgreSQL's cluster cannot be made: {await File.ReadAllTextAsync(Folders.Log("initdb"), cancellationToken)}");
    }

    /// <summary>Stops it in order, so that nothing of it stays in shared memory.</summary>
    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        using (var stop = Process.Start("kill", ["-INT", $"{_process.Id}"])) await stop.WaitForExitAsync();
        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Kill(this, EventArgs.Empty);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        if (!_folder.StartsWith(Folders.Work, StringComparison.Ordinal)) Directory.Delete(_folder, recursive: true);
    }

    async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var process = Process.Start(Client("pg_isready", "-q"))!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0;
    }

    ProcessStartInfo Client(string program, params string[] arguments) => new(Path.Combine(Binaries(), program), ["-h", "127.0.0.1", "-p", $"{_port}", "-U", User, .. arguments])
    {
        Environment = { ["PGPASSWORD"] = _password },
    };

    void Kill(object? sender, EventArgs e)
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
    }

    // PostgreSQL refuses to run as root.
    static bool IsRoot => Environment.UserName == "root";

    static string DataIn(string folder) => Path.Combine(folder, "data");

    /// <summary>In the work folder, where PostgreSQL's user can get there (not below /root, say), else in the folder for temporary files.</summary>
    static string MakeFolder()
    {
        var folder = Folders.Make("postgres");
        if (IsRoot && !IsOpenToOthers(folder)) folder = Directory.CreateTempSubdirectory("cambist-bench-").FullName;
        GiveAway(folder);
        return folder;
    }

    static bool IsOpenToOthers(string folder)
    {
        for (var above = Directory.GetParent(folder); above is not null; above = above.Parent)
            if (!above.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }

    static void GiveAway(string path)
    {
        if (!IsRoot) return;
        using var chown = Process.Start("chown", ["nobody", path]);
        chown.WaitForExit();
    }

    static ProcessStartInfo Command(string program, params string[] arguments)
    {
        var path = Path.Combine(Binaries(), program);
        string[] whole = IsRoot ? ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", path, .. arguments] : [path, .. arguments];
        var command = Core.Pin(Core.OfLoad, Folders.Log(program), whole);
        (command.Environment["LC_ALL"], command.Environment["TZ"], command.WorkingDirectory) = ("C", "UTC", "/");
        return command;
    }

    static string Binaries() =>
        Directory.GetDirectories("/usr/lib/postgresql").Where(folder => File.Exists(Path.Combine(folder, "bin", "postgres")))
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder), out var version) ? version : 0).Select(folder => Path.Combine(folder, "bin")).FirstOrDefault()
        ?? throw new BenchException("PostgreSQL is not installed.");
}
