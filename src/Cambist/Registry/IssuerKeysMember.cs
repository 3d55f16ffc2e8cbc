namespace Cambist;

/// <summary><c>jwks_uri</c> and <c>jwks_file</c> of an issuer; discovery where neither is written.</summary>
static class IssuerKeysMember
{
    public static IssuerKeySource Read(MapReader map, RegistryDraft draft)
    {
        var uri = map.Take("jwks_uri");
        var file = map.Take("jwks_file");
        if (uri is not null && file is not null)
            map.Nodes.Error(file, "its keys come from one place; delete jwks_uri or jwks_file");
        if (uri is not null)
            return Uri(uri, draft, map.Nodes) is { } url ? new IssuerKeySource.JwksUri(url) : IssuerKeySource.Discovery.Instance;
        return file is not null ? File(file, draft, map.Nodes) : IssuerKeySource.Discovery.Instance;
    }

    /// <summary>A URL that keys or other answers are fetched from.</summary>
    public static Uri? Uri(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        if (nodes.Text(node, "a URL") is not { } text) return null;
        if (Urls.Fault(text, draft.Source.AllowHttp, allowQuery: true) is { } fault)
        {
            nodes.Error(node, fault);
            return null;
        }

        if (Urls.Risk(text) is { } risk) nodes.Warning(node.Position, node.Path, risk);
        return new(text);
    }

    static IssuerKeySource File(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        // even where the file is bad its issuer is none with discovery, so that nothing else is said of its iss
        if (SecretFiles.Read(node, draft, nodes) is not { } file) return new IssuerKeySource.JwksFile("");
        if (!JsonWebKeySet.TryParse(file.Content, out var keys, out var error))
            nodes.Error(node, $"the file is no JWK set: {error}");
        else if (keys.Keys.IsEmpty)
            nodes.Error(node, $"the file holds no key that can be used{Why(keys)}");
        else
            foreach (var skipped in keys.Skipped) nodes.Warning(node.Position, node.Path, $"a key of the file is left out: {skipped}");
        return new IssuerKeySource.JwksFile(file.Path);
    }

    static string Why(JsonWebKeySet keys) => keys.Skipped.IsEmpty ? "" : $": {string.Join("; ", keys.Skipped)}";
}
