using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Cambist;

/// <summary>How an issuer's identity becomes our <c>sub</c>: a literal prefix ending in <c>:</c> and claims, or one bare claim.</summary>
sealed class SubjectTemplate
{
    /// <summary>The longest name it gives, in characters (OpenID Connect Core §2).</summary>
    public const int MaxLength = 255;

    readonly ImmutableArray<TemplatePart> _parts;
    readonly bool _encodes;

    SubjectTemplate(string text, ImmutableArray<TemplatePart> parts)
    {
        Text = text;
        _parts = parts;
        _encodes = parts.Count(part => part.Claim is not null) > 1;
        Prefix = parts[0].Literal ?? "";
        Paths = TemplateParts.Paths(parts);
    }

    /// <summary>Reads a template; false with what is wrong in words.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SubjectTemplate? template, [NotNullWhen(false)] out string? error)
    {
        template = null;
        if (!TemplateParts.TryParse(text, out var parts, out error)) return false;
        error = Fault(text, parts);
        if (error is null) template = new(text, parts);
        return template is not null;
    }

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>The literal text before the first claim, such as <c>gitlab:</c>; empty for a bare claim.</summary>
    public string Prefix { get; }

    /// <summary>Whether it is one bare claim.</summary>
    public bool IsBare => Prefix.Length == 0;

    /// <summary>The claims it names, once each.</summary>
    public ImmutableArray<ClaimPath> Paths { get; }

    /// <summary>
    /// Our name for a subject; null where a claim is no non-empty string or whole number of 64 bits, or the name is longer than
    /// 255 characters or holds a control character. With several claims, <c>%</c> and <c>:</c> in values are percent-encoded,
    /// so that no two subjects of an issuer share a name.
    /// </summary>
    public string? Expand(Claims claims)
    {
        Span<char> name = stackalloc char[MaxLength];
        var length = 0;
        foreach (var part in _parts)
        {
            var rest = name[length..];
            var written = part.Claim is null ? Copy(part.Literal, rest)
                : claims.TryGet(part.Claim, out var claim) ? Copy(claim, rest)
                : -1;
            if (written < 0) return null;
            length += written;
        }

        foreach (var c in name[..length])
            if (char.IsControl(c)) return null;
        return new(name[..length]);
    }

    // how many characters were written; -1 where the claim will not do or there is no room
    int Copy(Claim claim, Span<char> name)
    {
        if (claim.Kind == ClaimKind.Number && claim.TryGetInt64(out var number))
            return number.TryFormat(name, out var digits, provider: CultureInfo.InvariantCulture) ? digits : -1;
        if (claim.Kind != ClaimKind.String) return -1;
        var value = ClaimText.Read(claim, stackalloc char[MaxLength]);
        if (value.IsEmpty) return -1;
        return _encodes ? CopyEncoded(value, name) : Copy(value, name);
    }

    static int Copy(ReadOnlySpan<char> value, Span<char> name) => value.TryCopyTo(name) ? value.Length : -1;

    static int CopyEncoded(ReadOnlySpan<char> value, Span<char> name)
    {
        var length = 0;
        foreach (var c in value)
        {
            ReadOnlySpan<char> one = c switch { '%' => "%25", ':' => "%3A", _ => [c] };
            if (!one.TryCopyTo(name[length..])) return -1;
            length += one.Length;
        }

        return length;
    }

    static string? Fault(string text, ImmutableArray<TemplatePart> parts)
    {
        if (parts.All(part => part.Claim is null)) return $"'{text}' names no claim: all its subjects would be one; write a claim in braces, such as {{sub}}";
        foreach (var part in parts)
            if (part.Literal is { } literal && literal.Any(char.IsControl)) return "the template holds a control character";

        if (parts[0].Literal is not { } prefix)
            return parts.Length == 1 ? null : $"'{text}' must start with a prefix that ends in ':', or be one claim alone";
        if (prefix.Length < 2 || prefix[^1] != ':') return $"the text before the first claim must be a prefix that ends in ':', such as gitlab:";

        // values cannot hold a ':' of their own, so with one between them it is plain where each ends
        for (var i = 2; i < parts.Length - 1; i++)
            if (parts[i].Literal?.Contains(':', StringComparison.Ordinal) == false) return Unseparated(text);
        for (var i = 1; i < parts.Length; i++)
            if (parts[i].Claim is not null && parts[i - 1].Claim is not null) return Unseparated(text);
        return null;
    }

    static string Unseparated(string text) => $"between two claims of '{text}' there must be a ':', else two subjects could get one name";
}
