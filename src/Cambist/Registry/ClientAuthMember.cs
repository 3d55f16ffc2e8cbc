namespace Cambist;

/// <summary>How a client authenticates: what it has says so, or <c>auth</c> does, and the two must fit.</summary>
static class ClientAuthMember
{
    /// <summary>What a client has written down to authenticate with.</summary>
    public sealed record Credentials(DocumentNode? Secrets, DocumentNode? Jwks, DocumentNode? JwksUri, DocumentNode? TlsSubject);

    static readonly Dictionary<string, ClientAuthenticationMethod> Methods = new()
    {
        ["none"] = ClientAuthenticationMethod.None,
        ["client_secret_basic"] = ClientAuthenticationMethod.ClientSecretBasic,
        ["client_secret_post"] = ClientAuthenticationMethod.ClientSecretPost,
        ["private_key_jwt"] = ClientAuthenticationMethod.PrivateKeyJwt,
        ["tls_client_auth"] = ClientAuthenticationMethod.TlsClientAuth,
        ["self_signed_tls_client_auth"] = ClientAuthenticationMethod.SelfSignedTlsClientAuth,
    };

    public static ClientAuthenticationMethod Read(MapReader map, Credentials has)
    {
        var nodes = map.Nodes;
        var node = map.Take("auth");
        if (has.Jwks is not null && has.JwksUri is not null) nodes.Error(has.JwksUri, "its keys come from one place (RFC 7591 §2); delete jwks or jwks_uri");
        var word = node is null ? Implied(map, has) : nodes.Word(node, Methods.Keys);
        if (word is null) return ClientAuthenticationMethod.ClientSecretBasic; // reported

        Fit(has.Secrets, "secrets", word is "client_secret_basic" or "client_secret_post");
        Fit(has.Jwks ?? has.JwksUri, has.JwksUri is null ? "jwks" : "jwks_uri", word is "private_key_jwt" or "self_signed_tls_client_auth");
        Fit(has.TlsSubject, "tls_subject", word is "tls_client_auth");

        var method = Methods[word];
        var at = node ?? has.Jwks ?? has.JwksUri;
        if (method == ClientAuthenticationMethod.TlsClientAuth) NotBuilt.Warn(nodes, at!, NotBuilt.TlsClientAuth);
        if (method == ClientAuthenticationMethod.SelfSignedTlsClientAuth) NotBuilt.Warn(nodes, at!, NotBuilt.SelfSignedTls);
        return method;

        void Fit(DocumentNode? credential, string key, bool isUsed)
        {
            if (isUsed && credential is null) nodes.Error(node?.Position ?? map.Position, map.Path, $"auth: {word} needs {(key == "jwks" ? "jwks or jwks_uri" : key)}, and there is none");
            if (!isUsed && credential is not null) nodes.Error(credential, $"a client authenticates in one way, and {word} does not use {key}; delete one of them");
        }
    }

    static string? Implied(MapReader map, Credentials has)
    {
        if (has.Secrets is not null) return "client_secret_basic";
        if (has.Jwks is not null || has.JwksUri is not null) return "private_key_jwt";
        map.Nodes.Error(map.Position, map.Path, has.TlsSubject is null
            ? "nothing says how this client authenticates; write secrets: { file: … }, jwks or jwks_uri, or auth: none for a public client"
            : "tls_subject alone does not say how this client authenticates; add auth: tls_client_auth");
        return null;
    }
}
