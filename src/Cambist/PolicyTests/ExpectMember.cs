using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary><c>expect</c> of a policy test.</summary>
static class ExpectMember
{
    const string Example = "expect: { allow: true }, or expect: { deny: no_rule }";

    static readonly string[] Refusals = [.. Enum.GetValues<Reason>().Where(reason => reason != Reason.None).Select(reason => reason.WireName())];

    public static Expectation? Read(DocumentNode node, ImmutableArray<ProtectedResource> targets, Registry registry, NodeReader nodes)
    {
        if (nodes.Map(node, Example) is not { } map) return null;
        var (allow, deny) = (map.Take("allow"), map.Take("deny"));
        map.Done();
        if (allow is null == deny is null)
        {
            nodes.Error(node, allow is null ? $"says neither allow nor deny; write {Example}" : "says both allow and deny; keep one of them");
            return null;
        }

        if (allow is not null) return Grant(allow, targets, registry, nodes);
        return nodes.Word(deny!, Refusals) is { } reason ? new ExpectedRefusal(Reasons.Parse(reason)!.Value) : null;
    }

    static ExpectedGrant? Grant(DocumentNode node, ImmutableArray<ProtectedResource> targets, Registry registry, NodeReader nodes)
    {
        if (node is DocumentScalar { IsQuoted: false, Value: "true" }) return new();
        if (node is DocumentScalar or DocumentMap { Entries.Count: 0 })
        {
            nodes.Error(node, "is true, or what the token must be: allow: { scopes: [read], lifetime: 10m }; what must be refused is deny: no_rule");
            return null;
        }

        if (nodes.Map(node, "allow: { scopes: [read], lifetime: 10m }") is not { } map) return null;
        var scopes = map.Take("scopes") is { } given ? nodes.TextsOrNone(given, "the scopes of the token") : null;
        var lifetime = map.Duration("lifetime", "10m");
        var act = map.Take("act") is { } chain ? nodes.TextsOrNone(chain, "names of actors, the newest first") : null;
        var rule = map.Take("rule");
        var sub = map.Text("sub", "the sub of the token");
        var audience = map.Take("audience");
        var claims = map.Take("claims") is { } written ? StatedClaims.Read(written, nodes) : null;
        map.Done();

        if (scopes is not null) RegistryNames.CheckScopes(scopes, targets, registry, nodes);
        return new()
        {
            Scopes = Values(scopes),
            Lifetime = lifetime,
            Act = Values(act),
            Rule = rule is null ? null : Known(rule, "rule", registry.Rules.All.Select(known => known.Name), nodes),
            Sub = sub,
            Audience = audience is null ? null : Known(audience, "identifier of a resource", registry.Resources.Values.SelectMany(resource => resource.Identifiers), nodes),
            Claims = claims ?? [],
        };
    }

    static string? Known(DocumentNode node, string what, IEnumerable<string> known, NodeReader nodes)
    {
        if (nodes.Text(node, $"the {what}") is not { } name) return null;
        string[] names = [.. known];
        if (!names.Contains(name)) nodes.Error(node, $"there is no {what} '{name}'; {nodes.Findings.Suggest(name, names)}");
        return name;
    }

    static ImmutableArray<string>? Values(IReadOnlyList<DocumentScalar>? texts) => texts is null ? null : [.. texts.Select(text => text.Value)];
}
