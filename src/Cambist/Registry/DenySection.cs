using System.Collections.Frozen;

namespace Cambist;

/// <summary><c>deny</c>: what is never allowed, whatever the rules say.</summary>
static class DenySection
{
    const string Example = "{ name: no-admins, subject: { where: { sub: \"admin-*\" } }, reason: … }";

    public static void Read(DocumentNode? node, RegistryDraft draft, ClientSelection selection)
    {
        var names = new Dictionary<string, DocumentPosition>();
        foreach (var item in RuleNames.Items(node))
        {
            var (name, nodes) = RuleNames.Read(item, "deny", names, draft);
            if (nodes.Map(item, Example) is { } map) draft.Deny.Add(new(Entry(map, name, draft, selection), nodes, (DocumentMap)item));
        }
    }

    static DenyEntry Entry(MapReader map, string name, RegistryDraft draft, ClientSelection selection)
    {
        var nodes = map.Nodes;
        map.Require("name", "a name that says what is denied, such as name: no-admins");
        var reason = map.Require("reason", "why, for whoever reads the refusal's trace") is { } why ? nodes.Text(why, "why, for whoever reads the refusal's trace") : null;
        var clients = map.Take("clients");
        var targets = map.Take("targets");
        var subject = map.Take("subject");
        var actor = map.Take("actor");
        map.Done();

        if ((clients ?? targets ?? subject ?? actor) is null)
            nodes.Warning(map.Position, map.Path, "selects nothing in particular, so it denies everything; that is right if everything is to stop");
        return new()
        {
            Name = name,
            Reason = reason ?? "",
            Position = map.Position,
            Clients = clients is null ? null : selection.Read(clients, nodes),
            Targets = targets is null ? null : Targets(targets, draft, nodes),
            Subject = subject is null ? null : SubjectMember.OfDeny(subject, draft, nodes),
            Actor = actor is null ? null : ActorMember.OfDeny(actor, draft, nodes),
        };
    }

    static FrozenSet<string> Targets(DocumentNode node, RegistryDraft draft, NodeReader nodes)
    {
        if (node is DocumentMap)
        {
            nodes.Error(node, "is a list of resources here, without scopes: targets: [orders, billing]");
            return [];
        }

        return nodes.Texts(node, "resources").Where(name => ClientsSection.Resource(name.Value, name.Position, name.Path, draft, nodes) is not null)
            .Select(name => name.Value).ToFrozenSet();
    }
}
