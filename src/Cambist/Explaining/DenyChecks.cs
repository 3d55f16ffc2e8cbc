namespace Cambist;

/// <summary>What a deny entry asks of a request, with what there was: where all of it holds, the entry refuses.</summary>
internal static class DenyChecks
{
    /// <param name="entry">An entry that names client and target.</param>
    /// <param name="input">The request.</param>
    /// <param name="rule">The rule that would decide; null where none fits.</param>
    public static IEnumerable<ExplainedCheck> Of(DenyEntry entry, DecisionInput input, Rule? rule)
    {
        var subject = input.Subject;
        if (entry.Clients is { } clients) yield return new("clients", $"holds {input.Client.Id}", $"the client is {input.Client.Id}", clients.Contains(input.Client.Id));
        if (entry.Targets is { } targets) yield return new("targets", $"must be {RuleFit.Any(targets)}", $"the target is {input.Target?.Resource.Name ?? "the rule's default, if it has one"}", true);
        if (entry.Subject is { } selector)
        {
            if (selector.Issuers is { } issuers) yield return new(RuleFit.Issuer, $"must be {RuleFit.Any(issuers)}", $"the token is from {subject.IssuerName}", issuers.Contains(subject.IssuerName));
            if (selector.TokenTypes is { } types)
                yield return new(RuleFit.TokenType, $"must be {RuleFit.Any(types.Select(TokenKindNames.Of))}", $"the token was sent as {TokenKindNames.Of(subject.TokenType)}", types.Contains(subject.TokenType));
            if (selector.Kinds is { } kinds)
                yield return new(RuleFit.Kind, $"must be {RuleFit.Any(kinds.Select(DecisionInputJson.KindName))}", $"the token's subject is of kind {DecisionInputJson.KindName(subject.Kind)}", kinds.Contains(subject.Kind));
            foreach (var check in RuleFit.Conditions(RuleFit.Where, selector.Where, subject.Claims, takesUndecided: true)) yield return check;
        }

        if (entry.Actor is { } wanted)
            foreach (var check in ActorChecks(wanted, input, rule)) yield return check;
    }

    static IEnumerable<ExplainedCheck> ActorChecks(ActorRequirement.Token wanted, DecisionInput input, Rule? rule)
    {
        var required = $"must be of {RuleFit.Any(wanted.Issuers)}";
        if (input.Actor is null && rule?.Actor is not ActorRequirement.Caller)
        {
            yield return new("actor", required, "nobody acts", false);
            yield break;
        }

        var (issuer, claims) = input.Actor is { } actor ? (actor.IssuerName, actor.Claims) : (ReservedNames.Self, DenyCheck.AsActor(input.Client));
        yield return new("actor.issuer", required, $"the actor is of {issuer}", wanted.Issuers.Contains(issuer));
        foreach (var check in RuleFit.Conditions("actor.where.", wanted.Where, claims, takesUndecided: true)) yield return check;
    }
}
