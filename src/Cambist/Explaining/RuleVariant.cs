using System.Collections.Frozen;

namespace Cambist;

/// <summary>A rule with one thing changed, to be tried before it is advised.</summary>
internal static class RuleVariant
{
    public static Rule With(this Rule rule, SubjectSelector? subject = null, ActorRequirement? actor = null, FrozenDictionary<string, ScopeGrant>? targets = null) => new()
    {
        Name = rule.Name,
        Position = rule.Position,
        Clients = rule.Clients,
        Subject = subject ?? rule.Subject,
        Actor = actor ?? rule.Actor,
        Targets = targets ?? rule.Targets,
        Lifetime = rule.Lifetime,
        MayOutliveSubject = rule.MayOutliveSubject,
        Claims = rule.Claims,
        IsDefaultTarget = rule.IsDefaultTarget,
        RequestedTokenTypes = rule.RequestedTokenTypes,
        RefreshLifetime = rule.RefreshLifetime,
        IsOnce = rule.IsOnce,
        Proof = rule.Proof,
        MaxDepth = rule.MaxDepth,
    };

    public static SubjectSelector Where(this SubjectSelector selector, IEnumerable<ConditionEntry> entries) =>
        new() { Issuers = selector.Issuers, TokenTypes = selector.TokenTypes, Kinds = selector.Kinds, Where = new([.. entries]) };

    /// <summary>As an explanation names it.</summary>
    public static string Place(this Rule rule) => $"rule {rule.Name} (line {rule.Position.Line})";
}
