using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary><c>clients</c>: who may call us.</summary>
static class ClientsSection
{
    public static void Read(DocumentNode? node, RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        foreach (var entry in nodes.Entries(node, "clients: { web: { secrets: { file: web-secret } } }"))
        {
            Names.Check(nodes, entry.Key, entry.KeyPosition, entry.Value.Path, "a client", allowSlash: true);
            draft.Clients[entry.Key] = nodes.Map(entry.Value, $"{entry.Key}: {{ secrets: {{ file: {entry.Key}-secret }} }}") is { } map
                ? Client(entry, map, draft)
                : new(entry.Key, entry.KeyPosition, entry.Value.Path);
        }
    }

    static ClientDraft Client(DocumentEntry entry, MapReader map, RegistryDraft draft)
    {
        var nodes = map.Nodes;
        var jwks = map.Take("jwks");
        var jwksUri = map.Take("jwks_uri");
        var secrets = map.Take("secrets");
        var tlsSubject = map.Take("tls_subject");
        var serves = map.Take("serves");
        var credentials = map.Take("client_credentials");
        var grants = map.Take("grants");
        var method = ClientAuthMember.Read(map, new(secrets, jwks, jwksUri, tlsSubject));
        var errors = draft.Findings.Errors;
        var served = serves is null ? [] : Serves(serves, draft, nodes);
        var own = credentials is null ? FrozenDictionary<string, FrozenSet<string>>.Empty : Credentials(credentials, draft, nodes);
        var hasWholeResources = errors == draft.Findings.Errors;
        var client = new ClientDraft(entry.Key, entry.KeyPosition, entry.Value.Path)
        {
            Authentication = method,
            Secrets = secrets is null ? [] : SecretsMember.Read(secrets, draft, nodes),
            Jwks = jwks is null ? null : InlineKeys.Read(jwks, nodes, mustSign: method == ClientAuthenticationMethod.PrivateKeyJwt),
            JwksUri = jwksUri is null ? null : IssuerKeysMember.Uri(jwksUri, draft, nodes),
            TlsSubject = tlsSubject is null ? null : nodes.Text(tlsSubject, "the subject of its certificate, such as CN=orders"),
            KnownAs = map.Texts("known_as", "its names at other issuers"),
            ServesNode = serves,
            Serves = served,
            ClientCredentialsNode = credentials,
            ClientCredentials = own,
            HasWholeResources = hasWholeResources,
            Grants = grants is null ? null : Grants(grants, nodes),
            IsDisabled = map.Flag("disabled"),
        };
        map.Done();
        return client;
    }

    static ImmutableArray<ProtectedResource> Serves(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        var resources = ImmutableArray.CreateBuilder<ProtectedResource>();
        foreach (var name in nodes.Texts(node, "resources it is the server of"))
        {
            if (name.Value == ReservedNames.AdminResource) nodes.Error(name, $"{ReservedNames.AdminResource} is served by this server itself; delete it here");
            else if (Resource(name.Value, name.Position, name.Path, draft, nodes) is { } resource) resources.Add(resource);
        }

        return resources.ToImmutable();
    }

    static FrozenDictionary<string, FrozenSet<string>> Credentials(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        var scopes = new Dictionary<string, FrozenSet<string>>();
        if (node is DocumentMap { Entries.Count: 0 }) nodes.Error(node, "gives nothing; write a resource and its scopes, or delete the key");
        if (node is not DocumentMap)
        {
            nodes.Map(node, "client_credentials: { billing: read }, resources and the scopes the client can have for itself");
            return FrozenDictionary<string, FrozenSet<string>>.Empty;
        }

        foreach (var (name, position, value) in ((DocumentMap)node).Entries)
            if (Resource(name, position, value.Path, draft, nodes) is { } resource) scopes[name] = ScopeNames.OfResource(value, resource, nodes);
        return scopes.ToFrozenDictionary();
    }

    /// <summary>The resource of a name; reports one that is not declared.</summary>
    public static ProtectedResource? Resource(string name, DocumentPosition position, string path, RegistryDraft draft, NodeReader nodes)
    {
        if (draft.Resources.TryGetValue(name, out var resource)) return resource.Resource;
        var named = draft.Resources.Values.FirstOrDefault(other => other.Resource.Identifiers.Contains(name));
        nodes.Error(position, path, named is not null
            ? $"'{name}' is an identifier; here resources go by their names: {named.Resource.Name}"
            : $"there is no resource '{name}'; {nodes.Findings.Suggest(name, draft.Resources.Keys.Where(known => known != ReservedNames.AdminResource).ToArray())}");
        return null;
    }

    static IReadOnlyList<DocumentScalar> Grants(DocumentNode node, NodeReader nodes)
    {
        var grants = nodes.Texts(node, "grants: token_exchange, client_credentials, refresh_token (a client without any is disabled: true)");
        return [.. grants.Where(grant => nodes.Word(grant, ClientGrants.Names) is not null)];
    }
}
