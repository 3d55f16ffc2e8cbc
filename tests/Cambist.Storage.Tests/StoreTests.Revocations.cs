namespace Cambist.Storage.Tests;

public abstract partial class StoreTests
{
    [Fact]
    public async Task A_revocation_is_stamped_by_the_ledgers_clock_and_answers_until_then()
    {
        var revoked = await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a") with { At = 5 }, None);

        revoked.At.ShouldBe(Clock.Milliseconds);
        revoked.Reason.ShouldBe("it leaked");
        (await Store.Ledger.IsRevokedAsync(Some.Own("a"), None)).ShouldBe(revoked);
        (await CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a")] })).ShouldBe(CommitResult.Revoked(revoked));
    }

    [Fact]
    public async Task A_revocation_and_the_entry_that_says_who_did_it_are_recorded_together_or_not_at_all()
    {
        var key = Some.Key("spent");
        var revoked = await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), Some.AdminAct() with { Consumes = [key] }, None);
        revoked.ShouldNotBeNull().At.ShouldBe(Clock.Milliseconds);
        (await Store.Ledger.IsRevokedAsync(Some.Own("a.b"), None)).ShouldBe(revoked);
        (await Store.Decisions.PageAsync(DecisionFilter.All, default, 10, None)).ShouldHaveSingleItem().Trace.ShouldBe("ticket 4711");

