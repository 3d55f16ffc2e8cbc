namespace Cambist;

/// <summary>A rule that can never be selected, for an earlier one takes everything it could take.</summary>
static class ShadowedRules
{
    public const string Name = "shadowed-rule";

    public static void Check(LintRun run)
    {
        var order = -1;
        foreach (var rule in run.Rules)
        {
            order++;
            if (rule.Rule.Clients.Count == 0 || rule.Rule.Targets.Count == 0) continue;
            var covering = run.Index.Covering(rule, rule.Rule.Targets.Keys[0], rule.Rule.Clients.Items[0]);
            var earlier = covering.Where(other => other.Order < order && Shadows(other.Rule.Rule, rule.Rule)).Select(other => other.Rule).FirstOrDefault();
            if (earlier is null) continue;
            run.Warn(Name, rule.Nodes, rule.Node.Position, rule.Node.Path,
                $"is never reached: rule {earlier.Rule.Name} in line {earlier.Rule.Position.Line} comes before it and takes everything it could take. Move it up if it is meant to decide first, or delete it");
        }
    }

    static bool Shadows(Rule earlier, Rule later) =>
        earlier.Actor is ActorRequirement.Token == later.Actor is ActorRequirement.Token
        && (earlier.IsDefaultTarget || !later.IsDefaultTarget)
        && later.Targets.Count <= earlier.Targets.Count && later.Targets.Keys.All(earlier.Targets.ContainsKey)
        && later.Clients.Count <= earlier.Clients.Count && later.Clients.IsSubsetOf(earlier.Clients);
}
