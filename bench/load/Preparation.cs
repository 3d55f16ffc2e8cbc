namespace Cambist.LoadBench;

/// <summary>What has to be there before rows can be measured: servers that are warm, and tokens of ours.</summary>
sealed class Preparation(Cast cast, Tokens tokens, TimeSpan warmUp)
{
    static readonly TimeSpan MintingRun = TimeSpan.FromSeconds(3);

    readonly Rounds _rounds = new(cast);
    readonly HashSet<Role> _warm = [];

    /// <summary>Starts and warms all that these rows ask.</summary>
    public async Task PrepareAsync(IReadOnlyList<Row> rows, CancellationToken cancellationToken)
    {
        var login = Request.Exchange(tokens.Login.File, "id_token");
        if (rows.Any(row => row.Sends(tokens.OwnJwt) || row.Sends(tokens.OwnOpaque)))
        {
            await cast.StartAsync(Role.Cambist, login, cancellationToken);
            await WarmAsync(new(Row.Cold, "", login, Role.Cambist), cancellationToken);
            if (rows.Any(row => row.Sends(tokens.OwnJwt))) await MintAsync(tokens.OwnJwt, Request.Api, cancellationToken);
            if (rows.Any(row => row.Sends(tokens.OwnOpaque))) await MintAsync(tokens.OwnOpaque, Request.KeptApi, cancellationToken);
        }

        foreach (var row in rows)
        {
            foreach (var role in row.Roles) await cast.StartAsync(role, row.Request, cancellationToken);
            await WarmAsync(row, cancellationToken);
        }
    }

    /// <summary>A server that is warm gets a fifth of it for a row of its own, for what that row alone goes through.</summary>
    async Task WarmAsync(Row row, CancellationToken cancellationToken)
    {
        var isNew = false;
        foreach (var role in row.Roles) isNew |= _warm.Add(role);
        Progress.Say($"warm-up: {row.Name}");
        await _rounds.SampleAsync(row, isNew ? warmUp : TimeSpan.FromSeconds(Math.Max(1, Math.Round(warmUp.TotalSeconds / 5))), cancellationToken);
    }

    /// <summary>Fills a file with tokens of ours for a resource, by real exchanges.</summary>
    async Task MintAsync(TokenFile file, string resource, CancellationToken cancellationToken)
    {
        Progress.Say($"minting {file.Count} tokens for {resource}");
        var minted = file.Path + ".minted";
        while (!HasEnough())
        {
            var result = await Wrk.RunAsync(cast[Role.Cambist], Request.Exchange(tokens.Login.File, "id_token", resource), MintingRun, cancellationToken, keep: minted);
            if (result.Failures > 0 || result.Requests == 0) throw new BenchException($"Tokens for {resource} cannot be minted: {result.Failures} of {result.Requests} requests failed.");
        }

        // Lines of one length, so that any of them can be found by its number; the run may have ended within the last.
        await File.WriteAllLinesAsync(file.Path, File.ReadLines(minted).Take(file.Count), cancellationToken);
        if (File.ReadLines(file.Path).Select(line => line.Length).Distinct().Count() > 1) throw new BenchException($"{file.Path} holds tokens of several lengths.");

        bool HasEnough() => File.Exists(minted) && File.ReadLines(minted).Skip(file.Count).Any();
    }
}
