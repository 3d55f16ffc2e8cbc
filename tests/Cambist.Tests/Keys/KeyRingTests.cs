using System.Security.Cryptography;
using System.Text.Json;

namespace Cambist.Tests.Keys;

public class KeyRingTests
{
    static readonly SigningPolicy Rs256 = SigningPolicy.Default with { Algorithm = JwsAlgorithm.RS256 };

    readonly InMemoryKeyStore _store = new();
    readonly KeySealer _sealer = new([RandomNumberGenerator.GetBytes(32)]);
    readonly FakeClock _clock = new();
    readonly HeardEvents _events = new();

    Task<KeyRing> OpenAsync(SigningPolicy? policy = null, KeySealer? sealer = null, TimeProvider? clock = null) =>
        KeyRing.OpenAsync(_store, sealer ?? _sealer, policy ?? SigningPolicy.Default, clock ?? _clock, _events, CancellationToken.None);

    static List<string> Kids(ReadOnlyMemory<byte> jwks)
    {
        using var document = JsonDocument.Parse(jwks);
        return [.. document.RootElement.GetProperty("keys").EnumerateArray().Select(key => key.GetProperty("kid").GetString()!)];
    }

    long InMinutes(int minutes) => _clock.GetUtcNow().AddMinutes(minutes).ToUnixTimeMilliseconds();

    [Fact]
    public async Task The_first_start_makes_a_signing_key_and_a_lineage_key_and_the_next_finds_them()
    {
        var first = await OpenAsync();
        first.Current.Active.Algorithm.ShouldBe(JwsAlgorithm.ES256);
        first.Current.LineageKey.Length.ShouldBe(32);
        _store.Stored.Version.ShouldBe(1);
        _store.Stored.Keys.Select(key => key.Use).ShouldBe([StoredKeyUse.Lineage, StoredKeyUse.Signing]);
        _events.Names.ShouldBe(["signing_key_created"]);

        var second = await OpenAsync();
        second.Current.Active.KeyId.ShouldBe(first.Current.Active.KeyId);
        second.Current.LineageKey.ToArray().ShouldBe(first.Current.LineageKey.ToArray());
        _store.Replacements.ShouldBe(1);

        var signature = new byte[64];
        second.Current.Active.Sign("input"u8, signature);
        first.Current.Find(second.Current.Active.KeyId)!.Key.PublicKey.Verify(JwsAlgorithm.ES256, "input"u8, signature).ShouldBeTrue();
    }

    [Fact]
    public async Task Nothing_in_the_store_is_readable_without_the_key_file()
    {
        var ring = await OpenAsync();
        foreach (var key in _store.Stored.Keys)
        {
            key.Sealed.Span.IndexOf(ring.Current.LineageKey.Span).ShouldBe(-1);
            key.Sealed.Span.IndexOf(ring.Current.Active.ExportPrivateKey().AsSpan(0, 16)).ShouldBe(-1);
        }
    }

    [Fact]
    public async Task JK_01_JK_02_The_published_set_holds_public_members_with_kid_use_and_alg_only()
    {
        var ring = await OpenAsync();
        await ring.RefreshAsync(Rs256, CancellationToken.None);
        using var document = JsonDocument.Parse(ring.PublishedJwks);
        var keys = document.RootElement.GetProperty("keys").EnumerateArray().ToList();
        keys.Count.ShouldBe(2);
        foreach (var key in keys)
        {
            key.GetProperty("use").GetString().ShouldBe("sig");
            JwsAlgorithm.All.ShouldContainKey(key.GetProperty("alg").GetString()!);
            foreach (var secret in new[] { "d", "p", "q", "dp", "dq", "qi", "oth", "k" }) key.TryGetProperty(secret, out _).ShouldBeFalse();
        }

        Kids(ring.PublishedJwks).ShouldBeUnique();
    }

    [Fact]
    public async Task When_another_node_is_first_its_keys_are_taken()
    {
        KeyRing? other = null;
        _store.BeforeReplace = async () => other = await OpenAsync();
        var ring = await OpenAsync();
        _store.Replacements.ShouldBe(1);
        ring.Current.Active.KeyId.ShouldBe(other!.Current.Active.KeyId);
        ring.Current.LineageKey.ToArray().ShouldBe(other.Current.LineageKey.ToArray());
    }

