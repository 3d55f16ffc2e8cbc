namespace Cambist;

/// <summary>
/// What the request of a dry run says at the step that refuses it, beside what the registry has: for whoever asks, and has the request in
/// hand. Nothing of it is verified, so it is in the answer alone: no entry, no line of the log and no explanation of what is on
/// record holds any of it.
/// </summary>
/// <param name="request">The request.</param>
/// <param name="keys">The issuers' keys, of which those at hand are named.</param>
internal sealed class UnverifiedFacts(ExchangeRequest request, IssuerKeys keys)
{
    const int MostNames = 5;

    /// <param name="walk">The walk, which ended there.</param>
    /// <param name="step">The step that refuses.</param>
    public IEnumerable<string> At(Walk walk, DecisionStep step) => step switch
    {
        DecisionStep.Authenticate when walk.Client is null => Clients(walk.Registry),
        DecisionStep.ResolveSubject when walk.Subject is null => new TokenAtSight(walk.Registry, walk.Now, keys).Facts(request.SubjectToken.Reveal(), request.SubjectTokenType, TokenRole.Subject),
        DecisionStep.ResolveActor when request.ActorToken is { } actor => new TokenAtSight(walk.Registry, walk.Now, keys).Facts(actor.Reveal(), request.ActorTokenType!, TokenRole.Actor),
        DecisionStep.Target => Targets(walk.Registry),
        DecisionStep.Decide => Scopes(walk),
        _ => [],
    };

    IEnumerable<string> Clients(Registry registry)
    {
        if (request.Credentials.ClientId is not { } id || registry.Clients.ContainsKey(id)) yield break;
        yield return $"client {Shown(id)}; clients has {Few(id, registry.Clients.Keys)}";
    }

    IEnumerable<string> Targets(Registry registry) =>
    [
        .. request.Targets.Resources.Take(MostNames).Select(uri => Resource(uri, registry)),
        .. request.Targets.Audiences.Take(MostNames).Select(name => registry.ResourcesByAnyName.TryGetValue(name, out var named)
            ? $"audience {Shown(name)} is {named.Name}"
            : $"audience {Shown(name)}; known are {Few(name, registry.ResourcesByAnyName.Keys)}"),
    ];

    static string Resource(string uri, Registry registry) =>
        !registry.ResourcesByAnyName.TryGetValue(uri, out var named) ? $"resource {Shown(uri)}; identifiers are {Few(uri, registry.Resources.Values.SelectMany(known => known.Identifiers))}"
        : named.Identifiers.Contains(uri) ? $"resource {Shown(uri)} is {named.Name}"
        : $"resource {Shown(uri)} is a name, which goes into audience; its identifiers are {Few(uri, named.Identifiers)}";

    IEnumerable<string> Scopes(Walk walk)
    {
        if (walk.Selected?.Target.Resource is not { } resource) return [];
        return (request.Scopes ?? []).Where(scope => !resource.Scopes.Contains(scope)).Take(MostNames)
            .Select(scope => $"scope {Shown(scope)}; {resource.Name} has {Few(scope, resource.Scopes)}");
    }

    /// <summary>A few of the names that the registry has, the nearest first.</summary>
    public static string Few(string written, IEnumerable<string> known)
    {
        var names = known.ToArray();
        if (names.Length == 0) return "none";
        var few = string.Join(", ", Spelling.ByNearness(written, names).Take(MostNames));
        return names.Length <= MostNames ? few : $"{few}, and {names.Length - MostNames} more";
    }

    /// <summary>What somebody wrote, in quotes and cut.</summary>
    public static string Shown(string text) => $"\"{Trace.Short(text)}\"";
}
