namespace Cambist;

/// <summary>What would let a request past a deny entry.</summary>
internal static class DenyRemedies
{
    /// <summary>The entry that decides before every rule, with its line.</summary>
    public static IEnumerable<Remedy> Of(DecisionInput input, Walk walk)
    {
        var rule = RuleSelection.FirstFit(RuleSelection.Candidates(input, walk.Registry), input);
        if (DenyCheck.FirstMatch(input, rule, RuleSelection.TargetOf(input, rule, walk.Registry), walk.Registry) is not { } entry) yield break;

        var place = $"deny entry {entry.Name} (line {entry.Position.Line})";
        var (others, isMistaken) = (Others(entry, input, rule).ToArray(), false);
        foreach (var other in others.Where(other => other.Better is not null))
        {
            isMistaken |= !other.Holds;
            yield return RemedyTexts.Registry(
                $"The token's {other.Entry.Path} is {other.Seen}, and {place} {other.Asked}: what cannot be told apart counts as met, so it denies. Write {other.Yaml}.{(other.Holds ? " It holds for this token, which stays denied." : "")}",
                $"It denies for a reason: {entry.Reason}. Written so, it denies those alone of whom it says so.");
        }

        if (isMistaken) yield break;
        if (Missing(entry, input) is { Length: > 0 } missing)
            yield return RemedyTexts.Ask($"Send a token that has {string.Join(" and ", missing)}: for {place} what is missing counts as met, so that leaving it out dodges nothing.");
        else if (Differences(entry) is { Length: > 0 } differences)
            yield return RemedyTexts.Ask($"Send a request that {place} is not about: {string.Join(", or ", differences)}.");
        yield return RemedyTexts.Registry(
            $"Narrow or delete the {place}.",
            $"It is never allowed, whatever the rules say, because: {entry.Reason}. The refusal is most likely right.");
    }

    static IEnumerable<OtherShape> Others(DenyEntry entry, DecisionInput input, Rule? rule)
    {
        var ofSubject = OtherShape.AllOf(entry.Subject?.Where ?? ConditionSet.Empty, input.Subject.Claims);
        return entry.Actor is { } wanted && DenyCheck.ActorClaims(wanted, input, rule) is { } claims ? ofSubject.Concat(OtherShape.AllOf(wanted.Where, claims)) : ofSubject;
    }

    static string[] Missing(DenyEntry entry, DecisionInput input) =>
        [.. (entry.Subject?.Where ?? ConditionSet.Empty).Entries.Where(one => ConditionSet.Test(one, input.Subject.Claims) == ConditionResult.Undecided && !input.Subject.Claims.TryGet(one.Path, out _)).Select(one => one.Path.Text)];

    /// <summary>Each thing of which another would do.</summary>
    static string[] Differences(DenyEntry entry)
    {
        var differences = new List<string>();
        if (entry.Targets is not null) differences.Add("for another target");
        if (entry.Subject is { Issuers: not null }) differences.Add("with a token of another issuer");
        if (entry.Subject is { TokenTypes: not null }) differences.Add("with another type of token");
        if (entry.Subject is { Kinds: not null }) differences.Add("with a subject of another kind");
        differences.AddRange((entry.Subject?.Where ?? ConditionSet.Empty).Entries.Select(one => one.Condition is ExistsCondition { Exists: true } ? $"with a token without {one.Path}" : $"with a token of another {one.Path}"));
        if (entry.Actor is not null) differences.Add("with another actor");
        return [.. differences];
    }
}
