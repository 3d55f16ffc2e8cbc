using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cambist.Tests.Jose;

/// <summary>
/// Every vector is judged by the code that judges tokens, piece by piece: <see cref="JwsText"/>, <see cref="KnownHeaders"/>, <see cref="JwsSignature"/>, <see cref="Claims"/> and
/// <see cref="JoseHeader"/> for the header, <see cref="JsonWebKeySet"/> for the key, <see cref="VerificationKey"/> for the signature.
/// Two things need saying.
/// <para>The payloads are <c>foo</c>, nothing, and other text that is no JSON object, so <see cref="CompactJws"/>, which is those
/// same pieces and then the payload's claims, refuses them all; that is checked too.</para>
/// <para>Symmetric keys are never accepted here. Vectors under one must be refused by the product, whether valid or not. So that
/// they still test how tokens are read, the HMAC is then checked by the test itself, behind our own parser, and that verdict
/// is what is compared with the vector.</para>
/// </summary>
public class WycheproofTests
{
    // What we judge otherwise than the vectors, and why. Nothing else may differ.
    static readonly Dictionary<int, string> SignatureDeviations = new()
    {
        [372] = "valid, says the vector, with a ? in the header; we take no other characters than base64url's (D-14)",
        [373] = "valid, says the vector, with a ? in the payload (D-14)",
        [346] = "the key says alg PS256, the token PS384: one key, one algorithm (JWT-07)",
        [350] = "as 346",
        [347] = "the key says alg ES521, which is no algorithm; the key file's vector 19 wants such keys refused (JWT-05)",
        [351] = "as 347",
        [367] = "invalid for its padding, says the vector, but it has none: it is vector 357, which is valid, letter for letter",
        [370] = "as 367",
    };

    static readonly Dictionary<int, string> KeyDeviations = new()
    {
        [2] = "HS256: symmetric keys are never accepted (JWT-06)",
        [13] = "as 2",
        [14] = "HS384: as 2",
        [15] = "HS512: as 2",
    };

    [Fact]
    public void All_401_signature_vectors_are_judged_as_they_say_but_for_eight_named_ones()
    {
        var differing = new List<int>();
        var symmetric = 0;
        var vectors = Wycheproof.Load("json_web_signature_test.json");
        foreach (var vector in vectors)
        {
            var isSymmetric = !vector.Group.TryGetProperty("public", out var jwk);
            if (isSymmetric) jwk = vector.Group.GetProperty("private");
            var verdict = IsAccepted(KeySets.Of(jwk.GetRawText()), vector.Token);
            if (isSymmetric)
            {
                symmetric++;
                verdict.ShouldBeFalse($"{vector.Id}: under a symmetric key");
                verdict = IsAcceptedUnderHmac(jwk, vector.Token);
            }

            if (verdict != vector.IsValid) differing.Add(vector.Id);
            CompactJws.TryParse(vector.Token, out _, out _).ShouldBeFalse($"{vector.Id}: its payload is no claims");
        }

        vectors.Count.ShouldBe(401);
        symmetric.ShouldBe(40);
        differing.ShouldBe(SignatureDeviations.Keys.Order());
    }

    [Fact]
    public void The_four_that_differ_by_the_alg_of_their_key_verify_without_it()
    {
        var vectors = Wycheproof.Load("json_web_signature_test.json");
        foreach (var vector in vectors.Where(v => v.Id is 346 or 347 or 350 or 351))
        {
            var jwk = JsonNode.Parse(vector.Group.GetProperty("public").GetRawText())!.AsObject();
            jwk.Remove("alg").ShouldBeTrue();
            IsAccepted(KeySets.Of(jwk.ToJsonString()), vector.Token).ShouldBeTrue($"{vector.Id}");
        }
    }

    [Fact]
    public void The_two_that_contradict_another_vector_are_refused_once_they_have_the_padding_they_speak_of()
    {
        var vectors = Wycheproof.Load("json_web_signature_test.json").ToDictionary(v => v.Id);
        vectors[357].IsValid.ShouldBeTrue();
        foreach (var id in new[] { 367, 370 }) vectors[id].Token.ShouldBe(vectors[357].Token);

        var parts = vectors[357].Token.Split('.');
        Cut($"{parts[0]}.{parts[1]}.{parts[2]}", out _).ShouldBe(JwsFault.None);
        Cut($"{parts[0]}.{parts[1]}.{parts[2]}=", out _).ShouldBe(JwsFault.NotCompact);
        Cut($"{parts[0]}.{parts[1]}==.{parts[2]}", out _).ShouldBe(JwsFault.NotCompact);
    }

