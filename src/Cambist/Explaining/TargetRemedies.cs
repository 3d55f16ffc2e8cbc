using Cambist.Protocol;

namespace Cambist;

/// <summary>What would give a client a target.</summary>
internal static class TargetRemedies
{
    const int Most = 8;

    /// <summary>None was named, or one that the registry does not know.</summary>
    public static IEnumerable<Remedy> OfNone(RegisteredClient client, Registry registry, Reason reason)
    {
        var names = Given(client, registry);
        if (names.Length > 0) yield return RemedyTexts.Ask($"Ask for what rules give to {client.Id}: audience={string.Join(" or audience=", names)}, or one of their identifiers as resource.");
        foreach (var remedy in RemedyTexts.Of(reason))
            if (remedy.Place == RemedyPlace.Registry || names.Length == 0) yield return remedy;
    }

    /// <summary>No rule gives it: the rule to write.</summary>
    public static IEnumerable<Remedy> OfNotAllowed(DecisionInput input, Target target, Refusal refusal)
    {
        var registry = refusal.Walk!.Registry;
        if (Given(input.Client, registry) is { Length: > 0 } names) yield return RemedyTexts.Ask($"Ask for what rules give to {input.Client.Id}: {string.Join(", ", names)}.");
        if (!SuggestedRule.IsPossible(input, registry))
        {
            yield return RemedyTexts.Ask($"{input.Client.Id} is a public client: let it send a token that another issuer made for this server (aud {registry.Issuer}), or a client with a credential ask; no rule can give it anything for this one.");
            yield break;
        }

        var (rule, yaml) = SuggestedRule.For(input, target, registry);
        yield return RemedyTexts.Registry(
            $"Add to rules: - {yaml}{refusal.Then(input, new(rule, target))}",
            input.Subject.IsExternal
                ? $"{input.Client.Id} can then have tokens for {target.Resource.Name} with every token of this subject that is its to use. Let subject.where take others only if they are meant.{Unconditional(rule)}"
                : $"{input.Client.Id} can then have tokens for {target.Resource.Name} with every such token that is its to use. Say in subject.where whose they must be.{Unconditional(rule)}");
    }

    static string Unconditional(Rule rule) => rule.Targets.Values.Any(grant => grant is ScopeGrant.Mapped mapped && mapped.Scopes.Any(one => one.HeldAnyOf is null)) ? " With true the token need hold no scope." : "";

    static string[] Given(RegisteredClient client, Registry registry) =>
        [.. registry.Rules.All.Where(rule => !rule.IsShadow && rule.Clients.Contains(client.Id)).SelectMany(rule => rule.Targets.Keys).Distinct().Order(StringComparer.Ordinal).Take(Most)];
}
