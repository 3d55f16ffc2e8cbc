using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Cambist;

/// <summary>
/// Text with claims in braces, such as <c>{given_name} {family_name}</c>. One that is exactly one <c>{claim}</c> keeps the
/// claim's JSON type. An expansion is never expanded again.
/// </summary>
public sealed class ClaimTemplate
{
    /// <summary>Reads a template; false with what is wrong in words.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClaimTemplate? template, [NotNullWhen(false)] out string? error) => throw new InvalidOperationException();

    /// <summary>As it is written.</summary>
    public string Text => throw new InvalidOperationException();

    /// <summary>The claims it names.</summary>
    public ImmutableArray<ClaimPath> Paths => throw new InvalidOperationException();

    /// <summary>Writes <paramref name="name"/> and the expansion; writes nothing and answers false where a claim is missing.</summary>
    public bool TryWrite(Utf8JsonWriter writer, string name, Claims claims) => throw new InvalidOperationException();
}

/// <summary>How an issuer's identity becomes our <c>sub</c>: a literal prefix ending in <c>:</c> and claims, or one bare claim.</summary>
public sealed class SubjectTemplate
{
    /// <summary>Reads a template; false with what is wrong in words.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SubjectTemplate? template, [NotNullWhen(false)] out string? error) => throw new InvalidOperationException();

    /// <summary>As it is written.</summary>
    public string Text => throw new InvalidOperationException();

    /// <summary>The literal text before the first claim, such as <c>gitlab:</c>; empty for a bare claim.</summary>
    public string Prefix => throw new InvalidOperationException();

    /// <summary>Whether it is one bare claim.</summary>
    public bool IsBare => throw new InvalidOperationException();

    /// <summary>The claims it names.</summary>
    public ImmutableArray<ClaimPath> Paths => throw new InvalidOperationException();

    /// <summary>
    /// Our name for a subject; null where a claim is no non-empty string or integer, or the name is longer than 255 characters.
    /// With several claims, <c>%</c> and <c>:</c> in values are percent-encoded.
    /// </summary>
    public string? Expand(Claims claims) => throw new InvalidOperationException();
}
