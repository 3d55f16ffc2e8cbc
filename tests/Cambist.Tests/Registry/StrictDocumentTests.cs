using System.Text.RegularExpressions;
using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>What holds of every map and every list of a registry: nothing unknown, nothing twice, and an empty list never means all.</summary>
public partial class StrictDocumentTests
{
    /// <summary>Every member that a registry can have, lists and maps in flow style.</summary>
    const string Whole = """
        issuer: http://localhost:5000
        error_codes: rfc8693
        signing: { algorithm: PS256, rotate_every: 1d }
        lists: { staff: [ada, "gr*"] }
        issuers:
          a: { issuer: https://a.example, tokens: { jwt: { audiences: [server, resources], typ: [JWT, absent], max_age: 1h } }, roles: [subject, actor], act: accept, assurance: pass, subject: "a:{x}:{y}", where: { ref: { in: staff }, team: [x, y] } }
          b: { issuer: https://b.example, tokens: { access_token: { scopes: [orders/read, pay], scopes_from: permissions } }, subject: "{sub}", algorithms: [ES256], introspection: { endpoint: https://b.example/i, client_id: x, client_secret_file: s, prefix: b_ } }
          c: { resolver: true, subject: "c:{sub}", kind: client }
          d: { issuer: https://d.example, tokens: [id_token], subject: "d:{sub}" }
        resources:
          orders: { identifiers: [https://orders.example, o], scopes: [read, write], claims: { m: "{email}" }, token: { lifetime: 5m, format: jwt } }
          billing: { identifiers: [https://billing.example], scopes: [read, pay], claims: [email] }
          plain: { identifiers: [https://plain.example] }
        clients:
          x: { secrets: [{ file: s, expires: 2031-01-01 }, { file: t }], known_as: [q, r], serves: [orders, billing], client_credentials: { billing: [read], plain: [] }, grants: [token_exchange, client_credentials] }
          y: { auth: private_key_jwt, jwks_uri: https://y.example/jwks, disabled: true }
          z: { auth: none }
        deny:
          - { name: d1, reason: because, clients: ["x*"], targets: [orders], subject: { issuer: [self, a], token_types: [access_token, jwt], kind: [user], where: { sub: ["adm-*", "root"] } }, actor: { issuer: [a], where: { sub: x } } }
        rules:
          - { name: r1, clients: [x, y], targets: { billing: { read: [orders/read, orders/write], pay: true }, plain: [] }, lifetime: 1m, claims: { team: "{groups}" }, requested_token_types: [access_token, jwt], max_depth: 3 }
          - { name: r2, clients: [z], subject: { issuer: [a], token_types: [jwt], kind: [user], where: { n: { at_least: 3 } } }, actor: none, targets: { orders: [read] }, default_target: true, once: true }
          - { name: r3, clients: [x, "y*"], subject: { issuer: [self], kind: [user, client] }, actor: { issuer: [a, self], where: { sub: { equals: "*" } } }, targets: { billing: { read: [orders/read] } }, shadow: true, proof: mtls }
          - { name: r4, clients: [x], subject: { issuer: [d] }, may_outlive_subject: true, targets: { orders: [write] }, refresh: { lifetime: 8h } }
        """;

    static readonly (string, string)[] Files = [("s", "a-secret-of-a-client"), ("t", "another-secret-of-a-client")];

    /// <summary>Keys of these are names, not members; an empty list at a resource's scopes or claims says that there are none.</summary>
    [GeneratedRegex(@"(^|\.)(where|claims|lists)$")]
    private static partial Regex Named();

    [GeneratedRegex(@"^resources\.\w+\.(scopes|claims)$|\.plain$")]
    private static partial Regex MayBeEmpty();

    static IEnumerable<DocumentNode> Nodes(DocumentNode node) => node switch
    {
        DocumentMap map => map.Entries.SelectMany(entry => Nodes(entry.Value)).Prepend(map),
        DocumentList list => list.Items.SelectMany(Nodes).Prepend(list),
        _ => [],
    };

    /// <summary>The maps and lists in flow style, each with its place in the text.</summary>
    static IEnumerable<(DocumentNode Node, int At)> FlowNodes(char opening)
    {
        var lines = Whole.Split('\n');
        foreach (var node in Nodes(RegistryDocument.Parse(Whole).Document!))
        {
            var at = lines.Take(node.Position.Line - 1).Sum(line => line.Length + 1) + node.Position.Column - 1;
            if (Whole[at] == opening) yield return (node, at);
        }
    }

    static RegistryFinding[] Errors(string text) => [.. RegistryText.Compile(text, Files).Errors()];

    [Fact]
    public void The_document_itself_has_no_error() => Errors(Whole).ShouldBeEmpty();

    [Fact]
    public void An_unknown_key_is_an_error_in_every_map()
    {
        var maps = FlowNodes('{').Where(map => !Named().IsMatch(map.Node.Path)).ToArray();
        maps.Length.ShouldBeGreaterThan(40);
        foreach (var (map, at) in maps)
            Errors(Whole.Insert(at + 1, " zzz_unknown: 1,")).ShouldContain(error => error.Position.Line == map.Position.Line, map.Path);
    }

    [Fact]
    public void A_key_twice_is_an_error_in_every_map()
    {
        foreach (var (map, at) in FlowNodes('{'))
        {
            var key = ((DocumentMap)map).Entries[0].Key;
            Errors(Whole.Insert(at + 1, $" \"{key}\": x,")).ShouldContain(error => error.Message.Contains("line", StringComparison.Ordinal) && error.Position.Line == map.Position.Line, map.Path);
        }
    }

    [Fact]
    public void An_empty_list_never_means_all()
    {
        var lists = FlowNodes('[').Where(list => ((DocumentList)list.Node).Items.Count > 0).ToArray();
        lists.Length.ShouldBeGreaterThan(40);
        foreach (var (list, at) in lists)
        {
            var emptied = Whole[..at] + "[]" + Whole[(Whole.IndexOf(']', at) + 1)..];
            if (MayBeEmpty().IsMatch(list.Path)) continue;
            Errors(emptied).ShouldContain(error => error.Position == list.Position, list.Path);
        }
    }

    [Fact]
    public void A_section_that_is_left_out_or_empty_allows_nothing()
    {
        foreach (var empty in new[] { "", "rules: []\ndeny: []\n", "clients: {}\nresources: {}\nissuers: {}\n" })
        {
            var registry = RegistryText.Load("issuer: https://sts.example.com\n" + empty);
            (registry.Clients.Count, registry.Issuers.Count, registry.Rules.All.Length).ShouldBe((0, 0, 0));
        }
    }
}
