using System.Text;
using static Cambist.Tests.Rules.Nodes;

namespace Cambist.Tests.Rules;

public class ConditionTests
{
    const string Yes = nameof(ConditionResult.Yes);
    const string No = nameof(ConditionResult.No);
    const string Undecided = nameof(ConditionResult.Undecided);

    static readonly Dictionary<string, Condition> Lists = new() { ["admins"] = ConditionReader.ReadOne(List(Plain("ann"), Plain("root-*")), Fail)! };

    static void Fail(DocumentPosition position, string message) => Assert.Fail($"{position} {message}");

    static Claims Parse(string json)
    {
        Claims.TryParse(Encoding.UTF8.GetBytes(json), out var claims, out var fault).ShouldBeTrue(fault.ToString());
        return claims!;
    }

    /// <summary>Tests a condition on a claim of this JSON; nothing at all for a missing claim.</summary>
    static string Test(DocumentNode condition, string json)
    {
        var entry = ConditionReader.ReadSet(Map(("c", condition)), Lists, Fail).Entries[0];
        Parse(json.Length == 0 ? "{}" : $$"""{"c":{{json}}}""").TryGet(entry.Path, out var claim);
        return entry.Condition.Test(claim).ToString();
    }

    [Theory]
    [InlineData("\"prod\"", Yes)]
    [InlineData("\"\\u0070rod\"", Yes)]
    [InlineData("\"Prod\"", No)]
    [InlineData("\"prod \"", No)]
    [InlineData("\"\"", No)]
    [InlineData("[\"prod\"]", Undecided)]
    [InlineData("{\"prod\":1}", Undecided)]
    [InlineData("true", Undecided)]
    [InlineData("1", Undecided)]
    [InlineData("null", Undecided)]
    [InlineData("", Undecided)]
    public void A_string_matches_that_string_only(string json, string result)
    {
        Test(Plain("prod"), json).ShouldBe(result);
        Test(Quoted("prod"), json).ShouldBe(result);
    }

    [Theory]
    [InlineData("\"prod-eu\"", Yes)]
    [InlineData("\"prod-\\u00e4\"", Yes)]
    [InlineData("\"prod-a\\/b\"", No)]
    [InlineData("\"pr\\u006fd-a\\u002fb\"", No)]
    [InlineData("[\"prod-eu\"]", Undecided)]
    [InlineData("", Undecided)]
    public void A_pattern_sees_the_unescaped_string(string json, string result) => Test(Quoted("prod-*"), json).ShouldBe(result);

    [Fact]
    public void A_pattern_sees_the_whole_of_a_long_string()
    {
        foreach (var length in new[] { 250, 251, 252, 255, 256, 257, 5000 })
        {
            Test(Plain("*b"), $"\"{new string('a', length)}b\"").ShouldBe(Yes);
            Test(Plain("*b"), $"\"{new string('ä', length)}b\"").ShouldBe(Yes);
            Test(Plain("*b"), $"\"{new string('a', length)}\"").ShouldBe(No);
        }
    }

    [Theory]
    [InlineData("4711", Yes)]
    [InlineData("\"4711\"", Yes)]
    [InlineData("4712", No)]
    [InlineData("4711.5", No)]
    [InlineData("1e400", No)]
    [InlineData("\"04711\"", No)]
    [InlineData("\"4711.0\"", No)]
    [InlineData("true", Undecided)]
    [InlineData("null", Undecided)]
    [InlineData("[4711]", Undecided)]
    [InlineData("", Undecided)]
    public void A_plain_integer_matches_the_number_or_the_string_of_the_same_text(string json, string result) =>
        Test(Plain("4711"), json).ShouldBe(result);

    [Theory]
    [InlineData("\"4711\"", Yes)]
    [InlineData("4711", Undecided)]
    public void A_quoted_integer_matches_the_string_only(string json, string result) => Test(Quoted("4711"), json).ShouldBe(result);

