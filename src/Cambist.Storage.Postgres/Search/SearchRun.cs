using Npgsql;
using NpgsqlTypes;

namespace Cambist.Storage.Postgres;

/// <summary>A run of the search index: the postings of a stretch of a day's entries, sorted, in pages.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Day">Days since 1970.</param>
/// <param name="Level">How often its entries were merged.</param>
/// <param name="First">The stamp of its oldest entry: the upper half of the id.</param>
/// <param name="Last">The stamp of its newest entry.</param>
/// <param name="Postings">How many.</param>
sealed record SearchRun(long Id, int Day, short Level, long First, long Last, long Postings)
{
    /// <summary>Two rows fill a page of the database.</summary>
    public const int PostingsAPage = 248;

    const int PagesASlice = 64;

    /// <summary>The runs that may have entries from one stamp to another, newest first.</summary>
    public const string InTime = "SELECT run, day, level, first, last, postings FROM cambist.search_runs WHERE last >= $1 AND first <= $2 ORDER BY first DESC, run DESC";
    const string Insert = "INSERT INTO cambist.search_runs (day, level, first, last, postings) VALUES ($1, $2, $3, $4, $5) RETURNING run";
    const string Pages = "COPY cambist.search_pages (day, run, first, postings) FROM STDIN (FORMAT BINARY)";

    /// <summary>All runs, newest first.</summary>
    public static async Task<List<SearchRun>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var ask = new NpgsqlBatch(connection);
        ask.Add(InTime).With(0L).With(long.MaxValue);
        await using var rows = await ask.ExecuteReaderAsync(cancellationToken);
        return await ReadAsync(rows, cancellationToken);
    }

    /// <summary>What <see cref="InTime"/> gives.</summary>
    public static async Task<List<SearchRun>> ReadAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        var runs = new List<SearchRun>();
        while (await rows.ReadAsync(cancellationToken)) runs.Add(new(rows.GetInt64(0), rows.GetInt32(1), rows.GetInt16(2), rows.GetInt64(3), rows.GetInt64(4), rows.GetInt64(5)));
        return runs;
    }

    /// <summary>Adds it, as yet without pages.</summary>
    /// <returns>It with its number.</returns>
    public async Task<SearchRun> AddAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var add = new NpgsqlBatch(connection);
        add.Add(Insert).With(Day).With(Level).With(First).With(Last).With(Postings);
        return this with { Id = (long)(await add.ExecuteScalarAsync(cancellationToken))! };
    }

    /// <summary>Appends postings, in their order.</summary>
    public async Task WriteAsync(NpgsqlConnection connection, ReadOnlyMemory<UInt128> postings, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(Pages, cancellationToken);
        var pages = 0;
        for (var rest = postings; rest.Length > 0; rest = rest[Math.Min(PostingsAPage, rest.Length)..])
        {
            if (++pages % PagesASlice == 0) await Task.Yield();
            var page = rest[..Math.Min(PostingsAPage, rest.Length)];
            await copy.StartRowAsync(cancellationToken);
            await copy.WriteAsync(Day, NpgsqlDbType.Integer, cancellationToken);
            await copy.WriteAsync(Id, NpgsqlDbType.Bigint, cancellationToken);
            await copy.WriteAsync(GuidOf(page.Span[0]), NpgsqlDbType.Uuid, cancellationToken);
            await copy.WriteAsync(BytesOf(page.Span), NpgsqlDbType.Bytea, cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    public static Guid GuidOf(UInt128 posting) => DecisionRows.GuidOf(new(posting));

    static byte[] BytesOf(ReadOnlySpan<UInt128> postings)
    {
        var bytes = new byte[postings.Length * Posting.Size];
        for (var i = 0; i < postings.Length; i++) Posting.Write(bytes, i, postings[i]);
        return bytes;
    }
}
