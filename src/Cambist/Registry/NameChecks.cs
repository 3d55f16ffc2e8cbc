namespace Cambist;

/// <summary>Names that two things would share, so that a token for one would do for the other (contract: Names; AT-07, TX-22).</summary>
static class NameChecks
{
    public static void Check(RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        CheckIssuers(draft, nodes);
        var owners = CheckResources(draft, nodes);
        CheckClients(draft, owners, nodes);
    }

    static void CheckIssuers(RegistryDraft draft, NodeReader nodes)
    {
        var seen = new Dictionary<string, IssuerDraft>();
        foreach (var issuer in draft.Issuers.Values)
        {
            if (issuer.Issuer.Issuer is not { } identifier) continue;
            if (identifier == draft.Issuer)
                nodes.Error(issuer.IssuerNode!, $"'{identifier}' is our own identifier; our tokens are accepted without being named here, as issuer self");
            if (!seen.TryAdd(identifier, issuer))
                nodes.Error(issuer.IssuerNode!, $"issuer {seen[identifier].Issuer.Name} has the same iss; put both in one entry, with tokens and where for each kind");
        }
    }

    static Dictionary<string, ResourceDraft> CheckResources(RegistryDraft draft, NodeReader nodes)
    {
        var owners = new Dictionary<string, ResourceDraft>();
        foreach (var resource in draft.Resources.Values)
        {
            foreach (var identifier in resource.Identifiers)
            {
                if (identifier.Value == draft.Issuer)
                    nodes.Error(identifier, $"'{identifier.Value}' is our own identifier, so a token for this resource would be one for us; give the resource an identifier of its own");
                if (ReservedNames.All.Contains(identifier.Value)) continue; // reported where it was read
                if (!owners.TryAdd(identifier.Value, resource))
                    nodes.Error(identifier, $"'{identifier.Value}' is an identifier of {owners[identifier.Value].Resource.Name} too; one identifier means one resource");
                if (identifier.Value != resource.Resource.Name && draft.Resources.ContainsKey(identifier.Value))
                    nodes.Error(identifier, $"'{identifier.Value}' is the name of another resource; rename one of them");
            }
        }

        return owners;
    }

    // a token for the resource would be one for a client that has nothing to do with it
    static void CheckClients(RegistryDraft draft, Dictionary<string, ResourceDraft> owners, NodeReader nodes)
    {
        var known = new Dictionary<string, ClientDraft>();
        foreach (var client in draft.Clients.Values)
        {
            if (owners.TryGetValue(client.Id, out var owner) && !Serves(client, owner))
                nodes.Error(client.Position, client.Path, $"the id is an identifier of resource {owner.Resource.Name}, which this client does not serve, so it could use tokens meant for {owner.Resource.Name}; add serves: {owner.Resource.Name}, or rename the client");
            foreach (var name in client.KnownAs)
            {
                if (owners.TryGetValue(name.Value, out owner) && !Serves(client, owner))
                    nodes.Error(name, $"'{name.Value}' is an identifier of resource {owner.Resource.Name}, which this client does not serve, so it could use tokens meant for {owner.Resource.Name}; add serves: {owner.Resource.Name}, or delete it");
                if (name.Value != client.Id && draft.Clients.ContainsKey(name.Value))
                    nodes.Warning(name.Position, name.Path, $"'{name.Value}' is the id of another client, and both can use tokens of other issuers that are addressed to it");
                if (!known.TryAdd(name.Value, client))
                    nodes.Warning(name.Position, name.Path, $"client {known[name.Value].Id} is known as '{name.Value}' too, and both can use tokens that are addressed to it");
            }
        }
    }

    static bool Serves(ClientDraft client, ResourceDraft resource) => client.Serves.Any(served => served.Name == resource.Resource.Name);
}
