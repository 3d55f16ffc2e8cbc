using System.Globalization;

namespace Cambist.LoadBench;

/// <summary>What a server allocates on the managed heap for an exchange.</summary>
/// <param name="Bytes">For one exchange.</param>
/// <param name="Collections">Of generation 0, 1 and 2, for a million exchanges.</param>
/// <param name="Exchanges">How many it was measured over.</param>
sealed record HeapUse(string Label, double Bytes, IReadOnlyList<double> Collections, int Exchanges)
{
    public const string Part = "allocations";
    public const string Cambist = "Cambist on SQLite, cold";

    /// <summary>Less than this in the time between two looks is quiet: what a server does by itself each second.</summary>
    const long Quiet = 64 * 1024;

    const int Looks = 75;

    static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(400);

    public static async Task<IReadOnlyList<HeapUse>> MeasureAsync(Tokens tokens, TimeSpan warmUp, TimeSpan length, CancellationToken cancellationToken) =>
    [
        await MeasureAsync(Cambist, new Launches(tokens).Cambist("cambist allocations"), tokens, warmUp, length, cancellationToken),
        await MeasureAsync("bare loop: RS256 in, ES256 out", Launches.BareLoop("rs-es", tokens.Login), tokens, warmUp, length, cancellationToken),
        await MeasureAsync("bare form: Kestrel and the form alone", Launches.BareLoop("form", tokens.Login), tokens, warmUp, length, cancellationToken),
    ];

    static async Task<HeapUse> MeasureAsync(string label, Launch launch, Tokens tokens, TimeSpan warmUp, TimeSpan length, CancellationToken cancellationToken)
    {
        Progress.Say($"allocations: {launch.Name}");
        var file = Path.Combine(Folders.Work, $"{launch.Name.Replace(' ', '-')}.allocations");
        var request = Request.Exchange(tokens.Login.File, "id_token");
        await using var server = await Server.StartAsync(WithHook(launch, file), request, cancellationToken);
        await Wrk.RunAsync(server, request, warmUp, cancellationToken);
        var before = await WhenQuietAsync(file, cancellationToken);
        var result = await Wrk.RunAsync(server, request, length, cancellationToken);
        var after = await WhenQuietAsync(file, cancellationToken);
        var sent = result.Requests + (Wrk.Connections / 2); // those on the way at the end are served, and not counted
        return new(label, (after[0] - before[0]) / (double)sent, [.. after.Zip(before, (a, b) => (a - b) * 1e6 / sent).Skip(1)], result.Requests);
    }

    static Launch WithHook(Launch launch, string file) => launch with
    {
        Environment = new Dictionary<string, string>(launch.Environment)
        {
            ["DOTNET_STARTUP_HOOKS"] = Folders.Published("allocations", "allocations.dll"),
            ["CAMBIST_ALLOCATIONS"] = file,
        },
    };

    /// <summary>Bytes, and collections of each generation, once there is nothing more of the load to do.</summary>
    static async Task<long[]> WhenQuietAsync(string file, CancellationToken cancellationToken)
    {
        var last = Read(file);
        for (var look = 0; look < Looks; look++)
        {
            await Task.Delay(BetweenLooks, cancellationToken);
            var now = Read(file);
            if (now[0] - last[0] < Quiet) return now;
            last = now;
        }

        throw new BenchException($"The server of {Path.GetFileName(file)} went on allocating without load.");
    }

    static long[] Read(string file) => [.. File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Where(one => one.Length > 0).Select(one => long.Parse(one, CultureInfo.InvariantCulture))];
}
