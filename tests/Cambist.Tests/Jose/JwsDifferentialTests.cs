using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Tokens = Microsoft.IdentityModel.Tokens;

namespace Cambist.Tests.Jose;

/// <summary>A second opinion on whole tokens: what we read and verify, Microsoft.IdentityModel does too, with the same values.</summary>
public class JwsDifferentialTests
{
    static readonly string[] Headers =
    [
        """{"alg":"{alg}","kid":"{kid}"}""",
        """{"alg":"{alg}","typ":"JWT","kid":"{kid}"}""",
        """{ "typ" : "at+jwt" , "kid" : "{kid}" , "alg" : "{alg}" , "x" : [1] }""",
        """{"\u0061lg":"{alg}","kid":"{kid}","typ":"application/at+jwt","cty":"json"}""",
        """{"alg":"{alg}"}""",
    ];

    static readonly string[] Payloads =
    [
        """{"iss":"https://a.example","sub":"alice","aud":"https://sts.example.com","exp":4102444800,"iat":1700000000,"jti":"x"}""",
        """{"iss":"https:\/\/a.example","sub":"\u00e9\ud83d\ude00","aud":["a","b"],"exp":4102444800,"tenant":{"id":4711,"tags":["x",{"y":null}]},"ok":true}""",
        """{ "sub" : "b" , "n" : 1.5 , "big" : 9007199254740993 , "empty" : "" , "list" : [ ] , "o" : { } }""",
        "{}",
    ];

    [Fact]
    public async Task What_we_read_and_verify_the_general_library_does_too()
    {
        var mutations = new Mutations(8693);
        var handler = new JsonWebTokenHandler();
        var accepted = 0;
        var refused = 0;
        foreach (var algorithm in new[] { JwsAlgorithm.ES256, JwsAlgorithm.RS256, JwsAlgorithm.PS256, JwsAlgorithm.ES384 })
        {
            var key = TestKeys.For(algorithm);
            var parameters = new Tokens.TokenValidationParameters
            {
                IssuerSigningKey = new Tokens.JsonWebKey(Encoding.UTF8.GetString(key.PublicJwk.Span)),
                ValidateIssuer = false,
                ValidateAudience = false,
                ValidateLifetime = false,
                RequireExpirationTime = false,
            };
            for (var i = 0; i < 800; i++)
            {
                var token = Token(mutations, key);
                if (!CompactJws.TryParse(token, out var jws, out _) || !jws.IsSignedBy(key.PublicKey))
                {
                    refused++;
                    continue;
                }

                if (!HasOrdinaryClaims(jws.Payload)) continue;
                accepted++;
                var result = await handler.ValidateTokenAsync(token, parameters);
                result.IsValid.ShouldBeTrue($"{token}: {result.Exception}");
                AssertSame(jws, (JsonWebToken)result.SecurityToken);
            }
        }

        accepted.ShouldBeGreaterThan(500);
        refused.ShouldBeGreaterThan(500);
    }

    // A third well made, a third changed before it is signed, a third changed afterwards.
    static string Token(Mutations mutations, SigningKey key)
    {
        var header = Encoding.UTF8.GetBytes(mutations.Pick(Headers).Replace("{alg}", key.Algorithm.Name).Replace("{kid}", key.KeyId));
        var payload = Encoding.UTF8.GetBytes(mutations.Next(4) == 0 ? mutations.Object(3) : mutations.Pick(Payloads));
        var kind = mutations.Next(3);
        if (kind == 1 && mutations.Next(3) == 0) header = mutations.Of(header);
        else if (kind == 1) payload = mutations.Of(payload);
        var token = Jwt.Sign(key, $"{Jwt.Encode(header)}.{Jwt.Encode(payload)}");
        return kind == 2 ? Encoding.Latin1.GetString(mutations.Of(Encoding.Latin1.GetBytes(token))) : token;
    }

    // The general library reads registered claims of the wrong type its own way (RFC 7519 §4.1 gives the types). We judge them later.
    static bool HasOrdinaryClaims(Claims payload)
    {
        foreach (var (name, value) in payload.Root.EnumerateObject())
        {
            var isOrdinary = name switch
            {
                "iss" or "sub" or "jti" or "azp" => value.Kind == ClaimKind.String,
                "aud" => value.Kind == ClaimKind.String || (value.Kind == ClaimKind.Array && AreStrings(value)),
                "exp" or "nbf" or "iat" => value.TryGetSeconds(out _),
                _ => true,
            };
            if (!isOrdinary) return false;
        }

        return true;
    }

    static bool AreStrings(Claim array)
    {
        foreach (var element in array.EnumerateArray())
            if (element.Kind != ClaimKind.String) return false;
        return true;
    }

    static void AssertSame(CompactJws ours, JsonWebToken theirs)
    {
        theirs.Alg.ShouldBe(ours.Algorithm!.Name);
        (theirs.Kid is "" or null ? null : theirs.Kid).ShouldBe(ours.KeyId);
        Normalised(theirs.Typ).ShouldBe(ours.Type);
        foreach (var (name, value) in ours.Payload.Root.EnumerateObject())
        {
            if (value.Kind == ClaimKind.String && name is not ("aud" or "")) // it takes no empty name
                theirs.GetPayloadValue<string>(name).ShouldBe(value.GetString());
        }

        if (ours.Payload.TryGet("exp", out var exp) && exp.TryGetSeconds(out var seconds))
            Tokens.EpochTime.GetIntDate(theirs.ValidTo).ShouldBe(seconds);
        if (ours.Payload.TryGet("aud", out var aud) && aud.Kind == ClaimKind.Array)
        {
            var audiences = new List<string>();
            foreach (var element in aud.EnumerateArray()) audiences.Add(element.GetString()!);
            theirs.Audiences.ShouldBe(audiences);
        }
    }

    static string? Normalised(string? typ) => string.IsNullOrEmpty(typ) ? null
        : typ.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && !typ["application/".Length..].Contains('/') ? typ["application/".Length..].ToLowerInvariant()
        : typ.ToLowerInvariant();
}
