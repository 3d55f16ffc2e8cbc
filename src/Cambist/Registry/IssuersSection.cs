using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary><c>issuers</c>: whose tokens we accept, and how far.</summary>
static class IssuersSection
{
    const string Example = "issuer: https://login.example.com, tokens: id_token, subject: \"{sub}\"";

    public static void Read(DocumentNode? node, RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        foreach (var entry in nodes.Entries(node, $"issuers: {{ login: {{ {Example} }} }}"))
        {
            Names.Check(nodes, entry.Key, entry.KeyPosition, entry.Value.Path, "an issuer", allowSlash: true);
            draft.Issuers[entry.Key] = nodes.Map(entry.Value, $"{entry.Key}: {{ {Example} }}") is { } map
                ? Issuer(entry, map, draft)
                : Unreadable(entry);
        }
    }

    static IssuerDraft Issuer(DocumentEntry entry, MapReader map, RegistryDraft draft)
    {
        var nodes = map.Nodes;
        var resolver = map.Take("resolver");
        var isResolver = resolver is not null && nodes.Flag(resolver) == true;

        var issuerNode = isResolver ? map.Take("issuer") : map.Require("issuer", "the iss of its tokens, such as issuer: https://login.example.com");
        var tokensNode = isResolver ? map.Take("tokens") : map.Require("tokens", "the kinds of token it is trusted for, such as tokens: id_token");
        var subjectNode = map.Require("subject", $"how its identity becomes our sub, such as subject: \"{entry.Key}:{{sub}}\"");
        var introspectionNode = map.Take("introspection");
        var positions = new Dictionary<string, DocumentPosition>();
        var keys = IssuerKeysMember.Read(map, draft);
        var (forSubjects, forActors) = Roles(map.Take("roles"), nodes);
        var actNode = map.Take("act");
        var whereNode = map.Take("where");
        var algorithms = Algorithms(map.Take("algorithms"), nodes);

        var errors = draft.Findings.Errors;
        var tokens = TrustedTokens.Read(tokensNode, draft, nodes, positions);
        var hasWholeTokens = tokensNode is not (null or DocumentRefused) && errors == draft.Findings.Errors;
        var issuer = new TrustedIssuer
        {
            Name = entry.Key,
            IsResolver = isResolver,
            Issuer = isResolver || issuerNode is null ? null : Identifier(issuerNode, keys, introspectionNode is not null, draft, nodes),
            Kind = map.Word("kind", "user", "client") == "client" ? SubjectKind.Client : SubjectKind.User,
            Subject = Subject(subjectNode, nodes)!, // null only where reported, and then no registry comes of it
            Keys = keys,
            Algorithms = algorithms ?? [.. JwsAlgorithm.DefaultOfIssuers],
            Tokens = tokens,
            Where = draft.Where(whereNode, nodes),
            IsTrustedForSubjects = forSubjects,
            IsTrustedForActors = forActors,
            AcceptsAct = actNode is not null && nodes.Word(actNode, "accept") is not null,
            PassesAssurance = map.Word("assurance", "pass") is not null,
            Introspection = introspectionNode is null ? null : IntrospectionMember.Read(introspectionNode, draft, nodes),
        };
        map.Done();
        if (isResolver) RefuseForResolver(map, issuerNode, nodes);
        if (introspectionNode is not null && tokensNode is not null && !issuer.Tokens.ContainsKey(Protocol.TokenTypes.AccessToken))
            nodes.Error(introspectionNode, "introspected tokens count as access tokens; add access_token to tokens");

        return new(issuer, entry.KeyPosition, entry.Value.Path)
        {
            IssuerNode = issuerNode,
            SubjectNode = subjectNode,
            IntrospectionNode = introspectionNode,
            WhereNode = whereNode,
            KindPositions = positions,
            HasWholeTokens = hasWholeTokens || isResolver,
        };
    }