    [Theory]
    [InlineData("9007199254740993", Yes)]
    [InlineData("9007199254740992", No)]
    public void Integers_are_compared_with_all_64_bits(string json, string result) => Test(Plain("9007199254740993"), json).ShouldBe(result);

    [Theory]
    [InlineData("true", "true", Yes)]
    [InlineData("true", "\"true\"", Yes)]
    [InlineData("true", "false", No)]
    [InlineData("true", "\"false\"", No)]
    [InlineData("true", "\"TRUE\"", No)]
    [InlineData("true", "1", Undecided)]
    [InlineData("true", "", Undecided)]
    [InlineData("false", "false", Yes)]
    [InlineData("false", "\"false\"", Yes)]
    [InlineData("false", "true", No)]
    [InlineData("false", "null", Undecided)]
    [InlineData("false", "", Undecided)]
    public void A_plain_true_or_false_matches_the_value_or_the_string_of_the_same_text(string written, string json, string result) =>
        Test(Plain(written), json).ShouldBe(result);

    [Theory]
    [InlineData("true", Undecided)]
    [InlineData("\"true\"", Yes)]
    public void A_quoted_true_matches_the_string_only(string json, string result) => Test(Quoted("true"), json).ShouldBe(result);

    [Theory]
    [InlineData("\"a\"", Yes)]
    [InlineData("\"b-1\"", Yes)]
    [InlineData("5", Yes)]
    [InlineData("\"5\"", Yes)]
    [InlineData("\"c\"", No)]
    [InlineData("6", Undecided)] // a and b-* are not about numbers: nothing that dodges a deny entry
    [InlineData("[\"a\"]", Undecided)]
    [InlineData("", Undecided)]
    public void A_list_is_one_of(string json, string result) => Test(List(Plain("a"), Plain("b-*"), Plain("5")), json).ShouldBe(result);

    [Theory]
    [InlineData("\"ann\"", Yes)]
    [InlineData("\"root-1\"", Yes)]
    [InlineData("\"bob\"", No)]
    [InlineData("7", Undecided)]
    [InlineData("", Undecided)]
    public void In_is_one_of_a_named_list(string json, string result) => Test(Map(("in", Plain("admins"))), json).ShouldBe(result);

    [Theory]
    [InlineData("\"a*\"", Yes)]
    [InlineData("\"ab\"", No)]
    [InlineData("[\"a*\"]", Undecided)]
    public void Equals_takes_stars_for_stars(string json, string result) => Test(Map(("equals", Plain("a*"))), json).ShouldBe(result);

    [Theory]
    [InlineData("\"a\"", No)]
    [InlineData("\"b\"", Yes)]
    [InlineData("5", Undecided)]
    [InlineData("[\"b\"]", Undecided)]
    [InlineData("null", Undecided)]
    [InlineData("", Undecided)]
    public void Not_leaves_a_missing_claim_or_another_type_undecided(string json, string result)
    {
        Test(Map(("not", Plain("a"))), json).ShouldBe(result);
        Test(Map(("not", List(Plain("a"), Plain("c")))), json).ShouldBe(result);
        Test(Map(("not", Map(("not", Map(("not", Plain("a"))))))), json).ShouldBe(result);
    }

    [Theory]
    [InlineData("[\"x\",\"a\"]", Yes, No)]
    [InlineData("[\"a\",5]", Yes, No)]
    [InlineData("[\"x\",\"y\"]", No, Yes)]
    [InlineData("[]", No, Yes)]
    [InlineData("[\"x\",5]", Undecided, Undecided)] // an element of another type: neither surely in nor surely not
    [InlineData("[[\"a\"]]", Undecided, Undecided)]
    [InlineData("\"a\"", Undecided, Undecided)]
    [InlineData("{\"a\":1}", Undecided, Undecided)]
    [InlineData("null", Undecided, Undecided)]
    [InlineData("", Undecided, Undecided)]
    public void Contains_tests_the_elements_of_an_array(string json, string result, string opposite)
    {
        Test(Map(("contains", Plain("a"))), json).ShouldBe(result);
        Test(Map(("not", Map(("contains", Plain("a"))))), json).ShouldBe(opposite);
    }

