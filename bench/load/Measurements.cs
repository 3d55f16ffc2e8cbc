namespace Cambist.LoadBench;

/// <summary>All that a run measured; what it did not is empty or null.</summary>
sealed record Measurements(Machine Machine, Options Options, IReadOnlyList<MeasuredRow> Rows)
{
    public IReadOnlyList<Ratio> Ratios { get; } = Ratio.Of(Rows);
    public IReadOnlyList<MemoryUse> Memory { get; init; } = [];
    public HalfLoad? HalfLoad { get; init; }
    public IReadOnlyList<StartTime> Starts { get; init; } = [];
    public IReadOnlyList<HeapUse> Heap { get; init; } = [];

    /// <summary>
    /// How quiet the machine was: the share of the servers' core that others used while what writes nothing was measured, half of the time and at
    /// most. What writes also keeps the kernel busy, and that is counted as others, too. Null where no such row was measured.
    /// </summary>
    public (double Median, double Most)? Disturbance { get; } =
        Rows.Where(row => !row.Row.IsCambist).SelectMany(row => row.Samples).Select(sample => sample.Others).ToArray() is { Length: > 0 } others ? (others.Median(), others.Max()) : null;

    public Ratio? RatioOf(string name) => Ratios.FirstOrDefault(ratio => ratio.Name == name);
}
