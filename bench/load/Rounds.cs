namespace Cambist.LoadBench;

/// <summary>Puts load on servers, round after round over all rows, so that what changes on the machine meanwhile meets all of them.</summary>
sealed class Rounds(Cast cast)
{
    public async Task<IReadOnlyList<MeasuredRow>> RunAsync(IReadOnlyList<Row> rows, int rounds, TimeSpan length, CancellationToken cancellationToken)
    {
        var samples = rows.ToDictionary(row => row, _ => new List<Sample>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var row in rows)
            {
                var sample = await SampleAsync(row, length, cancellationToken);
                if (sample.Failures > 0) throw new BenchException($"{row.Name}: {sample.Failures} answers were no success, or connections were lost.");
                if (sample.Rate == 0) throw new BenchException($"{row.Name}: no answer in a whole round; something else must be using the machine.");
                samples[row].Add(sample);
                Progress.Say($"round {round + 1} of {rounds}: {row.Name}: {sample.Rate:0}/s, others {sample.Others:0 %}");
            }
        }

        return [.. rows.Select(row => new MeasuredRow(row, samples[row]))];
    }

    /// <summary>One round of one row.</summary>
    public async Task<Sample> SampleAsync(Row row, TimeSpan length, CancellationToken cancellationToken)
    {
        var servers = row.Roles.Select(role => cast[role]).ToArray();
        var database = row.Roles.Any(role => role is Role.PostgresCambist or Role.FirstNode) ? cast.Postgres : null;
        var before = Count();
        var results = await Task.WhenAll(servers.Select(server => Wrk.RunAsync(server, row.Request, length, cancellationToken, Wrk.Connections / servers.Length)));
        var after = Count();

        var used = (after.Servers - before.Servers).TotalSeconds;
        var time = (after.OfLoad.All - before.OfLoad.All).TotalSeconds;
        return new(
            results.Sum(result => result.Rate),
            used * 1e6 / results.Sum(result => result.Requests),
            results.Average(result => result.P50),
            results.Max(result => result.P99),
            results.Sum(result => result.Failures),
            Math.Max(0, (after.OfServers.Busy - before.OfServers.Busy).TotalSeconds - used) / time,
            (after.OfLoad.Busy - before.OfLoad.Busy).TotalSeconds / time,
            database is null ? null : after.Database.Sum(one => (one.Value - before.Database.GetValueOrDefault(one.Key)).TotalSeconds) / time);

        (TimeSpan Servers, (TimeSpan Busy, TimeSpan All) OfServers, (TimeSpan Busy, TimeSpan All) OfLoad, IReadOnlyDictionary<int, TimeSpan> Database) Count() => (
            TimeSpan.FromSeconds(servers.Sum(server => ProcessTimes.Cpu(server.ProcessId).TotalSeconds)),
            ProcessTimes.OfCore(Core.OfServers),
            ProcessTimes.OfCore(Core.OfLoad),
            database is null ? new Dictionary<int, TimeSpan>() : ProcessTimes.CpuOfTree(database.ProcessId));
    }
}

/// <summary>Says on the standard error what is being done, which the tables on the standard output do not.</summary>
static class Progress
{
    public static void Say(string what) => Console.Error.WriteLine(what);
}
