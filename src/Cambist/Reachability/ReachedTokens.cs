using System.Collections.Immutable;

namespace Cambist;

/// <summary>Tokens of ours that began at one origin and are looked at as one: with every scope that any of them can hold.</summary>
internal abstract class ReachedTokens(ReachOrigin origin)
{
    public ReachOrigin Origin => origin;

    /// <summary>Each scope, and the step that first gave it: of the shortest chain to it.</summary>
    public Dictionary<ScopeAt, ReachStep> Scopes { get; } = [];

    /// <summary>The first step that was found to one of them.</summary>
    public abstract ReachStep First { get; }

    /// <summary>Who the current actor can be, and the fewest levels of <c>act</c> then.</summary>
    public ActorLevels Actors { get; } = new();

    /// <summary>Whether a refresh token goes along with one of them.</summary>
    public bool HasRefreshToken { get; set; }

    /// <summary>What is certain of their claims.</summary>
    public abstract KnownClaims Known(Registry registry);

    /// <summary>As which tokens they can be sent now: themselves, and refresh tokens that went along. What is found later is not in it.</summary>
    public IEnumerable<ReachUse> Uses(Registry registry)
    {
        var actors = new ActorLevels();
        actors.Add(Actors);
        var use = new ReachUse(origin, this, Protocol.TokenTypes.AccessToken, new(Scopes.Keys), actors, Known(registry));
        return HasRefreshToken ? [use, use with { Type = Protocol.TokenTypes.RefreshToken }] : [use];
    }
}

/// <summary>Those for one resource, issued to one client.</summary>
internal sealed class ReachState(ReachOrigin origin, RegisteredClient client, ProtectedResource resource) : ReachedTokens(origin)
{
    /// <summary>So many last steps are kept; a scope's first one always is.</summary>
    const int MostSteps = 64;

    readonly OrderedDictionary<(ReachedTokens? From, Rule? Rule, string Type), ReachStep> _steps = [];
    KnownClaims? _known;

    public RegisteredClient Client => client;

    public ProtectedResource Resource => resource;

    /// <summary>Last steps to them, in the order in which they were found.</summary>
    public IEnumerable<ReachStep> Steps => _steps.Values;

    /// <summary>Whether there are more last steps than are kept.</summary>
    public bool HasMoreSteps { get; private set; }

    /// <inheritdoc/>
    public override ReachStep First => _steps.GetAt(0).Value;

    /// <inheritdoc/>
    public override KnownClaims Known(Registry registry) => _known ??= new(Origin, registry.Issuer, client.Id, resource);

    /// <summary>A last step, and scopes that it gives, each with the scope that entitles to it; whether they are any that were not given before.</summary>
    public bool Take(ReachedTokens? from, Rule? rule, string type, IEnumerable<(string Scope, ScopeAt? Entitling)> given, ImmutableArray<string> provisos)
    {
        var key = (from, rule, type);
        if (!_steps.TryGetValue(key, out var step)) step = new(from, this, rule, type) { Provisos = provisos };
        var isNews = _steps.Count == 0;
        foreach (var (scope, entitling) in given)
        {
            step.Given.TryAdd(scope, entitling);
            isNews |= Scopes.TryAdd(new(resource.Name, scope), step);
        }

        if (isNews || _steps.Count < MostSteps) _steps[key] = step;
        else HasMoreSteps |= !_steps.ContainsKey(key);
        return isNews;
    }
}

/// <summary>
/// All that one client may use, where that is very many: what it can be exchanged for is then worked out once, and not once a token. Whom
/// each was issued to, and for which resource, is forgotten, so no less is found.
/// </summary>
internal sealed class ReachCrowd(ReachOrigin origin, RegisteredClient user) : ReachedTokens(origin)
{
    ReachStep? _first;

    /// <inheritdoc/>
    public override ReachStep First => _first!;

    /// <inheritdoc/>
    public override KnownClaims Known(Registry registry) => new(Origin, registry.Issuer);

    /// <summary>Takes in what a state holds now; whether any of it was new.</summary>
    public bool Take(ReachState state)
    {
        var isNews = _first is null;
        _first ??= state.First;
        foreach (var (scope, step) in state.Scopes) isNews |= Scopes.TryAdd(scope, step);
        isNews |= Actors.AddUnnamed(state.Actors);
        if (state.HasRefreshToken && !HasRefreshToken && state.Client == user) isNews = HasRefreshToken = true;
        return isNews;
    }
}
