namespace Cambist.Tests.Rules;

public class TextPatternTests
{
    [Theory]
    [InlineData("prod-*", "prod-", true)]
    [InlineData("prod-*", "prod-eu", true)]
    [InlineData("prod-*", "prod-eu/1", false)]
    [InlineData("prod-**", "prod-eu/1", true)]
    [InlineData("prod-*", "Prod-eu", false)]
    [InlineData("prod-*", "xprod-eu", false)]
    [InlineData("*", "", true)]
    [InlineData("*", "a", true)]
    [InlineData("*", "/", false)]
    [InlineData("**", "", true)]
    [InlineData("**", "/a/b/", true)]
    [InlineData("***", "/a/b/", true)]
    [InlineData("*-eu", "prod-eu", true)]
    [InlineData("*-eu", "prod-eu-eu", true)]
    [InlineData("*-eu", "a/prod-eu", false)]
    [InlineData("a*a", "a", false)]
    [InlineData("a*a", "aa", true)]
    [InlineData("refs/*/main", "refs/heads/main", true)]
    [InlineData("refs/*/main", "refs/heads/x/main", false)]
    [InlineData("refs/**/main", "refs/heads/x/main", true)]
    [InlineData("refs/**/main", "refs/main", false)]
    [InlineData("repo:*/*:ref:refs/heads/*", "repo:org/app:ref:refs/heads/main", true)]
    [InlineData("repo:*/*:ref:refs/heads/*", "repo:org/app:ref:refs/heads/a/b", false)]
    [InlineData("repo:*/*:ref:refs/heads/*", "repo:org:ref:refs/heads/main", false)]
    [InlineData("**a*b", "axa/xaxb", true)]
    [InlineData("**a*b", "axa/xb", false)]
    [InlineData("*a**b*c", "xa/y/bzc", true)]
    [InlineData("*a**b*c", "xa/y/bz/c", false)]
    [InlineData("ä*ö", "ä😀ö", true)]
    public void A_star_runs_to_the_next_slash_and_two_stars_run_anywhere(string pattern, string text, bool fits) =>
        new TextPattern(pattern).Matches(text).ShouldBe(fits);

    [Fact]
    public void It_agrees_with_a_matcher_that_simply_tries_everything()
    {
        // every pattern and every text of these letters up to these lengths, so that no combination is left out
        foreach (var pattern in Words("a/b*", 5).Where(p => p.Contains('*')))
        {
            var fast = new TextPattern(pattern);
            foreach (var text in Words("a/b", 5))
                fast.Matches(text).ShouldBe(TriesEverything(pattern, text), $"{pattern} on {text}");
        }
    }

    [Theory]
    [InlineData(62)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(127)]
    [InlineData(128)]
    [InlineData(700)]
    public void Long_patterns_carry_over_from_word_to_word(int length)
    {
        var literal = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        var pattern = new TextPattern($"*{literal}*");
        pattern.Matches(literal).ShouldBeTrue();
        pattern.Matches($"xx{literal}yy").ShouldBeTrue();
        pattern.Matches(literal.AsSpan(1)).ShouldBeFalse();
        pattern.Matches($"{literal[..^1]}#").ShouldBeFalse();
        pattern.Matches($"/{literal}").ShouldBeFalse();
    }

    [Theory]
    [InlineData("**a**a**a**a**a**a**a**a**a**b")]
    [InlineData("*a*a*a*a*a*a*a*a*a*b")]
    [InlineData("**aaaaaaaaaaaaaaaaaaaaaaaaab**")]
    [InlineData("**a*a**a*a**a*b*")]
    public void The_cost_is_one_step_a_character_for_the_worst_values_too(string pattern)
    {
        var matcher = new TextPattern(pattern);
        foreach (var value in new[] { new string('a', 16_000), string.Concat(Enumerable.Repeat("aaaaaaa/", 2_000)), new string('a', 15_999) + "c" })
        {
            matcher.Matches(value, out var steps).ShouldBeFalse();
            steps.ShouldBeLessThanOrEqualTo(value.Length);
        }
    }

    static IEnumerable<string> Words(string letters, int longest)
    {
        var words = new List<string> { "" };
        for (int from = 0, length = 0; length < longest; length++)
        {
            var to = words.Count;
            for (; from < to; from++) words.AddRange(letters.Select(letter => words[from] + letter).ToList());
        }

        return words;
    }

    static bool TriesEverything(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        if (pattern.IsEmpty) return text.IsEmpty;
        if (pattern[0] != '*') return !text.IsEmpty && text[0] == pattern[0] && TriesEverything(pattern[1..], text[1..]);
        var stars = pattern.IndexOfAnyExcept('*');
        if (stars < 0) stars = pattern.Length;
        for (var run = 0; run <= text.Length; run++)
        {
            if (stars == 1 && text[..run].Contains('/')) return false;
            if (TriesEverything(pattern[stars..], text[run..])) return true;
        }

        return false;
    }
}
