using System.Text;
using Cambist.Protocol;
using Cambist.Tests.Jose;

namespace Cambist.Tests.Subjects;

public sealed class SentTokenTests : IDisposable
{
    static readonly SigningKey Key = TestKeys.For(JwsAlgorithm.ES256);
    static readonly SigningKey Other = SigningKey.Create(JwsAlgorithm.ES256);
    static readonly byte[] LineageKey = Encoding.UTF8.GetBytes("a lineage key that is a test's..");

    readonly VerifiedTokens _verified = new();

    public void Dispose() => _verified.Dispose();

    static string Token(string subject = "alice") => Jwt.Sign(Key, Jwt.HeaderOf(Key), $$"""{"sub":"{{subject}}"}""");

    SentToken Sent(string token) => new(token, TokenTypes.IdToken, TokenRole.Subject, _verified);

    /// <summary>A token that is kept for sure.</summary>
    string Kept()
    {
        var token = Token();
        for (var i = 0; i < 2; i++) Sent(token).IsSignedBy(Key.PublicKey).ShouldBeTrue();
        _verified.Find(token, out _).ShouldNotBeNull().Key.ShouldBeSameAs(Key.PublicKey);
        return token;
    }

    [Fact]
    public void A_kept_token_says_what_it_said_when_it_was_read()
    {
        var token = Kept();
        var (kept, read) = (Sent(token), new SentToken(token, TokenTypes.IdToken, TokenRole.Subject));
        kept.Jws.ShouldBeOfType<JwtContent>();
        read.Jws.ShouldBeOfType<CompactJws>();
        (kept.Jws!.Algorithm, kept.Jws.KeyId, kept.Jws.Type, kept.Fault).ShouldBe((read.Jws!.Algorithm, read.Jws.KeyId, read.Jws.Type, read.Fault));
        kept.Jws.Payload.Utf8.ToArray().ShouldBe(read.Jws.Payload.Utf8.ToArray());
        kept.IsSignedBy(Key.PublicKey).ShouldBeTrue();
    }

    [Fact]
    public void A_kept_token_is_verified_again_under_any_other_key()
    {
        var token = Kept();
        Sent(token).IsSignedBy(Other.PublicKey).ShouldBeFalse();
        Sent(token).IsSignedBy(Key.PublicKey).ShouldBeTrue("that was no verdict on the token");

        // The same key as another object: the signature is good, and that is found out by looking at it.
        var again = JsonWebKeySetOf(Key);
        again.ShouldNotBeSameAs(Key.PublicKey);
        Sent(token).IsSignedBy(again).ShouldBeTrue();
        _verified.Find(token, out _).ShouldNotBeNull().Key.ShouldBeSameAs(again);
    }

    static VerificationKey JsonWebKeySetOf(SigningKey key)
    {
        JsonWebKeySet.TryParse(Encoding.UTF8.GetBytes($$"""{"keys":[{{Encoding.UTF8.GetString(key.PublicJwk.Span)}}]}"""), out var keys, out var error).ShouldBeTrue(error);
        return keys!.Keys.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_signature_that_is_not_good_is_never_kept_however_often_it_comes()
    {
        var token = Jwt.Sign(Other, Jwt.HeaderOf(Key), """{"sub":"alice"}""");
        for (var i = 0; i < 5; i++) Sent(token).IsSignedBy(Key.PublicKey).ShouldBeFalse();
        _verified.Find(token, out _).ShouldBeNull();
    }

    [Fact]
    public void The_root_is_the_same_whether_kept_or_not_and_made_anew_for_another_issuer_or_key()
    {
        var token = Kept();
        var otherKey = Encoding.UTF8.GetBytes("another lineage key, as long ...");
        foreach (var (key, issuer) in new[] { (LineageKey, "https://a"), (LineageKey, "https://b"), (otherKey, "https://a"), (LineageKey, "https://a") })
        {
            var root = new SentToken(token, TokenTypes.IdToken, TokenRole.Subject).RootOf(key, issuer);
            root.ShouldBe(Lineage.RootOf(key, issuer, Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')])));
            for (var i = 0; i < 2; i++) Sent(token).RootOf(key, issuer).ShouldBe(root);
        }

        new SentToken("op.aque", TokenTypes.AccessToken, TokenRole.Subject, _verified).RootOf(LineageKey, "x").ShouldBe(Lineage.RootOf(LineageKey, "x", "op.aque"u8));
    }

    /// <summary>Good tokens, and of each a few that end as it does: other signatures, payloads and headers, sent by many at once.</summary>
    [Fact]
    public async Task However_many_send_good_and_tampered_tokens_at_once_no_verdict_is_wrong()
    {
        const int Tokens = 40, Threads = 8, Uses = 4000;
        var all = Enumerable.Range(0, Tokens).SelectMany(i => Variants(Token($"user-{i}"), $"user-{i}")).ToArray();
        var wrong = await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            var choices = new Mutations((ulong)thread);
            var wrong = 0;
            for (var i = 0; i < Uses; i++)
            {
                var (token, subject, isGood) = choices.Pick(all);
                var sent = Sent(token);
                var isSigned = sent.Jws is not null && sent.IsSignedBy(Key.PublicKey);
                if (isSigned != isGood) wrong++;
                if (isSigned && !(sent.Jws!.Payload.TryGet("sub", out var sub) && sub.IsString(subject))) wrong++;
            }

            return wrong;
        })));
        wrong.ShouldAllBe(count => count == 0);
        all.Count(one => _verified.Find(one.Token, out _) is not null).ShouldBe(Tokens, "the good ones, and no other");
    }

    static IEnumerable<(string Token, string Subject, bool IsGood)> Variants(string token, string subject)
    {
        var parts = token.Split('.');
        var flipped = (parts[2][0] == 'A' ? 'B' : 'A') + parts[2][1..];
        yield return (token, subject, true);
        yield return ($"{parts[0]}.{parts[1]}.{flipped}", subject, false);
        yield return ($"{parts[0]}.{Jwt.Encode("""{"sub":"admin"}""")}.{parts[2]}", "admin", false);
        yield return ($"{Jwt.Encode(Jwt.HeaderOf(Key, ",\"typ\":\"at+jwt\""))}.{parts[1]}.{parts[2]}", subject, false);
        yield return ($"{parts[0]}.{parts[1]}=.{parts[2]}", subject, false);
    }
}
