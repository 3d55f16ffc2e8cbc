using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Cambist;

/// <summary>
/// Counts failures of (client id, network) pairs in memory of a fixed size, and forgets one of each pair every so often.
/// A count-min sketch: each pair has one cell in each of four rows, found by a keyed hash, and its count is the least of them. There
/// is nothing to evict, so nobody can push a pair out to start it again; who floods it makes other counts too high, never too low.
/// </summary>
/// <param name="limit">How many a pair may have at once.</param>
/// <param name="leak">How long it takes to forget one.</param>
/// <param name="width">Cells in a row, a power of two; 32 bytes each.</param>
/// <param name="clock">The clock.</param>
internal sealed class LeakyCounts(int limit, TimeSpan leak, int width, TimeProvider clock)
{
    const int Rows = 4;

    readonly Lock _gate = new();
    readonly byte[] _secret = RandomNumberGenerator.GetBytes(32); // or a stranger could choose ids that share another's cells
    readonly long[] _emptyAt = new long[Rows * width]; // when the cell's count has leaked away, in ticks since _start
    readonly long _start = clock.GetTimestamp();
    readonly long _allButOne = (limit - 1) * leak.Ticks;

    /// <summary>Counts one more; or, where the limit is reached, counts nothing and says after how long one more is counted.</summary>
    public TimeSpan? Count(string? clientId, ClientNetwork network)
    {
        // Each id takes the same work, known here or not.
        Span<byte> pair = stackalloc byte[SHA256.HashSizeInBytes + 16];
        SHA256.HashData(MemoryMarshal.AsBytes(clientId.AsSpan()), pair);
        network.WriteTo(pair[SHA256.HashSizeInBytes..]);
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, pair, hash);
        var columns = MemoryMarshal.Cast<byte, uint>(hash);

        lock (_gate)
        {
            var now = clock.GetElapsedTime(_start).Ticks;
            var level = long.MaxValue;
            for (var row = 0; row < Rows; row++) level = Math.Min(level, Math.Max(0, Cell(row, columns[row]) - now));
            if (level > _allButOne) return TimeSpan.FromTicks(level - _allButOne);

            for (var row = 0; row < Rows; row++)
            {
                ref var cell = ref Cell(row, columns[row]);
                cell = Math.Max(cell, now + level + leak.Ticks);
            }

            return null;
        }
    }

    ref long Cell(int row, uint column) => ref _emptyAt[(row * width) + (int)(column & (width - 1))];
}
