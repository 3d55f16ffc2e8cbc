using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Cambist.Tests.Jose;

namespace Cambist.Tests.Subjects;

public sealed class VerifiedTokensTests : IDisposable
{
    static readonly SigningKey Key = TestKeys.For(JwsAlgorithm.ES256);

    readonly VerifiedTokens _tokens = new();

    public void Dispose() => _tokens.Dispose();

    /// <summary>A JWT that nobody signed, with an end of its own: the table takes its keeper's word.</summary>
    static string Unsigned(int number, string more = "") => $"{Jwt.Encode(Jwt.HeaderOf(Key))}.{Jwt.Encode($$"""{"sub":"{{number}}"{{more}}}""")}.{Jwt.Encode($"signature-{number:0000000000}")}";

    /// <summary>Comes twice, the second time to be kept.</summary>
    VerifiedToken? Keep(string token)
    {
        _tokens.Find(token, out _);
        _tokens.Find(token, out var digest).ShouldBeNull();
        return _tokens.Keep(digest.ShouldNotBeNull(), Jwt.Read(token), Key.PublicKey);
    }

    VerifiedToken? Find(string token) => _tokens.Find(token, out _) ?? _tokens.Find(token, out _); // the doorkeeper may have forgotten it

    [Fact]
    public void A_token_is_looked_up_the_second_time_and_found_the_third()
    {
        var token = Unsigned(1);
        _tokens.Find(token, out var digest).ShouldBeNull();
        digest.ShouldBeNull("nothing was hashed");
        _tokens.Find(token, out digest).ShouldBeNull();
        var kept = _tokens.Keep(digest.ShouldNotBeNull(), Jwt.Read(token), Key.PublicKey).ShouldNotBeNull();

        _tokens.Find(token, out digest).ShouldBeSameAs(kept);
        digest.ShouldBeNull();
        kept.Key.ShouldBeSameAs(Key.PublicKey);
        kept.Content.KeyId.ShouldBe(Key.KeyId);
        kept.Content.Algorithm.ShouldBe(JwsAlgorithm.ES256);
        kept.Content.Payload.TryGet("sub", out var sub).ShouldBeTrue();
        sub.GetString().ShouldBe("1");
    }

    [Fact]
    public void Another_token_with_the_same_end_is_another_token()
    {
        var token = Unsigned(1);
        Keep(token).ShouldNotBeNull();
        var end = token[token.LastIndexOf('.')..];
        foreach (var other in new[] { Unsigned(2)[..^end.Length] + end, "e30" + token[token.IndexOf('.')..], "." + token, token[1..] })
        {
            _tokens.Find(other, out var digest).ShouldBeNull();
            digest.ShouldNotBeNull();
        }
    }

    [Fact]
    public void Tokens_that_come_once_push_nobody_out()
    {
        var kept = Keep(Unsigned(0));
        for (var i = 1; i < 100_000; i++) _tokens.Find(Unsigned(i), out var digest).ShouldBeNull();
        Find(Unsigned(0)).ShouldBeSameAs(kept);
    }

    [Fact]
    public void Of_tokens_without_end_four_thousand_are_kept_and_the_latest_among_them()
    {
        var all = Enumerable.Range(0, 12_000).Select(i => Unsigned(i)).ToArray();
        foreach (var token in all) Keep(token).ShouldNotBeNull();
        var found = all.Select(token => Find(token) is not null).ToArray();
        found.Count(isFound => isFound).ShouldBeInRange(4000, 4096);
        found[^100..].ShouldAllBe(isFound => isFound);
    }

    [Fact]
    public void A_working_set_of_a_thousand_is_nearly_all_kept()
    {
        var all = Enumerable.Range(0, 1000).Select(i => Unsigned(i)).ToArray();
        for (var round = 0; round < 3; round++)
            foreach (var token in all)
                if (_tokens.Find(token, out var digest) is null && digest is not null) _tokens.Keep(digest, Jwt.Read(token), Key.PublicKey);
        all.Count(token => _tokens.Find(token, out _) is not null).ShouldBeGreaterThan(950);
    }

    [Fact]
    public void What_is_too_long_or_says_too_much_is_not_kept()
    {
        var longest = Unsigned(1, $",\"x\":\"{new string('x', VerifiedTokens.LongestToken * 3 / 4 - 200)}\"");
        longest.Length.ShouldBeInRange(VerifiedTokens.LongestToken - 200, VerifiedTokens.LongestToken);
        Keep(longest).ShouldNotBeNull();

        var longer = Unsigned(2, $",\"x\":\"{new string('x', VerifiedTokens.LongestToken * 3 / 4)}\"");
        _tokens.Find(longer, out _);
        _tokens.Find(longer, out var digest).ShouldBeNull();
        digest.ShouldBeNull("it is not even hashed");

        // Short text, and a table of a thousand values.
        Keep(Unsigned(3, $",\"x\":[{string.Join(',', Enumerable.Repeat('1', 1000))}]")).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("no-dot-in-it-at-all")]
    [InlineData("a.signature.of.other.charactérs")]
    public void What_is_no_JWT_is_not_looked_up(string token)
    {
        for (var i = 0; i < 3; i++)
        {
            _tokens.Find(token, out var digest).ShouldBeNull();
            digest.ShouldBeNull();
        }
    }

    [Fact]
    public void What_is_kept_holds_no_byte_of_the_token()
    {
        var token = Unsigned(1, ",\"name\":\"\\u0041lice\"");
        var kept = Keep(token).ShouldNotBeNull();
        kept.Content.ShouldBeOfType<JwtContent>("no CompactJws, which has the signature");

        // The payload's bytes are a whole array, and no stretch of the one that was read.
        var payload = kept.Content.Payload.Utf8;
        MemoryMarshal.TryGetArray(payload, out var bytes).ShouldBeTrue();
        bytes.Array.ShouldNotBeNull().Length.ShouldBe(payload.Length);
        kept.Content.Payload.TryGet("name", out var name).ShouldBeTrue();
        name.GetString().ShouldBe("Alice");

        var (sent, read) = KeepUnreferenced();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        sent.IsAlive.ShouldBeFalse();
        read.IsAlive.ShouldBeFalse();
        Find(Unsigned(2)).ShouldNotBeNull();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    (WeakReference Sent, WeakReference Read) KeepUnreferenced()
    {
        var token = Unsigned(2);
        _tokens.Find(token, out _);
        _tokens.Find(token, out var digest);
        var jws = Jwt.Read(token);
        _tokens.Keep(digest.ShouldNotBeNull(), jws, Key.PublicKey).ShouldNotBeNull();
        MemoryMarshal.TryGetArray(jws.SigningInput, out var bytes).ShouldBeTrue();
        return (new(token), new(bytes.Array));
    }

    [Fact]
    public void A_token_is_kept_under_one_key_the_last_that_verified_it()
    {
        var token = Unsigned(1);
        Keep(token);
        var other = SigningKey.Create(JwsAlgorithm.ES256).PublicKey;
        var again = _tokens.Keep(_tokens.Find(token, out _).ShouldNotBeNull().Digest, Jwt.Read(token), other);
        Find(token).ShouldBeSameAs(again);
        again.ShouldNotBeNull().Key.ShouldBeSameAs(other);
    }
}
