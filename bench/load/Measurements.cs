namespace Cambist.LoadBench;

/// <summary>All that a run measured; what it did not is empty or null.</summary>
sealed record Measurements(Machine Machine, Options Options, IReadOnlyList<MeasuredRow> Rows)
{
    public IReadOnlyList<Ratio> Ratios { get; } = Ratio.Of(Rows);
    public IReadOnlyList<MemoryUse> Memory { get; init; } = [];
    public HalfLoad? HalfLoad { get; init; }
    public IReadOnlyList<StartTime> Starts { get; init; } = [];
    public IReadOnlyList<HeapUse> Heap { get; init; } = [];

    public Ratio? RatioOf(string name) => Ratios.FirstOrDefault(ratio => ratio.Name == name);
}
