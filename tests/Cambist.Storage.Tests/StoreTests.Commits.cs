using System.Text;
using Cambist.Protocol;

namespace Cambist.Storage.Tests;

public abstract partial class StoreTests
{
    static readonly LedgerEntry Full = new()
    {
        Outcome = DecisionOutcome.Refused,
        Reason = Reason.ScopeNotGranted,
        Action = "urn:ietf:params:oauth:grant-type:token-exchange",
        Client = "orders",
        Subject = new("self", "gitlab:4711", "root.segment"),
        Actor = new("login", "böb \"the\" actor", null),
        ActorChain = ["orders", "web"],
        IssuedId = "root.segment.new",
        Target = "billing",
        ScopesAsked = ["read", "pay"],
        ScopesGiven = ["read"],
        Rule = "orders-on-behalf-of-users",
        RegistryRevision = "0123456789abcdef",
        ExpiresAt = 1_800_000_000_123,
        Input = Encoding.UTF8.GetBytes("""{"client":"orders","scopes":["read"]}"""),
        Shadow = new("maybe", "billing", Reason.NoRule, []),
        Trace = "scope: pay needs write\nthe token holds read",
    };

    [Fact]
    public async Task TX_40_A_committed_entry_is_found_again_by_its_id_with_all_its_members()
    {
        var id = await CommittedAsync(Full);

        var found = await Store.Decisions.FindAsync(id, None);

        found.ShouldNotBeNull();
        ShouldBeSame(found, Full with { Id = id });
    }

    [Fact]
    public async Task TX_40_An_issuance_and_a_refusal_leave_one_entry_each_in_the_order_in_which_they_came()
    {
        var issued = await CommittedAsync(Some.Entry());
        var refused = await CommittedAsync(Full);

        (await AllAsync()).Select(e => (e.Id, e.Outcome)).ShouldBe([(refused, DecisionOutcome.Refused), (issued, DecisionOutcome.Issued)]);
    }

    [Fact]
    public async Task What_must_happen_with_an_entry_is_not_kept_as_part_of_it()
    {
        var id = await CommittedAsync(Some.Entry() with { Consumes = [Some.Key("a")], Stores = [Some.Token("t")], DependsOn = [Some.Own("x")] });

        var found = (await Store.Decisions.FindAsync(id, None))!;

        (found.Consumes.Count, found.Stores.Count, found.DependsOn.Count).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task Null_and_empty_scopes_asked_stay_apart()
    {
        var none = await CommittedAsync(Some.Entry());
        var empty = await CommittedAsync(Some.Entry() with { ScopesAsked = [] });

        (await Store.Decisions.FindAsync(none, None))!.ScopesAsked.ShouldBeNull();
        (await Store.Decisions.FindAsync(empty, None))!.ScopesAsked.ShouldBe([]);
    }

    [Fact]
    public async Task An_id_that_was_never_given_is_not_found()
    {
        var id = await CommittedAsync(Some.Entry());

        (await Store.Decisions.FindAsync(new(id.Value + 1), None)).ShouldBeNull();
        (await Store.Decisions.FindAsync(new(id.Value - 1), None)).ShouldBeNull();
        (await Store.Decisions.FindAsync(default, None)).ShouldBeNull();
        (await Store.Decisions.FindAsync(new(UInt128.MaxValue), None)).ShouldBeNull();
    }

    [Fact]
    public async Task Ids_rise_strictly_also_when_the_clock_stands_still_or_steps_back()
    {
        var ids = new List<DecisionId>();
        for (var i = 0; i < 50; i++)
        {
            if (i == 20) Clock.Advance(TimeSpan.FromHours(-1));
            ids.Add(await CommittedAsync(Some.Entry()));
        }

        ids.Zip(ids.Skip(1)).ShouldAllBe(pair => pair.First < pair.Second);
        ids[0].Milliseconds.ShouldBe(ManualClock.Start.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Every_one_of_many_concurrent_entries_gets_an_id_of_its_own_and_is_found()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 1000).Select(i => Task.Run(() => CommittedAsync(Some.Entry("client-" + i)))));

        results.Distinct().Count().ShouldBe(1000);
        for (var i = 0; i < results.Length; i++) (await Store.Decisions.FindAsync(results[i], None))!.Client.ShouldBe("client-" + i);
        (await AllAsync()).Select(e => e.Id).ShouldBe(results.OrderDescending());
    }

    [Fact]
    public async Task A_caller_who_has_given_up_already_records_nothing()
    {
        await Should.ThrowAsync<OperationCanceledException>(async () => await Store.Ledger.CommitAsync(Some.Entry(), new(canceled: true)));

        (await AllAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_closed_store_is_unavailable()
    {
        await Store.DisposeAsync();

        await Should.ThrowAsync<StoreUnavailableException>(async () => await CommitAsync(Some.Entry()));
        await Should.ThrowAsync<StoreUnavailableException>(async () => await Store.Ledger.IsRevokedAsync(Some.Own("a"), None));
        await Should.ThrowAsync<StoreUnavailableException>(async () => await Store.Tokens.FindAsync(Some.Hash("t"), None));
    }

    static void ShouldBeSame(LedgerEntry found, LedgerEntry expected)
    {
        found.Input.ToArray().ShouldBe(expected.Input.ToArray());
        found.ActorChain.ShouldBe(expected.ActorChain);
        found.ScopesAsked.ShouldBe(expected.ScopesAsked);
        found.ScopesGiven.ShouldBe(expected.ScopesGiven);
        var rest = expected with
        {
            Input = found.Input,
            ActorChain = found.ActorChain,
            ScopesAsked = found.ScopesAsked,
            ScopesGiven = found.ScopesGiven,
            Consumes = found.Consumes,
            Stores = found.Stores,
            DependsOn = found.DependsOn,
        };
        found.ShouldBe(rest);
    }
}
