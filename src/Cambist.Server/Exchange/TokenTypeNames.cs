namespace Cambist.Server;

/// <summary>Token types as they are typed: by the registry's short names, or as the URIs that they are on the wire (RFC 8693 §3).</summary>
static class TokenTypeNames
{
    public static IReadOnlyCollection<string> Short => TokenKindNames.OfSubjects;

    /// <summary>Whether it can be one: servers have types of their own, so any absolute URI can.</summary>
    public static bool IsType(string text) => Short.Contains(text) || (text.Contains(':', StringComparison.Ordinal) && Uri.TryCreate(text, UriKind.Absolute, out _));

    public static string Urn(string text) => Short.Contains(text) ? TokenKindNames.Urn(text) : text;

    /// <summary>The short name; of a type that has none the whole.</summary>
    public static string Of(string urn) => Short.FirstOrDefault(name => TokenKindNames.Urn(name) == urn) ?? PrintableText.Of(urn);
}
