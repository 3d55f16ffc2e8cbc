namespace Cambist.SearchBench;

/// <summary>A clock that goes through some days that are over, as far as the filling is.</summary>
sealed class Past(int days) : TimeProvider
{
    static readonly TimeSpan Behind = TimeSpan.FromHours(1); // so that nothing is dated after now
    readonly DateTimeOffset _end = System.GetUtcNow() - Behind;

    /// <summary>From 0 to 1.</summary>
    public double Share { get; set; }

    public override DateTimeOffset GetUtcNow() => _end - ((1 - Share) * TimeSpan.FromDays(days));
}
