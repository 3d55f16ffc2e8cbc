namespace Cambist.Storage.Tests;

/// <summary>A clock that moves when told, also backwards.</summary>
sealed class ManualClock : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, 500, TimeSpan.Zero);

    long _milliseconds = Start.ToUnixTimeMilliseconds();

    public long Milliseconds
    {
        get => Volatile.Read(ref _milliseconds);
        set => Volatile.Write(ref _milliseconds, value);
    }

    public void Advance(TimeSpan by) => Milliseconds += (long)by.TotalMilliseconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);
}
