namespace Cambist.LoadBench;

/// <summary>How the rates of two rows compare.</summary>
/// <param name="Name">Which two.</param>
/// <param name="Values">In each round by itself, so that what slowed the machine down in one round slowed both.</param>
sealed record Ratio(string Name, IReadOnlyList<double> Values)
{
    static readonly (string Row, string Against)[] Pairs =
    [
        (Row.Cold, Row.BareRsEs),
        (Row.ColdEs, Row.BareEsEs),
        (Row.Warm, Row.BareRsEs),
        (Row.OwnJwt, Row.BareEsEs),
        (Row.OwnOpaque, Row.BareRsEs),
        (Row.Delegation, Row.BareRsEs),
        (Row.ClientCredentials, Row.BareRsEs),
        (Row.Cold, Row.BareForm),
        (Row.Cold, Row.OidcProvider),
        (Row.Postgres, Row.BareRsEs),
        (Row.TwoNodes, Row.Postgres),
        (Row.Large, Row.Cold),
        (Row.IntrospectOne, Row.BareIntrospectOne),
        (Row.IntrospectMany, Row.BareIntrospectMany),
    ];

    /// <summary>The median.</summary>
    public double Value => Values.Median();

    /// <summary>Half of the difference of the highest and the lowest, as a share of their middle.</summary>
    public double Spread => Values.HalfSpread();

    public static string NameOf(string row, string against) => $"{row} / {against}";

    /// <summary>Those whose rows were both measured.</summary>
    public static IReadOnlyList<Ratio> Of(IReadOnlyList<MeasuredRow> rows)
    {
        var byName = rows.ToDictionary(row => row.Row.Name);
        return
        [
            .. from pair in Pairs
               where byName.ContainsKey(pair.Row) && byName.ContainsKey(pair.Against)
               let rounds = byName[pair.Row].Samples.Zip(byName[pair.Against].Samples, (one, against) => one.Rate / against.Rate)
               select new Ratio(NameOf(pair.Row, pair.Against), [.. rounds]),
        ];
    }
}
