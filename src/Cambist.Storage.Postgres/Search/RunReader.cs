using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>The postings of a run in their order, some pages at once.</summary>
sealed class RunReader(NpgsqlConnection connection, SearchRun run)
{
    const string After = "SELECT first, postings FROM cambist.search_pages WHERE day = $1 AND run = $2 AND first > $3 ORDER BY first LIMIT 64";

    readonly Queue<byte[]> _pages = new();
    UInt128 _lastPage; // no posting is 0
    byte[] _page = [];
    int _index;

    public UInt128 Current { get; private set; }

    /// <summary>To the next; false where there is none.</summary>
    public async ValueTask<bool> MoveAsync(CancellationToken cancellationToken)
    {
        if (_index * Posting.Size >= _page.Length)
        {
            if (_pages.Count == 0) await ReadAsync(cancellationToken);
            if (!_pages.TryDequeue(out var page)) return false;
            (_page, _index) = (page, 0);
        }

        Current = Posting.At(_page, _index++);
        return true;
    }

    async Task ReadAsync(CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(After).With(run.Day).With(run.Id).With(SearchRun.GuidOf(_lastPage));
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            _lastPage = DecisionRows.IdOf(rows.GetGuid(0)).Value;
            _pages.Enqueue(rows.GetFieldValue<byte[]>(1));
        }
    }
}
