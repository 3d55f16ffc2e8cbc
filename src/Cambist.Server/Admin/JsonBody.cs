using System.Collections.Immutable;
using Microsoft.Net.Http.Headers;

namespace Cambist.Server;

/// <summary>
/// The JSON object in a request, read strictly: duplicate members are refused at every depth, unknown ones by name of those that are
/// known, and the first fault is kept.
/// </summary>
sealed class JsonBody(Claims body)
{
    const int Longest = 16 * 1024;
    readonly List<string> _known = [];

    /// <summary>What is wrong with it, in a sentence that says what to write; null while nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Whether a member or an item that is empty counts as absent, as in a form (RFC 6749 §3.2).</summary>
    public bool LeavesOutEmpty { get; init; }

    /// <summary>Reads the body; null with the answer where there is no object.</summary>
    public static async Task<(JsonBody? Body, AdminAnswer? Refusal)> ReadAsync(HttpRequest request, int longest = Longest, bool leavesOutEmpty = false)
    {
        if (!IsJson(request.ContentType) || request.Headers.ContentEncoding.Count > 0)
            return (null, AdminAnswer.Problem(StatusCodes.Status415UnsupportedMediaType, "Unsupported media type", "The body must be application/json in UTF-8, not encoded."));

        var buffer = new byte[longest + 1];
        var length = request.ContentLength > longest ? buffer.Length : await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        if (length > longest) return (null, AdminAnswer.Problem(StatusCodes.Status413PayloadTooLarge, "Too large", $"The body may have {longest} bytes."));
        return Claims.TryParse(buffer.AsMemory(0, length), longest, out var claims, out var fault)
            ? (new(claims) { LeavesOutEmpty = leavesOutEmpty }, null)
            : (null, AdminAnswer.BadRequest(Describe(fault)));
    }

    /// <summary>JSON is UTF-8 (RFC 8259 §8.1): whoever says another charset sent something else.</summary>
    static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && type.Parameters.All(one => one.Name.Equals("charset", StringComparison.OrdinalIgnoreCase) && one.GetUnescapedValue().Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    static string Describe(JsonFault fault) => fault switch
    {
        JsonFault.NotUtf8 => "The body must be UTF-8, without a byte order mark.",
        JsonFault.NotAnObject => "The body must be a JSON object.",
        JsonFault.DuplicateName => "The body has a member twice in one object.",
        JsonFault.LoneSurrogate => "The body escapes half of a surrogate pair.",
        JsonFault.TooDeep => $"The body is nested deeper than {Claims.MaxDepth} levels.",
        JsonFault.TooLong => "The body is too long.",
        _ => "The body is not JSON.",
    };

    /// <summary>A string that people read, and may not be misled by (<see cref="PlainText"/>); null where it is absent, or wrong.</summary>
    public string? Text(string name, int longest, bool isRequired = false)
    {
        if (!Has(name, isRequired, out var claim)) return null;
        if (claim.GetString() is { } text && PlainText.Is(text, longest)) return text;
        Wrong($"{name} {PlainText.MustBe(longest)}");
        return null;
    }

    /// <summary>A string that is compared with what there is, whatever characters that has: a name or a token; null where it is absent, or wrong.</summary>
    public string? Name(string name, int longest, bool isRequired = false)
    {
        if (!Has(name, isRequired, out var claim)) return null;
        if (claim.GetString() is { } text && IsName(text, longest)) return text;
        Wrong($"{name} must be a string of 1 to {longest} characters, none of them a control character");
        return null;
    }

    /// <summary>A string, or a list of at least one; null where it is absent, or wrong.</summary>
    public ImmutableArray<string>? Texts(string name, int longest)
    {
        if (!Has(name, isRequired: false, out var claim)) return null;
        var texts = claim.Kind == ClaimKind.Array ? Items(claim) : [claim.GetString()];
        if (LeavesOutEmpty && texts.Contains(""))
        {
            texts = [.. texts.Where(text => text is not "")];
            if (texts.Length == 0) return null;
        }

        if (texts.Length > 0 && texts.All(text => text is not null && IsName(text, longest))) return [.. texts.Select(text => text!)];
        Wrong($"{name} must be a list of at least one string; an empty list never means all");
        return null;
    }

    /// <summary>How many fields a form would have for it: those that are empty, too.</summary>
    public int Fields(string name) => !body.TryGet(name, out var claim) ? 0 : claim.Kind == ClaimKind.Array ? Items(claim).Length : 1;

    public long? Whole(string name, long least, long most)
    {
        if (!Has(name, isRequired: false, out var claim)) return null;
        if (claim.TryGetInt64(out var value) && value >= least && value <= most) return value;
        Wrong($"{name} must be a whole number from {least} to {most}");
        return null;
    }

    public Claim? Object(string name)
    {
        if (!Has(name, isRequired: false, out var claim)) return null;
        if (claim.Kind == ClaimKind.Object) return claim;
        Wrong($"{name} must be an object");
        return null;
    }

    /// <summary>Keeps a fault, unless there is one already.</summary>
    public void Wrong(string fault) => Fault ??= fault;

    /// <summary>Refuses what nobody asked for; the answer, where anything is wrong.</summary>
    public AdminAnswer? Done()
    {
        foreach (var (name, _) in body.Root.EnumerateObject())
            if (!_known.Contains(name)) Wrong($"There is a member that is not known here; known: {string.Join(", ", _known)}");
        return Fault is { } fault ? AdminAnswer.BadRequest($"{fault}.") : null;
    }

    static bool IsName(string text, int longest) => text.Length > 0 && text.Length <= longest && !text.Any(char.IsControl);

    bool Has(string name, bool isRequired, out Claim claim)
    {
        _known.Add(name);
        if (body.TryGet(name, out claim) && !(LeavesOutEmpty && claim.IsString(""))) return true;
        if (isRequired) Wrong($"{name} is required");
        return false;
    }

    static string?[] Items(Claim array)
    {
        var items = new List<string?>();
        foreach (var item in array.EnumerateArray()) items.Add(item.GetString());
        return [.. items];
    }
}
