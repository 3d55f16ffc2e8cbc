namespace Cambist;

/// <summary>
/// Scopes that a rule names and could never give: no subject token it can select holds what would entitle to them. A whole list
/// of those is an error, for its author meant something else and reads nothing but <c>invalid_scope</c>.
/// </summary>
sealed class ScopeReachability(RegistryDraft draft)
{
    readonly TokenSources _sources = new(draft);

    public static void Check(RegistryDraft draft)
    {
        var reachability = new ScopeReachability(draft);
        foreach (var rule in draft.Rules)
        {
            if (rule.Member("targets") is not DocumentMap targets || !reachability.IsWhole(rule)) continue;
            foreach (var entry in targets.Entries)
            {
                if (!rule.Rule.Targets.TryGetValue(entry.Key, out var grant)) continue;
                if (grant is ScopeGrant.Listed { Scopes.Length: > 0 } listed) reachability.CheckList(rule, entry, listed);
                if (grant is ScopeGrant.Mapped mapped) reachability.CheckMap(rule, entry, mapped);
            }
        }
    }

    // what follows from an error that is reported already is not worth a second one
    bool IsWhole(RuleDraft rule) => rule.IsWhole
        && rule.Rule.Clients.All(id => draft.Clients[id].HasWholeResources)
        && rule.Rule.Subject.Issuers!.All(name => !draft.Issuers.TryGetValue(name, out var issuer) || issuer.HasWholeTokens);

    void CheckList(RuleDraft rule, DocumentEntry entry, ScopeGrant.Listed listed)
    {
        if (TokenSources.SelectsScopeless(rule.Rule, draft)) return;
        var never = listed.Scopes.Where(scope => !CanHold(rule.Rule, entry.Key, scope)).ToArray();
        if (never.Length == 0) return;
        var what = $"{Quoted(never)} of {entry.Key} can never be given: {Reason(rule.Rule, entry.Key)}";
        var place = NodeReader.Items(entry.Value)[0].Position;
        if (never.Length == listed.Scopes.Length)
            draft.Findings.Error(place, Subject(rule), $"{what}. {MapToWrite(rule.Rule, entry.Key, never)}");
        else
            draft.Findings.Warning(place, Subject(rule), what);
    }

    void CheckMap(RuleDraft rule, DocumentEntry entry, ScopeGrant.Mapped mapped)
    {
        foreach (var (scope, heldAnyOf) in mapped.Scopes)
        {
            if (heldAnyOf is not { Length: > 0 } wanted || wanted.Any(held => CanHold(rule.Rule, held.Resource, held.Scope))) continue;
            var node = ((DocumentMap)entry.Value).Entries.First(member => member.Key == scope);
            draft.Findings.Warning(node.Value.Position, Subject(rule),
                $"'{scope}' of {entry.Key} can never be given: no token this rule selects holds {string.Join(" or ", wanted.Select(Written))}. {Remedy(rule.Rule, scope, wanted)}");
        }
    }

    // the likeliest slip first: the tokens are there, and the client may not use them
    string Remedy(Rule rule, string scope, IReadOnlyList<HeldScope> wanted) =>
        TokenSources.SelectsOurs(rule) && rule.Clients.Count == 1 && wanted.Select(held => held.Resource).FirstOrDefault(name => name is not null && ServedBy(rule).All(served => served.Name != name)) is { } unserved
            ? $"If {rule.Clients.First()} is the server of {unserved} and receives its tokens, write serves: {unserved} at clients.{rule.Clients.First()}; {scope}: true would give it without condition"
            : $"Write {scope}: true for no condition, or see which tokens are meant";

    /// <summary>Whether a token the rule can select could hold a scope, at a resource or anywhere.</summary>
    bool CanHold(Rule rule, string? resource, string scope)
    {
        if (TokenSources.SelectsOurs(rule) && ServedBy(rule).Any(served => (resource is null || served.Name == resource) && served.Scopes.Contains(scope))) return true;
        if (TokenSources.DeclaredByIssuers(rule, draft).Any(held => held.Scope == scope && (resource is null || held.Resource == resource))) return true;
        return _sources.AnyIssued(rule, (at, given) => given == scope && (resource is null || at == resource));
    }

    IEnumerable<ProtectedResource> ServedBy(Rule rule) => rule.Clients.SelectMany(id => draft.Clients[id].Serves);

    string Reason(Rule rule, string target)
    {
        var clients = rule.Clients.Count == 1 ? rule.Clients.First() : "its clients";
        var reasons = new List<string>();
        if (TokenSources.SelectsOurs(rule))
        {
            var served = ServedBy(rule).Where(resource => resource.Scopes.Count > 0).DistinctBy(resource => resource.Name).OrderBy(resource => resource.Name, StringComparer.Ordinal).Take(5).ToArray();
            reasons.Add(served.Length == 0
                ? $"{clients} {(rule.Clients.Count == 1 ? "serves" : "serve")} no resource with scopes, and nothing else gives {(rule.Clients.Count == 1 ? "it" : "them")} tokens that hold scopes of {target}"
                : $"tokens that {clients} {(rule.Clients.Count == 1 ? "receives" : "receive")} hold scopes of {string.Join(" or ", served.Select(resource => $"{resource.Name} ({ScopeNames.Written(resource.Scopes)})"))}");
        }

        foreach (var issuer in rule.Subject.Issuers!.Where(draft.Issuers.ContainsKey).Order(StringComparer.Ordinal))
        {
            var declared = draft.Issuers[issuer].Issuer.Tokens.Values.SelectMany(kind => kind.Scopes.Values).ToArray();
            reasons.Add(declared.Length == 0
                ? $"scopes of {issuer}'s access tokens mean nothing here (issuers.{issuer}.tokens declares none)"
                : $"access tokens of {issuer} hold {ScopeNames.Written(declared.Select(held => $"{held.Resource}/{held.Scope}"))}");
        }

        return string.Join("; ", reasons);
    }

    // what the tokens do hold: the scope of the same name where there is one, else any
    string MapToWrite(Rule rule, string target, string[] never)
    {
        var held = (TokenSources.SelectsOurs(rule) ? ServedBy(rule).DistinctBy(resource => resource.Name).SelectMany(resource => resource.Scopes, (resource, scope) => new ScopeAt(resource.Name, scope)) : [])
            .Concat(TokenSources.DeclaredByIssuers(rule, draft)).Distinct()
            .OrderBy(scope => scope.Scope, StringComparer.Ordinal).ThenBy(scope => scope.Resource, StringComparer.Ordinal).ToArray();
        if (held.Length == 0) return $"To give it without condition, write {target}: {{ {string.Join(", ", never.Select(scope => $"{scope}: true"))} }}";

        var entries = never.Select(scope =>
        {
            var named = held.Where(has => has.Scope == scope).ToArray();
            var entitling = (named.Length > 0 ? named : held).Take(8).Select(has => held.Count(other => other.Scope == has.Scope) > 1 ? $"{has.Resource}/{has.Scope}" : has.Scope);
            return $"{scope}: [{string.Join(", ", entitling)}]";
        });
        return $"Say which of them entitle to it: {target}: {{ {string.Join(", ", entries)} }}, or {never[0]}: true for no condition.";
    }

    static string Quoted(string[] scopes) => string.Join(" and ", scopes.Select(scope => $"'{scope}'"));

    static string Written(HeldScope held) => held.Resource is null ? held.Scope : $"{held.Resource}/{held.Scope}";

    static string Subject(RuleDraft rule) => rule.Rule.Name.Length == 0 ? rule.Node.Path : $"rule {rule.Rule.Name}";
}
