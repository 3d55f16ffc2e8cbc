namespace Cambist;

/// <summary>
/// A rule that wants an actor token beside one that gives as much without: whether one is sent is up to the caller, who can
/// leave the actor out.
/// </summary>
static class OmittedActors
{
    public const string Name = "omitted-actor";

    public static void Check(LintRun run)
    {
        foreach (var rule in run.Rules.Where(rule => rule.Rule.Actor is ActorRequirement.Token))
        {
            var without =
                from target in rule.Rule.Targets
                from client in rule.Rule.Clients.Take(100)
                from other in run.Index.Covering(rule, target.Key, client)
                where other.Rule.Rule.Actor is not ActorRequirement.Token && other.Rule.Rule.Clients.Contains(client)
                    && TokenSources.Given(target.Value).All(TokenSources.Given(other.Rule.Rule.Targets[target.Key]).Contains)
                select (other.Rule.Rule, Client: client, Target: target.Key);
            var (found, who, what) = without.FirstOrDefault();
            if (found is null) continue;
            var at = rule.Member("actor")!;
            run.Warn(Name, rule.Nodes, at.Position, at.Path,
                $"{who} can leave the actor token out: rule {found.Name} in line {found.Position.Line} then gives it the same for {what}. Take {who} or {what} out of {found.Name}, or give less there");
        }
    }
}
