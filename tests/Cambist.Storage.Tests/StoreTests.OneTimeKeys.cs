namespace Cambist.Storage.Tests;

public abstract partial class StoreTests
{
    [Theory]
    [InlineData(OneTimeKeyKind.ImpersonationToken)]
    [InlineData(OneTimeKeyKind.ClientAssertion)]
    [InlineData(OneTimeKeyKind.DpopProof)]
    [InlineData(OneTimeKeyKind.Once)]
    [InlineData(OneTimeKeyKind.RefreshToken)]
    public async Task CA_13_A_key_is_consumed_once_and_the_answer_names_its_kind(OneTimeKeyKind kind)
    {
        var entry = Some.Entry() with { Consumes = [Some.Key("a", kind)] };
        var first = await CommittedAsync(entry);

        (await CommitAsync(entry)).ShouldBe(CommitResult.AlreadyUsed(kind));

        (await AllAsync()).ShouldHaveSingleItem().Id.ShouldBe(first);
    }

    [Fact]
    public async Task Whether_a_key_was_used_can_be_asked_and_uses_nothing()
    {
        var key = Some.Key("a", OneTimeKeyKind.RefreshToken);
        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("a", OneTimeKeyKind.Once)] });
        (await IsUsedAsync(key)).ShouldBeFalse(); // another kind
        (await CommitAsync(Some.Entry() with { Consumes = [key, Some.Key("a", OneTimeKeyKind.Once)] })).Status.ShouldBe(CommitStatus.AlreadyUsed);
        (await IsUsedAsync(key)).ShouldBeFalse(); // a refused entry spends nothing

        await CommittedAsync(Some.Entry() with { Consumes = [key] });
        (await IsUsedAsync(key)).ShouldBeTrue();
        (await IsUsedAsync(key with { KeepUntil = 0 })).ShouldBeTrue();
        (await IsUsedAsync(Some.Key("b", OneTimeKeyKind.RefreshToken))).ShouldBeFalse();

        async Task<bool> IsUsedAsync(OneTimeKey asked) => await Store.Ledger.IsUsedAsync(asked, None);
    }

    [Fact]
    public async Task Of_fifty_rotations_at_once_one_stores_its_successor_and_all_of_the_branch_can_be_revoked()
    {
        await CommittedAsync(Some.Entry() with { Stores = [Some.Token("cbr_0", StoredTokenKind.RefreshToken)] });
        var key = Some.Key("cbr_0", OneTimeKeyKind.RefreshToken);
        var branch = Some.Own("root.branch");
        var results = await Task.WhenAll(Enumerable.Range(1, 50).Select(i => CommitAsync(Some.Entry() with
        {
            Consumes = [key],
            DependsOn = [branch],
            Stores = [Some.Token($"cbr_{i}", StoredTokenKind.RefreshToken) with { Id = "root.branch" }, Some.Token($"cbt_{i}")],
        }).AsTask()));

        var winner = Array.FindIndex(results, result => result.Status == CommitStatus.Committed) + 1;
        results.Count(result => result.Status == CommitStatus.Committed).ShouldBe(1);
        results.Count(result => result == CommitResult.AlreadyUsed(OneTimeKeyKind.RefreshToken)).ShouldBe(49);
        for (var i = 1; i <= 50; i++)
        {
            (await Store.Tokens.FindAsync(Some.Hash($"cbr_{i}"), None) is not null).ShouldBe(i == winner);
            (await Store.Tokens.FindAsync(Some.Hash($"cbt_{i}"), None) is not null).ShouldBe(i == winner);
        }

        (await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "root.branch"), Some.AdminAct(), None)).ShouldNotBeNull();
        var next = Some.Entry() with { Consumes = [Some.Key($"cbr_{winner}", OneTimeKeyKind.RefreshToken)], DependsOn = [branch] };
        (await CommitAsync(next)).Status.ShouldBe(CommitStatus.Revoked);
        (await Store.Ledger.IsRevokedAsync(Some.Own("root.branch.access"), None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task The_kind_is_part_of_the_key()
    {
        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("a", OneTimeKeyKind.Once)] });
        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("a", OneTimeKeyKind.DpopProof)] });
    }

    [Fact]
    public async Task An_entry_with_one_fresh_and_one_used_key_spends_neither()
    {
        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("used", OneTimeKeyKind.Once)] });

        (await CommitAsync(Some.Entry() with { Consumes = [Some.Key("fresh"), Some.Key("used", OneTimeKeyKind.Once)] })).UsedKey.ShouldBe(OneTimeKeyKind.Once);
        (await CommitAsync(Some.Entry() with { Consumes = [Some.Key("used", OneTimeKeyKind.Once), Some.Key("fresh")] })).UsedKey.ShouldBe(OneTimeKeyKind.Once);

        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("fresh")] });
        (await AllAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_entry_that_names_the_same_key_twice_is_refused_and_spends_nothing()
    {
        (await CommitAsync(Some.Entry() with { Consumes = [Some.Key("a"), Some.Key("a")] })).Status.ShouldBe(CommitStatus.AlreadyUsed);

        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("a")] });
    }

    [Fact]
    public async Task A_refused_entry_stores_no_token()
    {
        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("a")] });

        await CommitAsync(Some.Entry() with { Consumes = [Some.Key("a")], Stores = [Some.Token("t")] });

        (await Store.Tokens.FindAsync(Some.Hash("t"), None)).ShouldBeNull();
    }

    [Fact]
    public async Task AB_59_Of_200_concurrent_entries_with_one_key_exactly_one_commits_and_the_others_spend_nothing()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(async () =>
            await CommitAsync(Some.Entry() with { Consumes = [Some.Key("own" + i, OneTimeKeyKind.DpopProof), Some.Key("shared")] }))));

        var winner = Array.FindIndex(results, r => r.Status == CommitStatus.Committed);
        results.Count(r => r.Status == CommitStatus.Committed).ShouldBe(1);
        results.Count(r => r.UsedKey == OneTimeKeyKind.ClientAssertion).ShouldBe(199);
        (await AllAsync()).ShouldHaveSingleItem();
        for (var i = 0; i < results.Length; i++)
        {
            var again = await CommitAsync(Some.Entry() with { Consumes = [Some.Key("own" + i, OneTimeKeyKind.DpopProof)] });
            again.Status.ShouldBe(i == winner ? CommitStatus.AlreadyUsed : CommitStatus.Committed);
        }
    }

    [Fact]
    public async Task A_used_key_is_still_used_at_its_last_instant_and_five_minutes_later()
    {
        var lastInstant = Clock.Milliseconds + 60_000;
        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("a", keepUntil: lastInstant)] });

        Clock.Milliseconds = lastInstant + 5 * 60_000;
        for (var i = 0; i < 300; i++) await CommittedAsync(Some.Entry());

        (await CommitAsync(Some.Entry() with { Consumes = [Some.Key("a")] })).Status.ShouldBe(CommitStatus.AlreadyUsed);
    }
}
