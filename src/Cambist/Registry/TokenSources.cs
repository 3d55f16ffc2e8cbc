using System.Collections.Frozen;
using Cambist.Protocol;

namespace Cambist;

/// <summary>Where scopes that a client's subject tokens hold can come from: every grant of the document, by client.</summary>
sealed class TokenSources
{
    readonly Dictionary<string, List<Source>> _byClient = [];

    /// <summary>What one rule or block gives a client at a resource; without a rule it is client credentials.</summary>
    sealed record Source(Rule? Rule, FrozenSet<SubjectKind> Kinds, string Resource, IReadOnlyCollection<string> Scopes);

    public TokenSources(RegistryDraft draft)
    {
        foreach (var client in draft.Clients.Values)
            foreach (var (resource, scopes) in client.ClientCredentials) Of(client.Id).Add(new(null, Clients, resource, scopes));
        foreach (var (rule, _, _) in draft.Rules.Where(rule => !rule.Rule.IsShadow))
        {
            var kinds = KindsOf(rule, draft);
            foreach (var (resource, grant) in rule.Targets)
            {
                var source = new Source(rule, kinds, resource, Given(grant));
                foreach (var id in rule.Clients) Of(id).Add(source);
            }
        }

        List<Source> Of(string id) => _byClient.TryGetValue(id, out var sources) ? sources : _byClient[id] = [];
    }

    /// <summary>The scopes a grant names.</summary>
    public static IReadOnlyCollection<string> Given(ScopeGrant grant) => grant switch
    {
        ScopeGrant.Listed listed => listed.Scopes,
        ScopeGrant.Mapped mapped => [.. mapped.Scopes.Select(entitlement => entitlement.Scope)],
        _ => throw new InvalidOperationException($"No kind of grant: {grant.GetType().Name}"),
    };

    /// <summary>Whether the rule selects tokens that have no scopes of their own: ID tokens, JWTs, impersonation tokens.</summary>
    public static bool SelectsScopeless(Rule rule, RegistryDraft draft) => rule.Subject.Issuers!.Any(name =>
        name == ReservedNames.Impersonation
        || (draft.Issuers.TryGetValue(name, out var issuer) && issuer.Issuer.Tokens.Keys.Any(type => type != TokenTypes.AccessToken && Selects(rule, type))));

    /// <summary>What access tokens of other issuers that the rule selects can hold here.</summary>
    public static IEnumerable<ScopeAt> DeclaredByIssuers(Rule rule, RegistryDraft draft) => rule.Subject.Issuers!
        .Where(name => draft.Issuers.ContainsKey(name) && Selects(rule, TokenTypes.AccessToken))
        .SelectMany(name => draft.Issuers[name].Issuer.Tokens.TryGetValue(TokenTypes.AccessToken, out var kind) ? kind.Scopes.Values : []);

    /// <summary>Whether our own tokens select the rule at all.</summary>
    public static bool SelectsOurs(Rule rule) => rule.Subject.Issuers!.Contains(ReservedNames.Self);

    /// <summary>Whether a token issued to one of the rule's clients, by anything but the rule itself, can hold a scope that fits.</summary>
    public bool AnyIssued(Rule rule, Func<string, string, bool> fits)
    {
        if (!SelectsOurs(rule)) return false;
        var kinds = rule.Subject.Kinds ?? Users;
        foreach (var id in rule.Clients)
        {
            if (!_byClient.TryGetValue(id, out var sources)) continue;
            foreach (var source in sources)
            {
                if (source.Rule == rule || !source.Kinds.Overlaps(kinds)) continue;
                foreach (var scope in source.Scopes)
                    if (fits(source.Resource, scope)) return true;
            }
        }

        return false;
    }

    static bool Selects(Rule rule, string type) => rule.Subject.TokenTypes?.Contains(type) != false;

    // a token keeps its subject's kind from hop to hop
    static FrozenSet<SubjectKind> KindsOf(Rule rule, RegistryDraft draft) => rule.Subject.Kinds ?? rule.Subject.Issuers!
        .Select(name => draft.Issuers.TryGetValue(name, out var issuer) ? issuer.Issuer.Kind : SubjectKind.User).ToFrozenSet();

    static readonly FrozenSet<SubjectKind> Users = [SubjectKind.User];

    static readonly FrozenSet<SubjectKind> Clients = [SubjectKind.Client];
}
