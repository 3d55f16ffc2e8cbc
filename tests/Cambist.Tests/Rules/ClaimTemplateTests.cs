using System.Text;
using System.Text.Json;

namespace Cambist.Tests.Rules;

public class ClaimTemplateTests
{
    const string Ann = """{"given":"Ann","family":"Äß \"x\"","n":5,"big":9223372036854775808,"half":0.5,"whole":2.0,"yes":true,"no":false,"nil":null,"list":["a",{"b":1}],"o":{"p":"q"},"k.io":{"ns":"prod"},"braces":"{given}"}""";

    static ClaimTemplate Template(string text)
    {
        ClaimTemplate.TryParse(text, out var template, out var error).ShouldBeTrue(error);
        template!.Text.ShouldBe(text);
        return template;
    }

    static string? Write(string text, string json)
    {
        Claims.TryParse(Encoding.UTF8.GetBytes(json), out var claims, out var fault).ShouldBeTrue(fault.ToString());
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            if (!Template(text).TryWrite(writer, "x", claims!))
            {
                writer.BytesPending.ShouldBe(1);
                return null;
            }

            writer.WriteEndObject();
        }

        using var written = JsonDocument.Parse(stream.ToArray());
        return written.RootElement.GetProperty("x").GetRawText();
    }

    [Theory]
    [InlineData("{n}", "5")]
    [InlineData("{big}", "9223372036854775808")]
    [InlineData("{half}", "0.5")]
    [InlineData("{yes}", "true")]
    [InlineData("{nil}", "null")]
    [InlineData("{list}", """["a",{"b":1}]""")]
    [InlineData("{o}", """{"p":"q"}""")]
    [InlineData("{o.p}", "\"q\"")]
    [InlineData("{/k.io/ns}", "\"prod\"")]
    [InlineData("{braces}", "\"{given}\"")]
    public void One_claim_alone_keeps_its_JSON_type(string template, string json) => Write(template, Ann).ShouldBe(json);

    [Theory]
    [InlineData("constant", "constant")]
    [InlineData("{given} {family}", "Ann Äß \"x\"")]
    [InlineData("{given}{n}", "Ann5")]
    [InlineData(" {whole}", " 2")]
    [InlineData("{yes}/{no}", "true/false")]
    [InlineData("{{{given}}}", "{Ann}")]
    [InlineData("{{given}}", "{given}")]
    [InlineData("<{braces}>", "<{given}>")]
    public void Elsewhere_claims_are_put_in_as_text_and_never_expanded_again(string template, string text) =>
        JsonSerializer.Deserialize<string>(Write(template, Ann)!).ShouldBe(text);

    [Theory]
    [InlineData("{missing}")]
    [InlineData("{o.missing}")]
    [InlineData("{given.x}")]
    [InlineData("{given} {missing}")]
    [InlineData("{given} {nil}")]
    [InlineData("{given} {half}")]
    [InlineData("{given} {big}")]
    [InlineData("{given} {list}")]
    [InlineData("{given} {o}")]
    public void A_missing_claim_or_one_that_is_no_text_leaves_the_entry_out(string template) => Write(template, Ann).ShouldBeNull();

    [Theory]
    [InlineData(250)]
    [InlineData(300)]
    [InlineData(7000)]
    public void Long_values_are_whole(int length)
    {
        var value = new string('v', length);
        Write("{a}-{a}-{b}", $$"""{"a":"{{value}}","b":"\u0062"}""").ShouldBe($"\"{value}-{value}-b\"");
    }

    [Fact]
    public void Paths_are_named_once_each() =>
        Template("{a} {b.c} {/b/c} {a}").Paths.Select(path => path.Text).ShouldBe(["a", "b.c"]);

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{", "not closed")]
    [InlineData("x{a", "not closed")]
    [InlineData("a}", "closes nothing")]
    [InlineData("{a}}", "closes nothing")]
    [InlineData("{}", "missing")]
    [InlineData("{a..b}", "names no claim")]
    [InlineData("{https://example.com/roles}", "/https:~1~1example.com~1roles")]
    public void What_is_no_template_is_refused_in_words(string text, string words)
    {
        ClaimTemplate.TryParse(text, out var template, out var error).ShouldBeFalse();
        template.ShouldBeNull();
        error!.ShouldContain(words);
    }
}
