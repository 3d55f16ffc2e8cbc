namespace Cambist.Tests.Keys;

/// <summary>What the <c>keys</c> command does, on a store beside a ring that a server would have.</summary>
public sealed class KeyActsTests : IDisposable
{
    readonly FakeClock _clock = new();
    readonly HeardEvents _events = new();
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-keys-");
    readonly Store _store;

    public KeyActsTests() => _store = MemoryStore.Create(_clock);

    public void Dispose() => _folder.Delete(recursive: true);

    string KeyFilePath => Path.Combine(_folder.FullName, "cambist.key");

    KeyActs Acts => new(_store, KeyFilePath, _events);

    Task<KeyRing> OpenAsync() =>
        KeyRing.OpenAsync(_store.Keys, KeyFile.ReadOrCreate(KeyFilePath, mayCreate: true, _events), SigningPolicy.Default, _clock, _events, CancellationToken.None);

    Task<KeyAct> RotateAsync(bool atOnce = false, string? reason = null) => Acts.RotateAsync(atOnce, "ada", reason, CancellationToken.None);

    Task<KeyAct> RevokeAsync(string kid, string? reason = null) => Acts.RevokeAsync(kid, "ada", reason, CancellationToken.None);

    static IEnumerable<SigningKeyState> States(KeyAct act) => act.Keys.Select(key => key.State);

    async Task<LedgerEntry[]> EntriesAsync() => [.. await _store.Decisions.PageAsync(DecisionFilter.All, default, 10, CancellationToken.None)];

    [Fact]
    public async Task Rotate_publishes_a_key_that_takes_over_after_an_hour_and_is_on_record()
    {
        var ring = await OpenAsync();
        var old = ring.Current.Active.KeyId;
        var act = await RotateAsync(reason: "ticket 4711");
        States(act).ShouldBe([SigningKeyState.Signing, SigningKeyState.Next]);
        (act.Keys[0].Until, act.Keys[1].Since).ShouldBe((_clock.GetUtcNow().AddHours(1), _clock.GetUtcNow().AddHours(1)));

        await ring.TendAsync(SigningPolicy.Default, CancellationToken.None);
        ring.Current.Active.KeyId.ShouldBe(old);
        ring.Current.Published.Length.ShouldBe(2);
        _clock.Advance(TimeSpan.FromHours(1));
        ring.Current.Active.KeyId.ShouldBe(act.Keys[1].KeyId);
        (await Acts.ListAsync(CancellationToken.None)).Select(key => key.State).ShouldBe([SigningKeyState.Retired, SigningKeyState.Signing]);

        var entry = (await EntriesAsync()).ShouldHaveSingleItem();
        (entry.Outcome, entry.Action, entry.Actor).ShouldBe((DecisionOutcome.AdminAct, "keys.rotate", new RecordedParty("os-user", "ada", null)));
        entry.Trace.ShouldNotBeNull().ShouldContain(act.Keys[1].KeyId);
        entry.Trace.ShouldEndWith("reason: ticket 4711");
    }

    [Fact]
    public async Task What_is_planned_is_not_planned_twice_and_at_once_brings_it_forward()
    {
        await OpenAsync();
        var planned = (await RotateAsync()).Keys[1];
        var again = await RotateAsync();
        (again.Refusal, again.Deeds.Length, again.Keys.Count).ShouldBe((null, 0, 2));

        _clock.Advance(TimeSpan.FromMinutes(10));
        var act = await RotateAsync(atOnce: true);
        act.Keys.Count.ShouldBe(2);
        (act.Keys[1].KeyId, act.Keys[1].State, act.Keys[1].Since).ShouldBe((planned.KeyId, SigningKeyState.Signing, _clock.GetUtcNow()));
        (act.Keys[0].State, act.Keys[0].Until).ShouldBe((SigningKeyState.Retired, _clock.GetUtcNow()));
        (await RotateAsync(atOnce: true)).Keys.Count.ShouldBe(3);
        (await EntriesAsync()).Length.ShouldBe(3, "what did nothing is no act");
    }

