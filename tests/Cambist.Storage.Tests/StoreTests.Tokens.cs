namespace Cambist.Storage.Tests;

public abstract partial class StoreTests
{
    [Fact]
    public async Task A_token_stored_with_an_entry_is_found_by_its_hash()
    {
        var token = Some.Token("cbt_1");
        await CommittedAsync(Some.Entry() with { Stores = [token] });

        var found = (await Store.Tokens.FindAsync(Some.Hash("cbt_1"), None))!;

        ShouldBeSame(found, token);
        (await Store.Tokens.FindAsync(Some.Hash("cbt_2"), None)).ShouldBeNull();
    }

    [Fact]
    public async Task An_expired_token_is_still_found()
    {
        await CommittedAsync(Some.Entry() with { Stores = [Some.Token("cbt_1", expiresAt: Clock.Milliseconds + 1)] });
        Clock.Advance(TimeSpan.FromMinutes(5));

        (await Store.Tokens.FindAsync(Some.Hash("cbt_1"), None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task An_entry_stores_all_its_tokens_or_none()
    {
        await CommittedAsync(Some.Entry() with { Stores = [Some.Token("cbt_1"), Some.Token("cbr_1", StoredTokenKind.RefreshToken)] });
        (await Store.Tokens.FindAsync(Some.Hash("cbt_1"), None))!.Kind.ShouldBe(StoredTokenKind.AccessToken);
        (await Store.Tokens.FindAsync(Some.Hash("cbr_1"), None))!.Kind.ShouldBe(StoredTokenKind.RefreshToken);

        var half = Some.Entry() with { Stores = [Some.Token("cbt_2"), Some.Token("cbr_1", StoredTokenKind.RefreshToken)] };
        await Should.ThrowAsync<LedgerEntryRejectedException>(async () => await CommitAsync(half));
        (await Store.Tokens.FindAsync(Some.Hash("cbt_2"), None)).ShouldBeNull();
    }

    [Fact]
    public async Task An_entry_whose_token_is_stored_already_is_rejected_alone_and_wholly()
    {
        await CommittedAsync(Some.Entry() with { Stores = [Some.Token("cbt_1")] });
        var bad = Some.Entry("bad") with { Stores = [Some.Token("cbt_1")], Consumes = [Some.Key("k")] };

        var entries = Enumerable.Range(0, 100).Select(i => i == 42 ? bad : Some.Entry("good")).ToList();
        var results = await Task.WhenAll(entries.Select(async entry =>
        {
            try
            {
                return (await CommitAsync(entry)).Status == CommitStatus.Committed;
            }
            catch (LedgerEntryRejectedException)
            {
                return false;
            }
        }));

        results.Count(committed => committed).ShouldBe(99);
        results[42].ShouldBeFalse();
        (await AllAsync()).Count(e => e.Client == "good").ShouldBe(99);
        (await AllAsync()).ShouldNotContain(e => e.Client == "bad");
        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("k")] });
    }

    [Fact]
    public async Task Minting_stores_the_token_and_records_who_and_why()
    {
        var token = Some.Token("sub_1", StoredTokenKind.ImpersonationToken);

        var minted = await Store.Tokens.MintAsync(token, Some.AdminAct("ticket 4711"), None);

        ShouldBeSame((await Store.Tokens.FindAsync(token.Hash, None))!, token);
        var entry = (await Store.Decisions.FindAsync(minted.Id, None))!;
        (entry.Outcome, entry.Trace).ShouldBe((DecisionOutcome.AdminAct, "ticket 4711"));
    }