        (await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "c"), Some.AdminAct() with { Consumes = [key] }, None)).ShouldBeNull();
        (await Store.Ledger.IsRevokedAsync(Some.Own("c"), None)).ShouldBeNull();
        (await Store.Decisions.PageAsync(DecisionFilter.All, default, 10, None)).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("ab", "ab", true)]
    [InlineData("ab", "ab.c", true)]
    [InlineData("ab", "ab.c.d.e", true)]
    [InlineData("ab.c", "ab.c.d", true)]
    [InlineData("ab.c", "ab.c", true)]
    [InlineData("ab.c", "ab", false)]
    [InlineData("ab.c", "ab.d", false)]
    [InlineData("ab", "abc", false)]
    [InlineData("ab", "abc.d", false)]
    [InlineData("ab.c", "ab.cd", false)]
    [InlineData("ab", "AB", false)]
    [InlineData("a%", "ab", false)]
    [InlineData("a_", "ab", false)]
    public async Task An_id_is_revoked_with_all_beneath_it_and_nothing_beside_it(string revoked, string id, bool falls)
    {
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, revoked), None);

        // Revoked for good: when the token was issued does not matter.
        var token = Some.Own(id, issuedAt: Clock.Milliseconds + 1_000_000);
        (await Store.Ledger.IsRevokedAsync(token, None) is not null).ShouldBe(falls);
        (await CommitAsync(Some.Entry() with { DependsOn = [token] })).Status.ShouldBe(falls ? CommitStatus.Revoked : CommitStatus.Committed);
    }

    [Fact]
    public async Task An_ancestor_sixteen_segments_up_is_found()
    {
        var id = string.Join('.', Enumerable.Range(0, 16).Select(i => new string((char)('a' + i), 22)));
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, new('a', 22)), None);

        (await Store.Ledger.IsRevokedAsync(Some.Own(id), None)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Every_lineage_of_an_entry_is_checked_the_actors_too()
    {
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "actor"), None);

        (await CommitAsync(Some.Entry() with { DependsOn = [Some.Own("subject"), Some.Own("actor.1")] })).Status.ShouldBe(CommitStatus.Revoked);
    }

    [Fact]
    public async Task An_administrators_revocation_and_its_entry_are_both_there_or_neither()
    {
        var revoked = await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "web"), Some.AdminAct() with { DependsOn = [Some.Own("admin")] }, None);
        revoked.ShouldNotBeNull().At.ShouldBe(Clock.Milliseconds);
        (await Store.Ledger.IsRevokedAsync(Some.Own("a"), None)).ShouldBe(revoked);
        (await Store.Decisions.PageAsync(DecisionFilter.All, default, 10, None)).ShouldHaveSingleItem().Outcome.ShouldBe(DecisionOutcome.AdminAct);

        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "admin"), None);
        (await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "other"), Some.AdminAct() with { DependsOn = [Some.Own("admin")] }, None)).ShouldBeNull();
        (await Store.Ledger.IsRevokedAsync(Some.Own("b", client: "other"), None)).ShouldBeNull();
        (await Store.Decisions.PageAsync(DecisionFilter.All, default, 10, None)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_revoked_entry_leaves_nothing_behind()
    {
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None);

        await CommitAsync(Some.Entry() with { DependsOn = [Some.Own("a")], Consumes = [Some.Key("k")], Stores = [Some.Token("t")] });

        (await AllAsync()).ShouldBeEmpty();
        (await Store.Tokens.FindAsync(Some.Hash("t"), None)).ShouldBeNull();
        await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("k")] });
    }

    [Theory]
    [InlineData(RevocationKind.Subject, "alice")]
    [InlineData(RevocationKind.Client, "web")]
    [InlineData(RevocationKind.Issuer, "self")]
    public async Task A_subject_client_or_issuer_is_revoked_for_our_tokens_up_to_the_millisecond(RevocationKind kind, string value)
    {
        var at = (await Store.Ledger.RevokeAsync(Some.Revocation(kind, value), None)).At;

        (await FallsAsync(Some.Own("a", issuedAt: at - 1))).ShouldBeTrue();
        (await FallsAsync(Some.Own("a", issuedAt: at))).ShouldBeTrue();
        (await FallsAsync(Some.Own("a", issuedAt: at + 1))).ShouldBeFalse();
        (await FallsAsync(Some.Own("a", subject: "bob", client: "ci", issuer: "other", issuedAt: at))).ShouldBeFalse();
        (await FallsAsync(Some.Own("a", subject: "Alice", client: null, issuer: "Self", issuedAt: at))).ShouldBeFalse();
    }

    [Theory]
    [InlineData(RevocationKind.Subject, "alice")]
    [InlineData(RevocationKind.Issuer, "login")]
    public async Task A_subject_or_issuer_is_revoked_for_external_tokens_up_to_the_whole_second(RevocationKind kind, string value)
    {
        var at = (await Store.Ledger.RevokeAsync(Some.Revocation(kind, value), None)).At;
        var second = at / 1000 * 1000;

        (await FallsAsync(Some.External("a", issuedAt: second))).ShouldBeTrue();
        (await FallsAsync(Some.External("a", issuedAt: second + 999))).ShouldBeTrue();
        (await FallsAsync(Some.External("a", issuedAt: second + 1000))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_of_one_kind_is_none_of_another()
    {
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, "web"), None);
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "alice"), None);
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "self"), None);
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Issuer, "a"), None);

        (await FallsAsync(Some.Own("a", subject: "alice", client: "web", issuer: "self"))).ShouldBeFalse();
    }

    [Fact]
    public async Task What_was_recorded_before_a_revocation_falls_under_it_and_what_is_recorded_after_does_not()
    {
        var before = await CommittedAsync(Some.Entry());
        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, "alice"), None);
        var after = await CommittedAsync(Some.Entry()); // the clock stands still: the same millisecond by the wall

        (await FallsAsync(Some.Own("x", issuedAt: before.Milliseconds))).ShouldBeTrue();
        (await FallsAsync(Some.Own("x", issuedAt: after.Milliseconds))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_clock_that_steps_back_does_not_date_a_revocation_before_what_it_covers()
    {
        var before = await CommittedAsync(Some.Entry());
        Clock.Advance(TimeSpan.FromMinutes(-10));

        await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Client, "web"), None);

        (await FallsAsync(Some.Own("x", issuedAt: before.Milliseconds))).ShouldBeTrue();
    }

    [Fact]
    public async Task Revoking_again_moves_the_instant_on_and_never_back()
    {
        var first = await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, "alice", keepUntil: long.MaxValue / 4), None);
        Clock.Advance(TimeSpan.FromSeconds(5));
        var second = await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Subject, "alice") with { Reason = "again" }, None);

        second.At.ShouldBe(first.At + 5000);
        second.KeepUntil.ShouldBe(first.KeepUntil);
        (await Store.Ledger.IsRevokedAsync(Some.Own("a", issuedAt: second.At), None)).ShouldBe(second);
    }

    [Fact]
    public async Task A_revocation_is_kept_five_minutes_longer_than_anything_recorded_and_as_long_as_was_asked()
    {
        var hour = 60 * 60_000;
        await CommittedAsync(Some.Entry() with { ExpiresAt = Clock.Milliseconds + hour });
        (await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "a"), None)).KeepUntil.ShouldBeGreaterThanOrEqualTo(Clock.Milliseconds + hour + 5 * 60_000);

        await CommittedAsync(Some.Entry() with { Stores = [Some.Token("t", StoredTokenKind.RefreshToken, Clock.Milliseconds + 8 * hour)] });
        (await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "b"), None)).KeepUntil.ShouldBeGreaterThanOrEqualTo(Clock.Milliseconds + 8 * hour + 5 * 60_000);

        var asked = Clock.Milliseconds + 1000L * hour;
        (await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, "c", asked), None)).KeepUntil.ShouldBe(asked);
    }

    [Fact]
    public async Task The_revocation_of_a_root_outlives_every_external_token_that_was_shown_granted_or_not()
    {
        var year = 365L * 24 * 60 * 60_000;
        await CommittedAsync(Some.Entry() with { ExternalUntil = Clock.Milliseconds + year });
        await CommittedAsync(Some.Entry() with { Outcome = DecisionOutcome.Refused, ExternalUntil = Clock.Milliseconds + 2 * year });

        (await TermAsync(RevocationKind.Lineage, "root")).ShouldBeGreaterThanOrEqualTo(2 * year + 5 * 60_000);
        (await TermAsync(RevocationKind.Lineage, "root.child")).ShouldBeLessThan(year, "it is one of ours");
        (await TermAsync(RevocationKind.Client, "web")).ShouldBeLessThan(year, "clients have tokens of ours alone");
    }

    [Theory]
    [InlineData(RevocationKind.Subject)]
    [InlineData(RevocationKind.Issuer)]
    public async Task The_revocation_of_a_subject_or_an_issuer_outlives_external_tokens_that_nobody_has_shown_yet(RevocationKind kind)
    {
        var at = (await Store.Ledger.RevokeAsync(Some.Revocation(kind, kind == RevocationKind.Subject ? "alice" : "login"), None)).At;

        Clock.Advance(TimeSpan.FromDays(20 * 365));
        for (var i = 0; i < 5; i++) await Store.Ledger.PurgeAsync(None);

        (await FallsAsync(Some.External("never-seen", issuedAt: at))).ShouldBeTrue();
        (await FallsAsync(Some.External("never-seen", issuedAt: Clock.Milliseconds))).ShouldBeFalse();
    }

    [Fact]
    public async Task A_revocation_is_kept_for_the_longest_life_under_any_revision_whatever_was_recorded()
    {
        var hour = 60 * 60_000L;
        await Store.Registries.SaveActivatedAsync(new("one", "text", 1) { LongestLife = 8 * hour }, None);
        await Store.Registries.SaveActivatedAsync(new("two", "text", 2) { LongestLife = hour }, None);

        (await TermAsync(RevocationKind.Lineage, "a.b")).ShouldBe(8 * hour + 5 * 60_000);
        (await Store.Registries.FindAsync("one", None)).ShouldBe(new("one", "text", 1));
    }

    async Task<long> TermAsync(RevocationKind kind, string value)
    {
        var revocation = await Store.Ledger.RevokeAsync(Some.Revocation(kind, value), None);
        return revocation.KeepUntil - revocation.At;
    }

    [Fact]
    public async Task After_a_revocation_was_answered_no_exchange_under_it_commits()
    {
        for (var round = 0; round < 1000; round++)
        {
            var id = "root" + round;
            var entry = Some.Entry() with { DependsOn = [Some.Own(id + ".child")] };
            var answered = 0;
            var late = 0;
            var exchanges = Task.Run(async () =>
            {
                for (var i = 0; i < 3; i++)
                {
                    var wasAnswered = Volatile.Read(ref answered) == 1;
                    var result = await CommitAsync(entry);
                    if (wasAnswered && result.Status == CommitStatus.Committed) late++;
                }
            });

            await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, id), None);
            Volatile.Write(ref answered, 1);
            (await CommitAsync(entry)).Status.ShouldBe(CommitStatus.Revoked);
            await exchanges;
            late.ShouldBe(0);
        }
    }

    [Fact]
    public async Task Of_entries_that_race_with_a_revocation_those_that_came_first_are_dated_no_later_and_all_others_later()
    {
        for (var round = 0; round < 300; round++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(round % 3 - 1)); // forward, back, or not at all
            var id = "raced" + round;
            var early = await CommittedAsync(Some.Entry());
            var racing = Enumerable.Range(0, 8).Select(_ => CommitAsync(Some.Entry() with { DependsOn = [Some.Own(id + ".child")] }).AsTask()).ToArray();
            var at = (await Store.Ledger.RevokeAsync(Some.Revocation(RevocationKind.Lineage, id), round % 2 == 0 ? Some.AdminAct() : Some.Entry(), None))!.At;
            var late = await CommittedAsync(Some.Entry());

            early.Milliseconds.ShouldBeLessThanOrEqualTo(at);
            late.Milliseconds.ShouldBeGreaterThan(at);
            foreach (var result in await Task.WhenAll(racing))
                if (result.Status == CommitStatus.Committed) result.Id.Milliseconds.ShouldBeLessThanOrEqualTo(at, "it was recorded before the revocation that it would fall under");
        }
    }

    async Task<bool> FallsAsync(TokenLineage token)
    {
        var asked = await Store.Ledger.IsRevokedAsync(token, None) is not null;
        var committed = await CommitAsync(Some.Entry() with { DependsOn = [token] });
        committed.Status.ShouldBe(asked ? CommitStatus.Revoked : CommitStatus.Committed);
        return asked;
    }
}
