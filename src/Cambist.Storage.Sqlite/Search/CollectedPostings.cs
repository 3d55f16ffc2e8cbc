namespace Cambist.Storage.Sqlite;

/// <summary>
/// The sorted postings of some blocks that wait for a run. What it holds them in is used again: made anew, arrays of this size bring the
/// collection of all garbage nearer.
/// </summary>
sealed class CollectedPostings
{
    const int Entries = 1024;

    readonly SearchKeys _keys = new();
    UInt128[] _postings = new UInt128[8 * Entries];
    int _count;

    public long First { get; private set; }

    public long Last { get; private set; }

    public ReadOnlyMemory<UInt128> Sorted => _postings.AsMemory(0, _count);

    /// <summary>Takes the blocks behind one, if there are enough of them, or the first has waited since then or before.</summary>
    /// <returns>Whether it did.</returns>
    public bool Take(Database database, long after, long waitingSince)
    {
        if (Blocks.After(database, after, Entries) is not { Count: > 0 } blocks) return false;
        var isOld = RowId.LastOf(blocks[0].First).Milliseconds <= waitingSince;
        if (!isOld && blocks.Sum(block => block.Entries) < Entries) return false;

        _count = 0;
        foreach (var (first, _) in blocks) Add(database, first);
        _postings.AsSpan(0, _count).Sort();
        (First, Last) = (blocks[0].First, blocks[^1].First);
        return true;
    }

    void Add(Database database, long block)
    {
        _keys.Clear();
        Blocks.Read(database, block, _keys, static (entries, keys) =>
        {
            while (entries.Next()) keys.Add(entries.Json);
        });
        if (_count + _keys.Found.Count > _postings.Length) Array.Resize(ref _postings, Math.Max(2 * _postings.Length, _count + _keys.Found.Count));
        foreach (var key in _keys.Found) _postings[_count++] = Posting.Of(key, block);
    }
}
