using System.Collections.Immutable;
using System.Globalization;

namespace Cambist;

/// <summary><c>tests</c> of a file of policy tests.</summary>
static class PolicyTestsSection
{
    const string Example = "{ name: users sign in, client: web, subject: { issuer: login, claims: { sub: ada } }, targets: orders, expect: { allow: true } }";

    const int LongestName = 200;

    /// <summary>Far enough for any life of any token to end within what an instant can be.</summary>
    static readonly DateTimeOffset Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    static readonly string[] Instants = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFK"];

    public static ImmutableArray<PolicyTest> Read(DocumentNode? node, FindingList findings, Registry registry)
    {
        var names = new Dictionary<string, DocumentPosition>();
        var tests = ImmutableArray.CreateBuilder<PolicyTest>();
        foreach (var item in RuleNames.Items(node))
        {
            var errors = findings.Errors;
            var (name, nodes) = Name(item, names, findings);
            if (nodes.Map(item, Example) is { } map && Test(map, name, registry) is { } test && findings.Errors == errors) tests.Add(test);
        }

        return tests.ToImmutable();
    }

    /// <summary>The name of a test, and a reader whose reports name it. Unlike that of a rule, it is a sentence.</summary>
    static (string Name, NodeReader Nodes) Name(DocumentNode item, Dictionary<string, DocumentPosition> names, FindingList findings)
    {
        var byPath = NodeReader.ByPath(findings);
        var entry = (item as DocumentMap)?.Entries.FirstOrDefault(entry => entry.Key == "name");
        if (entry is null || byPath.Text(entry.Value, "a name that says what must come of it") is not { } name) return ("", byPath);

        if (name.Length > LongestName)
        {
            byPath.Error(entry.Value, $"is {name.Length} characters long; a name has {LongestName} at most");
            return ("", byPath);
        }

        var nodes = new NodeReader(findings, $"test {name}", item.Path);
        if (!names.TryAdd(name, entry.Value.Position))
            nodes.Error(entry.Value, $"the test in line {names[name].Line} has this name too; give each its own");
        return (name, nodes);
    }

    static PolicyTest? Test(MapReader map, string name, Registry registry)
    {
        var nodes = map.Nodes;
        map.Require("name", "a name that says what must come of it, such as name: users sign in");
        var client = map.Require("client", "who calls, such as client: web") is { } who ? RegistryNames.Client(who, registry, nodes) : null;
        var subject = map.Require("subject", "whose token is sent, such as subject: { issuer: login, claims: { sub: ada } }") is { } token
            ? TestTokenMember.Read(token, TokenRole.Subject, client, registry, nodes) : null;
        var actor = map.Take("actor") is { } actorToken ? TestTokenMember.Read(actorToken, TokenRole.Actor, client, registry, nodes) : null;
        var targets = map.Texts("targets", "names or identifiers of resources");
        var scopes = map.Texts("scopes", "scopes that are asked for");
        var requested = map.Word("requested_token_type", [.. TokenKindNames.Requested]);
        var at = map.Take("at") is { } instant ? Instant(instant, nodes) : null;
        var expect = map.Require("expect", "what must come of it: expect: { allow: true }, or expect: { deny: no_rule }");
        map.Done();

        // what the tests expect to be unknown may be
        var resources = Targets(targets, WordOf(expect, "deny") is "target_unknown" or "target_malformed", client, registry, nodes);
        if (WordOf(expect, "deny") != "scope_not_granted") RegistryNames.CheckScopes(scopes, resources, registry, nodes);
        var expected = expect is null ? null : ExpectMember.Read(expect, resources, registry, nodes);
        if (client is null || subject is null || expected is null) return null;
        return new()
        {
            Name = name,
            Position = map.Position,
            Client = client,
            Subject = subject,
            Actor = actor,
            Targets = [.. targets.Select(target => target.Value)],
            Scopes = scopes.Count == 0 ? null : [.. scopes.Select(scope => scope.Value)],
            RequestedTokenType = requested is null ? null : TokenKindNames.Urn(requested),
            At = at,
            Expected = expected,
        };
    }

    /// <summary>The resources that are meant; where none is named, those that the client's rules give by default.</summary>
    static ImmutableArray<ProtectedResource> Targets(IReadOnlyList<DocumentScalar> targets, bool mayBeUnknown, RegisteredClient? client, Registry registry, NodeReader nodes)
    {
        if (targets.Count == 0) return client is null ? [] : [.. registry.Rules.DefaultsFor(client.Id).Select(rule => registry.Resources[rule.Targets.Keys[0]]).Distinct()];
        var resources = ImmutableArray.CreateBuilder<ProtectedResource>();
        foreach (var target in targets)
        {
            if (mayBeUnknown && !registry.ResourcesByAnyName.ContainsKey(target.Value)) continue;
            if (RegistryNames.Resource(target, registry, nodes) is { } resource) resources.Add(resource);
        }

        return resources.ToImmutable();
    }

    static string? WordOf(DocumentNode? expect, string key) => ((expect as DocumentMap)?.Member(key) as DocumentScalar)?.Value;

    static DateTimeOffset? Instant(DocumentNode node, NodeReader nodes)
    {
        const string Write = "2030-01-31T12:00:00Z";
        if (nodes.Text(node, $"an instant such as {Write}") is not { } text) return null;
        var hasZone = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-');
        if (!hasZone || !DateTimeOffset.TryParseExact(text, Instants, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
            nodes.Error(node, $"'{text}' is no instant; write date, T, time and zone such as {Write}");
        else if (at < DateTimeOffset.UnixEpoch || at >= Latest)
            nodes.Error(node, $"'{text}' must lie from 1970 until {Latest.Year}; write an instant such as {Write}");
        else return at;
        return null;
    }
}
