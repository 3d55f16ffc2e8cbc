namespace Cambist.Storage.Sqlite;

/// <summary>Sorted postings, one after the other: some that were collected, or those of a run, page by page.</summary>
sealed class PostingSource
{
    readonly long? _run;
    readonly UInt128[] _room = [];
    ReadOnlyMemory<UInt128> _page;
    UInt128 _pageFirst; // no posting is 0
    int _next;

    public PostingSource(ReadOnlyMemory<UInt128> collected) => _page = collected;

    public PostingSource(SearchRun run) => (_run, _room) = (run.Id, new UInt128[SearchRuns.PostingsAPage]);

    public UInt128 Current { get; private set; }

    /// <summary>To the next; false where there is none.</summary>
    public bool MoveOn(Database database)
    {
        if (_next == _page.Length && !ReadPage(database)) return false;
        Current = _page.Span[_next++];
        return true;
    }

    bool ReadPage(Database database)
    {
        if (_run is not { } run) return false;
        _page = _room.AsMemory(0, SearchRuns.ReadPageAfter(database, run, _pageFirst, _room));
        _next = 0;
        if (_page.IsEmpty) return false;
        _pageFirst = _page.Span[0];
        return true;
    }
}
