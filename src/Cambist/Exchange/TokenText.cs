using System.Text;

namespace Cambist;

/// <summary>
/// A token as it was sent, in UTF-8: what arrives as bytes and is verified as bytes need not become a string in between, which would take
/// twice as much memory. Text converts to it. It prints nothing of itself.
/// </summary>
/// <param name="utf8">The token. It must not change as long as the request is under way.</param>
public readonly struct TokenText(ReadOnlyMemory<byte> utf8)
{
    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Utf8 => utf8;

    /// <summary>The bytes of a token that is at hand as text; for one that may be absent see <see cref="FromOptional"/>.</summary>
    /// <exception cref="ArgumentNullException">The text is null.</exception>
    public static implicit operator TokenText(string text) => FromString(text);

    /// <inheritdoc cref="op_Implicit(string)"/>
    public static TokenText FromString(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>The same for a token that may be absent: null of null.</summary>
    public static TokenText? FromOptional(string? text) => text is null ? (TokenText?)null : FromString(text);

    /// <summary>Whether it begins with one of our prefixes, which are ASCII.</summary>
    internal bool StartsWith(string prefix) => utf8.Length >= prefix.Length && Ascii.Equals(utf8.Span[..prefix.Length], prefix);

    /// <summary>The token as text, for those who can take nothing else: code of the application, and requests to other servers.</summary>
    internal string Reveal() => Encoding.UTF8.GetString(utf8.Span);

    /// <summary>Keeps the token out of logs and debuggers.</summary>
    public override string ToString() => nameof(TokenText);
}
