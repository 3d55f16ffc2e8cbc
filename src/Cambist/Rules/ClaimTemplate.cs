using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Cambist;

/// <summary>
/// Text with claims in braces, such as <c>{given_name} {family_name}</c>; <c>{{</c> and <c>}}</c> are braces. One that is exactly
/// one <c>{claim}</c> keeps the claim's JSON type; elsewhere strings, whole numbers and true/false are put in as text, and any
/// other kind counts as missing. An expansion is never expanded again.
/// </summary>
sealed class ClaimTemplate
{
    readonly ImmutableArray<TemplatePart> _parts;

    ClaimTemplate(string text, ImmutableArray<TemplatePart> parts)
    {
        Text = text;
        _parts = parts;
        Paths = TemplateParts.Paths(parts);
    }

    /// <summary>Reads a template; false with what is wrong in words.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ClaimTemplate? template, [NotNullWhen(false)] out string? error)
    {
        template = TemplateParts.TryParse(text, out var parts, out error) ? new(text, parts) : null;
        return template is not null;
    }

    /// <summary>As it is written.</summary>
    public string Text { get; }

    /// <summary>The claims it names, once each.</summary>
    public ImmutableArray<ClaimPath> Paths { get; }

    /// <summary>Writes <paramref name="name"/> and the expansion; writes nothing and answers false where a claim is missing.</summary>
    public bool TryWrite(Utf8JsonWriter writer, string name, Claims claims)
    {
        if (_parts is [{ Claim: { } path }])
        {
            if (!claims.TryGet(path, out var claim) || IsBeyondDouble(claim)) return false;
            writer.WritePropertyName(name);
            writer.WriteRawValue(claim.RawJson, skipInputValidation: true); // checked when it was read
            return true;
        }

        var text = new TextBuffer(stackalloc char[256]);
        try
        {
            foreach (var part in _parts)
            {
                if (part.Claim is null)
                    text.Append(part.Literal);
                else if (!claims.TryGet(part.Claim, out var claim) || !TryAppend(ref text, claim))
                    return false;
            }

            writer.WriteString(name, text.Written);
            return true;
        }
        finally
        {
            text.Dispose();
        }
    }

    /// <summary>A number such as 1e400, at which many readers would refuse the whole token.</summary>
    static bool IsBeyondDouble(Claim claim) =>
        claim.Kind == ClaimKind.Number && !(Utf8Parser.TryParse(claim.RawJson, out double value, out _) && double.IsFinite(value));

    static bool TryAppend(ref TextBuffer text, Claim claim)
    {
        switch (claim.Kind)
        {
            case ClaimKind.String:
                text.Append(ClaimText.Read(claim, stackalloc char[256]));
                return true;
            case ClaimKind.Number when claim.TryGetInt64(out var number):
                Span<char> digits = stackalloc char[20];
                number.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
                text.Append(digits[..length]);
                return true;
            case ClaimKind.True or ClaimKind.False:
                text.Append(claim.Kind == ClaimKind.True ? "true" : "false");
                return true;
            default:
                return false;
        }
    }

    /// <summary>Text that grows out of the stack into pooled memory.</summary>
    ref struct TextBuffer(Span<char> buffer)
    {
        Span<char> _buffer = buffer;
        char[]? _rented;
        int _length;

        public readonly ReadOnlySpan<char> Written => _buffer[.._length];

        public void Append(scoped ReadOnlySpan<char> text)
        {
            if (text.Length > _buffer.Length - _length) Grow(text.Length);
            text.CopyTo(_buffer[_length..]);
            _length += text.Length;
        }

        void Grow(int more)
        {
            var larger = ArrayPool<char>.Shared.Rent(Math.Max(_length + more, _buffer.Length * 2));
            Written.CopyTo(larger);
            Dispose();
            _buffer = _rented = larger;
        }

        public readonly void Dispose()
        {
            if (_rented is not null) ArrayPool<char>.Shared.Return(_rented, clearArray: true);
        }
    }
}
