using System.Text;

namespace Cambist.Tests.Rules;

public class SubjectTemplateTests
{
    static SubjectTemplate Template(string text)
    {
        SubjectTemplate.TryParse(text, out var template, out var error).ShouldBeTrue(error);
        return template!;
    }

    static string? Expand(string template, string json)
    {
        Claims.TryParse(Encoding.UTF8.GetBytes(json), out var claims, out var fault).ShouldBeTrue(fault.ToString());
        return Template(template).Expand(claims!);
    }

    [Theory]
    [InlineData("gitlab:{project_id}", """{"project_id":4711}""", "gitlab:4711")]
    [InlineData("gitlab:{project_id}", """{"project_id":"4711"}""", "gitlab:4711")]
    [InlineData("gitlab:{project_id}", """{"project_id":-1}""", "gitlab:-1")]
    [InlineData("{sub}", """{"sub":"ann"}""", "ann")]
    [InlineData("{sub}", """{"sub":"a:b%c"}""", "a:b%c")]
    [InlineData("k8s:{sub}", """{"sub":"system:serviceaccount:ns:name"}""", "k8s:system:serviceaccount:ns:name")]
    [InlineData("k8s:{/kubernetes.io/pod.name}", """{"kubernetes.io":{"pod.name":"x"}}""", "k8s:x")]
    [InlineData("a:b:{x}:end", """{"x":"1"}""", "a:b:1:end")]
    [InlineData("{{a}}:{x}", """{"x":"1"}""", "{a}:1")]
    [InlineData("i:{x}", """{"x":"{y}","y":"no"}""", "i:{y}")]
    [InlineData("i:{x}", """{"x":"\u0061\u00e4"}""", "i:aä")]
    public void A_subject_is_named_by_its_template(string template, string json, string name) => Expand(template, json).ShouldBe(name);

    [Theory]
    [InlineData("""{"a":"1","b":"2"}""", "gh:1:2")]
    [InlineData("""{"a":"1:2","b":"3"}""", "gh:1%3A2:3")]
    [InlineData("""{"a":"1","b":"2:3"}""", "gh:1:2%3A3")]
    [InlineData("""{"a":"1%3A2","b":"3"}""", "gh:1%253A2:3")]
    [InlineData("""{"a":"%","b":7}""", "gh:%25:7")]
    public void With_several_claims_the_values_are_percent_encoded(string json, string name) => Expand("gh:{a}:{b}", json).ShouldBe(name);

    [Fact]
    public void No_two_pairs_of_values_share_a_name()
    {
        var values = new List<string>();
        for (var i = 0; i < 4 * 4 * 4; i++) values.Add($"{":%3A"[i / 16]}{":%3A"[i / 4 % 4]}{":%3A"[i % 4]}");
        values.AddRange([":", "%", "%3", "%3A", ":3A", "%25"]);
        foreach (var template in new[] { "p:{a}:{b}", "p:{a}%3A:3A{b}", "p:{a}/:{b}:" })
        {
            var names = values.Distinct().SelectMany(a => values.Distinct().Select(b => Expand(template, $$"""{"a":"{{a}}","b":"{{b}}"}"""))).ToList();
            names.ShouldNotContain((string?)null);
            names.Distinct().Count().ShouldBe(names.Count);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"x":""}""")]
    [InlineData("""{"x":null}""")]
    [InlineData("""{"x":true}""")]
    [InlineData("""{"x":1.5}""")]
    [InlineData("""{"x":9223372036854775808}""")]
    [InlineData("""{"x":["a"]}""")]
    [InlineData("""{"x":{"y":"a"}}""")]
    [InlineData("""{"x":"a\u0000b"}""")]
    [InlineData("""{"x":"a\nb"}""")]
    [InlineData("""{"x":"a\u007fb"}""")]
    [InlineData("""{"x":"a\u0085b"}""")]
    public void Anything_but_a_non_empty_string_or_integer_names_nobody(string json)
    {
        Expand("i:{x}", json).ShouldBeNull();
        Expand("{x}", json).ShouldBeNull();
        Expand("i:{x}:{x}", json).ShouldBeNull();
    }

    [Theory]
    [InlineData(255, true)]
    [InlineData(256, false)]
    [InlineData(5000, false)]
    public void A_name_has_255_characters_at_most(int length, bool fits)
    {
        var value = new string('v', length - 2);
        Expand("i:{x}", $$"""{"x":"{{value}}"}""").ShouldBe(fits ? $"i:{value}" : null);
        Expand("i:{x}", $$"""{"x":"\u0076{{value[1..]}}"}""").ShouldBe(fits ? $"i:{value}" : null);
        Expand("{x}", $$"""{"x":"vv{{value}}"}""").ShouldBe(fits ? $"vv{value}" : null);
        Expand("{x}", $$"""{"x":"\u0076v{{value}}"}""").ShouldBe(fits ? $"vv{value}" : null);
    }

    [Theory]
    [InlineData(83, true)]
    [InlineData(84, false)]
    public void Encoding_counts_toward_the_255(int colons, bool fits) =>
        (Expand("i:{n}:{x}", $$"""{"n":1,"x":"{{new string(':', colons)}}"}""") is not null).ShouldBe(fits);

    [Fact]
    public void A_number_that_does_not_fit_any_more_names_nobody() =>
        Expand($"{new string('p', 251)}:{{x}}", """{"x":12345}""").ShouldBeNull();

    [Fact]
    public void Prefix_bareness_and_paths_are_told()
    {
        Template("gitlab:{a}:{b}").Prefix.ShouldBe("gitlab:");
        Template("gitlab:{a}:{b}").IsBare.ShouldBeFalse();
        Template("gitlab:{a}:{b}:{a}").Paths.Select(path => path.Text).ShouldBe(["a", "b"]);
        Template("{oid}").Prefix.ShouldBe("");
        Template("{oid}").IsBare.ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("gitlab:", "names no claim")]
    [InlineData("gitlab{sub}", "ends in ':'")]
    [InlineData("gitlab:x{sub}", "ends in ':'")]
    [InlineData(":{sub}", "ends in ':'")]
    [InlineData("{sub}:x", "one claim alone")]
    [InlineData("{iss}:{sub}", "one claim alone")]
    [InlineData("i:{a}{b}", "there must be a ':'")]
    [InlineData("i:{a}/{b}", "there must be a ':'")]
    [InlineData("i:{a}:{b}{c}", "there must be a ':'")]
    [InlineData("i\n:{a}", "control character")]
    [InlineData("i:{a", "not closed")]
    public void What_could_confuse_subjects_is_refused_in_words(string text, string words)
    {
        SubjectTemplate.TryParse(text, out var template, out var error).ShouldBeFalse();
        template.ShouldBeNull();
        error!.ShouldContain(words);
    }
}
