namespace Cambist.Storage.Sqlite;

/// <summary>
/// Keeps the WAL short. The bulk of it is moved into the database beside the writer, over a connection of its own; the
/// writer moves only the few frames that came meanwhile, so that its next batch starts the WAL afresh.
/// </summary>
sealed class Checkpoints(string path) : IThreadPoolWorkItem, IDisposable
{
    const long Threshold = 4 * 1024 * 1024;
    const int PagesABatch = 2 * 8192; // about what a batch rewrites besides its block

    readonly Lock _gate = new();
    Database? _database;
    long _written;
    bool _running;
    volatile bool _finish;
    bool _closed;

    /// <summary>On the writer's thread.</summary>
    public void AfterCommit(Database writer, int bytes)
    {
        _written += bytes + PagesABatch;
        if (_finish)
        {
            Checkpoint(writer); // where a reader is in the way it is tried again after as much has been written
            _written = 0;
            _finish = _running = false;
        }
        else if (_written >= Threshold && !_running)
        {
            _running = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate)
        {
            if (_closed) return;
            Checkpoint(null);
            _finish = true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            _database?.Dispose();
        }
    }

    void Checkpoint(Database? writer)
    {
        try
        {
            (writer ?? (_database ??= Database.Open(path, readOnly: false))).Checkpoint();
        }
        catch (Exception)
        {
            // Whatever it was, it must not look like a failure of the batch that was just committed, which would be written again.
            // Nothing is lost: what is in the WAL is on disk. It grows until this works again, and real trouble meets the next batch.
        }
    }
}