    [Fact]
    public async Task A_node_whose_clock_is_a_little_behind_takes_the_key_too()
    {
        var behind = new FakeClock();
        _clock.Advance(TimeSpan.FromMinutes(4));
        var ring = await OpenAsync();
        (await OpenAsync(clock: behind)).Current.Active.KeyId.ShouldBe(ring.Current.Active.KeyId);
        _store.Replacements.ShouldBe(1);
    }

    [Fact]
    public async Task A_store_that_others_keep_changing_is_given_up_on()
    {
        Func<Task>? meddle = null;
        meddle = () =>
        {
            _store.Stored = new(_store.Stored.Version + 1, []);
            _store.BeforeReplace = meddle;
            return Task.CompletedTask;
        };
        _store.BeforeReplace = meddle;
        await Should.ThrowAsync<StoreUnavailableException>(() => OpenAsync());
    }

    [Fact]
    public async Task Another_algorithm_gets_a_new_key_that_takes_over_once_everybody_can_have_seen_it()
    {
        var old = (await OpenAsync()).Current.Active.KeyId;
        var ring = await OpenAsync(Rs256);
        var kids = Kids(ring.PublishedJwks);
        kids.Count.ShouldBe(2);
        ring.Current.Active.KeyId.ShouldBe(old);

        _clock.Advance(TimeSpan.FromHours(1));
        ring.Current.Active.Algorithm.ShouldBe(JwsAlgorithm.RS256);
        Kids(ring.PublishedJwks).ShouldBe([old, ring.Current.Active.KeyId]);
        kids.ShouldContain(ring.Current.Active.KeyId);
        _store.Stored.Keys.Count(key => key.Use == StoredKeyUse.Lineage).ShouldBe(1);
    }

    [Fact]
    public async Task JK_03_A_key_that_signs_later_is_published_before_and_takes_over_at_its_instant()
    {
        var ring = await OpenAsync();
        var old = ring.Current.Active.KeyId;
        var other = new InMemoryKeyStore();
        var next = (await KeyRing.OpenAsync(other, _sealer, SigningPolicy.Default, _clock, _events, CancellationToken.None)).Current.Active.KeyId;
        var planned = other.Stored.Keys.Single(key => key.KeyId == next) with { SignsFrom = InMinutes(10) };
        _store.Stored = new(_store.Stored.Version + 1, [.. _store.Stored.Keys, planned]);
        _store.Change(old, key => key with { SignsUntil = InMinutes(10) });

        await ring.RefreshAsync(SigningPolicy.Default, CancellationToken.None);
        ring.Current.Active.KeyId.ShouldBe(old);
        Kids(ring.PublishedJwks).ShouldBe([old, next]);

        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        ring.Current.Active.KeyId.ShouldBe(old);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        ring.Current.Active.KeyId.ShouldBe(next);
        Kids(ring.PublishedJwks).ShouldBe([old, next]);
        ring.Current.ShouldBeSameAs(ring.Current);
    }

    [Fact]
    public async Task Of_two_keys_that_may_sign_the_newer_does_in_whatever_order_they_are_stored()
    {
        var ring = await OpenAsync();
        var old = ring.Current.Active.KeyId;
        _store.Change(old, key => key with { SignsUntil = InMinutes(5) });
        _clock.Advance(TimeSpan.FromMinutes(6));
        await ring.RefreshAsync(SigningPolicy.Default, CancellationToken.None);
        var newer = ring.Current.Active.KeyId;
        newer.ShouldNotBe(old);
        _store.Change(old, key => key with { SignsUntil = null });
        _store.Stored = new(_store.Stored.Version + 1, [.. _store.Stored.Keys.Reverse()]);
        (await OpenAsync()).Current.Active.KeyId.ShouldBe(newer);
    }

    [Fact]
    public async Task A_revoked_key_neither_signs_nor_is_published_nor_verifies()
    {
        var ring = await OpenAsync();
        var old = ring.Current.Active.KeyId;
        _store.Change(old, key => key with { RevokedAt = InMinutes(0), Sealed = new byte[] { 1 } });
        await ring.RefreshAsync(SigningPolicy.Default, CancellationToken.None);
        ring.Current.Active.KeyId.ShouldNotBe(old);
        ring.Current.Find(old).ShouldBeNull();
        Kids(ring.PublishedJwks).ShouldBe([ring.Current.Active.KeyId]);
        _store.Stored.Keys.ShouldContain(key => key.KeyId == old, "the store remembers it");
    }

