using System.Text;

namespace Cambist;

/// <summary>
/// A token that was refused before anything in it was verified, as its holder could read it: a few members of a JWT, each beside what the
/// registry wants there. Of what is no JWT only the length and the kind of its beginning.
/// </summary>
internal sealed class TokenAtSight(Registry registry, DateTimeOffset now, IssuerKeys keys)
{
    public IEnumerable<string> Facts(string token, string tokenType, TokenRole role)
    {
        yield return $"sent as {TokenKindNames.OfSubjects.FirstOrDefault(name => TokenKindNames.Urn(name) == tokenType) ?? UnverifiedFacts.Shown(tokenType)}";
        if (JwsParts.TryCut(token, out var parts) != JwsFault.None)
        {
            yield return Opaque(token);
            yield break;
        }

        var payload = Claims.TryParse(parts.Payload, out var read, out _) ? read : null;
        var issuer = IssuerOf(payload);
        var kind = issuer?.KindOf(tokenType);
        if (Claims.TryParse(parts.Header, out var header, out _))
            foreach (var fact in Header(header, issuer, kind)) yield return fact;
        else yield return "its header is no JSON object, or has a member twice";

        if (payload is not null)
            foreach (var fact in Payload(payload, issuer, kind, role)) yield return fact;
        else yield return "its payload is no JSON object, or has a member twice";
    }

    TrustedIssuer? IssuerOf(Claims? payload) =>
        payload is not null && payload.TryGet("iss"u8, out var iss) && iss.GetString() is { } identifier && registry.IssuersByIdentifier.TryGetValue(identifier, out var issuer) ? issuer : null;

    IEnumerable<string> Header(Claims header, TrustedIssuer? issuer, TrustedTokenKind? kind)
    {
        var alg = header.TryGet("alg"u8, out var name) ? JwsAlgorithm.Named(name) : null;
        yield return Member(header, "alg", issuer is not null && (alg is null || !issuer.Algorithms.Contains(alg)) ? $"issuers.{issuer.Name}.algorithms are {string.Join(", ", issuer.Algorithms.Select(one => one.Name))}" : null);
        yield return Member(header, "kid", Published(header, issuer));
        var isOfKind = kind is null or { Types.Count: 0 } || (JoseHeader.TryRead(header, out var read) == JwsFault.None && kind.Types.Contains(read.Type ?? ""));
        yield return Member(header, "typ", !isOfKind ? $"{At(issuer!, kind!)} takes {ExternalToken.Alternatives(kind!.Types)}" : null);
    }

    /// <summary>The issuer's keys at hand, where the one that the header means is not among them.</summary>
    string? Published(Claims header, TrustedIssuer? issuer)
    {
        if (issuer?.Issuer is null || keys.Health(issuer) is not { FetchedAt: { } fetched } health) return null;
        var keyId = header.TryGet("kid"u8, out var kid) ? kid.GetString() ?? "" : "";
        return health.KeyIds.Contains(keyId) ? null
            : $"issuers.{issuer.Name} publishes {UnverifiedFacts.Few(keyId, health.KeyIds.Select(id => id.Length == 0 ? "a key without kid" : id))} (fetched {TimeInWords.Of(fetched, now)})";
    }

    IEnumerable<string> Payload(Claims payload, TrustedIssuer? issuer, TrustedTokenKind? kind, TokenRole role)
    {
        yield return Member(payload, "iss", issuer is null ? Nearest(payload) : kind is null || !ExternalToken.IsTrustedFor(issuer, role) ? TrustedFor(issuer) : null);
        yield return Member(payload, "aud", kind is { Audiences.Count: > 0 } && ExternalToken.CheckAudience(payload, kind) is not null
            ? $"{At(issuer!, kind)} takes {UnverifiedFacts.Few(Audience.IsWellFormed(payload, out var aud) && aud.GetString() is { } one ? one : "", kind.Audiences)}"
            : null);
        if (payload.TryGet("azp"u8, out _)) yield return Member(payload, "azp");
        yield return Time(payload, "exp");
        if (payload.TryGet("nbf"u8, out _)) yield return Time(payload, "nbf");
        yield return Time(payload, "iat");
    }

    string? Nearest(Claims payload)
    {
        if (!payload.TryGet("iss"u8, out var iss) || iss.GetString() is not { } sent || registry.IssuersByIdentifier.Count == 0) return null;
        if (sent == registry.Issuer) return "that is this server";
        var nearest = Spelling.ByNearness(sent, registry.IssuersByIdentifier.Keys).First();
        var difference = sent == nearest + "/" ? ", without the slash"
            : sent + "/" == nearest ? ", with a slash at the end"
            : string.Equals(sent, nearest, StringComparison.OrdinalIgnoreCase) ? ", and capitals count"
            : "";
        return $"issuers.{registry.IssuersByIdentifier[nearest].Name} is {nearest}{difference}";
    }

    static string TrustedFor(TrustedIssuer issuer)
    {
        var roles = (issuer.IsTrustedForSubjects, issuer.IsTrustedForActors) switch { (true, true) => "subject or actor", (false, true) => "actor", _ => "subject" };
        return $"issuers.{issuer.Name} is trusted for {string.Join(", ", issuer.Tokens.Keys.Select(TokenKindNames.Of).Order(StringComparer.Ordinal))}, as {roles} token";
    }

    static string At(TrustedIssuer issuer, TrustedTokenKind kind) => $"issuers.{issuer.Name}.tokens.{TokenKindNames.Of(kind.TokenType)}";

    static string Member(Claims claims, string name, string? wanted = null) =>
        $"{name} {(claims.TryGet(name, out var claim) ? Trace.Short(Encoding.UTF8.GetString(claim.RawJson)) : "absent")}{(wanted is null ? "" : $"; {wanted}")}";

    string Time(Claims claims, string name) =>
        claims.TryGet(name, out var claim) && claim.TryGetSeconds(out var seconds) ? $"{name} {TimeInWords.Of(DateTimeOffset.FromUnixTimeSeconds(seconds), now)}" : Member(claims, name);

    string Opaque(string token)
    {
        var begins = OurPrefixes.All.FirstOrDefault(prefix => token.StartsWith(prefix, StringComparison.Ordinal)) is { } ours ? $", begins with {ours}, as this server's own do"
            : registry.Issuers.Values.FirstOrDefault(issuer => issuer.Introspection?.Prefix is { } prefix && token.StartsWith(prefix, StringComparison.Ordinal)) is { } other ? $", begins with the prefix of issuers.{other.Name}"
            : token.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? ", begins with Bearer, which is no part of a token"
            : token.StartsWith("eyJ", StringComparison.Ordinal) ? $", begins like a JWT and has {token.Count(c => c == '.') + 1} parts"
            : "";
        return $"no JWT: {token.Length} characters{begins}{(token.Any(char.IsWhiteSpace) ? ", white space among them" : "")}";
    }
}
