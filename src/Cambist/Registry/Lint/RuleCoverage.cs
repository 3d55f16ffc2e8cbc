using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>Whether one rule is selected by every subject that another is. Sound: true only where it is certain.</summary>
sealed class RuleCoverage(RegistryDraft draft)
{
    static readonly FrozenSet<SubjectKind> AllKinds = [SubjectKind.User, SubjectKind.Client, SubjectKind.Impersonated];
    static readonly FrozenSet<SubjectKind>[] EachKind = [[SubjectKind.User], [SubjectKind.Client], [SubjectKind.Impersonated]];
    static readonly FrozenSet<string> OwnTypes = [Protocol.TokenTypes.AccessToken];
    static readonly FrozenSet<string> ImpersonationTypes = [Protocol.TokenTypes.ImpersonationToken];

    /// <summary>Whether <paramref name="wide"/> takes every subject token that <paramref name="strict"/> takes.</summary>
    public bool CoversSubjects(Rule wide, Rule strict)
    {
        foreach (var issuer in strict.Subject.Issuers!)
        {
            if (!wide.Subject.Issuers!.Contains(issuer)) return false;
            if (wide.Subject.TokenTypes is { } types && !(strict.Subject.TokenTypes ?? Types(issuer)).IsSubsetOf(types)) return false;
            if (!Kinds(strict, issuer).IsSubsetOf(Kinds(wide, issuer))) return false;
            if (!wide.Subject.Where.Entries.IsEmpty && !ConditionImplication.Implies(Conditions(strict, issuer), wide.Subject.Where.Entries)) return false;
        }

        return true;
    }

    /// <summary>All conditions on the tokens of one issuer that a rule takes: its own, and the issuer's.</summary>
    public ImmutableArray<ConditionEntry> Conditions(Rule rule, string issuer) =>
        draft.Issuers.TryGetValue(issuer, out var trusted) ? rule.Subject.Where.Entries.AddRange(trusted.Issuer.Where.Entries) : rule.Subject.Where.Entries;

    /// <summary>The kinds of subject that a rule takes of an issuer.</summary>
    public FrozenSet<SubjectKind> Kinds(Rule rule, string issuer)
    {
        if (rule.Subject.Kinds is not { } kinds) return issuer == ReservedNames.Self ? One(SubjectKind.User) : KindsOf(issuer);
        if (issuer == ReservedNames.Self) return kinds;
        return KindsOf(issuer).IsSubsetOf(kinds) ? KindsOf(issuer) : [];
    }

    /// <summary>The kind that subjects of an issuer are of; any, of our own tokens.</summary>
    public FrozenSet<SubjectKind> KindsOf(string issuer) => issuer switch
    {
        ReservedNames.Self => AllKinds,
        ReservedNames.Impersonation => One(SubjectKind.Impersonated),
        _ => One(draft.Issuers[issuer].Issuer.Kind),
    };

    static FrozenSet<SubjectKind> One(SubjectKind kind) => EachKind[(int)kind];

    FrozenSet<string> Types(string issuer) => issuer switch
    {
        ReservedNames.Self => OwnTypes,
        ReservedNames.Impersonation => ImpersonationTypes,
        _ => draft.Issuers[issuer].Issuer is { IsResolver: false } trusted ? [.. trusted.Tokens.Keys] : [.. TokenKindNames.OfSubjects.Select(TokenKindNames.Urn)],
    };
}
