using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Cambist;

/// <summary>A piece of a template: literal text, or a claim.</summary>
readonly record struct TemplatePart(string? Literal, ClaimPath? Claim);

/// <summary>Reads what claim and subject templates have in common: text with claims in braces; <c>{{</c> and <c>}}</c> are braces.</summary>
static class TemplateParts
{
    public static bool TryParse(string text, out ImmutableArray<TemplatePart> parts, [NotNullWhen(false)] out string? error)
    {
        parts = [];
        error = text.Length == 0 ? "the template is empty" : null;
        var found = ImmutableArray.CreateBuilder<TemplatePart>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length && error is null; i++)
        {
            var c = text[i];
            if (c is not ('{' or '}'))
            {
                literal.Append(c);
            }
            else if (i + 1 < text.Length && text[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '}')
            {
                error = "a '}' closes nothing; a brace itself is written }}";
            }
            else
            {
                var end = text.IndexOf('}', i);
                if (end < 0)
                {
                    error = "a '{' is not closed; a brace itself is written {{";
                }
                else if (ClaimNames.TryRead(text[(i + 1)..end], out var path, out error))
                {
                    if (literal.Length > 0) found.Add(new(literal.ToString(), null));
                    literal.Clear();
                    found.Add(new(null, path));
                    i = end;
                }
            }
        }

        if (error is not null) return false;
        if (literal.Length > 0) found.Add(new(literal.ToString(), null));
        parts = found.ToImmutable();
        return true;
    }

    public static ImmutableArray<ClaimPath> Paths(ImmutableArray<TemplatePart> parts) =>
        [.. parts.Where(part => part.Claim is not null).Select(part => part.Claim!).Distinct()];
}
