using System.Globalization;
using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>Whatever is made of a document, it is compiled or refused with findings that lie in it; nothing is ever thrown.</summary>
public class RegistryFuzzTests
{
    static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("CAMBIST_FUZZ_ROUNDS") ?? "1500", CultureInfo.InvariantCulture);

    static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ":", ",", "'", "\"", "&a ", "*a", "!t ", "<<: ", "---\n", "\n", "\t", "# ", "- ", "? ", "| ", "\\", "\0", "é", "😀", "\uD83D",
        "true", "false", "~", "1", "10m", "*", "**", "self", "none", "impersonation", "{sub}", "[]", "{}", "''", "resources", "cambist-admin", "https://sts.example.com", "%", "@", "`", "-", "...",
    ];

    internal const string Everything = """
        issuer: http://localhost:5000
        error_codes: rfc8693
        signing: { algorithm: PS256, rotate_every: 1d }
        lists: { staff: [ada, "gr*"], one: x }
        issuers:
          a: { issuer: https://a.example, tokens: { jwt: { audiences: [server, resources], typ: [JWT, absent], max_age: 1h } }, roles: [subject, actor], act: accept, assurance: pass, subject: "a:{x}:{y}", where: { ref: { in: staff }, "/a.b/c": { not: 1 } } }
          b: { issuer: https://b.example, tokens: { access_token: { scopes: [orders/read, pay], scopes_from: permissions } }, subject: "{sub}", algorithms: [ES256], introspection: { endpoint: https://b.example/i, client_id: x, client_secret_file: s, prefix: b_ } }
          c: { resolver: true, subject: "c:{sub}", kind: client }
          d: { issuer: k8s, tokens: id_token, jwks_file: k, subject: "d:{sub}" }
        resources:
          orders: { identifiers: [https://orders.example, o], scopes: [read, write], claims: { m: "{email}" }, token: { lifetime: 5m, format: opaque } }
          billing: { identifiers: https://billing.example, scopes: [read, pay], claims: [email] }
          plain: { identifiers: https://plain.example }
        clients:
          x: { secrets: [{ file: s, expires: 2031-01-01 }, { value: abc }], known_as: [q, r], serves: [orders, billing], client_credentials: { billing: read, plain: [] }, grants: [token_exchange] }
          y: { jwks: { keys: [{ kty: EC, crv: P-256, x: MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4, y: 4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM }] }, disabled: true }
          z: { auth: none }
          w: { auth: tls_client_auth, tls_subject: CN=w }
        deny:
          - { name: d1, reason: because, clients: "x*", targets: [orders], subject: { issuer: [self, a], kind: user, where: { sub: ["adm-*", { at_least: 3 }] } }, actor: { issuer: a, where: { sub: x } } }
          - { name: d2, reason: because, clients: y }
        rules:
          - { name: r1, clients: [x, y], targets: { billing: { read: [orders/read, write], pay: true }, plain: [] }, lifetime: 1m, claims: { team: "{groups}" }, requested_token_types: [access_token, jwt], max_depth: 3 }
          - { name: r2, clients: z, subject: { issuer: a, token_types: jwt, kind: user, where: { n: { at_least: 3 } } }, actor: none, targets: { orders: [read] }, default_target: true, proof: dpop, once: true }
          - { name: r3, clients: "**", subject: { issuer: self, kind: [user, client] }, actor: { issuer: [a, self], where: { sub: { equals: "*" } } }, targets: { billing: read }, shadow: true, proof: mtls }
          - { name: r4, clients: w, subject: { issuer: d }, may_outlive_subject: true, targets: { orders: write }, refresh: { lifetime: 8h } }
        """;

    static readonly (string, string)[] Files = [("s", "a-secret-of-a-client"), ("k", """{"keys":[]}"""), ("orders-secret", "the-secret-of-orders-123"), ("deploy-secret", "the-secret-of-deploy-123")];

    public static TheoryData<string> Documents => ["contract", "everything", "json"];

    static string Document(string name) => name switch
    {
        "contract" => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "registries", "contract.yaml")),
        "json" => Json(RegistryDocument.Parse(Everything).Document!),
        _ => Everything,
    };

    static string Json(DocumentNode node) => node switch
    {
        DocumentScalar { IsQuoted: false, Value: "true" or "false" } flag => flag.Value,
        DocumentScalar { IsQuoted: false } number when int.TryParse(number.Value, CultureInfo.InvariantCulture, out _) => number.Value,
        DocumentScalar scalar => System.Text.Json.JsonSerializer.Serialize(scalar.Value),
        DocumentList list => $"[{string.Join(",\n", list.Items.Select(Json))}]",
        DocumentMap map => $"{{{string.Join(",\n\t", map.Entries.Select(entry => $"{System.Text.Json.JsonSerializer.Serialize(entry.Key)}: {Json(entry.Value)}"))}}}",
        _ => throw new InvalidOperationException(),
    };

    [Fact]
    public void JSON_and_YAML_of_one_document_come_to_the_same_findings()
    {
        var yaml = RegistryText.Compile(Document("everything"), Files);
        var json = RegistryText.Compile(Document("json"), Files);
        json.Findings.Select(finding => finding.Subject + finding.Message).ShouldBe(yaml.Findings.Select(finding => finding.Subject + finding.Message));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Texts_that_were_garbled_never_throw(string name)
    {
        var document = Document(name);
        for (var seed = 1; seed <= Rounds; seed++)
        {
            var dice = new Dice((uint)seed);
            var text = document;
            for (var i = dice.Below(4); i >= 0; i--) text = Garble(text, dice);
            Check(text, $"{name} seed {seed}: {text[..Math.Min(60, text.Length)]}", RegistryText.Compile(text, Files));
        }
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void Documents_whose_parts_were_exchanged_never_throw(string name)
    {
        var document = RegistryDocument.Parse(Document(name)).Document!;
        var parts = All(document).ToArray();
        for (var seed = 1; seed <= Rounds; seed++)
        {
            var dice = new Dice((uint)seed);
            var changed = document;
            for (var i = dice.Below(3); i >= 0; i--)
            {
                var at = parts[dice.Below(parts.Length)];
                changed = Replace(changed, at.Path, Other(at, parts, dice), dice);
            }

            // a parser that refuses a part says so
            RegistryFinding[] refused = All(changed).Any(node => node is DocumentRefused) ? [new(FindingSeverity.Error, new(1, 1), "x", "x")] : [];
            var compilation = Should.NotThrow(() => RegistryCompiler.Compile(new() { Text = "", Document = changed, ParserFindings = [.. refused], ReadFile = _ => new("/f", "x"u8.ToArray()) }), $"{name} seed {seed}");
            (compilation.Registry is null).ShouldBe(compilation.Findings.Any(finding => finding.Severity == FindingSeverity.Error), $"{name} seed {seed}");
        }
    }

    static void Check(string text, string seed, RegistryCompilation compilation)
    {
        (compilation.Registry is null).ShouldBe(compilation.Findings.Any(finding => finding.Severity == FindingSeverity.Error), seed);
        var lines = text.Split('\n');
        foreach (var finding in compilation.Findings)
        {
            finding.Message.ShouldNotBeEmpty(seed);
            finding.Subject.ShouldNotBeEmpty(seed);
            finding.Position.Line.ShouldBeInRange(1, lines.Length, seed);
            finding.Position.Column.ShouldBeInRange(1, lines[finding.Position.Line - 1].Length + 1, seed);
        }
    }

    static string Garble(string text, Dice dice)
    {
        if (text.Length == 0) return Tokens[dice.Below(Tokens.Length)];
        var at = dice.Below(text.Length);
        var length = Math.Min(dice.Below(12), text.Length - at);
        var lines = text.Split('\n');
        switch (dice.Below(7))
        {
            case 0: return text.Remove(at, length);
            case 1: return text.Insert(at, Tokens[dice.Below(Tokens.Length)]);
            case 2: return text.Remove(at, Math.Min(1, length)).Insert(at, Tokens[dice.Below(Tokens.Length)]);
            case 3: return text.Insert(dice.Below(text.Length), text.Substring(at, length));
            case 4: return text[..at];
            case 5: return string.Join('\n', lines.Where((_, i) => i != at % lines.Length));
            default: return string.Join('\n', lines[..(at % lines.Length)].Append(lines[dice.Below(lines.Length)]).Concat(lines[(at % lines.Length)..]));
        }
    }

    static IEnumerable<DocumentNode> All(DocumentNode node) => node switch
    {
        DocumentList list => list.Items.SelectMany(All).Prepend(node),
        DocumentMap map => map.Entries.SelectMany(entry => All(entry.Value)).Prepend(node),
        _ => [node],
    };

    static DocumentNode Other(DocumentNode at, DocumentNode[] parts, Dice dice) => dice.Below(8) switch
    {
        0 => new DocumentScalar(at.Position, at.Path, "", false),
        1 => new DocumentScalar(at.Position, at.Path, Tokens[dice.Below(Tokens.Length)], dice.Below(2) == 0),
        2 => new DocumentList(at.Position, at.Path, []),
        3 => new DocumentMap(at.Position, at.Path, []),
        4 => new DocumentRefused(at.Position, at.Path),
        5 => new DocumentList(at.Position, at.Path, [at, parts[dice.Below(parts.Length)]]),
        _ => parts[dice.Below(parts.Length)],
    };

    static DocumentNode Replace(DocumentNode node, string path, DocumentNode other, Dice dice) => node.Path == path ? other : node switch
    {
        DocumentList list => list with { Items = [.. list.Items.Select(item => Replace(item, path, other, dice))] },
        DocumentMap map => map with { Entries = [.. map.Entries.Where(entry => entry.Value.Path != path || dice.Below(6) > 0).Select(entry => entry with { Value = Replace(entry.Value, path, other, dice) })] },
        _ => node,
    };

    /// <summary>Numbers that are the same in every run.</summary>
    sealed class Dice(uint seed)
    {
        uint _state = (seed * 2654435761) | 1;

        public int Below(int limit)
        {
            _state ^= _state << 13;
            _state ^= _state >> 17;
            _state ^= _state << 5;
            return (int)(_state % (uint)limit);
        }
    }
}
