using System.Collections.Immutable;

namespace Cambist.Server;

/// <summary>
/// The JSON object in a request, read strictly: duplicate members are refused at every depth, unknown ones by name of those that are
/// known, and the first fault is kept.
/// </summary>
sealed class JsonBody(Claims body)
{
    public const int Longest = 16 * 1024;
    readonly List<string> _known = [];

    /// <summary>What is wrong with it, in a sentence that says what to write; null while nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Reads the body; null with the answer where there is no object.</summary>
    public static async Task<(JsonBody? Body, AdminAnswer? Refusal)> ReadAsync(HttpRequest request)
    {
        var type = request.ContentType?.Split(';')[0].Trim();
        if (!"application/json".Equals(type, StringComparison.OrdinalIgnoreCase) || request.Headers.ContentEncoding.Count > 0)
            return (null, AdminAnswer.Problem(StatusCodes.Status415UnsupportedMediaType, "Unsupported media type", "The body must be application/json in UTF-8, not encoded."));

        var buffer = new byte[Longest + 1];
        var length = request.ContentLength > Longest ? buffer.Length : await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        if (length > Longest) return (null, AdminAnswer.Problem(StatusCodes.Status413PayloadTooLarge, "Too large", $"The body may have {Longest} bytes."));
        return Claims.TryParse(buffer.AsMemory(0, length), out var claims, out var fault)
            ? (new(claims), null)
            : (null, AdminAnswer.BadRequest($"The body is no JSON object that this server reads ({fault}): UTF-8, no member twice, at most {Claims.MaxDepth} deep."));
    }

    /// <summary>A string of printable characters; null where it is absent, or wrong.</summary>
    public string? Text(string name, int longest, bool isRequired = false)
    {
        if (!Has(name, isRequired, out var claim)) return null;
        if (claim.GetString() is { } text && IsText(text, longest)) return text;
        Wrong($"{name} must be a string of 1 to {longest} printable characters");
        return null;
    }

    /// <summary>A string, or a list of at least one; null where it is absent, or wrong.</summary>
    public ImmutableArray<string>? Texts(string name, int longest)
    {
        if (!Has(name, isRequired: false, out var claim)) return null;
        var texts = claim.Kind == ClaimKind.Array ? Items(claim) : [claim.GetString()];
        if (texts.Length > 0 && texts.All(text => text is not null && IsText(text, longest))) return [.. texts.Select(text => text!)];
        Wrong($"{name} must be a list of at least one string; an empty list never means all");
        return null;
    }

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
            if (!_known.Contains(name)) Wrong($"there is a member that is not known here; known: {string.Join(", ", _known)}");
        return Fault is { } fault ? AdminAnswer.BadRequest($"{char.ToUpperInvariant(fault[0])}{fault[1..]}.") : null;
    }

    public static bool IsText(string text, int longest) => text.Length > 0 && text.Length <= longest && !text.Any(char.IsControl) && !string.IsNullOrWhiteSpace(text);

    bool Has(string name, bool isRequired, out Claim claim)
    {
        _known.Add(name);
        if (body.TryGet(name, out claim)) return true;
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
