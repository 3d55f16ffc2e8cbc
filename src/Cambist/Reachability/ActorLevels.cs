namespace Cambist;

/// <summary>
/// Who the current actor of a token can be, each with the fewest levels of <c>act</c>: an actor does not grow a chain whose current
/// actor it is. Never more levels than a real token has.
/// </summary>
internal sealed class ActorLevels
{
    const int MostNames = 16;
    const string Somebody = "*"; // no client's id
    const string Nobody = "";

    readonly Dictionary<string, int> _levels = [];

    public bool IsEmpty => _levels.Count == 0;

    /// <summary>Of a token without <c>act</c>. One that another issuer gives may carry it; then it has more.</summary>
    public static ActorLevels None { get; } = With(Nobody, 0);

    /// <summary>What they are after an exchange under a rule; those beyond its <c>max_depth</c> are left out.</summary>
    public ActorLevels After(Rule rule, string caller)
    {
        var after = new ActorLevels();
        foreach (var (actor, levels) in _levels)
        {
            var (next, grown) = rule.Actor switch
            {
                ActorRequirement.Caller when actor == caller => (actor, levels),
                ActorRequirement.Caller => (caller, actor == Somebody ? levels : levels + 1),
                ActorRequirement.Token => (Somebody, actor == Nobody ? levels + 1 : levels),
                _ => (actor, levels),
            };
            if (grown <= rule.MaxDepth) after.Add(next, grown);
        }

        return after;
    }

    /// <summary>Takes in what another path gives; whether that was anything new.</summary>
    public bool Add(ActorLevels others)
    {
        var grew = false;
        foreach (var (actor, levels) in others._levels.ToArray()) grew |= Add(actor, levels);
        return grew;
    }

    /// <summary>The same, without the names.</summary>
    public bool AddUnnamed(ActorLevels others)
    {
        var grew = false;
        foreach (var (actor, levels) in others._levels) grew |= Add(actor == Nobody ? Nobody : Somebody, levels);
        return grew;
    }

    bool Add(string actor, int levels)
    {
        if (actor != Nobody && _levels.TryGetValue(Somebody, out var anybody) && anybody <= levels) return false;
        if (_levels.TryGetValue(actor, out var known) && known <= levels) return false;
        _levels[actor] = levels;
        if (_levels.Count > MostNames) Forget();
        return true;
    }

    void Forget()
    {
        var fewest = _levels.Where(actor => actor.Key != Nobody).Min(actor => actor.Value);
        foreach (var actor in _levels.Keys.Where(actor => actor != Nobody).ToArray()) _levels.Remove(actor);
        _levels[Somebody] = fewest;
    }

    static ActorLevels With(string actor, int levels)
    {
        var one = new ActorLevels();
        one.Add(actor, levels);
        return one;
    }
}
