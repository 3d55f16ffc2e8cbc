using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// What a refresh token stands for: the exchange that gave it. Recorded are the subject token's claims as they were verified, to be
/// decided about again at each use, and those of the access token that came along. No token is in it. A rotated one stands for the same.
/// </summary>
internal sealed class RefreshGrant
{
    static readonly JsonDocumentOptions Nested = new() { MaxDepth = Claims.MaxDepth + 2 };

    readonly StoredToken _stored;
    readonly Claims _subject;
    readonly Claims _token;
    readonly string _subjectIssuer;
    readonly string _subjectType;
    readonly long _subjectExpiresAt;
    readonly string _target;

    RefreshGrant(StoredToken stored, JsonElement content, Claims subject, Claims token)
    {
        (_stored, _subject, _token) = (stored, subject, token);
        var of = content.GetProperty("subject"u8);
        (_subjectIssuer, _subjectType) = (of.GetProperty("issuer"u8).GetString()!, of.GetProperty("token_type"u8).GetString()!);
        _subjectExpiresAt = of.GetProperty("exp"u8).GetInt64();
        (Rule, _target) = (content.GetProperty("rule"u8).GetString()!, content.GetProperty("target"u8).GetString()!);
        (Client, Audience) = (Text("client_id"u8) ?? "", Text("aud"u8) ?? "");
        Scopes = Text("scope"u8) is { } scopes ? [.. scopes.Split(' ')] : [];
        if (token.TryGet("iat"u8, out var iat) && iat.TryGetSeconds(out var issuedAt)) IssuedAt = issuedAt;
    }

    /// <summary>Its lineage id, which rotation keeps: the branch that ends where an old one is used again.</summary>
    public string Id => _stored.Id;

    /// <summary>Seconds since 1970.</summary>
    public long ExpiresAt => _stored.ExpiresAt / 1000;

    /// <summary>When the exchange was, seconds since 1970.</summary>
    public long IssuedAt { get; }

    /// <summary>Who got it.</summary>
    public string Client { get; }

    /// <summary>The rule that gave it.</summary>
    public string Rule { get; }

    /// <summary>The <c>aud</c> of what it gives.</summary>
    public string Audience { get; }

    /// <summary>The scopes first granted, the most that it ever gives.</summary>
    public ImmutableArray<string> Scopes { get; }

    /// <summary>What is kept of it.</summary>
    public ReadOnlyMemory<byte> Content => _stored.Content;

    /// <summary>Consumed with the entry that stores its successor.</summary>
    public OneTimeKey Key => new(OneTimeKeyKind.RefreshToken, _stored.Hash, _stored.ExpiresAt);

    /// <summary>Null where the claims in it cannot be read.</summary>
    public static RefreshGrant? Read(StoredToken stored)
    {
        var content = JsonElement.Parse(stored.Content.Span, Nested);
        return Part(content.GetProperty("subject"u8).GetProperty("claims"u8)) is { } subject && Part(content.GetProperty("token"u8)) is { } token
            ? new(stored, content, subject, token)
            : null;

        // they were read within the bounds of where they came from, and an issuer's answer about an opaque token may be longer than a JWT
        static Claims? Part(JsonElement element)
        {
            var text = JsonMarshal.GetRawUtf8Value(element).ToArray();
            return Claims.TryParse(text, text.Length, out var claims, out _) ? claims : null;
        }
    }

