using static Cambist.Tests.Rules.Nodes;

namespace Cambist.Tests.Rules;

public class ConditionReaderTests
{
    readonly List<(DocumentPosition Position, string Message)> _errors = [];
    readonly Dictionary<string, Condition> _lists = [];

    ConditionSet Read(DocumentNode node) => ConditionReader.ReadSet(node, _lists, (position, message) => _errors.Add((position, message)));

    void IsRefused(DocumentNode condition, DocumentPosition at, params string[] words)
    {
        Read(Map(("c", condition))).Entries.ShouldBeEmpty();
        var (position, message) = _errors.ShouldHaveSingleItem();
        position.ShouldBe(at);
        foreach (var word in words) message.ShouldContain(word);
    }

    [Fact]
    public void Entries_keep_their_order_and_their_paths()
    {
        var set = Read(Map(("b.c", Plain("x")), ("/kubernetes.io~1a/b", Plain("1")), ("a", Plain("true"))));
        _errors.ShouldBeEmpty();
        set.Entries.Select(entry => string.Join(" ", entry.Path.Steps)).ShouldBe(["b c", "kubernetes.io/a b", "a"]);
    }

    public static TheoryData<string, string> Descriptions => new()
    {
        { "plain:x", "must be \"x\"" },
        { "plain:prod-*", "must be \"prod-*\"" },
        { "quoted:true", "must be \"true\"" },
        { "plain:true", "must be true" },
        { "plain:-4711", "must be -4711" },
        { "plain:1.0", "must be \"1.0\"" },
        { "plain:yes", "must be \"yes\"" },
        { "plain:True", "must be \"True\"" },
        { "plain:null", "must be \"null\"" },
        { "plain:2026-01-01", "must be \"2026-01-01\"" },
        { "plain:007", "must be \"007\"" },
        { "plain:+5", "must be \"+5\"" },
        { "plain:-0", "must be \"-0\"" },
        { "plain:-", "must be \"-\"" },
        { "plain:0", "must be 0" },
        { "plain:9223372036854775807", "must be 9223372036854775807" },
        { "quoted:", "must be \"\"" },
    };

    [Theory]
    [MemberData(nameof(Descriptions))]
    public void Only_a_plain_integer_true_or_false_is_more_than_a_string(string scalar, string words)
    {
        var node = scalar.StartsWith("plain:", StringComparison.Ordinal) ? Plain(scalar[6..]) : Quoted(scalar[7..]);
        Read(Map(("c", node))).Entries.ShouldHaveSingleItem().Condition.Describe().ShouldBe(words);
    }

    [Fact]
    public void Operators_are_described_in_words()
    {
        _lists["admins"] = ConditionReader.ReadOne(List(Plain("a")), (_, message) => Assert.Fail(message))!;
        (DocumentNode Node, string Words)[] cases =
        [
            (List(Plain("a"), Plain("b*"), Plain("5")), "must be one of \"a\", \"b*\", 5"),
            (Map(("in", Plain("admins"))), "must be in the list admins"),
            (Map(("equals", Plain("a*"))), "must be \"a*\""),
            (Map(("not", Plain("a"))), "must not be \"a\""),
            (Map(("not", Map(("not", Plain("a"))))), "must be \"a\""),
            (Map(("contains", Plain("a"))), "must contain \"a\""),
            (Map(("not", Map(("contains", List(Plain("a"), Plain("b")))))), "must not contain one of \"a\", \"b\""),
            (Map(("contains", Map(("not", Plain("a"))))), "must contain an element that must not be \"a\""),
            (Map(("exists", Plain("true"))), "must exist"),
            (Map(("exists", Plain("false"))), "must not exist"),
            (Map(("not", Map(("exists", Plain("false"))))), "must exist"),
            (Map(("at_least", Plain("5"))), "must be at least 5"),
            (Map(("at_most", Plain("-5"))), "must be at most -5"),
        ];
        foreach (var (node, words) in cases) Read(Map(("c", node))).Entries[0].Condition.Describe().ShouldBe(words);
        _errors.ShouldBeEmpty();
    }

    [Fact]
    public void A_long_list_is_cut_in_descriptions() =>
        Read(Map(("c", List([.. Enumerable.Range(1, 13).Select(i => Plain($"{i}"))])))).Entries[0].Condition.Describe()
            .ShouldBe("must be one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more");

    [Fact]
    public void An_empty_where_never_means_everybody()
    {
        Read(Map()).Entries.ShouldBeEmpty();
        _errors.ShouldHaveSingleItem().Message.ShouldContain("leave it out");
    }

    [Fact]
    public void A_where_that_is_no_map_is_refused()
    {
        Read(List(Plain("sub")));
        Read(Plain("sub"));
        _errors.Count.ShouldBe(2);
    }

    [Fact]
    public void An_empty_list_is_refused() => IsRefused(List(), new(8, 8), "empty");