    [Fact]
    public async Task JK_10_A_ring_whose_last_key_ran_out_cannot_sign_until_it_is_refreshed()
    {
        var ring = await OpenAsync();
        var old = ring.Current.Active.KeyId;
        _store.Change(old, key => key with { SignsUntil = InMinutes(5) });
        await ring.RefreshAsync(SigningPolicy.Default, CancellationToken.None);
        ring.Current.CanSign.ShouldBeTrue();
        _clock.Advance(TimeSpan.FromMinutes(5));
        ring.Current.CanSign.ShouldBeFalse();
        Should.Throw<StoreUnavailableException>(() => ring.Current.Active);
        ring.Current.Find(old).ShouldNotBeNull();
        await ring.RefreshAsync(SigningPolicy.Default, CancellationToken.None);
        ring.Current.CanSign.ShouldBeTrue();
        Kids(ring.PublishedJwks).Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_wrong_key_file_fails_the_start_and_changes_nothing()
    {
        await OpenAsync();
        var before = _store.Stored;
        var failure = await Should.ThrowAsync<KeySealException>(() => OpenAsync(sealer: new([RandomNumberGenerator.GetBytes(32)])));
        failure.Message.ShouldContain("Cambist:KeyFile");
        _store.Stored.ShouldBeSameAs(before);
    }

    [Fact]
    public async Task A_failed_refresh_leaves_the_keys_in_use()
    {
        var ring = await OpenAsync();
        var kid = ring.Current.Active.KeyId;
        _store.Stored = new(_store.Stored.Version + 1, [.. _store.Stored.Keys, _store.Stored.Keys[1] with { KeyId = "another", Sealed = new byte[60] }]);
        await Should.ThrowAsync<KeySealException>(() => ring.RefreshAsync(SigningPolicy.Default, CancellationToken.None));
        ring.Current.Active.KeyId.ShouldBe(kid);
    }

    [Fact]
    public async Task A_revoked_key_goes_even_where_its_successor_does_not_open()
    {
        var ring = await OpenAsync();
        var kid = ring.Current.Active.KeyId;
        var successor = _store.Stored.Keys[1] with { KeyId = "another", Sealed = new byte[60] };
        _store.Change(kid, key => key with { RevokedAt = InMinutes(0), Sealed = default });
        _store.Stored = new(_store.Stored.Version + 1, [.. _store.Stored.Keys, successor]);
        for (var again = 0; again < 2; again++)
        {
            await Should.ThrowAsync<KeySealException>(async () => await ring.TendAsync(SigningPolicy.Default, CancellationToken.None));
            (ring.Current.CanSign, ring.Current.Find(kid)).ShouldBe((false, null));
            Kids(ring.PublishedJwks).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_lost_or_doubled_lineage_key_is_never_made_up_for()
    {
        await OpenAsync();
        var lineage = _store.Stored.Keys[0];
        _store.Stored = new(2, [_store.Stored.Keys[1]]);
        (await Should.ThrowAsync<KeySealException>(() => OpenAsync())).Message.ShouldContain("lineage");
        _store.Stored = new(3, [lineage, lineage, .. _store.Stored.Keys]);
        (await Should.ThrowAsync<KeySealException>(() => OpenAsync())).Message.ShouldContain("lineage");
    }

    [Fact]
    public async Task A_key_under_another_keys_name_is_refused()
    {
        var ring = await OpenAsync();
        var kid = ring.Current.Active.KeyId;
        _store.Change(kid, key => key with { KeyId = "other", Sealed = _sealer.Seal("other", ring.Current.Active.ExportPrivateKey()) });
        await Should.ThrowAsync<KeySealException>(() => OpenAsync());
        _store.Change("other", key => key with { Sealed = _sealer.Seal("other", [1, 2, 3]) });
        (await Should.ThrowAsync<KeySealException>(() => OpenAsync())).Message.ShouldContain("ES256");
    }

    [Fact]
    public async Task An_algorithm_of_a_later_release_is_left_alone()
    {
        var ring = await OpenAsync();
        var later = _store.Stored.Keys[1] with { KeyId = "later", Algorithm = "ML-DSA-44" };
        _store.Stored = new(2, [.. _store.Stored.Keys, later]);
        await ring.RefreshAsync(SigningPolicy.Default, CancellationToken.None);
        _events.Names.ShouldContain("signing_key_skipped");
        Kids(ring.PublishedJwks).ShouldBe([ring.Current.Active.KeyId]);
        _store.Stored.Keys.ShouldContain(later);
    }
}
