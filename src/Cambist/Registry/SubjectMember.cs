using System.Collections.Frozen;
using Cambist.Protocol;

namespace Cambist;

/// <summary><c>subject</c> of rules and deny entries. What could never match is an error: somebody meant something else.</summary>
static class SubjectMember
{
    const string Example = "subject: { issuer: login, where: { … } }";

    public static readonly Dictionary<string, SubjectKind> KindNames = new()
    {
        ["user"] = SubjectKind.User,
        ["client"] = SubjectKind.Client,
        ["impersonated"] = SubjectKind.Impersonated,
    };

    /// <summary>A rule's: our own access tokens of users where nothing is written.</summary>
    public static SubjectSelector OfRule(DocumentNode? node, RegistryDraft draft, NodeReader nodes)
    {
        FrozenSet<string> ours = [ReservedNames.Self];
        var selector = node is null ? new() : Read(node, ours, draft, nodes);
        var issuers = selector.Issuers ?? ours;
        return new()
        {
            Issuers = issuers,
            TokenTypes = selector.TokenTypes,
            Kinds = selector.Kinds ?? DefaultKinds(node, issuers, nodes),
            Where = selector.Where,
        };
    }

    /// <summary>A deny entry's: what is not written means any.</summary>
    public static SubjectSelector OfDeny(DocumentNode node, RegistryDraft draft, NodeReader nodes) => Read(node, null, draft, nodes);

    // null stands for: users of ours, and whatever an issuer's subjects are
    static FrozenSet<SubjectKind>? DefaultKinds(DocumentNode? node, FrozenSet<string> issuers, NodeReader nodes)
    {
        if (!issuers.Contains(ReservedNames.Impersonation)) return null;
        if (issuers.Count > 1) nodes.Error(node!, "takes impersonation tokens and others, so say which kinds of subject it means: kind: [user, impersonated]");
        return [SubjectKind.Impersonated];
    }

    static SubjectSelector Read(DocumentNode node, FrozenSet<string>? defaultIssuers, RegistryDraft draft, NodeReader nodes)
    {
        if (nodes.Map(node, Example) is not { } map) return new();
        if (map.IsEmpty) nodes.Error(node, "selects nothing in particular; name an issuer, kind or where, or delete the key");
        var issuersNode = map.Take("issuer");
        var typesNode = map.Take("token_types");
        var kindsNode = map.Take("kind");
        var where = map.Take("where");
        map.Done();

        var selector = new SubjectSelector
        {
            Issuers = issuersNode is null ? defaultIssuers : Issuers(issuersNode, draft, nodes),
            TokenTypes = typesNode is null ? null : Types(typesNode, nodes),
            Kinds = kindsNode is null ? null : Kinds(kindsNode, nodes),
            Where = draft.Where(where, nodes),
        };
        if (selector.Issuers is not { } issuers) return selector;
        if (selector.TokenTypes is { Count: > 0 } types) CheckTypes(typesNode!, types, issuers, draft, nodes);
        if (selector.Kinds is { Count: > 0 } kinds) CheckKinds(kindsNode!, kinds, issuers, draft, nodes);
        return selector;
    }

    static FrozenSet<string> Issuers(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        var issuers = new HashSet<string>();
        foreach (var name in nodes.Texts(node, "names from issuers, self or impersonation"))
        {
            if (name.Value is ReservedNames.Self or ReservedNames.Impersonation)
                issuers.Add(name.Value);
            else if (!draft.Issuers.TryGetValue(name.Value, out var issuer))
                nodes.Error(name, $"there is no issuer '{name.Value}'; {nodes.Findings.Suggest(name.Value, [ReservedNames.Self, ReservedNames.Impersonation, .. draft.Issuers.Keys])}");
            else if (!issuer.Issuer.IsTrustedForSubjects)
                nodes.Error(name, $"issuer {name.Value} is trusted for actor tokens alone; add subject to issuers.{name.Value}.roles");
            else
                issuers.Add(name.Value);
        }

        return issuers.ToFrozenSet();
    }

    static FrozenSet<string> Types(DocumentNode node, NodeReader nodes)
    {
        var types = new HashSet<string>();
        foreach (var type in nodes.Texts(node, "token types such as id_token"))
        {
            if (nodes.Word(type, TokenKindNames.OfSubjects) is { } name) types.Add(TokenKindNames.Urn(name));
        }

        return types.ToFrozenSet();
    }

    static FrozenSet<SubjectKind> Kinds(DocumentNode node, NodeReader nodes) =>
        nodes.Texts(node, "kinds of subject: user, client, impersonated")
            .Where(kind => nodes.Word(kind, KindNames.Keys) is not null)
            .Select(kind => KindNames[kind.Value]).ToFrozenSet();

    static void CheckTypes(DocumentNode node, FrozenSet<string> types, FrozenSet<string> issuers, RegistryDraft draft, NodeReader nodes)
    {
        foreach (var type in NodeReader.Items(node).OfType<DocumentScalar>().Where(type => types.Contains(TokenKindNames.Urn(type.Value)) && TokenKindNames.OfSubjects.Contains(type.Value)))
        {
            if (!issuers.Any(issuer => Gives(issuer, TokenKindNames.Urn(type.Value), draft)))
                nodes.Error(type, $"{ScopeNames.Written(issuers)} never {(issuers.Count == 1 ? "gives" : "give")} {type.Value}; {What(issuers, draft)}");
        }

        foreach (var issuer in issuers.Where(issuer => !types.Any(type => Gives(issuer, type, draft))).Order(StringComparer.Ordinal))
            nodes.Error(node, $"leaves no token of {issuer} to select; {What([issuer], draft)}");
    }

    static string What(IEnumerable<string> issuers, RegistryDraft draft) => string.Join("; ", issuers.Order(StringComparer.Ordinal).Select(issuer =>
        $"{issuer}: {ScopeNames.Written(TokenKindNames.OfSubjects.Where(type => Gives(issuer, TokenKindNames.Urn(type), draft)))}"));

    static bool Gives(string issuer, string type, RegistryDraft draft) => issuer switch
    {
        ReservedNames.Self => type is TokenTypes.AccessToken or TokenTypes.RefreshToken,
        ReservedNames.Impersonation => type == TokenTypes.ImpersonationToken,
        _ => draft.Issuers[issuer].Issuer is { } trusted && (trusted.Tokens.ContainsKey(type)
            || (trusted is { IsResolver: true, Tokens.Count: 0 } && type is TokenTypes.AccessToken or TokenTypes.IdToken or TokenTypes.Jwt)),
    };

    static void CheckKinds(DocumentNode node, FrozenSet<SubjectKind> kinds, FrozenSet<string> issuers, RegistryDraft draft, NodeReader nodes)
    {
        foreach (var issuer in issuers.Order(StringComparer.Ordinal))
        {
            var only = issuer == ReservedNames.Impersonation ? SubjectKind.Impersonated
                : draft.Issuers.TryGetValue(issuer, out var trusted) ? trusted.Issuer.Kind
                : (SubjectKind?)null;
            if (only is { } kind && !kinds.Contains(kind))
                nodes.Error(node, $"subjects of {issuer} are of kind {KindNames.First(pair => pair.Value == kind).Key}, so none of them is ever selected; add that kind, or take {issuer} out of issuer");
        }
    }
}