    [Fact]
    public void Operators_and_lists_do_not_stand_in_lists()
    {
        IsRefused(List(Plain("a"), Map(("not", Plain("b")))), new(7, 7), "operators stand outside");
        _errors.Clear();
        IsRefused(List(List(Plain("a"))), new(8, 8), "lists in lists");
    }

    [Fact]
    public void Nothing_written_is_not_the_empty_string() => IsRefused(Plain(""), new(9, 9), "\"\"", "exists: false");

    [Fact]
    public void An_integer_beyond_64_bits_is_refused() => IsRefused(Plain("9223372036854775808"), new(9, 9), "64 bits", "quotes");

    [Fact]
    public void A_misspelt_operator_is_told_the_nearest() => IsRefused(Map(("at_leest", Plain("5"))), new(1, 3), "at_leest", "did you mean at_least?");

    [Fact]
    public void A_nested_map_is_told_to_use_dots() => IsRefused(Map(("namespace", Plain("x"))), new(1, 3), "write c.namespace");

    [Fact]
    public void Several_operators_in_one_map_are_refused() =>
        IsRefused(Map(("at_least", Plain("1")), ("at_most", Plain("5"))), new(2, 3), "at_least, at_most");

    [Fact]
    public void An_empty_map_is_refused() => IsRefused(Map(), new(7, 7), "exists, at_least");

    [Fact]
    public void An_unknown_list_is_told_the_nearest_or_how_to_declare_it()
    {
        IsRefused(Map(("in", Plain("admins"))), new(9, 9), "lists: { admins: [ … ] }");
        _errors.Clear();
        _lists["admins"] = ConditionReader.ReadOne(Plain("a"), (_, message) => Assert.Fail(message))!;
        IsRefused(Map(("in", Plain("admin"))), new(9, 9), "did you mean admins?");
    }

    [Theory]
    [InlineData("in")]
    [InlineData("equals")]
    [InlineData("exists")]
    [InlineData("at_least")]
    [InlineData("at_most")]
    public void A_list_is_refused_where_none_can_be(string key) => IsRefused(Map((key, List(Plain("1"), Plain("2")))), new(8, 8), key);

    [Theory]
    [InlineData("1.5")]
    [InlineData("x")]
    [InlineData("9223372036854775808")]
    [InlineData("")]
    public void A_bound_is_a_whole_number_of_64_bits(string bound) => IsRefused(Map(("at_least", Plain(bound))), new(9, 9), "whole number");

    [Fact]
    public void A_quoted_bound_or_exists_is_refused()
    {
        IsRefused(Map(("at_most", Quoted("5"))), new(9, 9), "without quotes");
        _errors.Clear();
        IsRefused(Map(("exists", Quoted("true"))), new(9, 9), "true or false");
    }

    [Fact]
    public void Exists_says_nothing_of_an_element() => IsRefused(Map(("contains", Map(("exists", Plain("true"))))), new(7, 7), "always exist");

    [Theory]
    [InlineData("act.act.sub")]
    [InlineData("/act/act/sub")]
    [InlineData("act.act")]
    public void Only_the_outermost_act_may_be_tested(string path)
    {
        Read(Map((path, Plain("x"))));
        _errors.ShouldHaveSingleItem().Message.ShouldContain("outermost act");
    }

    [Theory]
    [InlineData("act.sub")]
    [InlineData("may_act.act")]
    [InlineData("context.act.act")]
    public void Other_claims_named_act_are_free(string path)
    {
        Read(Map((path, Plain("x")))).Entries.Length.ShouldBe(1);
        _errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("", "missing")]
    [InlineData("a..b", "JSON pointer")]
    [InlineData("/a~2", "JSON pointer")]
    [InlineData("https://example.com/roles", "'/https:~1~1example.com~1roles'")]
    [InlineData("kubernetes.io/namespace", "'/kubernetes.io~1namespace'")]
    public void A_bad_claim_name_is_refused_with_the_pointer_to_write(string path, string words)
    {
        Read(Map((path, Plain("x")))).Entries.ShouldBeEmpty();
        var (position, message) = _errors.ShouldHaveSingleItem();
        position.ShouldBe(new(1, 3));
        message.ShouldContain(words);
    }

    [Fact]
    public void Every_error_is_reported_at_once()
    {
        Read(Map(("a..b", Map(("nott", Plain("x")))), ("c", List(List(), Plain(""))), ("d", Map(("not", Map(("contains", List()))))), ("e", Plain("fine"))))
            .Entries.ShouldHaveSingleItem().Path.Text.ShouldBe("e");
        _errors.Count.ShouldBe(5);
    }

    [Fact]
    public void An_entry_of_lists_holds_scalars_only()
    {
        ConditionReader.ReadOne(Map(("in", Plain("other"))), (position, message) => _errors.Add((position, message))).ShouldBeNull();
        ConditionReader.ReadOne(List(), (position, message) => _errors.Add((position, message))).ShouldBeNull();
        ConditionReader.ReadOne(List(Plain("a"), Map(("in", Plain("b")))), (position, message) => _errors.Add((position, message))).ShouldBeNull();
        _errors.Count.ShouldBe(3);
    }
}
