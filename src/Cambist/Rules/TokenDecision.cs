namespace Cambist;

/// <summary>Step 8: scopes, life, actors and claims of the token to be issued. Pure.</summary>
internal static class TokenDecision
{
    public static Result<TokenToIssue> Decide(DecisionInput input, SelectedRule selected)
    {
        var (rule, target) = selected;
        if (ScopeDecision.Decide(rule.Targets[target.Resource.Name], input.Subject, target.Resource.Name, input.Scopes, out var scopes) is { } refused)
            return refused;

        var now = input.Now.ToUnixTimeSeconds();
        return new TokenToIssue
        {
            Target = target,
            Client = input.Client,
            Subject = input.Subject.Subject,
            Kind = input.Subject.Kind,
            Scopes = scopes,
            IssuedAt = now,
            ExpiresAt = ExpiryOf(input, selected, now),
            ParentId = input.Subject.Lineage.Id,
            From = input.Subject,
            NewActor = Delegate.NewActor(input, rule),
            Rule = rule,
            TokenType = input.RequestedTokenType ?? DefaultType(selected),
        };
    }

    /// <summary>The first that the rule lists; an opaque token is never a jwt.</summary>
    static string DefaultType(SelectedRule selected) =>
        selected.Target.Resource.IssuesOpaqueTokens ? Protocol.TokenTypes.AccessToken : selected.Rule.RequestedTokenTypes[0];

    /// <summary>Never later than the subject's, the actor's, the rule's and the resource's.</summary>
    static long ExpiryOf(DecisionInput input, SelectedRule selected, long now)
    {
        var (rule, target) = selected;
        var life = (long)target.Resource.TokenLifetime.TotalSeconds;
        if (rule.Lifetime is { } ruled) life = Math.Min(life, (long)ruled.TotalSeconds);
        var expiry = now + life;
        if (!(rule.MayOutliveSubject && input.Subject.IsExternal)) expiry = Math.Min(expiry, input.Subject.ExpiresAt);
        if (input.Actor is { } actor) expiry = Math.Min(expiry, actor.ExpiresAt);
        return expiry;
    }
}
