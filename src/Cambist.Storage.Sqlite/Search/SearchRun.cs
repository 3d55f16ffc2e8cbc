namespace Cambist.Storage.Sqlite;

enum RunState
{
    BeingWritten = 0,
    InUse = 1,
    BeingRemoved = 2,
}

/// <summary>A part of the index: sorted postings of the blocks from first to last.</summary>
sealed record SearchRun(long Id, RunState State, int Level, long First, long Last);

/// <summary>The index as it lies in its two tables.</summary>
static class SearchRuns
{
    const string All = "SELECT run, state, level, first, last FROM search_runs ORDER BY first DESC, run DESC";
    const string Insert = "INSERT INTO search_runs (run, state, level, first, last) VALUES (?, ?, ?, ?, ?)";
    const string SetState = "UPDATE search_runs SET state = ? WHERE run = ?";
    const string Delete = "DELETE FROM search_runs WHERE run = ?";
    const string InsertPage = "INSERT INTO search_pages (run, first, postings) VALUES (?, ?, ?)";
    const string NextPage = "SELECT postings FROM search_pages WHERE run = ? AND first > ? ORDER BY first LIMIT 1";
    const string PageUpTo = "SELECT postings FROM search_pages WHERE run = ? AND first <= ? ORDER BY first DESC LIMIT 1";
    const string DeletePages = "DELETE FROM search_pages WHERE rowid IN (SELECT rowid FROM search_pages WHERE run = ? ORDER BY first LIMIT ?)";

    public const int PostingsAPage = 500;

    /// <summary>Newest first.</summary>
    public static List<SearchRun> Read(Database database)
    {
        var runs = new List<SearchRun>();
        var select = database.Prepared(All);
        while (select.Step()) runs.Add(new(select.Number(0), (RunState)select.Number(1), (int)select.Number(2), select.Number(3), select.Number(4)));
        return runs;
    }

    public static void Add(Database database, SearchRun run) =>
        database.Prepared(Insert).Bind(1, run.Id).Bind(2, (long)run.State).Bind(3, (long)run.Level).Bind(4, run.First).Bind(5, run.Last).Run();

    public static void Set(Database database, SearchRun run, RunState state) => database.Prepared(SetState).Bind(1, (long)state).Bind(2, run.Id).Run();

    /// <summary>Removes pages, and the run itself with the last of them.</summary>
    /// <returns>How many were removed.</returns>
    public static int Remove(Database database, SearchRun run, int mostPages)
    {
        database.Prepared(DeletePages).Bind(1, run.Id).Bind(2, (long)mostPages).Run();
        var removed = database.Changes;
        if (removed < mostPages) database.Prepared(Delete).Bind(1, run.Id).Run();
        return removed;
    }

    /// <summary>Adds sorted postings that come behind all that the run has.</summary>
    /// <returns>Bytes written.</returns>
    public static int AddPages(Database database, SearchRun run, ReadOnlySpan<UInt128> postings)
    {
        Span<byte> page = new byte[PostingsAPage * Posting.Size];
        for (var rest = postings; !rest.IsEmpty;)
        {
            var count = Math.Min(rest.Length, PostingsAPage);
            for (var i = 0; i < count; i++) Posting.Write(page, i, rest[i]);
            database.Prepared(InsertPage).Bind(1, run.Id).Bind(2, page[..Posting.Size]).Bind(3, page[..(count * Posting.Size)]).Run();
            rest = rest[count..];
        }

        return postings.Length * Posting.Size;
    }

    /// <summary>Reads the page behind the one that begins with a posting.</summary>
    /// <returns>How many postings it has; 0 where there is none.</returns>
    public static int ReadPageAfter(Database database, long run, UInt128 first, Span<UInt128> postings)
    {
        var select = Select(database, NextPage, run, first);
        try
        {
            return select.Step() ? Posting.ReadAll(select.Blob(0), postings) : 0;
        }
        finally
        {
            select.Reset();
        }
    }

    /// <summary>The page that holds a posting, if the run has it; empty where all lie behind it.</summary>
    public static byte[] PageOf(Database database, long run, UInt128 posting)
    {
        var select = Select(database, PageUpTo, run, posting);
        try
        {
            return select.Step() ? select.Blob(0).ToArray() : [];
        }
        finally
        {
            select.Reset();
        }
    }

    static Statement Select(Database database, string sql, long run, UInt128 posting)
    {
        Span<byte> bound = stackalloc byte[Posting.Size];
        Posting.Write(bound, 0, posting);
        return database.Prepared(sql).Bind(1, run).Bind(2, bound);
    }
}
