using System.Collections.Frozen;

namespace Cambist;

/// <summary><c>actor</c> of rules (<c>client</c>, <c>none</c>, or a token's selector) and of deny entries (a selector).</summary>
static class ActorMember
{
    const string Example = "actor: { issuer: agents, where: { … } }";

    public static ActorRequirement OfRule(DocumentNode? node, RegistryDraft draft, NodeReader nodes)
    {
        switch (node)
        {
            case null or DocumentRefused:
                return ActorRequirement.Caller.Instance;
            case DocumentMap:
                return Token(node, draft, nodes, issuerIsRequired: true) ?? (ActorRequirement)ActorRequirement.Caller.Instance;
            case DocumentScalar when nodes.Word(node, "client", "none") is { } word:
                return word == "none" ? ActorRequirement.Nobody.Instance : ActorRequirement.Caller.Instance;
            case DocumentList:
                nodes.Error(node, $"is one of client, none, or what an actor token must be: {Example}");
                break;
        }

        return ActorRequirement.Caller.Instance;
    }

    public static ActorRequirement.Token? OfDeny(DocumentNode node, RegistryDraft draft, NodeReader nodes) => Token(node, draft, nodes, issuerIsRequired: false);

    static ActorRequirement.Token? Token(DocumentNode node, RegistryDraft draft, NodeReader nodes, bool issuerIsRequired)
    {
        if (nodes.Map(node, Example) is not { } map) return null;
        if (map.IsEmpty && !issuerIsRequired) nodes.Error(node, "selects nothing in particular; name an issuer or where, or delete the key");
        var issuers = issuerIsRequired ? map.Require("issuer", "whose tokens the actor may bring, such as issuer: agents or issuer: self") : map.Take("issuer");
        var where = map.Take("where");
        map.Done();
        return new(issuers is null ? Everybody(draft) : Issuers(issuers, draft, nodes, issuerIsRequired), draft.Where(where, nodes));
    }

    static FrozenSet<string> Everybody(RegistryDraft draft) => draft.Issuers.Keys.Append(ReservedNames.Self).ToFrozenSet();

    static FrozenSet<string> Issuers(DocumentNode node, RegistryDraft draft, NodeReader nodes, bool mustBeTrusted)
    {
        var issuers = new HashSet<string>();
        foreach (var name in nodes.Texts(node, "names from issuers, or self"))
        {
            if (name.Value == ReservedNames.Self)
                issuers.Add(name.Value);
            else if (name.Value == ReservedNames.Impersonation)
                nodes.Error(name, "an impersonation token is never an actor token; write self for our own access tokens");
            else if (!draft.Issuers.TryGetValue(name.Value, out var issuer))
                nodes.Error(name, $"there is no issuer '{name.Value}'; {nodes.Findings.Suggest(name.Value, [ReservedNames.Self, .. draft.Issuers.Keys])}");
            else if (mustBeTrusted && !issuer.Issuer.IsTrustedForActors)
                nodes.Error(name, $"issuer {name.Value} is not trusted for actor tokens; write issuers.{name.Value}.roles: {(issuer.Issuer.IsTrustedForSubjects ? "[subject, actor]" : "actor")}");
            else
                issuers.Add(name.Value);
        }

        return issuers.ToFrozenSet();
    }
}
