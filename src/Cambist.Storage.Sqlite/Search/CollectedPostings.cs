namespace Cambist.Storage.Sqlite;

/// <summary>
/// The postings of blocks that wait for a run, collected and sorted some thousand at a time. What holds them is used again: made anew, arrays of
/// this size bring the collection of all garbage nearer.
/// </summary>
sealed class CollectedPostings
{
    const int EntriesAPart = 1024; // some milliseconds of work
    const int MostParts = 8;
    const int Most = 56 * 1024; // then another part mostly fits into a megabyte
    const int BucketBits = 10;

    readonly SearchKeys _keys = new();
    readonly List<Range> _parts = [];
    UInt128[] _unsorted = new UInt128[8 * EntriesAPart];
    UInt128[] _sorted = new UInt128[8 * EntriesAPart];
    int _count;

    /// <summary>The first block.</summary>
    public long First { get; private set; }

    /// <summary>The last block.</summary>
    public long Last { get; private set; }

    /// <summary>Each sorted, and of blocks behind those of the part before.</summary>
    public IEnumerable<ArraySegment<UInt128>> Parts => _parts.Select(part => new ArraySegment<UInt128>(_sorted)[part]);

    public bool IsEmpty => _parts.Count == 0;

    public bool IsFull => _parts.Count == MostParts || _count >= Most;

    public void Clear()
    {
        _parts.Clear();
        _count = 0;
    }

    /// <summary>Takes a part from the blocks behind one, if there are enough of them, or the first is from an instant or before.</summary>
    /// <returns>Whether it did.</returns>
    public bool Take(Database database, long after, long waitingSince)
    {
        if (Blocks.After(database, after, EntriesAPart) is not { Count: > 0 } blocks) return false;
        var isOld = RowId.LastOf(blocks[0].First).Milliseconds <= waitingSince;
        if (!isOld && blocks.Sum(block => block.Entries) < EntriesAPart) return false;

        var count = 0;
        foreach (var (first, _) in blocks)
        {
            _keys.Clear();
            Blocks.Read(database, first, _keys, static (block, keys) =>
            {
                while (block.Next()) keys.Add(block.Json);
            });
            Reserve(ref _unsorted, count + _keys.Found.Count);
            foreach (var key in _keys.Found) _unsorted[count++] = Posting.Of(key, first);
        }

        Reserve(ref _sorted, _count + count);
        Sort(_unsorted.AsSpan(0, count), _sorted.AsSpan(_count, count));
        if (IsEmpty) First = blocks[0].First;
        Last = blocks[^1].First;
        _parts.Add(_count..(_count + count));
        _count += count;
        return true;
    }

    static void Reserve(ref UInt128[] postings, int count)
    {
        if (count > postings.Length) Array.Resize(ref postings, Math.Max(2 * postings.Length, count));
    }

    /// <summary>Into buckets by the first bits of the keys, which spreads them evenly for they are hashes; then each bucket, which is mostly a few.</summary>
    static void Sort(ReadOnlySpan<UInt128> postings, Span<UInt128> sorted)
    {
        Span<int> ends = stackalloc int[1 << BucketBits];
        ends.Clear();
        foreach (var posting in postings) ends[Bucket(posting)]++;
        var count = 0;
        foreach (ref var end in ends) (end, count) = (count, count + end); // where it begins, until it is filled
        foreach (var posting in postings) sorted[ends[Bucket(posting)]++] = posting;

        var begin = 0;
        foreach (var end in ends)
        {
            sorted[begin..end].Sort();
            begin = end;
        }
    }

    static int Bucket(UInt128 posting) => (int)(Posting.Key(posting) >> (64 - BucketBits));
}
