namespace Cambist.LoadBench;

/// <summary>A whole run, from the tokens to the figures.</summary>
static class Run
{
    public static async Task<Measurements> MeasureAsync(Options options, CancellationToken cancellationToken)
    {
        var (warmUp, length) = (TimeSpan.FromSeconds(options.WarmUp), TimeSpan.FromSeconds(options.Seconds));
        var machine = await Machine.DescribeAsync(cancellationToken);
        Progress.Say("minting tokens");
        var tokens = await Tokens.MintAsync(isQuick: options.Compare, cancellationToken);
        var rows = Row.All(tokens).Where(row => options.Wants(row.Name)).ToArray();

        var starts = options.WantsPart(StartTime.Part) ? await StartTime.MeasureAsync(tokens, cancellationToken) : [];
        var heap = options.WantsPart(HeapUse.Part) ? await HeapUse.MeasureAsync(tokens, warmUp, length, cancellationToken) : [];

        await using var cast = new Cast(tokens);
        await new Preparation(cast, tokens, warmUp).PrepareAsync(rows, cancellationToken);
        var measured = await new Rounds(cast).RunAsync(rows, options.Rounds, length, cancellationToken);
        var memory = cast.Servers.Select(MemoryUse.Of).ToArray();
        var half = options.WantsPart(HalfLoad.Part) && measured.FirstOrDefault(row => row.Row.Name == Row.Cold) is { } cold
            ? await HalfLoad.MeasureAsync(cast[Role.Cambist], cold.Row.Request, cold.Rate, options.Rounds, length, cancellationToken)
            : null;
        return new(machine, options, measured) { Memory = memory, Starts = starts, Heap = heap, HalfLoad = half };
    }
}
