namespace Cambist;

/// <summary>
/// What a JWS header says that is of use here. <c>jwk</c>, <c>jku</c>, <c>x5u</c>, <c>x5c</c> and <c>x5t</c> are a stranger's
/// word on which key to trust: nobody reads them (RFC 8725 §3.10).
/// </summary>
/// <param name="Algorithm">Null where <c>alg</c> is absent or unknown.</param>
/// <param name="KeyId"><c>kid</c>, or null.</param>
/// <param name="Type"><c>typ</c>, normalised, or null.</param>
internal readonly record struct JoseHeader(JwsAlgorithm? Algorithm, string? KeyId, string? Type)
{
    public static JwsFault TryRead(Claims header, out JoseHeader read)
    {
        read = default;

        // RFC 7515 §4.1.11: no extension is understood here, and an empty or malformed list is an error anyway. RFC 7797 §7 keeps b64 out of JWTs.
        if (header.TryGet("crit"u8, out _) || header.TryGet("b64"u8, out _)) return JwsFault.CriticalExtension;

        // RFC 7516 §4.1: members of an encrypted token.
        if (header.TryGet("enc"u8, out _) || header.TryGet("zip"u8, out _)) return JwsFault.NestedOrEncrypted;

        // RFC 7519 §5.2: cty says that the payload is a JWT again.
        if (header.TryGet("cty"u8, out var cty))
        {
            if (!TryReadMediaType(cty, out var contentType)) return JwsFault.HeaderMalformed;
            if (contentType == "jwt" || contentType.EndsWith("+jwt", StringComparison.Ordinal)) return JwsFault.NestedOrEncrypted;
        }

        JwsAlgorithm? algorithm = null;
        if (header.TryGet("alg"u8, out var alg))
        {
            if (alg.Kind != ClaimKind.String) return JwsFault.HeaderMalformed;
            algorithm = JwsAlgorithm.Named(alg);
        }

        string? keyId = null;
        if (header.TryGet("kid"u8, out var kid) && !KeyIds.TryRead(kid, out keyId)) return JwsFault.HeaderMalformed;

        string? type = null;
        if (header.TryGet("typ"u8, out var typ) && !TryReadMediaType(typ, out type)) return JwsFault.HeaderMalformed;

        read = new JoseHeader(algorithm, keyId, type);
        return JwsFault.None;
    }

    // RFC 7515 §4.1.9: compared without case; a name without a slash stands for application/name. An empty one is malformed:
    // it must never be taken for an absent one.
    static bool TryReadMediaType(Claim claim, out string type)
    {
        type = "";
        var text = claim.Utf8Text;
        if (text.SequenceEqual("JWT"u8)) type = "jwt";
        else if (text.SequenceEqual("at+jwt"u8)) type = "at+jwt";
        else if (text.Length is 0 or > 128 || text.ContainsAnyExceptInRange((byte)0x21, (byte)0x7E)) return false;
        else type = WithoutApplication(claim.GetString()!.ToLowerInvariant());
        return type.Length > 0;
    }

    static string WithoutApplication(string type) =>
        type.StartsWith("application/", StringComparison.Ordinal) && !type.AsSpan("application/".Length).Contains('/')
            ? type["application/".Length..]
            : type;
}
