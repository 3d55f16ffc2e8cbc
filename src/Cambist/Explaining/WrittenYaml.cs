using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cambist;

/// <summary>Values as a registry writes them.</summary>
internal static partial class WrittenYaml
{
    static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A string that is one whatever it holds: bare where nothing else could be read, else quoted.</summary>
    public static string Text(string value) => Bare().IsMatch(value) && !Words().IsMatch(value) ? value : Quoted(value);

    /// <summary>JSON's form, which YAML reads alike.</summary>
    public static string Quoted(string value) => PrintableText.Of(JsonSerializer.Serialize(value, Readable));

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A value, or a list of several, in their order.</summary>
    public static string List(IEnumerable<string> values) => values.Select(Text).ToArray() is [var only] ? only : $"[{string.Join(", ", values.Select(Text))}]";

    /// <summary>What a rule gives at one resource.</summary>
    public static string Grant(ScopeGrant grant) => grant switch
    {
        ScopeGrant.Listed { Scopes: [] } => "[]",
        ScopeGrant.Listed listed => List(listed.Scopes),
        ScopeGrant.Mapped mapped => $"{{ {string.Join(", ", mapped.Scopes.Select(one => $"{Text(one.Scope)}: {Held(one)}"))} }}",
        _ => throw new InvalidOperationException($"unknown grant {grant.GetType().Name}"),
    };

    static string Held(ScopeEntitlement scope) =>
        scope.HeldAnyOf is { } held ? List(held.Select(one => one.Resource is null ? one.Scope : $"{one.Resource}/{one.Scope}")) : "true";

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_./-]*$")]
    private static partial Regex Bare();

    [GeneratedRegex("^(true|false|null|yes|no|on|off|y|n)$", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Words();
}
