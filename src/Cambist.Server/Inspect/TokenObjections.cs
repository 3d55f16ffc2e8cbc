using System.Text;
using System.Text.Json;

namespace Cambist.Server;

/// <summary>What this server would hold against a token whatever its registry says, found by the code that refuses it there.</summary>
static class TokenObjections
{
    public static IReadOnlyList<string> To(DecodedToken token, DateTimeOffset now)
    {
        var found = new List<string>();
        Form(token, found);
        Algorithm(token.Header, found);
        Type(token.Header, found);
        Names(token.Claims, found);
        Times(token.Claims, now, found);
        if (token.Claims.TryGetProperty("cnf", out _)) found.Add("cnf: it is bound to a key, and proof of a key is not built yet, so it is refused");
        return found;
    }

    static void Form(DecodedToken token, List<string> found)
    {
        if (token.Text.Length > CompactJws.MaxLength) found.Add($"it is longer than {CompactJws.MaxLength / 1024} KiB");
        foreach (var (part, name) in token.Text.Split('.').Zip(["header", "claims", "signature"]))
        {
            if (part.Length > 0 && CanonicalBase64Url.Decode(Encoding.ASCII.GetBytes(part)) is null)
                found.Add($"{name}: written in a base64url that is not canonical (padding, + or /, or stray bits at the end)");
        }

        Strict(token.Header, "header", found);
        Strict(token.Claims, "claims", found);
        if (!Cambist.Claims.TryParse(Encoding.UTF8.GetBytes(token.Header.GetRawText()), out var header, out _)) return;
        switch (JoseHeader.TryRead(header, out _))
        {
            case JwsFault.CriticalExtension: found.Add("crit or b64: an extension that must be understood (RFC 7515 §4.1.11), and none is"); break;
            case JwsFault.NestedOrEncrypted: found.Add("cty, enc or zip: a token within a token, or an encrypted or compressed one"); break;
            case JwsFault.HeaderMalformed: found.Add("header: alg, kid, typ or cty is of the wrong type, empty or too long"); break;
        }
    }

    static void Strict(JsonElement json, string name, List<string> found)
    {
        if (Cambist.Claims.TryParse(Encoding.UTF8.GetBytes(json.GetRawText()), out _, out var fault)) return;
        found.Add($"{name}: " + fault switch
        {
            JsonFault.DuplicateName => "a member stands there twice; readers disagree on which one counts",
            JsonFault.LoneSurrogate => "half of a surrogate pair, which is no text",
            JsonFault.TooDeep => $"nested deeper than {Cambist.Claims.MaxDepth} levels",
            JsonFault.TooLong => $"longer than {Cambist.Claims.MaxBytes / 1024} KiB",
            _ => "not strict JSON in UTF-8",
        });
    }

    static void Algorithm(JsonElement header, List<string> found)
    {
        var name = DecodedToken.StringOf(header, "alg");
        if (name is null) found.Add("alg is missing: nothing says how it is signed");
        else if (name.Equals("none", StringComparison.OrdinalIgnoreCase)) found.Add("alg is none: it is not signed at all, and anybody can write one");
        else if (name.StartsWith("HS", StringComparison.Ordinal)) found.Add($"alg is {PrintableText.Of(name)}: signed with a shared secret, which whoever verifies could have signed with");
        else if (!JwsAlgorithm.All.TryGetValue(name, out var algorithm)) found.Add($"alg is {PrintableText.Of(name)}, which is not known here");
        else if (!JwsAlgorithm.DefaultOfIssuers.Contains(algorithm)) found.Add($"alg is {name}: refused unless its issuer's algorithms name it");
    }

    static void Type(JsonElement header, List<string> found)
    {
        if (DecodedToken.StringOf(header, "typ") is not { } type) return;
        var name = type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) ? type["application/".Length..] : type;
        if (!name.Equals("JWT", StringComparison.OrdinalIgnoreCase) && !name.Equals("at+jwt", StringComparison.OrdinalIgnoreCase))
            found.Add($"typ is {PrintableText.Of(type)}: refused unless its issuer's tokens name that typ");
    }

    static void Names(JsonElement claims, List<string> found)
    {
        foreach (var name in (string[])["iss", "sub"])
            if (DecodedToken.StringOf(claims, name) is not { Length: > 0 }) found.Add($"{name} is missing, or no string");
        if (!claims.TryGetProperty("aud", out var audience) || audience.ValueKind is not (JsonValueKind.String or JsonValueKind.Array)) found.Add("aud is missing, or neither a string nor a list: it is meant for nobody");
    }

    static void Times(JsonElement claims, DateTimeOffset now, List<string> found)
    {
        foreach (var name in (string[])["exp", "nbf", "iat"])
        {
            if (!claims.TryGetProperty(name, out _))
            {
                if (name == "exp") found.Add("exp is missing: it would never expire");
                if (name == "iat") found.Add("iat is missing: refused as id_token or jwt, which have a max_age");
            }
            else if (TokenInstants.Read(claims, name) is null)
            {
                found.Add($"{name} is no number of seconds since 1970");
            }
        }

        if (TokenInstants.Read(claims, "exp") is { } exp && exp <= now) found.Add($"it expired {TimeInWords.Of(exp, now)}");
        if (TokenInstants.Read(claims, "nbf") is { } nbf && nbf > now.AddMinutes(1)) found.Add($"it is not valid yet (nbf is {TimeInWords.Of(nbf, now)})");
        if (TokenInstants.Read(claims, "iat") is { } iat && iat > now.AddMinutes(1)) found.Add($"it is issued in the future (iat is {TimeInWords.Of(iat, now)}); whose clock is wrong?");
    }
}