    [Fact]
    public void JWT_28_No_private_key_of_the_vectors_is_taken_for_a_public_one()
    {
        foreach (var group in Wycheproof.Load("json_web_signature_test.json").Select(v => v.Group).Distinct())
            KeySets.WhyNot(group.GetProperty("private").GetRawText()).ShouldContain("private");
    }

    [Fact]
    public void All_26_key_vectors_are_judged_as_they_say_but_for_valid_HMACs()
    {
        var differing = new List<int>();
        var vectors = Wycheproof.Load("json_web_key_test.json");
        foreach (var vector in vectors)
        {
            var isSymmetric = !vector.Group.TryGetProperty("public", out var set);
            if (isSymmetric) set = vector.Group.GetProperty("private");
            var verdict = IsAccepted(KeySets.Read(set.GetRawText()), vector.Token);
            if (verdict != vector.IsValid) differing.Add(vector.Id);

            // What is refused for its key alone was read well before that.
            if (isSymmetric && vector.IsValid) IsAcceptedUnderHmac(set.GetProperty("keys")[0], vector.Token).ShouldBeTrue($"{vector.Id}");
        }

        vectors.Count.ShouldBe(26);
        differing.ShouldBe(KeyDeviations.Keys.Order());
    }

    [Fact]
    public void Each_bad_key_of_the_vectors_is_left_out_for_what_is_wrong_with_it()
    {
        var vectors = Wycheproof.Load("json_web_key_test.json").ToDictionary(v => v.Id);
        foreach (var (id, why) in new[]
        {
            (6, "use"), (7, "CVE-2017-15361"), (8, "1024 bits"), (9, "exponent"), (19, "alg"), (20, "alg"), (21, "use"),
            (22, "not on the curve"), (23, "48 bytes"), (24, "n or e"),
        })
        {
            var set = KeySets.Read(vectors[id].Group.GetProperty("public").GetRawText());
            set.Keys.ShouldBeEmpty($"{id}");
            set.Skipped.ShouldHaveSingleItem().ShouldContain(why, Case.Sensitive, $"{id}");
        }
    }

    static bool IsAccepted(JsonWebKeySet keys, string token) =>
        TryRead(token, out var text, out var header, out _)
        && header.Algorithm is { } algorithm
        && keys.Find(header.KeyId, algorithm) is { } key
        && JwsSignature.IsOf(text.Signature.Span, key, algorithm, text.SigningInput.Span);

    static bool TryRead(string token, out JwsText text, out JoseHeader header, out Claims claims)
    {
        (header, claims) = (default, Claims.Empty);
        return Cut(token, out text) == JwsFault.None && KnownHeaders.TryRead(text.Header.Span, out claims, out header) == JwsFault.None;
    }

    static JwsFault Cut(string token, out JwsText text)
    {
        var fault = JwsText.TryCut(Encoding.UTF8.GetBytes(token), out text);
        if (fault != JwsFault.None) return fault;
        return CanonicalBase64Url.Decode(text.Payload.Span) is not null && JwsSignature.IsCanonical(text.Signature.Span) ? JwsFault.None : JwsFault.NotCompact;
    }

    // Test only: what a server that did take symmetric keys would do behind our parser.
    static bool IsAcceptedUnderHmac(JsonElement jwk, string token)
    {
        if (!TryRead(token, out var text, out var header, out var claims)) return false;
        header.Algorithm.ShouldBeNull();
        var name = jwk.GetProperty("alg").GetString()!;
        claims.TryGet("alg", out var alg);
        if (!alg.IsString(name) || header.KeyId != jwk.GetProperty("kid").GetString()) return false;
        var secret = CanonicalBase64Url.Decode(Encoding.ASCII.GetBytes(jwk.GetProperty("k").GetString()!))!;
        var hash = new HashAlgorithmName("SHA" + name[2..]);
        return CryptographicOperations.HmacData(hash, secret, text.SigningInput.Span).AsSpan().SequenceEqual(CanonicalBase64Url.Decode(text.Signature.Span));
    }
}
