namespace Cambist.Tests;

public class SpellingTests
{
    [Theory]
    [InlineData("raed", "read", "known")]
    [InlineData("usre", "user", "login")]
    [InlineData("isuser", "issuer", "issuers")]
    [InlineData("ab", "ba", "xyz")]
    [InlineData("biling", "billing", "bill")]
    [InlineData("default-target", "default_target", "targets")]
    public void The_name_that_was_meant_is_found(string written, string meant, string other) => Spelling.Nearest(written, [other, meant]).ShouldBe(meant);

    [Theory]
    [InlineData("pop", "dpop-x")]
    [InlineData("abc", "cba")] // no neighbours
    [InlineData("x", "a-long-name")]
    public void What_is_far_is_nobodys(string written, string known) => Spelling.Nearest(written, [known]).ShouldBeNull();
}
