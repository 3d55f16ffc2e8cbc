namespace Cambist.Storage.Tests;

public abstract partial class StoreTests
{
    static SealedKey Key(string id, long? signsUntil = null, long? revokedAt = null) =>
        new(id, StoredKeyUse.Signing, "ES256", 1, 2, signsUntil, revokedAt, new byte[] { 1, 2, 3 });

    [Fact]
    public async Task A_new_store_has_no_keys_at_version_zero()
    {
        var keys = await Store.Keys.ReadAsync(None);

        (keys.Version, keys.Keys.Count).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Keys_come_back_whole_and_in_order_and_each_replacement_raises_the_version()
    {
        SealedKey[] keys = [Key("z", signsUntil: 5) with { LongestLife = 86_400_000_000 }, Key("gone") with { Sealed = ReadOnlyMemory<byte>.Empty }, new("lineage", StoredKeyUse.Lineage, "HS256", 9, 0, null, null, new byte[] { 4 }), Key("a", revokedAt: 7)];

        (await Store.Keys.TryReplaceAsync(0, [Key("old"), Key("older")], null, None)).ShouldBeTrue();
        var version = (await Store.Keys.ReadAsync(None)).Version;
        (await Store.Keys.TryReplaceAsync(version, keys, null, None)).ShouldBeTrue();

        var stored = await Store.Keys.ReadAsync(None);
        stored.Version.ShouldBeGreaterThan(version);
        stored.Keys.Select(k => k with { Sealed = default }).ShouldBe(keys.Select(k => k with { Sealed = default }));
        stored.Keys.Select(k => k.Sealed.ToArray()).ShouldBe(keys.Select(k => k.Sealed.ToArray()));
    }

    [Fact]
    public async Task A_replacement_of_an_outdated_version_changes_nothing_and_records_nothing()
    {
        await Store.Keys.TryReplaceAsync(0, [Key("first")], null, None);

        (await Store.Keys.TryReplaceAsync(0, [Key("second")], Some.AdminAct(), None)).ShouldBeFalse();

        (await Store.Keys.ReadAsync(None)).Keys.ShouldHaveSingleItem().KeyId.ShouldBe("first");
        (await Store.Decisions.PageAsync(DecisionFilter.All, default, 10, None)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_replacement_is_recorded_with_who_made_it()
    {
        var entry = Some.AdminAct("ticket 1") with { Actor = new("os-user", "ada", null) };

        (await Store.Keys.TryReplaceAsync(0, [Key("first")], entry, None)).ShouldBeTrue();

        var recorded = (await Store.Decisions.PageAsync(DecisionFilter.All, default, 10, None)).ShouldHaveSingleItem();
        (recorded.Outcome, recorded.Action, recorded.Actor, recorded.Trace).ShouldBe((DecisionOutcome.AdminAct, entry.Action, entry.Actor, "ticket 1"));
        (await Store.Ledger.CommitAsync(Some.Entry(), None)).Id.ShouldBeGreaterThan(recorded.Id);
    }

    [Fact]
    public async Task The_version_alone_says_whether_there_is_anything_new()
    {
        (await Store.Keys.ReadVersionAsync(None)).ShouldBe(0);
        await Store.Keys.TryReplaceAsync(0, [Key("first")], null, None);

        (await Store.Keys.ReadVersionAsync(None)).ShouldBe((await Store.Keys.ReadAsync(None)).Version);
        (await Store.Keys.ReadVersionAsync(None)).ShouldNotBe(0);
    }

    [Fact]
    public async Task Of_those_who_replace_the_same_version_at_once_exactly_one_wins()
    {
        var wins = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(async () => await Store.Keys.TryReplaceAsync(0, [Key("key" + i)], null, None))));

        wins.Count(won => won).ShouldBe(1);
        (await Store.Keys.ReadAsync(None)).Keys.ShouldHaveSingleItem().KeyId.ShouldBe("key" + Array.IndexOf(wins, true));
    }

    [Fact]
    public async Task The_revision_activated_last_is_the_latest_also_when_it_was_there_before()
    {
        (await Store.Registries.FindLatestAsync(None)).ShouldBeNull();
        RegistryRevision a = new("aaaa", "issuer: a # ünïcode", 1), b = new("bbbb", "issuer: b", 2);
        await Store.Registries.SaveActivatedAsync(a, None);
        await Store.Registries.SaveActivatedAsync(b, None);
        (await Store.Registries.FindLatestAsync(None)).ShouldBe(b);

        await Store.Registries.SaveActivatedAsync(a with { ActivatedAt = 3 }, None);

        (await Store.Registries.FindLatestAsync(None)).ShouldBe(a with { ActivatedAt = 3 });
        (await Store.Registries.FindAsync("bbbb", None)).ShouldBe(b);
        (await Store.Registries.FindAsync("cccc", None)).ShouldBeNull();
    }

    [Fact]
    public async Task The_hash_of_the_bootstrap_token_is_absent_at_first_and_replaced_later()
    {
        (await Store.Registries.FindAdminTokenHashAsync(None)).ShouldBeNull();

        await Store.Registries.SaveAdminTokenHashAsync(Some.Hash("one"), None);
        await Store.Registries.SaveAdminTokenHashAsync(Some.Hash("two"), None);

        (await Store.Registries.FindAdminTokenHashAsync(None))!.Value.ToArray().ShouldBe(Some.Hash("two"));
    }
}
