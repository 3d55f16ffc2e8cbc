namespace Cambist.Storage.Sqlite;

/// <summary>The rows of <c>decisions</c>, by the row id of their first entry.</summary>
static class Blocks
{
    const string OldestOne = "SELECT first FROM decisions ORDER BY first LIMIT 1";
    const string NextOne = "SELECT first FROM decisions WHERE first > ? ORDER BY first LIMIT 1";
    const string NextOnes = "SELECT first, count FROM decisions WHERE first > ? ORDER BY first";
    const string UpToOne = "SELECT first FROM decisions WHERE first <= ? ORDER BY first DESC LIMIT 1";
    const string Content = "SELECT block FROM decisions WHERE first = ?";

    public delegate void Reading<in T>(EntryBlock.Reader block, T state);

    public static long? Oldest(Database database) => Number(database.Prepared(OldestOne));

    public static long? After(Database database, long block) => Number(database.Prepared(NextOne).Bind(1, block));

    public static long? UpTo(Database database, long block) => Number(database.Prepared(UpToOne).Bind(1, block));

    /// <summary>Blocks behind one, until they have so many entries.</summary>
    public static List<(long First, int Entries)> After(Database database, long block, int entries)
    {
        var blocks = new List<(long, int)>();
        var select = database.Prepared(NextOnes).Bind(1, block);
        try
        {
            for (var sum = 0; sum < entries && select.Step(); sum += (int)select.Number(1)) blocks.Add((select.Number(0), (int)select.Number(1)));
            return blocks;
        }
        finally
        {
            select.Reset();
        }
    }

    /// <summary>Reads a block, if it is there.</summary>
    public static void Read<T>(Database database, long block, T state, Reading<T> read)
    {
        var select = database.Prepared(Content).Bind(1, block);
        try
        {
            if (select.Step()) read(EntryBlock.Read(select.Blob(0)), state);
        }
        finally
        {
            select.Reset();
        }
    }

    static long? Number(Statement select)
    {
        try
        {
            return select.Step() ? select.Number(0) : null;
        }
        finally
        {
            select.Reset();
        }
    }
}
