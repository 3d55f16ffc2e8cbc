namespace Cambist;

/// <summary>What would make an actor token one that a rule takes.</summary>
internal static class ActorRemedies
{
    const int Most = 4;

    public static IEnumerable<Remedy> OfMismatch(DecisionInput input, ResolvedToken actor, ActorRequirement.Token wanted, SelectedRule selected, Refusal refusal)
    {
        var (rule, unmet) = (selected.Rule, wanted.Where.Entries.Where(entry => ConditionSet.Test(entry, actor.Claims) != ConditionResult.Yes).ToArray());
        yield return RemedyTexts.Ask($"Send an actor token of {RuleFit.Any(wanted.Issuers)}{string.Concat(unmet.Select((entry, index) => $"{(index == 0 ? " " : " and ")}{WrittenCondition.Words(entry)}"))}: {rule.Place()} takes no other.");
        if (wanted.Issuers.Contains(actor.IssuerName)) yield break;

        var wider = new ActorRequirement.Token([.. wanted.Issuers, actor.IssuerName], wanted.Where);
        yield return RemedyTexts.Registry(
            $"In {rule.Place()}, write actor.issuer: {WrittenYaml.List(wider.Issuers.Order(StringComparer.Ordinal))}.{refusal.Then(input, selected with { Rule = rule.With(actor: wider) })}",
            $"Whoever has a token of {actor.IssuerName} that this client may use can then act under this rule.");
    }

    /// <summary>What the rules of a client take as actor, in a sentence.</summary>
    public static string Taken(RegisteredClient client, Registry registry)
    {
        var rules = registry.Rules.All.Where(rule => !rule.IsShadow && rule.Clients.Contains(client.Id) && rule.Actor is ActorRequirement.Token).Take(Most).ToArray();
        return rules.Length == 0
            ? $"No rule of {client.Id} takes an actor token."
            : $"Of {client.Id}'s rules {string.Join("; ", rules.Select(rule => $"{rule.Name} (line {rule.Position.Line}, for {RuleFit.Any(rule.Targets.Keys)}) takes actors of {RuleFit.Any(((ActorRequirement.Token)rule.Actor).Issuers)}"))}.";
    }
}
