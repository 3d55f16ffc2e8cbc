namespace Cambist.Storage.Sqlite;

/// <summary>Sorted postings, one after the other: some that were collected, or those of a run, page by page.</summary>
sealed class PostingSource
{
    readonly long? _run;
    readonly UInt128[] _postings;
    UInt128 _pageFirst; // no posting is 0
    int _next;
    int _end;

    public PostingSource(ArraySegment<UInt128> collected) => (_postings, _next, _end) = (collected.Array!, collected.Offset, collected.Offset + collected.Count);

    public PostingSource(SearchRun run) => (_run, _postings) = (run.Id, new UInt128[SearchRuns.PostingsAPage]);

    public UInt128 Current { get; private set; }

    /// <summary>To the next; false where there is none.</summary>
    public bool MoveOn(Database database)
    {
        if (_next == _end && !ReadPage(database)) return false;
        Current = _postings[_next++];
        return true;
    }

    bool ReadPage(Database database)
    {
        if (_run is not { } run) return false;
        (_next, _end) = (0, SearchRuns.ReadPageAfter(database, run, _pageFirst, _postings));
        if (_end == 0) return false;
        _pageFirst = _postings[0];
        return true;
    }
}
