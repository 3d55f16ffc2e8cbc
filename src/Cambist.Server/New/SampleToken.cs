using System.Text.Json;

namespace Cambist.Server;

/// <summary>A provider's token that a registry is made to fit. Nothing is verified: it shows the shape, and proves nothing.</summary>
sealed record SampleToken(string Issuer, string? Type, string Algorithm, JsonElement Claims)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="FailedException">No registry could make this server take such a token.</exception>
    public static SampleToken Of(DecodedToken token, bool allowHttp)
    {
        if (DecodedToken.StringOf(token.Claims, "iss") is not { } issuer) throw new FailedException("the token has no iss, so nothing says whose it is; Cambist takes no such tokens");
        if (Urls.Fault(issuer, allowHttp) is { } fault) throw new FailedException(PrintableText.Of($"the token's iss cannot be an issuer here: {fault}"));
        var algorithm = DecodedToken.StringOf(token.Header, "alg") ?? "";
        if (!JwsAlgorithm.All.ContainsKey(algorithm))
            throw new FailedException($"the token's alg is \"{PrintableText.Of(algorithm)}\", and Cambist verifies {string.Join(' ', JwsAlgorithm.All.Keys.Order())}; have the provider sign with RS256 or ES256");
        return new(issuer, DecodedToken.StringOf(token.Header, "typ"), algorithm, token.Claims);
    }

    /// <summary><c>aud</c>; several where it is a list.</summary>
    public IReadOnlyList<string> Audiences =>
        !Claims.TryGetProperty("aud", out var audience) ? []
        : audience.ValueKind == JsonValueKind.String ? [audience.GetString()!]
        : audience.ValueKind == JsonValueKind.Array ? [.. audience.EnumerateArray().Where(one => one.ValueKind == JsonValueKind.String).Select(one => one.GetString()!)]
        : [];

    public bool Has(string claim) => TryFind(claim, out _);

    public string? Text(string claim) => TryFind(claim, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>The condition that this very token fulfils; null where it lacks the claim.</summary>
    public string? Condition(string claim) => !TryFind(claim, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String when value.GetString() is "true" or "false" => value.GetString(), // plain: the boolean, too
        JsonValueKind.String when value.GetString()!.Contains('*', StringComparison.Ordinal) => $"{{ equals: {YamlText.Quoted(value.GetString()!)} }}",
        JsonValueKind.String => YamlText.Quoted(value.GetString()!),
        _ => null,
    };

    bool TryFind(string claim, out JsonElement value)
    {
        value = Claims;
        foreach (var step in ClaimPath.Parse(claim)!.Steps)
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value)) return false;
        return true;
    }
}
