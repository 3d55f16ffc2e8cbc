namespace Cambist;

/// <summary>
/// Finds the rules that could cover another one without looking at all of them: by target, by client where a rule names few, and
/// by the value that one of its conditions asks for. Looking has a limit, past which nothing is found: a warning less, never a
/// wrong one, and a registry of any size compiles.
/// </summary>
sealed class RuleIndex
{
    const int FewClients = 8;
    int _looksLeft = 300_000;

    readonly record struct Key(string Target, string? Client, ClaimPath? Claim, string? Value);

    readonly Dictionary<Key, List<(int Order, RuleDraft Rule)>> _rules = [];
    readonly RuleCoverage _coverage;

    public RuleIndex(LintRun run)
    {
        _coverage = new(run.Draft);
        var order = 0;
        foreach (var rule in run.Rules)
        {
            var (claim, value) = rule.Rule.Subject.Where.Entries.Select(entry => (entry.Path, Value: ConditionImplication.Literal(entry.Condition))).FirstOrDefault(entry => entry.Value is not null);
            foreach (var target in rule.Rule.Targets.Keys)
            {
                if (rule.Rule.Clients.Count > FewClients) Add(new(target, null, claim, value), order, rule);
                else foreach (var client in rule.Rule.Clients) Add(new(target, client, claim, value), order, rule);
            }

            order++;
        }
    }

    /// <summary>Other rules for this target and client that take every subject that this one takes, with their place in the document.</summary>
    public IEnumerable<(int Order, RuleDraft Rule)> Covering(RuleDraft rule, string target, string client)
    {
        foreach (var found in Near(rule.Rule, target, client))
        {
            if (_looksLeft-- <= 0) yield break;
            if (found.Rule != rule && _coverage.CoversSubjects(found.Rule.Rule, rule.Rule)) yield return found;
        }
    }

    IEnumerable<(int Order, RuleDraft Rule)> Near(Rule rule, string target, string client)
    {
        // what a wider rule asks for, this one asks for too, for each of its issuers
        var values = _coverage.Conditions(rule, rule.Subject.Issuers!.Items[0])
            .Select(entry => ((ClaimPath?)entry.Path, ConditionImplication.Literal(entry.Condition)))
            .Where(value => value.Item2 is not null).Append((null, null)).Distinct().ToArray();
        foreach (var who in new[] { client, null })
            foreach (var (claim, value) in values)
                if (_rules.TryGetValue(new(target, who, claim, value), out var rules))
                    foreach (var found in rules) yield return found;
    }

    void Add(Key key, int order, RuleDraft rule)
    {
        if (!_rules.TryGetValue(key, out var rules)) _rules[key] = rules = [];
        rules.Add((order, rule));
    }
}
