namespace Cambist.Tests;

/// <summary>What a terminal would obey, or nobody sees, is written as an escape.</summary>
public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("plain, größer, 日本, 😀", "plain, größer, 日本, 😀")]
    [InlineData("a\e[31m\r\n", "a\\u001b[31m\\u000d\\u000a")]
    [InlineData("a\u202eb\u200b\u2028", "a\\u202eb\\u200b\\u2028")]
    [InlineData("a\U000E0000\U000E0041\U000E007Fb", "a\\udb40\\udc00\\udb40\\udc41\\udb40\\udc7fb")]
    public void Text_stays_in_one_visible_line(string text, string shown) => PrintableText.Of(text).ShouldBe(shown);

    [Fact]
    public void Half_a_character_is_an_escape() // no attribute can hold one
    {
        PrintableText.Of("a" + (char)0xd800).ShouldBe("a\\ud800");
        PrintableText.Of((char)0xdc00 + "a").ShouldBe("\\udc00a");
    }
}
