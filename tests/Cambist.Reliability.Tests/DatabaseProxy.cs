using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Cambist.Reliability.Tests;

/// <summary>The network between a node and its database, which can be cut at the worst moment, or swallow everything.</summary>
sealed class DatabaseProxy : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly int _database;
    readonly ConcurrentBag<TcpClient> _open = [];
    readonly CancellationTokenSource _stop = new();
    volatile TaskCompletionSource _flows = Flowing();
    volatile int _every;
    int _commits, _cuts;

    public DatabaseProxy(int databasePort)
    {
        _database = databasePort;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Commits that were cut off.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>The connection string through this network.</summary>
    public string Through(string connection) => new NpgsqlConnectionStringBuilder(connection) { Port = ((IPEndPoint)_listener.LocalEndpoint).Port }.ConnectionString;

    /// <summary>Cuts the connection at each so many-th commit of an exchange: in turn once it was sent, and once it was answered. 0 lets all through.</summary>
    public void CutCommits(int every) => _every = every;

    /// <summary>From now on nothing comes through, and nobody is told.</summary>
    public void Part() => _flows = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What was sent meanwhile arrives.</summary>
    public void Heal() => _flows.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Heal();
        _listener.Dispose();
        foreach (var connection in _open) connection.Dispose();
        _stop.Dispose();
    }

    static TaskCompletionSource Flowing()
    {
        var flows = new TaskCompletionSource();
        flows.SetResult();
        return flows;
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException) { }
    }

    async Task ServeAsync(TcpClient node)
    {
        var database = new TcpClient();
        _open.Add(node);
        _open.Add(database);
        try
        {
            await _flows.Task;
            await database.ConnectAsync(IPAddress.Loopback, _database);
            (node.NoDelay, database.NoDelay) = (true, true);
            var isDoomed = new StrongBox();
            await Task.WhenAny(PumpAsync(node, database, isDoomed, isAnswer: false), PumpAsync(database, node, isDoomed, isAnswer: true));
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException) { }
        finally
        {
            node.Dispose();
            database.Dispose();
        }
    }

    async Task PumpAsync(TcpClient from, TcpClient to, StrongBox isDoomed, bool isAnswer)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            int count;
            while ((count = await from.GetStream().ReadAsync(buffer)) > 0)
            {
                await _flows.Task;
                if (isAnswer && isDoomed.Value) return; // the commit is done, and nobody hears of it
                var cut = !isAnswer && _every > 0 && IsCommit(buffer.AsSpan(0, count)) && Interlocked.Increment(ref _commits) % _every == 0;
                var onAnswer = cut && Interlocked.Increment(ref _cuts) % 2 == 0;
                if (onAnswer) isDoomed.Value = true;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
                if (cut && !onAnswer) return;
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException) { }
    }

    // The one round trip of a batch has BEGIN, entries and COMMIT; an entry names the grant.
    static bool IsCommit(ReadOnlySpan<byte> sent) => sent.IndexOf("token-exchange"u8) >= 0;

    sealed class StrongBox
    {
        public volatile bool Value;
    }
}
