using System.Security.Cryptography;

namespace Cambist.Tests.Keys;

/// <summary>Our keys over the years, as the upkeep looks after them.</summary>
public class KeyRotationTests
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    static readonly SigningPolicy Default = SigningPolicy.Default;

    readonly InMemoryKeyStore _store = new();
    readonly KeySealer _sealer = new([RandomNumberGenerator.GetBytes(32)]);
    readonly FakeClock _clock = new();
    readonly HeardEvents _events = new();

    Task<KeyRing> OpenAsync(SigningPolicy? policy = null, KeySealer? sealer = null) =>
        KeyRing.OpenAsync(_store, sealer ?? _sealer, policy ?? Default, _clock, _events, CancellationToken.None);

    static async Task TendAsync(KeyRing ring, SigningPolicy? policy = null) => await ring.TendAsync(policy ?? Default, CancellationToken.None);

    static List<string> Kids(KeyRing ring) => [.. ring.Current.Published.Select(key => key.KeyId)];

    SealedKey[] SigningKeys => [.. _store.Stored.Keys.Where(key => key.Use == StoredKeyUse.Signing)];

    sealed record Token(string KeyId, long IssuedAt, long ExpiresAt);

    [Fact]
    public async Task JK_03_Over_three_years_and_two_nodes_no_token_ever_meets_a_set_without_its_key()
    {
        KeyRing[] nodes = [await OpenAsync(), await OpenAsync()];
        var live = new Queue<Token>();
        var (firstPublished, firstUsed) = (new Dictionary<string, long>(), new Dictionary<string, long>());
        for (var hour = 0; hour < 3 * 365 * 24; hour++)
        {
            // In the second year tokens live a day, on one of the nodes alone.
            var longer = Default with { LongestLife = TimeSpan.FromDays(1) };
            var isLonger = hour / 8760 == 1;
            for (var i = 0; i < nodes.Length; i++) await TendAsync(nodes[i], isLonger && i == 0 ? longer : Default);
            await TendAsync(nodes[0], isLonger ? longer : Default); // what the other did

            nodes[0].Current.Active.KeyId.ShouldBe(nodes[1].Current.Active.KeyId);
            foreach (var kid in Kids(nodes[0])) firstPublished.TryAdd(kid, _clock.Seconds);
            var token = new Token(nodes[0].Current.Active.KeyId, _clock.Seconds, _clock.Seconds + (isLonger ? 86400 : 600));
            firstUsed.TryAdd(token.KeyId, _clock.Seconds);
            live.Enqueue(token);
            while (live.Peek().ExpiresAt <= _clock.Seconds) live.Dequeue();
            foreach (var node in nodes)
            {
                node.Current.Published.Length.ShouldBeLessThanOrEqualTo(3);
                foreach (var one in live) node.Current.Find(one.KeyId).ShouldNotBeNull().MayHaveSignedAt(one.IssuedAt).ShouldBeTrue();
            }

            _clock.Advance(Hour);
        }

        firstUsed.Count.ShouldBe(1 + (3 * 365 / 90));
        foreach (var (kid, at) in firstUsed.Skip(1)) (at - firstPublished[kid]).ShouldBe(3600);
        SigningKeys.Length.ShouldBe(1, "the others are gone, private halves and all");
        _events.Names.Count(name => name == "signing_key_dropped").ShouldBe(12);
    }

    [Fact]
    public async Task Of_two_nodes_that_find_a_rotation_due_one_makes_the_key()
    {
        var (one, other) = (await OpenAsync(), await OpenAsync());
        _clock.Advance(Default.RotateEvery - Hour);
        _store.BeforeReplace = () => TendAsync(other);
        await TendAsync(one);
        SigningKeys.Length.ShouldBe(2);
        Kids(one).ShouldBe(Kids(other));
        SigningKeys.Count(key => key.SignsUntil is null).ShouldBe(1);
        _events.Names.Count(name => name == "signing_key_created").ShouldBe(2);
    }

    [Fact]
    public async Task A_retired_key_is_kept_until_the_last_token_under_it_has_expired_everywhere_and_not_longer()
    {
        var ring = await OpenAsync(Default with { LongestLife = TimeSpan.FromDays(3) });
        var old = ring.Current.Active.KeyId;
        _clock.Advance(Default.RotateEvery - Hour);
        await TendAsync(ring);
        _clock.Advance(Hour);
        ring.Current.Active.KeyId.ShouldNotBe(old);

        // three days, 5 minutes for the clocks of other nodes, 5 for the leeway of APIs
        var kept = TimeSpan.FromDays(3) + TimeSpan.FromMinutes(10);
        _clock.Advance(kept - TimeSpan.FromMilliseconds(1));
        await TendAsync(ring);
        Kids(ring).ShouldContain(old);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Kids(ring).ShouldNotContain(old, "even before the store is tidied");
        SigningKeys.ShouldContain(key => key.KeyId == old);
        await TendAsync(ring);
        SigningKeys.ShouldNotContain(key => key.KeyId == old);
        _events.Last.Name.ShouldBe("signing_key_dropped");
    }

    [Fact]
    public async Task The_longest_life_of_any_registry_in_force_while_a_key_signs_is_remembered_over_reloads_and_restarts()
    {
        var ring = await OpenAsync();
        await TendAsync(ring, Default with { LongestLife = TimeSpan.FromDays(30) });
        await TendAsync(ring);
        ring = await OpenAsync();
        SigningKeys.Single().LongestLife.ShouldBe((long)TimeSpan.FromDays(30).TotalMilliseconds);

        var old = ring.Current.Active.KeyId;
        _clock.Advance(Default.RotateEvery);
        await TendAsync(ring);
        SigningKeys.Single(key => key.KeyId != old).LongestLife.ShouldBe((long)Default.LongestLife.TotalMilliseconds, "the next one begins anew");
        _clock.Advance(Hour + TimeSpan.FromDays(30));
        await TendAsync(ring, Default with { LongestLife = TimeSpan.FromDays(300) });
        SigningKeys.Single(key => key.KeyId == old).LongestLife.ShouldBe((long)TimeSpan.FromDays(30).TotalMilliseconds, "nothing is signed with it any more");
        Kids(ring).ShouldContain(old);
        _clock.Advance(TimeSpan.FromMinutes(10));
        Kids(ring).ShouldNotContain(old);
    }

    [Fact]
    public async Task Where_nothing_is_due_a_look_reads_the_version_alone_and_writes_nothing()
    {
        var ring = await OpenAsync();
        var (reads, writes, current) = (_store.Reads, _store.Replacements, ring.Current);
        for (var i = 0; i < 100; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await TendAsync(ring);
        }

        (_store.Reads, _store.Replacements).ShouldBe((reads, writes));
        ring.Current.ShouldBeSameAs(current);
    }

    [Fact]
    public async Task What_another_changed_is_taken_over_and_said()
    {
        var (one, other) = (await OpenAsync(), await OpenAsync());
        _clock.Advance(Default.RotateEvery);
        await TendAsync(other);
        Kids(one).Count.ShouldBe(1);
        await TendAsync(one);
        Kids(one).ShouldBe(Kids(other));
        _events.Last.Name.ShouldBe("signing_keys_changed");
        _store.Change(one.Current.Active.KeyId, key => key with { RevokedAt = _clock.Seconds * 1000 });
        await TendAsync(one);
        Kids(one).ShouldHaveSingleItem();
        one.Current.CanSign.ShouldBeTrue("the one that was planned is brought forward");
    }

    [Fact]
    public async Task While_the_store_is_away_the_keys_of_before_stay_and_what_was_planned_happens()
    {
        var ring = await OpenAsync();
        var old = ring.Current.Active.KeyId;
        _clock.Advance(Default.RotateEvery - Hour);
        await TendAsync(ring);
        _store.IsAway = true;
        await Should.ThrowAsync<StoreUnavailableException>(() => TendAsync(ring));
        ring.Current.Active.KeyId.ShouldBe(old);
        _clock.Advance(Hour);
        await Should.ThrowAsync<StoreUnavailableException>(() => TendAsync(ring));
        ring.Current.Active.KeyId.ShouldNotBe(old);
        _store.IsAway = false;
        await TendAsync(ring);
        Kids(ring).Count.ShouldBe(2);
    }

    [Fact]
    public async Task After_a_long_stop_the_old_key_signs_until_the_new_one_has_been_seen()
    {
        var old = (await OpenAsync()).Current.Active.KeyId;
        _clock.Advance(TimeSpan.FromDays(400));
        var ring = await OpenAsync();
        ring.Current.Active.KeyId.ShouldBe(old);
        Kids(ring).Count.ShouldBe(2);
        _clock.Advance(Hour);
        ring.Current.Active.KeyId.ShouldNotBe(old);
    }

    [Fact]
    public async Task A_shorter_time_in_the_registry_counts_for_the_key_that_signs_now()
    {
        var ring = await OpenAsync();
        _clock.Advance(TimeSpan.FromDays(8));
        await TendAsync(ring);
        Kids(ring).Count.ShouldBe(1);
        await TendAsync(ring, Default with { RotateEvery = TimeSpan.FromDays(7) });
        Kids(ring).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Two_nodes_with_two_algorithms_do_not_outbid_each_other()
    {
        var rs256 = Default with { Algorithm = JwsAlgorithm.RS256 };
        var (one, other) = (await OpenAsync(), await OpenAsync(rs256));
        for (var i = 0; i < 200; i++)
        {
            await TendAsync(one);
            await TendAsync(other, rs256);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        _events.Names.Count(name => name == "signing_key_created").ShouldBe(2);
        one.Current.Active.Algorithm.ShouldBe(JwsAlgorithm.RS256, "one key signs, for all nodes");
    }

    [Theory]
    [InlineData(-301, false)]
    [InlineData(-300, true)]
    [InlineData(0, true)]
    [InlineData(600, true)]
    [InlineData(900, true)]
    [InlineData(901, false)]
    [InlineData(100_000_000, false)]
    [InlineData(long.MaxValue / 2, false)]
    [InlineData(long.MinValue / 2, false)]
    public void A_key_signed_from_one_instant_to_another_as_far_as_clocks_are_apart(long seconds, bool may)
    {
        const long Start = 1_900_000_000;
        var key = new SealedKey("kid", StoredKeyUse.Signing, "ES256", 0, Start * 1000, (Start + 600) * 1000, null, default);
        KeyTimes.MayHaveSignedAt(key, Math.Abs(seconds) > Start ? seconds : Start + seconds).ShouldBe(may);
        KeyTimes.MayHaveSignedAt(key with { SignsUntil = null }, Start + 100_000_000).ShouldBeTrue();
    }

    [Fact]
    public async Task A_start_seals_every_key_under_the_last_line_of_the_key_file_and_running_nodes_go_on()
    {
        byte[] first = RandomNumberGenerator.GetBytes(32), second = RandomNumberGenerator.GetBytes(32);
        var running = await OpenAsync(sealer: new([first]));
        var restarted = await OpenAsync(sealer: new([first, second]));
        var onlySecond = new KeySealer([second]);
        foreach (var key in _store.Stored.Keys) onlySecond.Open(key.KeyId, key.Sealed.Span).ShouldNotBeEmpty();
        _events.Names.Count(name => name == "key_resealed").ShouldBe(2);

        await TendAsync(running);
        running.Current.LineageKey.ToArray().ShouldBe((await OpenAsync(sealer: onlySecond)).Current.LineageKey.ToArray());
        Kids(running).ShouldBe(Kids(restarted));
        await Should.ThrowAsync<KeySealException>(() => OpenAsync(sealer: new([first])));
    }
}
