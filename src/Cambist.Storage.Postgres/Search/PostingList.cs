using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>The stamps that one run has for a key, newest first. What it is asked for only ever grows older.</summary>
sealed class PostingList
{
    const string Page = """
        SELECT w.run, w.key, p.postings
        FROM (SELECT r.day, r.run, k.key FROM unnest($1::int[], $2::bigint[]) AS r (day, run), unnest($3::uuid[]) AS k (key)) AS w
        CROSS JOIN LATERAL (SELECT postings FROM cambist.search_pages WHERE day = w.day AND day BETWEEN $4 AND $5 AND run = w.run AND first <= w.key ORDER BY first DESC LIMIT 1) AS p
        """;

    readonly NpgsqlConnection _connection;
    readonly SearchRun _run;
    readonly ulong _key;
    byte[] _page = [];

    PostingList(NpgsqlConnection connection, SearchRun run, ulong key) => (_connection, _run, _key) = (connection, run, key);

    /// <summary>The lists of several runs, a run's side by side, each at what it has up to a stamp; in one round trip.</summary>
    public static async Task<List<PostingList[]>> OpenAsync(NpgsqlConnection connection, IReadOnlyList<SearchRun> runs, ulong[] keys, long stamp, CancellationToken cancellationToken)
    {
        var lists = runs.Select(run => Array.ConvertAll(keys, key => new PostingList(connection, run, key))).ToList();
        await ReadAsync(connection, [.. runs], keys, stamp, (run, key, page) => lists.First(one => one[0]._run.Id == run).First(list => list._key == key)._page = page, cancellationToken);
        return lists;
    }

    /// <summary>The newest stamp up to one that all lists have; null where there is none.</summary>
    public static async ValueTask<long?> CommonAsync(PostingList[] lists, long stamp, CancellationToken cancellationToken)
    {
        for (var agreeing = 0; agreeing < lists.Length;)
        {
            agreeing = 0;
            foreach (var list in lists)
            {
                if (await list.UpToAsync(stamp, cancellationToken) is not { } found) return null;
                if (found == stamp) agreeing++;
                stamp = found;
            }
        }

        return stamp;
    }

    async ValueTask<long?> UpToAsync(long stamp, CancellationToken cancellationToken)
    {
        if (_page.Length > 0 && Posting.At(_page, 0) > Posting.Of(_key, stamp))
        {
            _page = [];
            await ReadAsync(_connection, [_run], [_key], stamp, (_, _, page) => _page = page, cancellationToken);
        }

        return Posting.UpTo(_page, _key, stamp);
    }

    static async Task ReadAsync(NpgsqlConnection connection, SearchRun[] runs, ulong[] keys, long stamp, Action<long, ulong, byte[]> found, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(Page).With(Array.ConvertAll(runs, run => run.Day)).With(Array.ConvertAll(runs, run => run.Id)).With(Array.ConvertAll(keys, key => SearchRun.GuidOf(Posting.Of(key, stamp))))
            .With(runs.Min(run => run.Day)).With(runs.Max(run => run.Day));
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) found(rows.GetInt64(0), Posting.Key(DecisionRows.IdOf(rows.GetGuid(1)).Value), rows.GetFieldValue<byte[]>(2));
    }
}
