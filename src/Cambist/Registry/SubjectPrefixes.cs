namespace Cambist;

/// <summary>No two identities may ever get one name: bare subjects for one issuer at most, and prefixes that tell all others apart.</summary>
static class SubjectPrefixes
{
    public static void Check(RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        var issuers = draft.Issuers.Values.Where(issuer => issuer.Issuer.Subject is not null).ToArray();
        var bare = issuers.Where(issuer => issuer.Issuer.Subject.IsBare).ToArray();
        foreach (var issuer in bare.Skip(1))
            nodes.Error(issuer.SubjectNode!, $"issuer {bare[0].Issuer.Name} has a bare subject already ({bare[0].Issuer.Subject.Text}), and only one may; write \"{issuer.Issuer.Name}:{issuer.Issuer.Subject.Text}\"");

        var prefixed = issuers.Where(issuer => !issuer.Issuer.Subject.IsBare).ToArray();
        foreach (var (issuer, prefix, shorter) in Prefixes.Overlaps(prefixed, issuer => issuer.Issuer.Subject.Prefix))
            nodes.Error(issuer.SubjectNode!, prefix == shorter.Issuer.Subject.Prefix
                ? $"prefix '{prefix}' is that of issuer {shorter.Issuer.Name} too; two people could get one name"
                : $"prefix '{prefix}' begins with that of issuer {shorter.Issuer.Name}, '{shorter.Issuer.Subject.Prefix}'; two people could get one name");

        CheckClients(draft, prefixed, nodes);
    }

    // a client's id is the sub of its own tokens, so no mapped name may be able to equal one
    static void CheckClients(RegistryDraft draft, IssuerDraft[] issuers, NodeReader nodes)
    {
        var byPrefix = new Dictionary<string, IssuerDraft>();
        foreach (var issuer in issuers) byPrefix.TryAdd(issuer.Issuer.Subject.Prefix, issuer);
        foreach (var client in draft.Clients.Values)
        {
            if (client.Id.Length > SubjectTemplate.MaxLength) continue; // no name, and longer than any subject
            for (var colon = client.Id.IndexOf(':', StringComparison.Ordinal); colon >= 0; colon = client.Id.IndexOf(':', colon + 1))
            {
                if (byPrefix.TryGetValue(client.Id[..(colon + 1)], out var issuer))
                    nodes.Error(client.Position, client.Path, $"the id begins with '{issuer.Issuer.Subject.Prefix}', as the subjects of issuer {issuer.Issuer.Name} do, so one of them could be named like this client; give the client another id");
            }
        }
    }
}