    [Fact]
    public void Contains_takes_patterns_lists_and_operators()
    {
        Test(Map(("contains", Plain("adm*"))), "[\"x\",\"admins\"]").ShouldBe(Yes);
        Test(Map(("contains", List(Plain("a"), Plain("b")))), "[\"x\",\"b\"]").ShouldBe(Yes);
        Test(Map(("contains", Map(("at_least", Plain("5"))))), "[1,9]").ShouldBe(Yes);
        Test(Map(("contains", Map(("at_least", Plain("5"))))), "[1,2]").ShouldBe(No);
        Test(Map(("contains", Map(("contains", Plain("a"))))), "[[\"b\"],[\"a\"]]").ShouldBe(Yes);
        Test(Map(("contains", Plain("5"))), "[\"5\"]").ShouldBe(Yes);
    }

    [Theory]
    [InlineData("null", true)]
    [InlineData("false", true)]
    [InlineData("[]", true)]
    [InlineData("\"\"", true)]
    [InlineData("", false)]
    public void Exists_is_taken_literally(string json, bool isThere)
    {
        Test(Map(("exists", Plain("true"))), json).ShouldBe(isThere ? Yes : No);
        Test(Map(("exists", Plain("false"))), json).ShouldBe(isThere ? No : Yes);
        Test(Map(("not", Map(("exists", Plain("true"))))), json).ShouldBe(isThere ? No : Yes);
    }

    [Theory]
    [InlineData("5", Yes, Yes)]
    [InlineData("6", Yes, No)]
    [InlineData("4", No, Yes)]
    [InlineData("-9223372036854775808", No, Yes)]
    [InlineData("9223372036854775807", Yes, No)]
    [InlineData("9223372036854775808", Undecided, Undecided)]
    [InlineData("5.5", Undecided, Undecided)]
    [InlineData("\"5\"", Undecided, Undecided)]
    [InlineData("true", Undecided, Undecided)]
    [InlineData("[5]", Undecided, Undecided)]
    [InlineData("", Undecided, Undecided)]
    public void Bounds_compare_whole_numbers(string json, string atLeast, string atMost)
    {
        Test(Map(("at_least", Plain("5"))), json).ShouldBe(atLeast);
        Test(Map(("at_most", Plain("5"))), json).ShouldBe(atMost);
    }

    [Fact]
    public void Nested_and_pointed_claims_are_found()
    {
        var set = ConditionReader.ReadSet(Map(("act.sub", Plain("web")), ("/kubernetes.io/namespace", Plain("prod"))), Lists, Fail);
        set.FirstUnmet(Parse("""{"act":{"sub":"web"},"kubernetes.io":{"namespace":"prod"}}""")).ShouldBeNull();
        set.FirstUnmet(Parse("""{"act":{"sub":"web"},"kubernetes.io":{"namespace":"test"}}"""))!.Path.Text.ShouldBe("/kubernetes.io/namespace");
        set.FirstUnmet(Parse("""{"act.sub":"web","kubernetes.io":{"namespace":"prod"}}"""))!.Path.Text.ShouldBe("act.sub");
    }

    [Theory]
    [InlineData("""{"a":"x","b":true}""", true, true)]
    [InlineData("""{"a":"y","b":true}""", false, false)]
    [InlineData("""{"a":"x"}""", false, true)]
    [InlineData("""{"a":["x"],"b":true}""", false, true)]
    [InlineData("""{"a":["y"],"b":false}""", false, false)]
    [InlineData("{}", false, true)]
    public void A_rule_takes_undecided_for_no_and_a_deny_entry_for_yes(string json, bool rule, bool deny)
    {
        var set = ConditionReader.ReadSet(Map(("a", Plain("x")), ("b", Plain("true"))), Lists, Fail);
        (set.FirstUnmet(Parse(json)) is null).ShouldBe(rule);
        set.MayHold(Parse(json)).ShouldBe(deny);
    }
}
