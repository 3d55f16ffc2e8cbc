using Cambist.Protocol;

namespace Cambist;

/// <summary>What is counted together: one reason, of one client from one network, and which check it was. Without a network: all that did not find a place.</summary>
/// <param name="Client">A client of the registry, or <see cref="Strangers.UnknownClient"/>; null for several clients.</param>
/// <param name="Network">Where it came from; null for several.</param>
/// <param name="Reason">What was answered; none for several.</param>
/// <param name="Check">Which check a client of the registry failed, in words of ours alone: the answer never says it. Null where nothing more is to be said.</param>
readonly record struct FailureKey(string? Client, ClientNetwork? Network, Reason Reason, string? Check = null);

/// <summary>
/// How often what was refused without an entry of its own, until a summary is written. Bounded: at most 128 keys of clients of
/// the registry, and as many of unknown ones (so that these cannot crowd out those); the rest is counted as one.
/// </summary>
internal sealed class FailureTally(TimeProvider clock)
{
    public const int Capacity = 128;

    readonly Lock _gate = new();
    Dictionary<FailureKey, long> _known = [];
    Dictionary<FailureKey, long> _unknown = [];
    long _since;

    public void Count(string client, ClientNetwork network, Reason reason, string? check = null)
    {
        lock (_gate)
        {
            if (_known.Count + _unknown.Count == 0) _since = Now();
            Add(new(client, network, reason, check), 1);
        }
    }

    /// <summary>Takes everything counted so far; null where there is nothing.</summary>
    public TakenFailures? Take()
    {
        lock (_gate)
        {
            if (_known.Count + _unknown.Count == 0) return null;
            var taken = new TakenFailures([.. _known, .. _unknown], _since, Now());
            (_known, _unknown) = ([], []);
            return taken;
        }
    }

    /// <summary>Puts back what could not be written; it is part of the next summary.</summary>
    public void PutBack(FailureKey key, long count, long since)
    {
        lock (_gate)
        {
            _since = _known.Count + _unknown.Count == 0 ? since : Math.Min(_since, since);
            Add(key, count);
        }
    }

    void Add(FailureKey key, long count)
    {
        var isUnknown = key.Client == Strangers.UnknownClient;
        var counts = isUnknown ? _unknown : _known;
        if (counts.Count >= Capacity && !counts.ContainsKey(key)) key = new(isUnknown ? Strangers.UnknownClient : null, null, Reason.None);
        counts[key] = counts.GetValueOrDefault(key) + count;
    }

    long Now() => clock.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>What a tally held.</summary>
/// <param name="Counts">How often what.</param>
/// <param name="From">Since when, milliseconds since 1970.</param>
/// <param name="Until">Until when.</param>
sealed record TakenFailures(IReadOnlyList<KeyValuePair<FailureKey, long>> Counts, long From, long Until);
