using System.Security.Cryptography;

namespace Cambist.Tests.Keys;

public class KeySealerTests
{
    static readonly byte[] First = RandomNumberGenerator.GetBytes(32);
    static readonly byte[] Second = RandomNumberGenerator.GetBytes(32);
    static readonly byte[] Secret = "the private key"u8.ToArray();

    [Fact]
    public void What_was_sealed_opens_under_its_own_name()
    {
        var sealer = new KeySealer([First]);
        sealer.Open("kid", sealer.Seal("kid", Secret)).ShouldBe(Secret);
        sealer.Open("kid", sealer.Seal("kid", [])).ShouldBe([]);
    }

    [Fact]
    public void Nothing_of_the_secret_is_seen_and_no_two_seals_are_equal()
    {
        var sealer = new KeySealer([First]);
        var one = sealer.Seal("kid", Secret);
        one.AsSpan().IndexOf(Secret).ShouldBe(-1);
        one.AsSpan().IndexOf(First).ShouldBe(-1);
        one.ShouldNotBe(sealer.Seal("kid", Secret));
    }

    [Fact]
    public void A_sealed_key_does_not_open_under_another_name()
    {
        var sealer = new KeySealer([First]);
        var one = sealer.Seal("kid", Secret);
        Should.Throw<KeySealException>(() => sealer.Open("kie", one)).Message.ShouldContain("changed in the store");
    }

    [Fact]
    public void Every_changed_byte_and_every_cut_is_noticed()
    {
        var sealer = new KeySealer([First]);
        var one = sealer.Seal("kid", Secret);
        for (var i = 0; i < one.Length; i++)
        {
            var changed = one.ToArray();
            changed[i] ^= 1;
            Should.Throw<KeySealException>(() => sealer.Open("kid", changed));
            Should.Throw<KeySealException>(() => sealer.Open("kid", one.AsSpan(0, i)));
        }
    }

    [Fact]
    public void The_last_key_seals_and_all_open()
    {
        var old = new KeySealer([First]).Seal("kid", Secret);
        var both = new KeySealer([First, Second]);
        both.Open("kid", old).ShouldBe(Secret);
        new KeySealer([Second]).Open("kid", both.Seal("kid", Secret)).ShouldBe(Secret);
    }

    [Fact]
    public void A_key_sealed_under_another_file_names_the_setting()
    {
        var failure = Should.Throw<KeySealException>(() => new KeySealer([Second]).Open("kid", new KeySealer([First]).Seal("kid", Secret)));
        failure.Message.ShouldContain("Cambist:KeyFile");
        failure.Message.ShouldContain("kid");
        failure.Message.ShouldNotContain(Convert.ToBase64String(Second));
    }

    [Fact]
    public void Keys_of_another_length_or_none_are_refused()
    {
        Should.Throw<ArgumentException>(() => new KeySealer([]));
        Should.Throw<ArgumentException>(() => new KeySealer([new byte[31]]));
        Should.Throw<ArgumentException>(() => new KeySealer([First, new byte[33]]));
    }
}
