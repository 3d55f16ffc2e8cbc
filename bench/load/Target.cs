namespace Cambist.LoadBench;

/// <summary>What the project set itself, and whether it holds.</summary>
/// <param name="Case">What is measured.</param>
/// <param name="Bound">What it has to be.</param>
/// <param name="IsFloor">Whether more is better.</param>
/// <param name="Format">Of bound and measured value.</param>
/// <param name="Measured">Null where this run did not measure it.</param>
sealed record Target(string Case, double Bound, bool IsFloor, string Format, double? Measured)
{
    public bool? Holds => Measured is { } value ? (IsFloor ? value >= Bound : value <= Bound) : null;

    /// <summary>All ten.</summary>
    public static IReadOnlyList<Target> All(Measurements measured) =>
    [
        new("cold, RS256 in, ES256 out, on SQLite, against the bare RS256 loop", 0.95, true, "0.00", Of(measured, Row.Cold, Row.BareRsEs)),
        new("the same on PostgreSQL", 0.85, true, "0.00", Of(measured, Row.Postgres, Row.BareRsEs)),
        new("warm, one subject token, against the bare RS256 loop", 1.3, true, "0.00", Of(measured, Row.Warm, Row.BareRsEs)),
        new("cold, against oidc-provider", 3, true, "0.00", Of(measured, Row.Cold, Row.OidcProvider)),
        new($"{Registry.Large:N0} clients and rules against {Registry.Ordinary}", 0.97, true, "0.00", Of(measured, Row.Large, Row.Cold)),
        new("p99 at half of the peak rate, durable", 10, false, "0.0 ms", measured.HalfLoad is { IsHalf: true } half ? half.P99 : null),
        new("resident memory at its highest", 110, false, "0 MB", measured.Memory.FirstOrDefault(use => use.Name == "cambist")?.Highest),
        new("process start to first exchange", 400, false, "0 ms", measured.Starts.FirstOrDefault(start => start.Label == StartTime.Cambist)?.Median),
        new("heap allocated an exchange, cold", 4096, false, "#,0 bytes", measured.Heap.FirstOrDefault(use => use.Label == HeapUse.Cambist)?.Bytes),
        new("introspection of a JWT against the bare one, the lower of both rows", 0.9, true, "0.00",
            new[] { Of(measured, Row.IntrospectOne, Row.BareIntrospectOne), Of(measured, Row.IntrospectMany, Row.BareIntrospectMany) }.Min()),
    ];

    public static Table AsTable(Measurements measured)
    {
        var table = new Table("case", "target", "measured", "holds?");
        foreach (var target in All(measured))
            table.Add(target.Case, $"{(target.IsFloor ? ">=" : "<=")} {target.Bound.ToString(target.Format, null)}", target.Measured?.ToString(target.Format, null) ?? "", target.Holds switch { true => "yes", false => "**no**", null => "not measured" });
        return table;
    }

    static double? Of(Measurements measured, string row, string against) => measured.RatioOf(Ratio.NameOf(row, against))?.Value;
}
