namespace Cambist.Storage.Sqlite;

/// <summary>Several runs on their way into one, some pages at a time. What was written when a server stops is removed by the next.</summary>
sealed class RunMerge
{
    readonly Head[] _heads;

    /// <param name="inputs">Neighbours, in use.</param>
    /// <param name="id">Of the run to write.</param>
    public RunMerge(IReadOnlyList<SearchRun> inputs, long id)
    {
        Inputs = inputs;
        Output = new(id, RunState.BeingWritten, inputs[0].Level + 1, inputs.Min(run => run.First), inputs.Max(run => run.Last));
        _heads = [.. inputs.Select(run => new Head(run.Id))];
    }

    public IReadOnlyList<SearchRun> Inputs { get; }

    public SearchRun Output { get; }

    /// <summary>The next postings in their order, without those of blocks before the oldest: as many as there is room for, fewer at the end.</summary>
    public ReadOnlyMemory<UInt128> Next(Database database, long oldestBlock, Memory<UInt128> room)
    {
        var count = 0;
        while (count < room.Length && Least(database) is { } head)
        {
            if (Posting.Place(head.Posting) >= oldestBlock) room.Span[count++] = head.Posting;
            head.MoveOn();
        }

        return room[..count];
    }

    Head? Least(Database database)
    {
        Head? least = null;
        foreach (var head in _heads)
            if (head.IsThere(database) && (least is null || head.Posting < least.Posting)) least = head;
        return least;
    }

    sealed class Head(long run)
    {
        byte[] _page = [];
        int _index;
        UInt128 _pageFirst;
        bool _isAtEnd;

        public UInt128 Posting { get; private set; }

        public bool IsThere(Database database)
        {
            if (_isAtEnd) return false;
            if (_index * Cambist.Posting.Size < _page.Length) return true;
            _page = SearchRuns.PageAfter(database, run, _pageFirst); // no posting is 0
            _index = 0;
            _isAtEnd = _page.Length == 0;
            if (_isAtEnd) return false;
            Posting = _pageFirst = Cambist.Posting.At(_page, 0);
            return true;
        }

        public void MoveOn()
        {
            if (++_index * Cambist.Posting.Size < _page.Length) Posting = Cambist.Posting.At(_page, _index);
        }
    }
}