    /// <summary>The content to store with a first refresh token.</summary>
    /// <param name="token">What is issued.</param>
    /// <param name="payload">Its claims as a JSON object.</param>
    public static ReadOnlyMemory<byte> Write(TokenToIssue token, ReadOnlySpan<byte> payload)
    {
        var subject = token.From!;
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = LedgerEntryJson.CreateWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("rule"u8, token.Rule!.Name);
            json.WriteString("target"u8, token.Target.Resource.Name);
            json.WriteStartObject("subject"u8);
            json.WriteString("issuer"u8, subject.IssuerName);
            json.WriteString("token_type"u8, subject.TokenType);
            json.WriteNumber("exp"u8, subject.ExpiresAt);
            json.WritePropertyName("claims"u8);
            json.WriteRawValue(subject.Claims.Utf8.Span, skipInputValidation: true);
            json.WriteEndObject();
            json.WritePropertyName("token"u8);
            json.WriteRawValue(payload, skipInputValidation: true);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    /// <summary>As a token of ours: it says what the first access token said, under its own id and as long as it lives.</summary>
    public Result<ResolvedToken> Resolve(Registry registry) => Resolve(registry, ExpiresAt, Scopes);

    /// <summary>The same, with the life and the scopes that are left of it.</summary>
    public Result<ResolvedToken> Resolve(Registry registry, long expiresAt, ImmutableArray<string> scopes)
    {
        if (Text("iss"u8) != registry.Issuer) return new Denied(Reason.SubjectUnknown, "the token was issued under another issuer than the registry has now");
        if (!OwnTokens.Read(OwnClaims(expiresAt, scopes), new TokenTimes(expiresAt, IssuedAt), registry).Gives(out var itself, out var denied)) return denied;
        return itself with { TokenType = TokenTypes.RefreshToken, Lineage = itself.Lineage with { RecordedWith = Text("jti"u8) ?? Id }, Grant = this };
    }

    /// <summary>
    /// The subject of the exchange, judged again by what the registry says now of its issuer, with the lineage of the refresh token and
    /// the chain of the first access token: whatever a rule says of actors later, who acted is never left out.
    /// </summary>
    public Result<ResolvedToken> Redeem(ResolvedToken itself, Registry registry)
    {
        if (!Judge(registry).Gives(out var subject, out var denied)) return denied;
        if (subject.Subject != itself.Subject || subject.Kind != itself.Kind)
            return new Denied(Reason.SubjectUnmappable, "the subject has another name or kind in the registry now than when the refresh token was given");
        return subject with { TokenType = _subjectType, Act = itself.Act, Lineage = itself.Lineage, Origin = subject.Lineage, Redeemed = this };
    }

    /// <summary>The target it is for, where the registry still has it.</summary>
    public Result<Target> TargetIn(Registry registry) => registry.Resources.TryGetValue(_target, out var resource) && resource.Identifiers.Contains(Audience)
        ? new Target(resource, Audience)
        : new Denied(Reason.TargetUnknown, $"the refresh token is for {_target}, which the registry no longer has under this identifier");

    public Denied? CheckTarget(Target target) => target.Resource.Name == _target && target.Audience == Audience
        ? null
        : new(Reason.TargetOutsideToken, $"the refresh token is for {_target} as {Audience}, not for {target.Resource.Name} as {target.Audience}");

    /// <summary>Of these scopes, those first granted.</summary>
    public ImmutableArray<string> Within(ImmutableArray<string> scopes) => [.. scopes.Where(scope => Scopes.Contains(scope))];

    Result<ResolvedToken> Judge(Registry registry)
    {
        var times = new TokenTimes(_subjectExpiresAt, _subject.TryGet("iat"u8, out var iat) && iat.TryGetSeconds(out var issuedAt) ? issuedAt : null);
        if (_subjectIssuer == ReservedNames.Self) return OwnTokens.Read(_subject, times, registry);
        if (!registry.Issuers.TryGetValue(_subjectIssuer, out var issuer) || !issuer.IsTrustedForSubjects || issuer.KindOf(_subjectType) is not { } kind)
            return new Denied(Reason.SubjectIssuerUntrusted, $"the subject came from {_subjectIssuer}, which the registry no longer trusts for {_subjectType}");
        if (issuer.Issuer is { } identifier && _subject.TryGet("iss"u8, out var iss) && !iss.IsString(identifier))
            return new Denied(Reason.SubjectIssuerUntrusted, $"{_subjectIssuer} is another issuer in the registry now");
        if (issuer.Tokens.Count > 0 && ExternalToken.CheckAudience(_subject, kind) is { } notAccepted) return notAccepted;
        return ExternalToken.Read(_subject, issuer, kind, times, Lineage.ParentOf(Id), registry);
    }

    Claims OwnClaims(long expiresAt, ImmutableArray<string> scopes)
    {
        var buffer = new ArrayBufferWriter<byte>(_token.Utf8.Length + 64);
        using (var json = LedgerEntryJson.CreateWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var member in _token.Root.EnumerateObject())
            {
                var isScope = member.Utf8Name.SequenceEqual("scope"u8);
                if (isScope && scopes.IsEmpty) continue;
                json.WritePropertyName(member.Utf8Name);
                if (isScope) json.WriteStringValue(ScopeText.Join(scopes));
                else if (member.Utf8Name.SequenceEqual("exp"u8)) json.WriteNumberValue(expiresAt);
                else if (member.Utf8Name.SequenceEqual("jti"u8)) json.WriteStringValue(Id);
                else json.WriteRawValue(member.Value.RawJson, skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return Claims.Parse(buffer.WrittenMemory);
    }

    string? Text(ReadOnlySpan<byte> name) => _token.TryGet(name, out var claim) ? claim.GetString() : null;
}
