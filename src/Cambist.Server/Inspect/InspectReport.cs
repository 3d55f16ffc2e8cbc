using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cambist.Server;

/// <summary>A decoded token, to be read by people or programs.</summary>
sealed record InspectReport(DecodedToken Token, DateTimeOffset Now)
{
    static readonly JsonWriterOptions Indented = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void WriteText(Terminal terminal)
    {
        var output = terminal.Output;
        output.WriteLine("JWT, not verified: anybody could have written what it says.");
        output.WriteLine();
        output.WriteLine(terminal.Bold("header"));
        WriteMembers(output, Token.Header, isClaims: false);
        output.WriteLine();
        output.WriteLine(terminal.Bold("claims"));
        WriteMembers(output, Token.Claims, isClaims: true);

        if (Token.Claims.TryGetProperty("act", out _))
        {
            output.WriteLine();
            output.WriteLine(terminal.Bold("who acts for whom"));
            foreach (var line in ActorNames.Tree(Token.Claims)) output.WriteLine($"  {line}");
        }

        var objections = TokenObjections.To(Token, Now);
        if (objections.Count == 0) return;
        output.WriteLine();
        output.WriteLine(terminal.Bold("warnings: what Cambist would refuse about it"));
        foreach (var objection in objections) output.WriteLine(terminal.Yellow($"  ! {objection}", terminal.ColoursOutput));
    }

    void WriteMembers(TextWriter output, JsonElement json, bool isClaims)
    {
        var width = Math.Min(24, json.EnumerateObject().Select(member => PrintableText.Of(member.Name).Length).DefaultIfEmpty().Max());
        foreach (var member in json.EnumerateObject())
        {
            var words = isClaims && TokenInstants.InWords(json, member.Name, Now) is { } said && TokenInstants.Read(json, member.Name) is { } instant
                ? $"  {instant.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC, {said}"
                : "";
            output.WriteLine($"  {PrintableText.Of(member.Name).PadRight(width)}  {Value(member.Value)}{words}");
        }
    }

    // a string stands there as it is, unless it could pass for something else
    static string Value(JsonElement value) => PrintableText.Of(value.ValueKind == JsonValueKind.String && value.GetRawText() is { } raw && !raw.Contains('\\', StringComparison.Ordinal) && raw.Length > 2 && !LooksLikeSomethingElse(raw[1..^1])
        ? value.GetString()!
        : value.GetRawText().ReplaceLineEndings(" "));

    static bool LooksLikeSomethingElse(string text) => text is "true" or "false" or "null" || text[0] is '{' or '[' || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    public string Json()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Indented))
        {
            writer.WriteStartObject();
            writer.WriteString("kind", "jwt");
            writer.WriteBoolean("verified", false);
            Write(writer, "header", Token.Header);
            Write(writer, "claims", Token.Claims);
            writer.WriteStartObject("times");
            foreach (var name in Token.Claims.EnumerateObject().Select(member => member.Name).Distinct())
                if (TokenInstants.InWords(Token.Claims, name, Now) is { } words) writer.WriteString(name, words);
            writer.WriteEndObject();
            WriteStrings(writer, "actors", ActorNames.Of(Token.Claims));
            WriteStrings(writer, "warnings", TokenObjections.To(Token, Now));
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    static void Write(Utf8JsonWriter writer, string name, JsonElement json)
    {
        writer.WritePropertyName(name);
        json.WriteTo(writer);
    }

    static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values) writer.WriteStringValue(value);
        writer.WriteEndArray();
    }
}
