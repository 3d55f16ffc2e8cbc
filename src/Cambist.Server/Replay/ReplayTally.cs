namespace Cambist.Server;

/// <summary>Counts, and of each group the newest examples.</summary>
sealed class ReplayTally(int examples)
{
    readonly Dictionary<(ReplayVerdict Verdict, string Cause), Group> _groups = [];

    /// <summary>Entries that are no exchange and no refresh.</summary>
    public long PassedOver { get; set; }

    /// <summary>Issued then and now, by another rule.</summary>
    public long OtherRule { get; private set; }

    /// <summary>Decided again, or tried.</summary>
    public long Decisions => _groups.Values.Sum(group => group.Count);

    /// <summary>The groups of a verdict, the largest first.</summary>
    public IEnumerable<(string Cause, Group Group)> Of(ReplayVerdict verdict) =>
        _groups.Where(pair => pair.Key.Verdict == verdict).Select(pair => (pair.Key.Cause, pair.Value)).OrderByDescending(pair => pair.Value.Count).ThenBy(pair => pair.Cause, StringComparer.Ordinal);

    public long Count(ReplayVerdict verdict) => Of(verdict).Sum(pair => pair.Group.Count);

    public void Add(LedgerEntry entry, Replayed replayed)
    {
        if (replayed.HasOtherRule(entry)) OtherRule++;
        var group = GroupOf((replayed.Verdict, replayed.Cause));
        group.Count++;
        if (replayed.Verdict != ReplayVerdict.Same && group.Examples.Count < examples) group.Examples.Add(new(entry, replayed));
    }

    /// <summary>Adds what another counted. Each saw its own newest first, so that the newest of both are among theirs.</summary>
    public void Add(ReplayTally other)
    {
        PassedOver += other.PassedOver;
        OtherRule += other.OtherRule;
        foreach (var (key, more) in other._groups)
        {
            var group = GroupOf(key);
            group.Count += more.Count;
            group.Examples = [.. group.Examples.Concat(more.Examples).OrderByDescending(example => example.Entry.Id).Take(examples)];
        }
    }

    Group GroupOf((ReplayVerdict, string) key) => _groups.TryGetValue(key, out var group) ? group : _groups[key] = new();

    /// <summary>Decisions that come out alike for the same cause.</summary>
    public sealed class Group
    {
        public long Count { get; set; }

        public List<Example> Examples { get; set; } = [];
    }

    /// <summary>One of them.</summary>
    public sealed record Example(LedgerEntry Entry, Replayed Replayed);
}
