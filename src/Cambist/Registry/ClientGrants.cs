using System.Collections.Frozen;
using Cambist.Protocol;

namespace Cambist;

/// <summary>The grants of a client are what the document implies; a written list narrows that.</summary>
static class ClientGrants
{
    /// <summary>What may be written.</summary>
    public static readonly IReadOnlyCollection<string> Names = ["token_exchange", "client_credentials", "refresh_token"];

    /// <summary>Finishes every client.</summary>
    public static FrozenDictionary<string, RegisteredClient> Build(RegistryDraft draft)
    {
        var implied = draft.Clients.Keys.ToDictionary(id => id, _ => new HashSet<string>());
        foreach (var client in draft.Clients.Values)
            if (client.ClientCredentials.Count > 0) implied[client.Id].Add("client_credentials");
        foreach (var (rule, _, _) in draft.Rules.Where(rule => !rule.Rule.IsShadow))
        {
            foreach (var id in rule.Clients)
            {
                implied[id].Add("token_exchange");
                if (rule.RefreshLifetime is not null) implied[id].Add("refresh_token");
            }
        }

        return draft.Clients.Values.ToFrozenDictionary(client => client.Id, client => client.Build(Narrowed(client, implied[client.Id], draft)));
    }

    static FrozenSet<string> Narrowed(ClientDraft client, HashSet<string> implied, RegistryDraft draft)
    {
        if (client.Grants is not { } written) return implied.Select(Urn).ToFrozenSet();
        foreach (var grant in written)
        {
            if (!implied.Contains(grant.Value))
                draft.Findings.Warning(grant.Position, grant.Path, $"grants only narrow what the document gives, and nothing gives {grant.Value} to {client.Id}: {Giver(grant.Value)}");
        }

        return written.Where(grant => implied.Contains(grant.Value)).Select(grant => Urn(grant.Value)).ToFrozenSet();
    }

    static string Giver(string grant) => grant switch
    {
        "token_exchange" => "no rule names it",
        "refresh_token" => "no rule that names it has refresh",
        _ => "it has no client_credentials",
    };

    static string Urn(string name) => name switch
    {
        "token_exchange" => GrantTypes.TokenExchange,
        "client_credentials" => GrantTypes.ClientCredentials,
        _ => GrantTypes.RefreshToken,
    };
}
