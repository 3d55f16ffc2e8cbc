using System.Text;
using Cambist.Yaml;

namespace Cambist.Tests;

public class DocumentTests
{
    static DocumentNode Parse(string text)
    {
        var parsed = RegistryDocument.Parse(text);
        parsed.Findings.ShouldBeEmpty();
        return parsed.Document.ShouldNotBeNull();
    }

    static string Show(DocumentNode node) => node switch
    {
        DocumentScalar scalar => scalar.IsQuoted ? $"'{scalar.Value}'" : scalar.Value,
        DocumentList list => $"[{string.Join(", ", list.Items.Select(Show))}]",
        DocumentMap map => $"{{{string.Join(", ", map.Entries.Select(entry => $"{entry.Key}: {Show(entry.Value)}"))}}}",
        _ => "refused",
    };

    static IEnumerable<DocumentNode> All(DocumentNode node) => node switch
    {
        DocumentList list => list.Items.SelectMany(All).Prepend(node),
        DocumentMap map => map.Entries.SelectMany(entry => All(entry.Value)).Prepend(node),
        _ => [node],
    };

    [Theory]
    [InlineData("a: 1\nb: {c: [x, 'y']}\n", "{a: 1, b: {c: [x, 'y']}}")]
    [InlineData("a: \"1\"\nb: true\nc: 'true'\nd: |\n  text\n", "{a: '1', b: true, c: 'true', d: 'text\n'}")]
    [InlineData("- a\n- - b\n  - c\n", "[a, [b, c]]")]
    [InlineData("{a: b}", "{a: b}")]
    [InlineData("a:\nb: ~\n", "{a: , b: ~}")]
    [InlineData("a: b\r\nc:\r\n  - d\r\n", "{a: b, c: [d]}")]
    [InlineData("# only a comment before\n---\na: b\n...\n", "{a: b}")]
    [InlineData("a: {\"b\":1}\n", "{a: {b: 1}}")]
    [InlineData("a: {b, 'c' : d,\r\n  e: {}, # x\n  'f':[] ,g: [h: i]}\n", "{a: {b: , c: d, e: {}, f: [], g: [{h: i}]}}")]
    public void Yaml_becomes_nodes_and_plain_is_told_from_quoted(string text, string expected) => Show(Parse(text)).ShouldBe(expected);

    [Theory]
    [InlineData("{\"a\": 1, \"b\": [true, null, 1.5e3, \"x\"], \"c\": {}}", "{a: 1, b: [true, null, 1.5e3, 'x'], c: {}}")]
    [InlineData("{\n\t\"a\"\t:\t\"b\\/c\",\r\n\t\"\\u0062\":\"\\ud83d\\ude00\"\n}\n", "{a: 'b/c', b: '😀'}")]
    [InlineData("  \n\t{\"a\":\"'\",\"# no comment\":\"*&!%@`\"}", "{a: ''', # no comment: '*&!%@`'}")]
    [InlineData("{\"a\":\"line\\nline\",\"<<\":\"\"}", "{a: 'line\nline', <<: ''}")]
    public void JSON_is_read_by_the_rules_of_JSON(string text, string expected) => Show(Parse(text)).ShouldBe(expected);

    [Fact]
    public void A_JSON_key_longer_than_a_YAML_key_may_be_is_read()
    {
        var key = new string('k', 5000);
        Parse($"{{\"{key}\": 1}}").ShouldBeOfType<DocumentMap>().Entries.ShouldHaveSingleItem().Key.ShouldBe(key);
    }

    [Fact]
    public void Flow_style_YAML_that_is_no_JSON_is_read_as_YAML() => Show(Parse("{a: [b, 'c'], # why\n \"d\": e,}")).ShouldBe("{a: [b, 'c'], d: e}");

    [Theory]
    [InlineData("a: 1\nb:\n  - x\n  - {c: 'y'}\n")]
    [InlineData("{\"a\": 1,\n\"b\":\n   [\n\"x\",\n {\"c\": \"y\"}]}\n")]
    public void Every_node_and_key_knows_its_place_and_path(string text)
    {
        var lines = text.Split('\n');
        var document = Parse(text);
        foreach (var node in All(document).OfType<DocumentScalar>())
            lines[node.Position.Line - 1][(node.Position.Column - 1)..].TrimStart('"', '\'').ShouldStartWith(node.Value);
        foreach (var entry in All(document).OfType<DocumentMap>().SelectMany(map => map.Entries))
            lines[entry.KeyPosition.Line - 1][(entry.KeyPosition.Column - 1)..].TrimStart('"').ShouldStartWith(entry.Key);
        All(document).Select(node => node.Path).ShouldBe(["", "a", "b", "b[0]", "b[1]", "b[1].c"]);
    }

