namespace Cambist.Storage.Sqlite;

/// <summary>
/// A run on its way: sorted postings, of neighbouring runs or collected from neighbouring blocks, become those of one run, some pages at a time.
/// What was written when a server stops is removed by the next.
/// </summary>
sealed class RunMerge
{
    // Those that have more, oldest first, and the key that each is at.
    readonly PostingSource[] _sources;
    readonly ulong[] _keys;
    int _left;

    /// <param name="inputs">Neighbours in use, oldest first. They go when the run is whole.</param>
    /// <param name="id">Of the run to write.</param>
    public RunMerge(IReadOnlyList<SearchRun> inputs, long id)
        : this(new(id, RunState.BeingWritten, inputs[0].Level + 1, inputs[0].First, inputs[^1].Last), inputs, inputs.Select(run => new PostingSource(run)))
    {
    }

    /// <param name="collected">Not empty.</param>
    /// <param name="id">Of the run to write.</param>
    public RunMerge(CollectedPostings collected, long id)
        : this(new(id, RunState.BeingWritten, 0, collected.First, collected.Last), [], collected.Parts.Select(part => new PostingSource(part)))
    {
    }

    RunMerge(SearchRun output, IReadOnlyList<SearchRun> inputs, IEnumerable<PostingSource> sources)
    {
        (Output, Inputs, _sources) = (output, inputs, [.. sources]);
        _keys = new ulong[_sources.Length];
    }

    public SearchRun Output { get; }

    public IReadOnlyList<SearchRun> Inputs { get; }

    public bool HasBegun { get; private set; }

    /// <summary>The next postings in their order, without those of blocks before the oldest: as many as there is room for, fewer at the end.</summary>
    public ReadOnlyMemory<UInt128> Next(Database database, long oldestBlock, Memory<UInt128> room)
    {
        Begin(database);
        var into = room.Span;
        var count = 0;
        while (count < into.Length && _left > 0)
        {
            var least = Least();
            var posting = _sources[least].Current;
            if (Posting.Place(posting) >= oldestBlock) into[count++] = posting;
            MoveOn(database, least);
        }

        return room[..count];
    }

    void Begin(Database database)
    {
        if (HasBegun) return;
        HasBegun = true;
        _left = _sources.Length;
        for (var i = _left - 1; i >= 0; i--) MoveOn(database, i);
    }

    /// <summary>Of those with the same key the oldest: what comes later has higher places, so keys alone need to be compared.</summary>
    int Least()
    {
        var keys = _keys.AsSpan(0, _left);
        var (least, key) = (0, keys[0]);
        for (var i = 1; i < keys.Length; i++)
            if (keys[i] < key) (least, key) = (i, keys[i]);
        return least;
    }

    void MoveOn(Database database, int source)
    {
        if (_sources[source].MoveOn(database))
        {
            _keys[source] = Posting.Key(_sources[source].Current);
            return;
        }

        _left--;
        _sources.AsSpan(source + 1).CopyTo(_sources.AsSpan(source));
        _keys.AsSpan(source + 1).CopyTo(_keys.AsSpan(source));
    }
}
