using System.Collections.Concurrent;

namespace Cambist.Storage.Sqlite;

/// <summary>A few read-only connections, opened when first needed; each read is one statement on one of them.</summary>
sealed class ReadConnections(string path, int count) : IDisposable
{
    readonly SemaphoreSlim _places = new(count);
    readonly ConcurrentBag<Database> _free = [];
    volatile bool _closed;

    /// <summary>Reads on the caller's thread; waits only for a free connection.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<T> ReadAsync<TState, T>(TState state, Func<Database, TState, T> read, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            if (_closed) throw new StoreUnavailableException("The store is closed.");
            if (!_free.TryTake(out var database)) database = OpenOne();
            try
            {
                return read(database, state);
            }
            finally
            {
                _free.Add(database);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <summary>Waits for reads under way, then closes.</summary>
    public void Dispose()
    {
        _closed = true;
        for (var i = 0; i < count; i++) _places.Wait();
        foreach (var database in _free) database.Dispose();
        _places.Release(count); // whoever comes later finds the store closed
    }

    Database OpenOne()
    {
        var database = Database.Open(path, readOnly: true);
        database.Execute("PRAGMA query_only = ON; PRAGMA cache_size = -1024");
        return database;
    }
}
