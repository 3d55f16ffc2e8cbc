namespace Cambist;

/// <summary>How finely reachability looks: what takes too many steps is looked at more coarsely, which finds no less.</summary>
internal enum ReachDetail
{
    /// <summary>Clients with credentials each by itself, and tokens by client and resource; up to a number of both.</summary>
    Apart,

    /// <summary>All clients with credentials as one origin, and all that one client may use as one token.</summary>
    Joined,

    /// <summary>Nothing is walked: whoever may call under a rule gets all that it names.</summary>
    Named,
}

/// <summary>Counts the steps of a walk: an exchange tried is one, a scope looked at is one, many deny entries are some.</summary>
/// <param name="most">After so many it is to be given up.</param>
internal sealed class ReachWork(long most)
{
    public long Steps { get; private set; }

    public bool IsSpent => Steps > most;

    public void Spend(long steps) => Steps += steps;
}
