using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>Step 9: an access token, a signed JWT (RFC 9068) or an opaque one, and the refresh token that goes along. Reserved claims are written by this class alone.</summary>
internal sealed class AccessTokenWriter(KeyRing keys)
{
    public const int LongestToken = 8 * 1024;

    /// <summary>What JSON itself needs escaped and no more: a token is not HTML.</summary>
    public static readonly JsonWriterOptions Options = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic] static ArrayBufferWriter<byte>? _payload;
    [ThreadStatic] static Utf8JsonWriter? _json;

    public Result<IssuedToken> Issue(TokenToIssue token, Registry registry)
    {
        var refreshId = RefreshIdOf(token);
        var parent = refreshId ?? token.ParentId;
        if (parent is not null && Lineage.SegmentsOf(parent) >= Lineage.MostSegments)
            return new Denied(Reason.LineageTooDeep, $"the token would be more than {Lineage.MostSegments} hops from its origin");

        var id = IdUnder(parent);
        var payload = WritePayload(token, id, registry);
        var refresh = token.Refresh is { } given ? OpaqueToken.OfRefresh(given.Redeemed?.Content ?? RefreshGrant.Write(token, payload), refreshId!, given.ExpiresAt) : null;
        if (token.Target.Resource.IssuesOpaqueTokens)
            return payload.Length <= LongestToken ? OpaqueToken.OfAccess(payload, id, token.ExpiresAt) with { Refresh = refresh } : TooLarge(payload.Length);

        var key = keys.Current.Active;
        var header = key.AccessTokenHeader.Span;
        var (unsignedLength, length) = Lengths(header.Length, payload.Length, key.SignatureBytes);
        if (length > LongestToken) return TooLarge(length);

        var value = new byte[length];
        header.CopyTo(value);
        value[header.Length] = (byte)'.';
        Base64Url.EncodeToUtf8(payload, value.AsSpan(header.Length + 1), out _, out _);
        value[unsignedLength] = (byte)'.';

        Span<byte> signature = stackalloc byte[512];
        var signatureLength = key.Sign(value.AsSpan(0, unsignedLength), signature);
        Base64Url.EncodeToUtf8(signature[..signatureLength], value.AsSpan(unsignedLength + 1), out _, out var encoded);
        return new IssuedToken(value.AsMemory(0, unsignedLength + 1 + encoded), id) { Refresh = refresh };
    }

    /// <summary>What <see cref="Issue"/> would say of its size, under a key that the registry has made; for decisions that sign nothing.</summary>
    public static Denied? CheckSize(TokenToIssue token, Registry registry)
    {
        var length = WritePayload(token, IdUnder(RefreshIdOf(token) ?? token.ParentId), registry).Length;
        if (!token.Target.Resource.IssuesOpaqueTokens)
        {
            var (header, signature) = SigningKey.SizesOf(registry.Signing.Algorithm);
            length = Lengths(header, length, signature).Signed;
        }

        return length > LongestToken ? TooLarge(length) : null;
    }

    static string? RefreshIdOf(TokenToIssue token) => token.Refresh is { } goesAlong ? goesAlong.Redeemed?.Id ?? Lineage.ChildOf(token.ParentId!) : null;

    static string IdUnder(string? parent) => parent is null ? Lineage.NewRoot() : Lineage.ChildOf(parent);

    static (int Unsigned, int Signed) Lengths(int header, int payload, int signature)
    {
        var unsigned = header + 1 + Base64Url.GetEncodedLength(payload);
        return (unsigned, unsigned + 1 + Base64Url.GetEncodedLength(signature));
    }

    static Denied TooLarge(int length) => new(Reason.TokenTooLarge, $"the token would be {length} bytes, more than {LongestToken}");

    /// <summary>The claims of a token, as JSON; good until the thread writes another.</summary>
    public static ReadOnlySpan<byte> WritePayload(TokenToIssue token, string id, Registry registry)
    {
        var buffer = _payload ??= new ArrayBufferWriter<byte>(1024);
        var json = _json ??= new Utf8JsonWriter(buffer, Options);
        buffer.ResetWrittenCount();
        json.Reset(buffer);

        json.WriteStartObject();
        json.WriteString("iss"u8, registry.Issuer);
        json.WriteString("sub"u8, token.Subject);
        json.WriteString("aud"u8, token.Target.Audience);
        json.WriteString("client_id"u8, token.Client.Id);
        json.WriteNumber("iat"u8, token.IssuedAt);
        json.WriteNumber("exp"u8, token.ExpiresAt);
        json.WriteString("jti"u8, id);
        if (!token.Scopes.IsEmpty) json.WriteString("scope"u8, ScopeText.Join(token.Scopes));
        if (token.Kind != SubjectKind.User) json.WriteString("sub_kind"u8, DecisionInputJson.KindName(token.Kind));
        WriteActors(json, token);
        if (token.From is { } from)
        {
            if (!from.IsExternal || from.Issuer!.PassesAssurance) WriteAssurance(json, from.Claims);
            WriteConfigured(json, token, from.Claims);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    /// <summary><c>act</c>: the new actor outermost, the older chain inside it, byte for byte.</summary>
    static void WriteActors(Utf8JsonWriter json, TokenToIssue token)
    {
        var older = token.From?.Act;
        if (token.NewActor is { } actor)
        {
            json.WriteStartObject("act"u8);
            json.WriteString("sub"u8, actor);
            if (older is not null)
            {
                json.WritePropertyName("act"u8);
                json.WriteRawValue(older.Json.Span, skipInputValidation: true);
            }

            json.WriteEndObject();
        }
        else if (older is not null)
        {
            json.WritePropertyName("act"u8);
            json.WriteRawValue(older.Json.Span, skipInputValidation: true);
        }
    }

    /// <summary>Carried over unchanged, never refreshed (RFC 9068 §2.2.1); of another JSON type than OpenID Connect Core §2 says, left out.</summary>
    static void WriteAssurance(Utf8JsonWriter json, Claims claims)
    {
        if (claims.TryGet("auth_time"u8, out var authTime) && authTime.TryGetSeconds(out _)) Copy(json, "auth_time"u8, authTime);
        if (claims.TryGet("acr"u8, out var acr) && acr.Kind == ClaimKind.String) Copy(json, "acr"u8, acr);
        if (claims.TryGet("amr"u8, out var amr) && IsStrings(amr)) Copy(json, "amr"u8, amr);
    }

    static void Copy(Utf8JsonWriter json, ReadOnlySpan<byte> name, Claim claim)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(claim.RawJson, skipInputValidation: true);
    }

    static bool IsStrings(Claim claim)
    {
        if (claim.Kind != ClaimKind.Array) return false;
        foreach (var item in claim.EnumerateArray())
            if (item.Kind != ClaimKind.String) return false;
        return true;
    }

    /// <summary>The resource's claims, the rule's, which win by name, and those of customizers, which win over both.</summary>
    static void WriteConfigured(Utf8JsonWriter json, TokenToIssue token, Claims claims)
    {
        foreach (var mapping in token.Target.Resource.Claims)
            if (!IsOverridden(mapping.Name, token.Rule) && !IsAdded(mapping.Name, token)) mapping.Template.TryWrite(json, mapping.Name, claims);
        if (token.Rule is null) return;
        foreach (var mapping in token.Rule.Claims)
            if (!IsAdded(mapping.Name, token)) mapping.Template.TryWrite(json, mapping.Name, claims);
        if (token.Added is null) return;
        foreach (var (name, value) in token.Added)
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }
    }

    static bool IsAdded(string name, TokenToIssue token) => token.Added?.ContainsKey(name) == true;

    static bool IsOverridden(string name, Rule? rule)
    {
        if (rule is not null)
            foreach (var mapping in rule.Claims)
                if (mapping.Name == name) return true;
        return false;
    }
}