    [Theory]
    [InlineData("{\"😀é\": 1, \"b\": \"x\"}")]
    [InlineData("{ 😀é: 1   , \"b\": \"x\"}")]
    public void Columns_count_UTF_16_code_units_in_JSON_and_YAML(string text) =>
        Parse(text).ShouldBeOfType<DocumentMap>().Entries[1].Value.Position.ShouldBe(new DocumentPosition(1, 1 + text.IndexOf("\"x", StringComparison.Ordinal)));

    [Fact]
    public void A_key_that_is_no_word_stands_in_brackets_in_paths() =>
        All(Parse("a:\n  b.c: [1]\n")).Last().Path.ShouldBe("a[\"b.c\"][0]");

    [Fact]
    public void A_byte_order_mark_in_front_is_no_part_of_the_document()
    {
        Show(Parse("\uFEFFa: b")).ShouldBe("{a: b}");
        Show(Parse("\uFEFF{\"a\": \"b\"}")).ShouldBe("{a: 'b'}");
    }

    // § marks the place that must be reported
    [Theory]
    [InlineData("a: 1\nb: 2\n§a: 3\n", "a", "line 1, column 1")]
    [InlineData("x:\n  a: 1\n  §a: 3\n", "x.a", "line 2, column 3")]
    [InlineData("{\"a\": 1, §\"a\": 2}", "a", "line 1, column 2")]
    [InlineData("{\"a\": 1, §\"\\u0061\": 2}", "a", "line 1, column 2")]
    [InlineData("a: §*b\n", "a", "alias")]
    [InlineData("a: §&b c\n", "a", "anchor")]
    [InlineData("a: §&b [c]\n", "a", "anchor")]
    [InlineData("§&a b: c\n", "document", "anchor")]
    [InlineData("a: §!x b\n", "a", "tag")]
    [InlineData("a: §!!str 1\n", "a", "tag")]
    [InlineData("a: §! b\n", "a", "tag")]
    [InlineData("a: §!!map {b: c}\n", "a", "tag")]
    [InlineData("a:\n  §<<: {b: c}\n", "a", "merge")]
    [InlineData("a:\n  ? §[b]\n  : c\n", "a", "key is plain text")]
    [InlineData("{§{a: b}: c}\n", "document", "key is plain text")]
    [InlineData("{\"a\": 1, \"b\" §2}", "document", "colon is missing")]
    [InlineData("{'a' §'b'}", "document", "colon is missing")]
    [InlineData("{'a' # : no\n  §'b'}", "document", "colon is missing")]
    [InlineData("{a: {b: c} §d: e}", "document", "comma is missing")]
    [InlineData("x: {a: [b] # , no\n  §d: e}", "x", "comma is missing")]
    [InlineData("a: 1\n§---\nb: 2\n", "document", "second document")]
    [InlineData("§", "document", "empty")]
    [InlineData("§# nothing\n", "document", "empty")]
    public void What_the_registry_has_no_use_for_is_reported_where_it_stands(string marked, string subject, string part)
    {
        var (text, place) = Marked.Read(marked);
        var finding = RegistryDocument.Parse(text).Findings.ShouldHaveSingleItem();
        finding.Severity.ShouldBe(FindingSeverity.Error);
        finding.Position.ShouldBe(place);
        finding.Subject.ShouldBe(subject);
        finding.Message.ShouldContain(part);
    }

    [Theory]
    [InlineData("a: §'never closed\nb: c\n", "closing quote")]
    [InlineData("a:\n§\tb: c\n", "spaces")]
    [InlineData("a: b: c\n", "quotes")]
    [InlineData("a: §@b\n", "quotes")]
    [InlineData("a: §\"\\q\"\n", "escape")]
    [InlineData("a: §\"\\ud83d\"\n", "surrogate")]
    [InlineData("a: §[1, 2\nb: 3\n", "not closed")]
    [InlineData("a: §{b: [1, 2]\n", "not closed")]
    [InlineData("a:\n  - b\n§ c\n", "line it up")]
    [InlineData("{\"a\": 1, \"b\": 2, §3: }}", "JSON")]
    [InlineData("{\"a\": §", "JSON")]
    public void A_syntax_error_is_one_finding_that_says_what_to_do(string marked, string part)
    {
        var (text, place) = Marked.Read(marked);
        var parsed = RegistryDocument.Parse(text);
        parsed.Document.ShouldBeNull();
        var finding = parsed.Findings.ShouldHaveSingleItem();
        finding.Message.ShouldContain(part);
        if (marked.Contains('§', StringComparison.Ordinal)) finding.Position.Line.ShouldBe(place.Line);
    }