    [Fact]
    public async Task A_refused_minting_stores_no_token()
    {
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "admin"), None);

        var refused = await Store.Tokens.MintAsync(
            Some.Token("sub_1", StoredTokenKind.ImpersonationToken), Some.AdminAct() with { DependsOn = [Some.Own("admin")] }, None);

        refused.Status.ShouldBe(CommitStatus.Revoked);
        (await Store.Tokens.FindAsync(Some.Hash("sub_1"), None)).ShouldBeNull();
    }

    [Theory]
    [InlineData(StoredTokenKind.AccessToken)]
    [InlineData(StoredTokenKind.RefreshToken)]
    public async Task Only_impersonation_tokens_are_minted(StoredTokenKind kind) =>
        await Should.ThrowAsync<ArgumentException>(async () => await Store.Tokens.MintAsync(Some.Token("x", kind), Some.AdminAct(), None));

    [Fact]
    public async Task Impersonation_tokens_are_listed_by_id_without_expired_and_cancelled_ones_page_after_page()
    {
        await CommittedAsync(Some.Entry() with { Stores = [Some.Token("a-is-an-access-token")] });
        foreach (var name in new[] { "d", "b", "a", "c" }) await MintAsync(name);
        await MintAsync("short", Clock.Milliseconds + 1000);
        (await ListAsync(null, 10)).ShouldBe(["id-a", "id-b", "id-c", "id-d", "id-short"]);

        Clock.Advance(TimeSpan.FromSeconds(1));
        await Store.Tokens.CancelAsync("id-b", Some.AdminAct(), None);

        (await ListAsync(null, 10)).ShouldBe(["id-a", "id-c", "id-d"]);
        (await ListAsync(null, 2)).ShouldBe(["id-a", "id-c"]);
        (await ListAsync("id-c", 2)).ShouldBe(["id-d"]);
        (await ListAsync("id-d", 2)).ShouldBeEmpty();
        (await ListAsync(null, 0)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Cancelling_records_who_did_and_works_once()
    {
        await MintAsync("a");

        (await Store.Tokens.CancelAsync("id-a", Some.AdminAct("a mistake"), None)).ShouldBeTrue();
        (await Store.Tokens.CancelAsync("id-a", Some.AdminAct("a mistake"), None)).ShouldBeFalse();

        (await AllAsync()).Count(e => e.Trace == "a mistake").ShouldBe(1);
        (await Store.Tokens.FindAsync(Some.Hash("a"), None)).ShouldBeNull();
    }

    [Fact]
    public async Task There_is_nothing_to_cancel_where_no_such_token_lives()
    {
        await MintAsync("gone", Clock.Milliseconds + 1000);
        await CommittedAsync(Some.Entry() with { Stores = [Some.Token("cbt")] });
        Clock.Advance(TimeSpan.FromSeconds(1));

        (await Store.Tokens.CancelAsync("id-gone", Some.AdminAct("x"), None)).ShouldBeFalse();
        (await Store.Tokens.CancelAsync("id-cbt", Some.AdminAct("x"), None)).ShouldBeFalse();
        (await Store.Tokens.CancelAsync("id-none", Some.AdminAct("x"), None)).ShouldBeFalse();
        (await AllAsync()).ShouldNotContain(e => e.Trace == "x");
    }

    [Fact]
    public async Task A_redemption_that_was_under_way_does_not_commit_after_the_cancellation()
    {
        await MintAsync("a");
        var redemption = Some.Entry() with { DependsOn = [Some.Own("id-a")], Consumes = [Some.Key("a", OneTimeKeyKind.ImpersonationToken)] };

        await Store.Tokens.CancelAsync("id-a", Some.AdminAct(), None);

        (await CommitAsync(redemption)).Status.ShouldBe(CommitStatus.Revoked);
    }

    [Fact]
    public async Task A_cancellation_whose_own_entry_is_refused_changes_nothing()
    {
        await MintAsync("a");
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "admin"), None);

        (await Store.Tokens.CancelAsync("id-a", Some.AdminAct() with { DependsOn = [Some.Own("admin")] }, None)).ShouldBeFalse();

        (await ListAsync(null, 10)).ShouldBe(["id-a"]);
        (await Store.Ledger.IsRevokedAsync(Some.Own("id-a"), None)).ShouldBeNull();
    }

    async Task MintAsync(string name, long? expiresAt = null) =>
        (await Store.Tokens.MintAsync(Some.Token(name, StoredTokenKind.ImpersonationToken, expiresAt), Some.AdminAct(), None)).Status.ShouldBe(CommitStatus.Committed);

    async Task<IEnumerable<string>> ListAsync(string? after, int limit) => (await Store.Tokens.ListImpersonationTokensAsync(after, limit, None)).Select(t => t.Id);

    static void ShouldBeSame(StoredToken found, StoredToken expected)
    {
        found.Hash.ToArray().ShouldBe(expected.Hash.ToArray());
        found.Content.ToArray().ShouldBe(expected.Content.ToArray());
        (found.Kind, found.Id, found.ExpiresAt).ShouldBe((expected.Kind, expected.Id, expected.ExpiresAt));
    }
}
