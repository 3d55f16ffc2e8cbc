using System.Collections.Immutable;

namespace Cambist.Yaml;

/// <summary>
/// Reads the text of a registry document, YAML or JSON, into nodes that know their place. Strict: one document, no duplicate
/// keys, aliases, anchors, merge keys or tags, and every fault is reported at once as far as the text can be followed.
/// </summary>
static class RegistryDocument
{
    /// <summary>The most bytes of UTF-8 that are read: 4 MiB.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The deepest nesting that is read.</summary>
    public const int MaxDepth = 64;

    /// <summary>Reads a document. Never throws for what is in the text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ifEmpty">What to do about one without a document.</param>
    public static ParsedDocument Parse(string text, string ifEmpty = "'cambist new registry' writes a commented one to start from")
    {
        if (text.StartsWith('\uFEFF')) text = text[1..];
        if (DocumentText.FirstFault(text) is { } fault) return new(null, [fault]);
        if (!text.AsSpan().TrimStart(" \t\r\n").StartsWith('{')) return new YamlReader(text, ifEmpty).Read();

        // JSON is read by the rules of JSON; flow-style YAML that merely begins alike by those of YAML
        var json = new JsonReader(text).Read();
        if (json.Document is not null) return json;
        var yaml = new YamlReader(text, ifEmpty).Read();
        return yaml.Document is not null || !LooksLikeJson(text) ? yaml : json;
    }

    static bool LooksLikeJson(string text)
    {
        var inside = text.AsSpan().TrimStart(" \t\r\n")[1..].TrimStart(" \t\r\n");
        return inside.IsEmpty || inside[0] is '"' or '}';
    }
}

/// <summary>What became of a text.</summary>
/// <param name="Document">The document, without the parts that were refused; null where the text could not be followed to its end.</param>
/// <param name="Findings">What is wrong with it, in document order.</param>
sealed record ParsedDocument(DocumentNode? Document, ImmutableArray<RegistryFinding> Findings);
