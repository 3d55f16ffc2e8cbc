namespace Cambist.SearchBench;

/// <summary>So late that the last few entries wait for no more.</summary>
sealed class Later : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMinutes(5);
}
