using System.Text.Json.Nodes;
using Cambist.Tests.Docs;
using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>cambist.schema.json and the compiler know the same keys and the same words at every place.</summary>
public class SchemaTests
{
    static readonly JsonSchema Schema = JsonSchema.Shipped;
    static readonly Dictionary<string, HashSet<string>> Vocabulary = Heard();

    static Dictionary<string, HashSet<string>> Heard()
    {
        var heard = new Dictionary<string, HashSet<string>>();
        foreach (var yaml in new[] { RegistryFuzzTests.Everything, Wrong.Issuer + "issuers: { a: { issuer: https://a.example, tokens: { id_token: {}, access_token: {} }, subject: '{sub}', kind: user } }\nclients: { a: { auth: none, secrets: { file: s } } }\ndeny: { name: d, reason: x }\nrules: { name: r, actor: client, proof: none, subject: { issuer: self } }" })
        {
            var parsed = RegistryDocument.Parse(yaml);
            RegistryCompiler.Compile(new()
            {
                Text = yaml,
                Document = parsed.Document,
                ReadFile = _ => new("/s", "a-secret-of-sixteen-and-more"u8.ToArray()),
                Vocabulary = (path, words) => (heard.TryGetValue(path, out var known) ? known : heard[path] = []).UnionWith(words),
            });
        }

        return heard;
    }

    [Fact]
    public void The_schema_knows_the_keys_and_words_of_the_compiler_and_no_others()
    {
        Vocabulary.Count.ShouldBeGreaterThan(60);
        foreach (var (path, words) in Vocabulary)
        {
            var at = Schema.At(path);
            at.ShouldNotBeEmpty(path);
            // where words or a map may stand, such as actor, the compiler asks for one of them
            var known = words.Overlaps(at.Keys()) ? at.Keys() : at.Words();
            known.Order(StringComparer.Ordinal).ShouldBe(words.Order(StringComparer.Ordinal), path);
        }
    }

    [Fact]
    public void Every_map_and_every_word_of_the_schema_was_compared()
    {
        var compared = Vocabulary.Keys.SelectMany(path => Schema.At(path)).ToHashSet();
        foreach (var part in Parts(Schema.Root).Where(part => part["properties"] is not null && part["additionalProperties"] is not null || part["enum"] is not null))
        {
            if (compared.Contains(part)) continue;
            var words = part["enum"] is JsonArray listed ? listed.Select(word => word!.GetValue<string>()).ToArray() : [.. part["properties"]!.AsObject().Select(property => property.Key)];
            new IEnumerable<string>[] { ConditionReader.Operators, TokenKindNames.OfIssuers, JwsAlgorithm.All.Keys, ReservedClaims.Names, ReservedNames.All }
                .Concat(Vocabulary.Values) // a single word stands for a list of it, and is compared there
                .ShouldContain(known => known.Order(StringComparer.Ordinal).SequenceEqual(words.Order(StringComparer.Ordinal)), part.ToJsonString());
        }
    }

    [Fact]
    public void Every_member_has_a_line_that_says_what_it_means()
    {
        foreach (var part in Parts(Schema.Root).Where(part => part["properties"] is not null && part["additionalProperties"] is not null))
            foreach (var (name, member) in part["properties"]!.AsObject())
                member!["description"]!.GetValue<string>().Length.ShouldBeInRange(3, 130, name);
    }

    // the fuzz's document is wrong in one thing that a schema can see
    static readonly DocumentNode Everything = RegistryDocument.Parse(RegistryFuzzTests.Everything.Replace("{ at_least: 3 }] }", "x] }", StringComparison.Ordinal)).Document!;

    public static TheoryData<string> Unknown() => [.. Maps(Everything).Where(Vocabulary.ContainsKey)];

    [Theory]
    [MemberData(nameof(Unknown))]
    public void An_unknown_key_at_any_place_is_refused(string path)
    {
        Schema.Accepts(DocumentJson.Of(Everything)).ShouldBeTrue();
        Schema.Accepts(DocumentJson.Of(With(Everything, path))).ShouldBeFalse();
    }

    [Fact]
    public void Samples_and_the_starting_registry_are_accepted()
    {
        foreach (var path in CleanRegistryTests.Documents())
            Schema.Accepts(DocumentJson.Of(RegistryDocument.Parse(Pages.Text(path).Replace("<64 hex digits of SHA-256 of the UTF-8 secret>", Wrong.Hash, StringComparison.Ordinal)).Document!)).ShouldBeTrue(path);
    }

    static IEnumerable<string> Maps(DocumentNode node) => node switch
    {
        DocumentMap map => map.Entries.SelectMany(entry => Maps(entry.Value)).Prepend(map.Path),
        DocumentList list => list.Items.SelectMany(Maps),
        _ => [],
    };

    static DocumentNode With(DocumentNode node, string path) => node switch
    {
        DocumentMap map when map.Path == path => map with { Entries = [.. map.Entries, new("zz", map.Position, new DocumentScalar(map.Position, path + ".zz", "x", false))] },
        DocumentMap map => map with { Entries = [.. map.Entries.Select(entry => entry with { Value = With(entry.Value, path) })] },
        DocumentList list => list with { Items = [.. list.Items.Select(item => With(item, path))] },
        _ => node,
    };

    static IEnumerable<JsonObject> Parts(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => Parts(member.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Parts),
        _ => [],
    };
}
