namespace Cambist;

/// <summary>Why a deny entry does not see, one hop later, a subject that it saw at first. A claim that is missing counts as matched, so leaving it out blinds nobody.</summary>
static class Blindness
{
    /// <summary>The reason in words; null where the entry sees the token that a rule gives for a resource.</summary>
    public static string? Of(DenyEntry entry, Rule first, string issuer, ProtectedResource via, Registry registry)
    {
        var subject = entry.Subject!;
        if (subject.Issuers is { } issuers && !issuers.Contains(ReservedNames.Self)) return $"the token is ours (issuer self), no more of {issuer}";
        if (subject.TokenTypes is { } types && !types.Contains(Protocol.TokenTypes.AccessToken)) return "the token is an access token of ours";
        foreach (var (path, condition) in subject.Where.Entries)
        {
            if (!HopPaths.Carries(via, first, path) && condition.Test(default) == ConditionResult.No)
                return $"{path.Text} is no more among the claims";
            if (path.Steps is ["sub"] && subject.Issuers is null && IsRenamed(condition, issuer, registry))
                return $"sub begins with '{registry.Issuers[issuer].Subject.Prefix}', which {condition.Describe()} does not fit";
        }

        return null;
    }

    /// <summary>Whether the subject's name in our tokens can never fit what fitted its name at the issuer.</summary>
    static bool IsRenamed(Condition condition, string issuer, Registry registry)
    {
        if (!registry.Issuers.TryGetValue(issuer, out var trusted) || trusted.Subject.IsBare) return false;
        var prefix = trusted.Subject.Prefix;
        return condition switch
        {
            TextCondition text => !text.Text.StartsWith(prefix, StringComparison.Ordinal),
            PatternCondition { Pattern.Text: var pattern } => Differ(pattern[..pattern.IndexOf('*', StringComparison.Ordinal)], prefix),
            AnyOfCondition any => any.Alternatives.All(one => IsRenamed(one, issuer, registry)),
            ListedCondition listed => IsRenamed(listed.List, issuer, registry),
            _ => false,
        };
    }

    static bool Differ(string a, string b) => !a.StartsWith(b, StringComparison.Ordinal) && !b.StartsWith(a, StringComparison.Ordinal);
}
