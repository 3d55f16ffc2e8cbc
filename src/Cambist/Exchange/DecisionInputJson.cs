using System.Collections.Immutable;
using System.Text;
using System.Text.Json;

namespace Cambist;

/// <summary>
/// A <see cref="DecisionInput"/> as it is kept with its entry: of the claims only those that the registry's conditions and
/// templates name, strings cut at 256 characters and listed under <c>cut</c>, so that a replay knows what it cannot decide. Of what
/// is not kept a refusal says what came of it, see <see cref="RecordedEntitlement"/>.
/// </summary>
internal static class DecisionInputJson
{
    public const int LongestValue = 256;

    public static void Write(Utf8JsonWriter json, DecisionInput input, ImmutableArray<ClaimPath> mentioned, RecordedEntitlement? entitlement)
    {
        json.WriteStartObject();
        json.WriteString("client"u8, input.Client.Id);
        WriteToken(json, "subject"u8, input.Subject, mentioned);
        if (input.Actor is { } actor) WriteToken(json, "actor"u8, actor, mentioned);
        if (input.Target is { } target)
        {
            json.WriteString("target"u8, target.Resource.Name);
            json.WriteString("audience"u8, target.Audience);
        }

        if (input.Scopes is { } scopes) WriteScopes(json, ScopeText.ForRecord(scopes));
        if (input.RequestedTokenType is { } type) WriteRequestedType(json, type);
        json.WriteNumber("now"u8, input.Now.ToUnixTimeMilliseconds());
        entitlement?.WriteTo(json);
        json.WriteEndObject();
    }

    static void WriteScopes(Utf8JsonWriter json, ImmutableArray<string> scopes)
    {
        json.WriteStartArray("scopes"u8);
        foreach (var scope in scopes) json.WriteStringValue(scope);
        json.WriteEndArray();
    }

    /// <summary>A token that a client sent in the wrong place is not kept either; no type that a rule can give is anything but a URN.</summary>
    static void WriteRequestedType(Utf8JsonWriter json, string type) =>
        json.WriteString("requested_token_type"u8, type.StartsWith("urn:", StringComparison.Ordinal) ? type.AsSpan(0, Math.Min(type.Length, LongestValue)) : "(no URN)");

    static void WriteToken(Utf8JsonWriter json, ReadOnlySpan<byte> name, ResolvedToken token, ImmutableArray<ClaimPath> mentioned)
    {
        json.WriteStartObject(name);
        json.WriteString("issuer"u8, token.IssuerName);
        json.WriteString("token_type"u8, token.TokenType);
        json.WriteString("kind"u8, KindName(token.Kind));
        json.WriteString("sub"u8, token.Subject);
        json.WriteNumber("exp"u8, token.ExpiresAt);
        if (token.HeldScopes is { } held)
        {
            json.WriteStartArray("held"u8);
            foreach (var scope in held) json.WriteStringValue($"{scope.Resource}/{scope.Scope}");
            json.WriteEndArray();
        }

        List<string>? cut = null;
        json.WriteStartObject("claims"u8);
        foreach (var path in mentioned)
        {
            if (!token.Claims.TryGet(path, out var claim)) continue;
            json.WritePropertyName(path.Text);
            if (LongText(claim) is not { } text)
            {
                json.WriteRawValue(claim.RawJson, skipInputValidation: true);
                continue;
            }

            json.WriteStringValue(Trace.Cut(text, LongestValue));
            (cut ??= []).Add(path.Text);
        }

        json.WriteEndObject();
        if (cut is not null)
        {
            json.WriteStartArray("cut"u8);
            foreach (var path in cut) json.WriteStringValue(path);
            json.WriteEndArray();
        }

        if (token.Claims.TryGet("may_act"u8, out _)) json.WriteBoolean("may_act"u8, true); // whom it names depends on the registry
        json.WriteEndObject();
    }

    /// <summary>The text of a value that is too long to keep; null for any other.</summary>
    static string? LongText(Claim claim)
    {
        if (claim.RawJson.Length <= LongestValue) return null; // UTF-8 never has fewer bytes than UTF-16 has characters
        var text = claim.GetString() ?? Encoding.UTF8.GetString(claim.RawJson);
        return text.Length > LongestValue ? text : null;
    }

    public static string KindName(SubjectKind kind) => kind switch
    {
        SubjectKind.User => "user",
        SubjectKind.Client => "client",
        _ => "impersonated",
    };
}
