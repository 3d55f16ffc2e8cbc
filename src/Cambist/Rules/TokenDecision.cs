using Cambist.Protocol;

namespace Cambist;

/// <summary>Step 8: scopes, life, actors and claims of the token to be issued. Pure.</summary>
internal static class TokenDecision
{
    public static Result<TokenToIssue> Decide(DecisionInput input, SelectedRule selected)
    {
        var (rule, target) = selected;
        var now = input.Now.ToUnixTimeSeconds();
        var refresh = RefreshOf(input, rule, now);
        if (refresh?.ExpiresAt <= now) return new Denied(Reason.SubjectExpired, "the time that the rule gives the refresh token now has passed");
        if (ScopeDecision.Decide(rule.Targets[target.Resource.Name], input.Subject, target.Resource.Name, input.Scopes, out var scopes) is { } refused)
            return refused;

        return new TokenToIssue
        {
            Target = target,
            Client = input.Client,
            Subject = input.Subject.Subject,
            Kind = input.Subject.Kind,
            Scopes = scopes,
            IssuedAt = now,
            ExpiresAt = ExpiryOf(input, selected, now, refresh),
            ParentId = input.Subject.Lineage.Id,
            From = input.Subject,
            NewActor = Delegate.NewActor(input, rule),
            Rule = rule,
            Refresh = refresh,
            TokenType = input.RequestedTokenType ?? DefaultType(selected),
        };
    }

    /// <summary>The first that the rule lists; an opaque token is never a jwt.</summary>
    static string DefaultType(SelectedRule selected) =>
        selected.Target.Resource.IssuesOpaqueTokens ? TokenTypes.AccessToken : selected.Rule.RequestedTokenTypes[0];

    /// <summary>Never later than the subject's, the actor's, the rule's and the resource's.</summary>
    static long ExpiryOf(DecisionInput input, SelectedRule selected, long now, RefreshToIssue? refresh)
    {
        var (rule, target) = selected;
        var life = (long)target.Resource.TokenLifetime.TotalSeconds;
        if (rule.Lifetime is { } ruled) life = Math.Min(life, (long)ruled.TotalSeconds);
        var expiry = now + life;
        if (IsLimited(input.Subject, rule)) expiry = Math.Min(expiry, input.Subject.ExpiresAt);
        if (input.Actor is { } actor) expiry = Math.Min(expiry, actor.ExpiresAt);
        if (refresh?.Redeemed is not null) expiry = Math.Min(expiry, refresh.ExpiresAt);
        return expiry;
    }

    /// <summary>A minted token's own life only limits when it can be redeemed.</summary>
    static bool IsLimited(ResolvedToken subject, Rule rule) => subject.Minted is null && !(rule.MayOutliveSubject && subject.IsExternal);

    /// <summary>
    /// The refresh token that goes along, if the rule and the client's grants say so. Its life is counted from the exchange however often
    /// it is rotated, and never lengthened by a later registry.
    /// </summary>
    static RefreshToIssue? RefreshOf(DecisionInput input, Rule rule, long now)
    {
        if (rule.RefreshLifetime is not { } lifetime || !input.Client.Grants.Contains(GrantTypes.RefreshToken)) return null;
        var redeemed = input.Subject.Redeemed;
        var expiry = (redeemed?.IssuedAt ?? now) + (long)lifetime.TotalSeconds;
        if (redeemed is not null) expiry = Math.Min(expiry, redeemed.ExpiresAt);
        if (IsLimited(input.Subject, rule)) expiry = Math.Min(expiry, input.Subject.ExpiresAt);
        return new(expiry, redeemed);
    }
}
