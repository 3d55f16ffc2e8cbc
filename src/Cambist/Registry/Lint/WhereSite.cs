using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>What a <c>where</c> stands in.</summary>
enum WhereOf
{
    /// <summary>An issuer.</summary>
    Issuer,

    /// <summary>A rule, of subject or actor.</summary>
    Rule,

    /// <summary>A deny entry, of subject or actor.</summary>
    Deny,
}

/// <summary>A <c>where</c> as it is written, with what it tests.</summary>
/// <param name="Of">What it stands in.</param>
/// <param name="Nodes">Where reports go.</param>
/// <param name="Node">Its node.</param>
/// <param name="Conditions">Its conditions, one for each entry of the node.</param>
/// <param name="Issuers">Names of the issuers whose tokens it tests; null for any.</param>
/// <param name="Trusted">Those of them that are trusted issuers.</param>
sealed record WhereSite(WhereOf Of, NodeReader Nodes, DocumentMap Node, ConditionSet Conditions, FrozenSet<string>? Issuers, ImmutableArray<TrustedIssuer> Trusted)
{
    /// <summary>Each entry with the place it is written at.</summary>
    public IEnumerable<(DocumentEntry Written, ConditionEntry Entry)> Entries => Node.Entries.Zip(Conditions.Entries);

    /// <summary>Whether our own tokens are tested.</summary>
    public bool TestsOurs => Of != WhereOf.Issuer && Issuers?.Contains(ReservedNames.Self) != false;

    /// <summary>Whether another condition on the token, of this <c>where</c> or of its only issuer, names one of these claims.</summary>
    public bool Names(params IEnumerable<string> claims) => claims.Any(claim => Names(Conditions, claim) || (Trusted is [var issuer] && !TestsOurs && Names(issuer.Where, claim)));

    /// <summary>Whether an issuer whose tokens it tests has this in its identifier.</summary>
    public bool IsFrom(string part) => Trusted.Any(issuer => issuer.Issuer?.Contains(part, StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Whether all the issuers whose tokens it tests have this in their identifiers.</summary>
    public bool IsOnlyFrom(string part) => !TestsOurs && !Trusted.IsEmpty && Trusted.All(issuer => issuer.Issuer?.Contains(part, StringComparison.OrdinalIgnoreCase) == true);

    static bool Names(ConditionSet conditions, string claim) => conditions.Entries.Any(entry => entry.Path.Steps[0] == claim);

    public static IEnumerable<WhereSite> All(RegistryDraft draft)
    {
        foreach (var issuer in draft.Issuers.Values)
            if (issuer.WhereNode is DocumentMap node) yield return new(WhereOf.Issuer, NodeReader.ByPath(draft.Findings), node, issuer.Issuer.Where, null, [issuer.Issuer]);
        foreach (var (entry, nodes, map) in draft.Deny)
        {
            if (Written(map, "subject") is { } subject) yield return new(WhereOf.Deny, nodes, subject, entry.Subject!.Where, entry.Subject.Issuers, Trusts(entry.Subject.Issuers, draft));
            if (Written(map, "actor") is { } actor) yield return new(WhereOf.Deny, nodes, actor, entry.Actor!.Where, entry.Actor.Issuers, Trusts(entry.Actor.Issuers, draft));
        }

        foreach (var (rule, nodes, map) in draft.Rules)
        {
            if (Written(map, "subject") is { } subject) yield return new(WhereOf.Rule, nodes, subject, rule.Subject.Where, rule.Subject.Issuers, Trusts(rule.Subject.Issuers, draft));
            if (Written(map, "actor") is { } node && rule.Actor is ActorRequirement.Token actor) yield return new(WhereOf.Rule, nodes, node, actor.Where, actor.Issuers, Trusts(actor.Issuers, draft));
        }
    }

    static DocumentMap? Written(DocumentMap map, string member) => (map.Member(member) as DocumentMap)?.Member("where") as DocumentMap;

    static ImmutableArray<TrustedIssuer> Trusts(FrozenSet<string>? names, RegistryDraft draft) => names is null
        ? [.. draft.Issuers.Values.Select(issuer => issuer.Issuer)]
        : [.. names.Where(draft.Issuers.ContainsKey).Select(name => draft.Issuers[name].Issuer)];
}
