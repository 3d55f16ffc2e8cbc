namespace Cambist;

/// <summary>
/// A public client proves nothing of itself, so the subject token must be the proof: bound to its key, or made for us by an
/// issuer we trust and fitting conditions.
/// </summary>
static class PublicClients
{
    public static void Check(RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        foreach (var client in draft.Clients.Values.Where(client => client.IsPublic))
        {
            Refuse(client.ServesNode, "a public client serves no resource, for anybody could call in its name; give it a credential, or delete serves");
            Refuse(client.ClientCredentialsNode, "a public client has no credentials to exchange for a token; give it a credential, or delete client_credentials");
            foreach (var grant in client.Grants ?? [])
                if (grant.Value != "token_exchange") Refuse(grant, $"a public client can use token_exchange alone, not {grant.Value}");
        }

        foreach (var rule in draft.Rules)
        {
            var named = rule.Rule.Clients.Where(id => draft.Clients[id].IsPublic).Order(StringComparer.Ordinal).Take(4).ToArray();
            if (named.Length > 0) Check(rule, named.Length > 3 ? $"{string.Join(", ", named[..3])} and more" : string.Join(", ", named), draft);
        }

        void Refuse(DocumentNode? node, string message)
        {
            if (node is not null) nodes.Error(node, message);
        }
    }

    static void Check(RuleDraft rule, string clients, RegistryDraft draft)
    {
        var at = rule.Member("clients")!;
        if (rule.Rule.Actor is not ActorRequirement.Nobody)
            Refuse("actor", $"public clients ({clients}) cannot be actors, for anybody could act in their name; write actor: none");
        if (rule.Rule.RefreshLifetime is not null)
            Refuse("refresh", $"refresh tokens are for confidential clients; {clients} is public");
        if (rule.Rule.Proof == ProofRequirement.Rebind)
            Refuse("proof", $"rebind is for confidential clients; {clients} is public");
        if (rule.Rule.Subject.Issuers!.Contains(ReservedNames.Impersonation))
            Refuse("subject", $"only confidential clients redeem impersonation tokens; {clients} is public");
        else if (rule.IsWhole && rule.Rule.Proof != ProofRequirement.Dpop && Weakness(rule.Rule, draft) is { } weakness)
            Refuse("subject", $"{weakness}. For a public client ({clients}) the token is the only proof: it needs proof: dpop, or tokens of other issuers addressed to us (audiences: server) with a where");

        void Refuse(string member, string message) => rule.Nodes.Error((rule.Member(member) ?? at).Position, rule.Node.Path, message);
    }

    static string? Weakness(Rule rule, RegistryDraft draft)
    {
        foreach (var name in rule.Subject.Issuers!.Order(StringComparer.Ordinal))
        {
            if (name == ReservedNames.Self) return "our own tokens (subject.issuer: self, the default) can be sent by whoever holds them";
            var issuer = draft.Issuers[name].Issuer;
            if (rule.Subject.Where.Entries.IsEmpty && issuer.Where.Entries.IsEmpty) return $"any token of {name} would do, for neither this rule nor the issuer has a where";
            foreach (var kind in issuer.Tokens.Values)
            {
                if (rule.Subject.TokenTypes?.Contains(kind.TokenType) != false && !kind.Audiences.Contains(draft.Issuer))
                    return $"{TokenKindNames.Of(kind.TokenType)}s of {name} are not addressed to us ({draft.Issuer})";
            }
        }

        return null;
    }
}