    [Fact]
    public void Reading_goes_on_after_what_is_refused()
    {
        var parsed = RegistryDocument.Parse("a: *x\nb: &y 1\na: 2\nc: !t 3\n<<: {}\nd: ok\n");
        parsed.Findings.Select(finding => finding.Position.Line).ShouldBe([1, 2, 3, 4, 5]);
        Show(parsed.Document!).ShouldBe("{a: refused, b: 1, c: refused, d: ok}");
    }

    [Fact]
    public void What_stands_before_a_syntax_error_is_reported_too() =>
        RegistryDocument.Parse("a: *x\nb: 'never closed\n").Findings.Select(finding => finding.Position.Line).ShouldBe([1, 2]);

    [Theory]
    [InlineData("issuer: a\0\ndeny: everything\n", 1, 10, "U+0000")]
    [InlineData("a: b\n\u001Bc: d\n", 2, 1, "U+001B")]
    [InlineData("{\"a\": \"\u007F\"}", 1, 8, "U+007F")]
    [InlineData("a: b\uFEFF\n", 1, 5, "U+FEFF")]
    [InlineData("a: b\u0085c: d\n", 1, 5, "U+0085")]
    [InlineData("a: b\u2028c: d\n", 1, 5, "U+2028")]
    [InlineData("a: b # \u202E tneilc ynA\n", 1, 8, "U+202E")]
    public void Characters_that_would_end_or_garble_the_document_are_refused(string text, int line, int column, string part)
    {
        var finding = RegistryDocument.Parse(text).Findings.ShouldHaveSingleItem();
        finding.Position.ShouldBe(new DocumentPosition(line, column));
        finding.Message.ShouldContain(part);
    }

    [Fact]
    public void Half_a_surrogate_pair_in_the_text_is_refused()
    {
        foreach (var half in new[] { '\uD83D', '\uDE00' })
        {
            var finding = RegistryDocument.Parse($"a: {half}x\n").Findings.ShouldHaveSingleItem();
            finding.Position.ShouldBe(new DocumentPosition(1, 4));
            finding.Message.ShouldContain("surrogate");
        }
    }

    [Fact]
    public void Half_a_surrogate_pair_in_a_JSON_escape_is_refused_in_keys_and_values()
    {
        var parsed = RegistryDocument.Parse("{\"a\": \"\\ud83d\", \"\\ude00\": 1, \"b\": 2}");
        parsed.Findings.Select(finding => finding.Position.Column).ShouldBe([7, 17]);
        Show(parsed.Document!).ShouldBe("{a: refused, b: 2}");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("- ")]
    [InlineData("{a: ")]
    [InlineData("{\"a\": ")]
    public void Nesting_of_64_levels_is_read_and_65_refused(string opening)
    {
        var close = opening[0] switch { '[' => "]", '{' => "}", _ => "" };
        string Nested(int levels) => string.Concat(Enumerable.Repeat(opening, levels)) + "1" + string.Concat(Enumerable.Repeat(close, levels));
        RegistryDocument.Parse(Nested(64)).Findings.ShouldBeEmpty();
        var refused = RegistryDocument.Parse(Nested(65));
        refused.Document.ShouldBeNull();
        refused.Findings.ShouldHaveSingleItem().Message.ShouldContain("64 levels");
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("{\"a\":")]
    [InlineData("\"")]
    [InlineData("? ")]
    [InlineData(": ")]
    [InlineData("&a ")]
    [InlineData("*a ")]
    [InlineData("---\n")]
    [InlineData("a: |\n")]
    public void A_document_of_openings_alone_ends_quickly_with_a_finding(string opening)
    {
        var text = string.Concat(Enumerable.Repeat(opening, 200_000 / opening.Length));
        RegistryDocument.Parse(text).Findings.ShouldNotBeEmpty();
    }

    [Fact]
    public void Four_mebibytes_are_read_and_a_byte_more_refused()
    {
        var text = "a: \"" + new string('é', (RegistryDocument.MaxBytes - 6) / 2) + "\"\n";
        Encoding.UTF8.GetByteCount(text).ShouldBe(RegistryDocument.MaxBytes);
        RegistryDocument.Parse(text).Findings.ShouldBeEmpty();
        var finding = RegistryDocument.Parse(text + " ").Findings.ShouldHaveSingleItem();
        finding.Position.ShouldBe(new DocumentPosition(1, 1));
        finding.Message.ShouldContain("4 MiB");
    }
}

/// <summary>Texts in which § marks a place.</summary>
static class Marked
{
    public static (string Text, DocumentPosition Place) Read(string marked)
    {
        var index = marked.IndexOf('§', StringComparison.Ordinal);
        if (index < 0) return (marked, default);
        var before = marked[..index];
        return (before + marked[(index + 1)..], new(before.Count(c => c == '\n') + 1, index - before.LastIndexOf('\n')));
    }
}
