namespace Cambist.LoadBench;

/// <summary>How long a program takes from its start, on an empty store, to its first successful exchange.</summary>
/// <param name="Milliseconds">Of each start.</param>
sealed record StartTime(string Label, IReadOnlyList<double> Milliseconds)
{
    public const string Part = "start";
    public const string Cambist = "Cambist on SQLite";
    const int Starts = 5;

    public double Median => Milliseconds.Median();

    public static async Task<IReadOnlyList<StartTime>> MeasureAsync(Tokens tokens, CancellationToken cancellationToken)
    {
        var launches = new Launches(tokens);
        var first = Request.Exchange(tokens.Login.File, "id_token");
        var (cambist, bare) = (new List<double>(), new List<double>());
        for (var i = 1; i <= Starts; i++)
        {
            Progress.Say($"start {i} of {Starts}");
            cambist.Add(await OneAsync(launches.Cambist($"cambist start {i}")));
            bare.Add(await OneAsync(Launches.BareLoop("rs-es", tokens.Login)));
        }

        return [new(Cambist, cambist), new("bare loop", bare)];

        async Task<double> OneAsync(Launch launch)
        {
            await using var server = await Server.StartAsync(launch, first, cancellationToken);
            return server.StartTime.TotalMilliseconds;
        }
    }
}
