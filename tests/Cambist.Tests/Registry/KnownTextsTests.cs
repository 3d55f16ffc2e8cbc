using System.Text;
using Cambist.Protocol;

namespace Cambist.Tests;

public sealed class KnownTextsTests
{
    static readonly Registry Registry = RegistryText.Load("""
        issuer: https://sts.example.com
        resources: { orders: { identifiers: https://orders.example, scopes: [read] } }
        clients: { web: { jwks_uri: https://web.example/jwks } }
        """);

    [Fact]
    public void What_the_registry_or_the_protocol_names_is_one_string_however_often_it_comes()
    {
        foreach (var name in (string[])["orders", "https://orders.example", "read", "web", GrantTypes.TokenExchange, TokenTypes.IdToken])
            ReferenceEquals(TextOf(name), TextOf(name)).ShouldBeTrue(name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("Orders")]
    [InlineData("orders ")]
    [InlineData("https://orders.example/")]
    [InlineData("größer als 🦊")]
    public void Any_other_text_is_read_to_the_character(string text) => TextOf(text).ShouldBe(text);

    [Theory]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(60_000)]
    public void Text_of_any_length_is_read_whole(int length)
    {
        var text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        TextOf(text).ShouldBe(text);
        TextOf(text[1..] + "é").ShouldBe(text[1..] + "é");
    }

    [Theory]
    [InlineData(new byte[] { 0xFF })]
    [InlineData(new byte[] { (byte)'w', (byte)'e', (byte)'b', 0x80 })]
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 })]
    public void What_is_no_UTF_8_is_read_as_ever_and_is_nobodys_name(byte[] bytes) => Registry.TextOf(bytes).ShouldBe(Encoding.UTF8.GetString(bytes));

    static string TextOf(string text) => Registry.TextOf(Encoding.UTF8.GetBytes(text));
}
