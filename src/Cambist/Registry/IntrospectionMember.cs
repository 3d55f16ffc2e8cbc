using System.Text;
using System.Text.Unicode;

namespace Cambist;

/// <summary><c>introspection</c> of an issuer: its endpoint for opaque tokens (RFC 7662).</summary>
static class IntrospectionMember
{
    public static IntrospectionEndpoint? Read(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        if (nodes.Map(node, "introspection: { endpoint: https://…, client_id: …, client_secret_file: … }") is not { } map) return null;
        var endpoint = map.Require("endpoint", "the URL of its introspection endpoint") is { } url ? IssuerKeysMember.Uri(url, draft, nodes) : null;
        var clientId = map.Require("client_id", "our name there") is { } id ? nodes.Text(id, "our name there") : null;
        var secret = map.Require("client_secret_file", "the file that holds our secret there") is { } file ? Secret(file, draft, nodes) : null;
        var prefixNode = map.Take("prefix");
        var prefix = prefixNode is null ? null : nodes.Text(prefixNode, "what its tokens begin with");
        map.Done();

        if (prefix is not null && OurPrefixes.All.FirstOrDefault(ours => Overlap(ours, prefix)) is { } taken)
            nodes.Error(prefixNode!, $"our own tokens begin with {taken}, and '{prefix}' could take them over");
        return endpoint is null || clientId is null || secret is null ? null : new(endpoint, clientId, secret, prefix);
    }

    /// <summary>The secret, without what editors put around it. Read again with the registry.</summary>
    static string? Secret(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        if (SecretFiles.Read(node, draft, nodes) is not { } file) return null;
        var content = file.Content.Span;
        if (content.StartsWith("\uFEFF"u8)) content = content[3..];
        content = content.Trim(" \t\r\n"u8);
        if (content.IsEmpty) nodes.Error(node, "the file is empty; put our secret in it");
        else if (content.Contains((byte)'\n')) nodes.Error(node, "the file has several lines; put our one secret there in it, and nothing else");
        else if (!Utf8.IsValid(content)) nodes.Error(node, "the file is no UTF-8 text; put our secret in it");
        else return Encoding.UTF8.GetString(content);
        return null;
    }

    /// <summary>Where several issuers introspect, what a token begins with must say whose it is.</summary>
    public static void CheckPrefixes(RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        var all = draft.Issuers.Values.Where(issuer => issuer.Issuer.Introspection is not null).ToArray();
        if (all.Length < 2) return;
        foreach (var issuer in all.Where(issuer => issuer.Issuer.Introspection!.Prefix is null))
            nodes.Error(issuer.IntrospectionNode!, "several issuers introspect tokens, so each needs a prefix: what its tokens begin with");
        foreach (var (name, other, takenBy) in Prefixes.Overlaps(all.Where(issuer => issuer.Issuer.Introspection!.Prefix is not null), issuer => issuer.Issuer.Introspection!.Prefix!))
            nodes.Error(name.IntrospectionNode!, $"prefix '{other}' overlaps with that of issuer {takenBy.Issuer.Name}, '{takenBy.Issuer.Introspection!.Prefix}'; which of them a token belongs to must be plain");
    }

    static bool Overlap(string a, string b) => a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal);
}
