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
        return Posting.UpTo(_page, key, block);
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