    [Fact]
    public async Task Revoking_the_key_that_signs_makes_a_successor_that_signs_at_once()
    {
        var ring = await OpenAsync();
        var old = ring.Current.Active.KeyId;
        var act = await RevokeAsync(old, "it leaked");
        States(act).ShouldBe([SigningKeyState.Revoked, SigningKeyState.Signing]);
        await ring.TendAsync(SigningPolicy.Default, CancellationToken.None);
        ring.Current.Active.KeyId.ShouldBe(act.Keys[1].KeyId);
        ring.Current.Find(old).ShouldBeNull();
        ring.Current.Published.ShouldHaveSingleItem();
        (await _store.Keys.ReadAsync(CancellationToken.None)).Keys.Single(key => key.KeyId == old).Sealed.IsEmpty.ShouldBeTrue("its private half is gone");
        (await EntriesAsync()).Single().Action.ShouldBe("keys.revoke");
        (await RevokeAsync(old)).Refusal.ShouldNotBeNull().ShouldContain("already");
    }

    [Fact]
    public async Task Revoking_the_key_that_signs_brings_a_planned_one_forward()
    {
        var ring = await OpenAsync();
        var planned = (await RotateAsync()).Keys[1].KeyId;
        var act = await RevokeAsync(ring.Current.Active.KeyId);
        States(act).ShouldBe([SigningKeyState.Revoked, SigningKeyState.Signing]);
        act.Keys[1].KeyId.ShouldBe(planned);
    }

    [Fact]
    public async Task A_line_of_the_key_file_that_no_server_has_read_yet_seals_nothing()
    {
        var ring = await OpenAsync();
        await File.AppendAllTextAsync(KeyFilePath, KeyFile.NewLine() + "\n");
        var act = await RevokeAsync(ring.Current.Active.KeyId);
        await ring.TendAsync(SigningPolicy.Default, CancellationToken.None);
        ring.Current.Active.KeyId.ShouldBe(act.Keys[1].KeyId);
        (await OpenAsync()).Current.Active.KeyId.ShouldBe(act.Keys[1].KeyId, "a start opens it too, and seals it under the new line");
    }

    [Fact]
    public async Task Revoking_a_planned_key_leaves_the_one_that_signs_in_office()
    {
        await OpenAsync();
        var planned = (await RotateAsync()).Keys[1].KeyId;
        var act = await RevokeAsync(planned);
        States(act).ShouldBe([SigningKeyState.Signing, SigningKeyState.Revoked]);
        act.Keys[0].Until.ShouldBeNull();
    }

    [Fact]
    public async Task A_revoked_key_is_forgotten_when_no_token_under_it_is_about()
    {
        var ring = await OpenAsync();
        await RevokeAsync(ring.Current.Active.KeyId);
        _clock.Advance(TimeSpan.FromMinutes(21));
        await ring.TendAsync(SigningPolicy.Default, CancellationToken.None);
        (await Acts.ListAsync(CancellationToken.None)).ShouldHaveSingleItem().State.ShouldBe(SigningKeyState.Signing);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("lineage")]
    [InlineData("")]
    public async Task An_unknown_kid_is_refused_and_those_that_are_known_are_named(string kid)
    {
        var ring = await OpenAsync();
        var act = await RevokeAsync(kid);
        act.Refusal.ShouldNotBeNull().ShouldContain(ring.Current.Active.KeyId);
        (await EntriesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_without_keys_is_left_to_the_server()
    {
        (await Acts.ListAsync(CancellationToken.None)).ShouldBeEmpty();
        (await RotateAsync()).Refusal.ShouldNotBeNull().ShouldContain("first starts");
        (await RevokeAsync("x")).Refusal.ShouldNotBeNull().ShouldContain("first starts");
        File.Exists(KeyFilePath).ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_file_that_does_not_open_the_stores_keys_makes_no_key_that_no_server_could_open()
    {
        await OpenAsync();
        var version = await _store.Keys.ReadVersionAsync(CancellationToken.None);
        File.Delete(KeyFilePath);
        (await Should.ThrowAsync<KeySealException>(() => RotateAsync())).Message.ShouldContain(KeyFilePath);
        await File.WriteAllTextAsync(KeyFilePath, KeyFile.NewLine());
        (await Should.ThrowAsync<KeySealException>(() => RotateAsync(atOnce: true))).Message.ShouldContain("Cambist:KeyFile");
        (await _store.Keys.ReadVersionAsync(CancellationToken.None)).ShouldBe(version);
        (await Acts.ListAsync(CancellationToken.None)).Count.ShouldBe(1, "to look needs no key file");
    }
}
