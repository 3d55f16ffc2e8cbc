using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Makes neighbouring runs of a day one. While a day goes on, eight of a level become one of the next; once the index has all of it, what
/// there is becomes as few as may be. A run that is large enough stays as it is, so that a transaction takes seconds.
/// </summary>
static class RunMerge
{
    public const int RunsAMerge = 8;
    const long MostPostings = 32 * 1024 * 1024;
    const int PostingsAWrite = 1024 * SearchRun.PostingsAPage;
    const int PostingsASlice = 4096;

    /// <summary>Runs to merge, oldest first; none where all is well.</summary>
    /// <param name="runs">Newest first.</param>
    /// <param name="today">The day that the index has not all of.</param>
    public static List<SearchRun> Choose(List<SearchRun> runs, long today) =>
        runs.GroupBy(run => run.Day).Select(day => day.Reverse().ToList()).Select(day => day[0].Day < today ? Neighbours(day) : Level(day)).FirstOrDefault(chosen => chosen.Count > 0) ?? [];

    /// <summary>Writes the merged run and removes the others, in the transaction that is open.</summary>
    public static async Task MergeAsync(NpgsqlConnection connection, List<SearchRun> inputs, CancellationToken cancellationToken)
    {
        var (first, last) = (inputs[0], inputs[^1]);
        var merged = new SearchRun(0, first.Day, (short)(inputs.Max(run => run.Level) + 1), first.First, last.Last, inputs.Sum(run => run.Postings));
        merged = await merged.AddAsync(connection, cancellationToken);
        await CopyAsync(connection, inputs, merged, cancellationToken);
        foreach (var run in inputs)
        {
            await using var remove = new NpgsqlBatch(connection);
            remove.Add("DELETE FROM cambist.search_pages WHERE day = $1 AND run = $2").With(run.Day).With(run.Id);
            remove.Add("DELETE FROM cambist.search_runs WHERE run = $1").With(run.Id);
            await remove.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    static async Task CopyAsync(NpgsqlConnection connection, List<SearchRun> inputs, SearchRun merged, CancellationToken cancellationToken)
    {
        var next = new PriorityQueue<RunReader, UInt128>();
        foreach (var run in inputs)
            if (new RunReader(connection, run) is var reader && await reader.MoveAsync(cancellationToken)) next.Enqueue(reader, reader.Current);

        var (buffer, count) = (new UInt128[PostingsAWrite], 0);
        while (next.Count > 0)
        {
            var reader = next.Peek();
            buffer[count++] = reader.Current;
            if (await reader.MoveAsync(cancellationToken)) next.DequeueEnqueue(reader, reader.Current);
            else next.Dequeue();
            if (count % PostingsASlice == 0) await Task.Yield();
            if (count < buffer.Length && next.Count > 0) continue;
            await merged.WriteAsync(connection, buffer.AsMemory(0, count), cancellationToken);
            count = 0;
        }
    }

    static List<SearchRun> Level(List<SearchRun> day) =>
        day.GroupBy(run => run.Level).OrderBy(level => level.Key).Select(level => level.Take(RunsAMerge).ToList()).FirstOrDefault(runs => runs.Count == RunsAMerge && runs.Sum(run => run.Postings) <= MostPostings) ?? [];

    static List<SearchRun> Neighbours(List<SearchRun> day)
    {
        var neighbours = new List<SearchRun>();
        foreach (var run in day)
        {
            if (neighbours.Sum(one => one.Postings) + run.Postings > MostPostings || neighbours.Count == 4 * RunsAMerge)
            {
                if (neighbours.Count > 1) break;
                neighbours.Clear();
            }

            neighbours.Add(run);
        }

        return neighbours.Count > 1 ? neighbours : [];
    }
}
