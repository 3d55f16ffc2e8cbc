namespace Cambist.Storage.Sqlite;

/// <summary>The blocks that one run has for a key, newest first. What it is asked for only ever grows older.</summary>
sealed class PostingList(Database database, long run, ulong key)
{
    byte[] _page = [];

    /// <summary>The newest block up to one; null where there is none.</summary>
    public long? UpTo(long block)
    {
        var wanted = Posting.Of(key, block);
        if (_page.Length == 0 || wanted < Posting.At(_page, 0)) _page = SearchRuns.PageOf(database, run, wanted);
        if (_page.Length == 0) return null;

        var (low, high) = (0, (_page.Length / Posting.Size) - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Posting.At(_page, middle) <= wanted) low = middle;
            else high = middle - 1;
        }

        var found = Posting.At(_page, low);
        return Posting.Key(found) == key ? Posting.Block(found) : null;
    }

    /// <summary>The newest block up to one that all lists have; null where there is none.</summary>
    public static long? Common(PostingList[] lists, long block)
    {
        for (var agreeing = 0; agreeing < lists.Length;)
        {
            agreeing = 0;
            foreach (var list in lists)
            {
                if (list.UpTo(block) is not { } found) return null;
                if (found == block) agreeing++;
                block = found;
            }
        }

        return block;
    }
}
