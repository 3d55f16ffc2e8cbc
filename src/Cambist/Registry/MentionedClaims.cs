using System.Collections.Immutable;

namespace Cambist;

/// <summary>Every claim that a condition or a template of a registry names, once each.</summary>
static class MentionedClaims
{
    public static ImmutableArray<ClaimPath> Of(RegistryDraft draft)
    {
        var paths = new HashSet<ClaimPath>();
        foreach (var (issuer, _, _) in draft.Issuers.Values)
        {
            paths.UnionWith(issuer.Subject.Paths);
            Add(issuer.Where);
        }

        foreach (var (resource, _, _, _) in draft.Resources.Values) AddAll(resource.Claims);
        foreach (var (entry, _, _) in draft.Deny)
        {
            if (entry.Subject is not null) Add(entry.Subject.Where);
            if (entry.Actor is not null) Add(entry.Actor.Where);
        }

        foreach (var (rule, _, _) in draft.Rules)
        {
            Add(rule.Subject.Where);
            if (rule.Actor is ActorRequirement.Token token) Add(token.Where);
            AddAll(rule.Claims);
        }

        return [.. paths.OrderBy(path => path.Text, StringComparer.Ordinal)];

        void Add(ConditionSet where)
        {
            foreach (var entry in where.Entries) paths.Add(entry.Path);
        }

        void AddAll(ImmutableArray<ClaimMapping> claims)
        {
            foreach (var claim in claims) paths.UnionWith(claim.Template.Paths);
        }
    }
}
