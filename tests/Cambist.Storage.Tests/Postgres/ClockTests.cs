using System.Security.Cryptography;

namespace Cambist.Storage.Tests.Postgres;

/// <summary>Nodes whose own clocks are wrong: the database's is the clock of all of them.</summary>
public sealed class ClockTests(PostgresDatabases databases) : PostgresNodes(databases)
{
    static readonly TimeSpan Near = TimeSpan.FromSeconds(10);

    readonly KeySealer _sealer = new([RandomNumberGenerator.GetBytes(KeySealer.KeyBytes)]);

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Theory]
    [InlineData(100 * 86_400)]
    [InlineData(7_200)]
    [InlineData(-3_600)]
    public async Task A_node_goes_by_the_databases_clock_whatever_its_own_says(int secondsAhead)
    {
        var node = await OpenWithClockAsync(TimeSpan.FromSeconds(secondsAhead));

        node.Clock.GetUtcNow().ShouldBe(Now, Near);
        await node.Keys.ReadVersionAsync(None);
        node.Clock.GetUtcNow().ShouldBe(Now, Near);
    }

    [Theory]
    [InlineData(3_600)]
    [InlineData(7_200)]
    [InlineData(400 * 86_400)]
    [InlineData(-3_600)]
    public async Task A_node_whose_clock_is_wrong_changes_no_key_that_the_others_use(int secondsAhead)
    {
        var right = Open();
        await RingAsync(right);
        await RotateAsync(right, atOnce: true); // one retired, one that signs, one planned
        await RotateAsync(right, atOnce: false);
        await RingAsync(right); // notes how long tokens live
        var before = await right.Keys.ReadAsync(None);

        var wrong = await OpenWithClockAsync(TimeSpan.FromSeconds(secondsAhead));
        var ring = await RingAsync(wrong);
        await ring.TendAsync(SigningPolicy.Default, None);

        (await right.Keys.ReadAsync(None)).Version.ShouldBe(before.Version);
        ring.Current.Published.Length.ShouldBe(3, "it publishes what they publish");
        ring.Current.Active.KeyId.ShouldBe((await RingAsync(right)).Current.Active.KeyId);
    }

    [Fact]
    public async Task The_first_keys_are_dated_by_the_databases_clock()
    {
        var wrong = await OpenWithClockAsync(TimeSpan.FromDays(100));
        await RingAsync(wrong);

        (await wrong.Keys.ReadAsync(None)).Keys.ShouldAllBe(key => Now - DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedAt) < Near && key.SignsFrom == key.CreatedAt);
    }

    [Theory]
    [InlineData(240)]
    [InlineData(-45)]
    public async Task A_node_that_is_off_within_bounds_moves_the_ledgers_clock_for_nobody(int secondsAhead)
    {
        var (off, right) = (await OpenWithClockAsync(TimeSpan.FromSeconds(secondsAhead)), Open());

        Instant(await off.Ledger.CommitAsync(Some.Entry(), None)).ShouldBe(Now, Near);
        DateTimeOffset.FromUnixTimeMilliseconds((await right.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, "alice"), None)).At).ShouldBe(Now, Near);
        Instant(await right.Ledger.CommitAsync(Some.Entry(), None)).ShouldBe(Now, Near);
    }

    static DateTimeOffset Instant(CommitResult committed) => DateTimeOffset.FromUnixTimeMilliseconds(committed.Id.Milliseconds);

    Task<KeyRing> RingAsync(Store store) => KeyRing.OpenAsync(store.Keys, _sealer, SigningPolicy.Default, store.Clock, new Deaf(), None);

    async Task RotateAsync(Store store, bool atOnce)
    {
        var stored = await store.Keys.ReadAsync(None);
        var plan = new KeyPlan(stored, store.Clock.GetUtcNow(), new(() => _sealer));
        plan.Rotate(atOnce);
        (await store.Keys.TryReplaceAsync(stored.Version, plan.Keys, entry: null, None)).ShouldBeTrue();
    }

    sealed class Deaf : IEngineListener
    {
        public void On(EngineEvent engineEvent)
        {
        }
    }
}