    static string? Identifier(DocumentNode node, IssuerKeySource keys, bool isIntrospected, RegistryDraft draft, NodeReader nodes)
    {
        if (nodes.Text(node, "the iss of its tokens") is not { } text) return null;

        // some issuers are no URLs (kubernetes/serviceaccount); their keys must then come from somewhere else than discovery
        var isUrl = text.StartsWith("http", StringComparison.OrdinalIgnoreCase) && text.Contains("://", StringComparison.Ordinal);
        var hasOtherKeys = keys is not IssuerKeySource.Discovery || isIntrospected;
        var fault = isUrl || !hasOtherKeys ? Urls.Fault(text, draft.Source.AllowHttp, allowQuery: hasOtherKeys)
            : text.Any(c => c <= ' ' || c == '\x7F') ? "an issuer holds no spaces or control characters"
            : null;
        if (fault is not null) nodes.Error(node, hasOtherKeys || text.Contains("://", StringComparison.Ordinal) ? fault : $"{fault}; an issuer that is no URL needs jwks_uri or jwks_file");
        else if (Urls.Risk(text) is { } risk) nodes.Warning(node.Position, node.Path, risk);
        return text;
    }

    static SubjectTemplate? Subject(DocumentNode? node, NodeReader nodes)
    {
        if (node is DocumentMap)
        {
            nodes.Error(node, "must be a template; one that begins with a brace wants quotes: subject: \"{sub}\"");
            return null;
        }

        if (node is null || nodes.Text(node, "a template such as \"{sub}\"") is not { } text) return null;
        if (SubjectTemplate.TryParse(text, out var template, out var error)) return template;
        nodes.Error(node, error);
        return null;
    }

    static ImmutableArray<JwsAlgorithm>? Algorithms(DocumentNode? node, NodeReader nodes)
    {
        if (node is null) return null;
        var algorithms = ImmutableArray.CreateBuilder<JwsAlgorithm>();
        foreach (var name in nodes.Texts(node, "algorithms such as [RS256, ES256]"))
        {
            if (JwsAlgorithm.All.TryGetValue(name.Value, out var algorithm)) algorithms.Add(algorithm);
            else if (name.Value.StartsWith("HS", StringComparison.OrdinalIgnoreCase)) nodes.Error(name, $"{name.Value} is symmetric and never allowed: whoever can verify such a token can make one. Write an asymmetric algorithm such as RS256");
            else if (name.Value.Equals("none", StringComparison.OrdinalIgnoreCase)) nodes.Error(name, "none means unsigned, and unsigned tokens are never accepted");
            else nodes.Error(name, $"'{name.Value}' is no algorithm this server knows; {nodes.Findings.Suggest(name.Value, JwsAlgorithm.All.Keys.Order(StringComparer.Ordinal).ToArray())}");
        }

        return algorithms.ToImmutable();
    }

    static (bool Subjects, bool Actors) Roles(DocumentNode? node, NodeReader nodes)
    {
        if (node is null) return (true, false);
        var (subjects, actors) = (false, false);
        foreach (var role in nodes.Texts(node, "roles: subject, actor"))
        {
            if (nodes.Word(role, "subject", "actor") is not { } word) continue;
            subjects |= word == "subject";
            actors |= word == "actor";
        }

        return (subjects, actors);
    }

    static void RefuseForResolver(MapReader map, DocumentNode? issuerNode, NodeReader nodes)
    {
        foreach (var key in new[] { "jwks_uri", "jwks_file", "introspection", "algorithms" })
            if (map.Take(key) is { } node) nodes.Error(node, $"a custom resolver judges its tokens itself; delete {key}, or resolver: true");
        if (issuerNode is not null) nodes.Error(issuerNode, "a custom resolver has no iss of its own; delete issuer, or resolver: true");
    }

    static IssuerDraft Unreadable(DocumentEntry entry) =>
        new(new() { Name = entry.Key, Subject = null!, Tokens = FrozenDictionary<string, TrustedTokenKind>.Empty }, entry.KeyPosition, entry.Value.Path);
}
