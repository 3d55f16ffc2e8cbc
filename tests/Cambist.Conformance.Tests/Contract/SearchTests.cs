using System.Diagnostics.Metrics;
using System.Net;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Contract §7: <c>GET /admin/v1/decisions</c> with its filters, and <c>tokens/{jti}</c>, before and after the index caught up.</summary>
public sealed class SearchTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<AdHocWorld> StartAsync(FakeClock? clock = null) => AdHocWorld.StartAsync(
        login => $$"""
            issuers:
              login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: [web] } }, subject: "{sub}" }
            resources:
              orders:  { identifiers: https://orders.example.com, scopes: [read] }
              billing: { identifiers: https://billing.example.com }
              reports: { identifiers: https://reports.example.com }
            clients:
              {{Client("web")}}
              {{Client("orders", "serves: orders")}}
              {{Client("billing", "serves: billing")}}
            rules:
              - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read] } }
              - { name: on, clients: [orders, billing], targets: { billing: [], reports: [] } }
            """,
        clock ?? new FakeClock());

    static Task<Answer> SignInAsync(AdHocWorld world, string subject) => world.Common.SendIdTokenAsync("web", world.IdToken(subject: subject), ("audience", "orders"));

    static async Task<string[]> FindAsync(TestServer server, string query)
    {
        var answer = await server.AdminGetAsync("/decisions?outcome=issued&" + query);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return [.. answer.Json["decisions"]!.AsArray().Select(entry => (string)entry!["jti"]!)];
    }

    static string Jti(Answer answer) => (string)answer.Claims["jti"]!;

    /// <summary>Runs once on entries that no index has, and once after it has caught up.</summary>
    static async Task BeforeAndAfterIndexingAsync(AdHocWorld world, Func<Task> check)
    {
        await check();
        await CatchUpAsync(world);
        await check();
    }

    static async Task CatchUpAsync(AdHocWorld world)
    {
        world.Clock!.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 200 && !(await IsIndexedAsync(world)); i++)
        {
            world.Clock.Advance(TimeSpan.FromSeconds(1)); // the server indexes by itself
            await Task.Delay(10, Cancel);
        }

        (await IsIndexedAsync(world)).ShouldBeTrue();
    }

    /// <summary>Up to the acts of this minute, which are the reading itself.</summary>
    static async Task<bool> IsIndexedAsync(AdHocWorld world) =>
        (await world.Common.AdminGetAsync("/decisions?limit=1")).Json["indexed_until"]?.GetValue<DateTimeOffset>() is { } until && until >= world.Clock!.GetUtcNow() - TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Decisions_are_found_by_any_combination_of_client_subject_lineage_outcome_reason_and_time()
    {
        await using var world = await StartAsync();
        var server = world.Common;
        var alice = await SignInAsync(world, "alice");
        var start = world.Clock!.GetUtcNow();
        world.Clock.Advance(TimeSpan.FromSeconds(2));
        var bob = await SignInAsync(world, "bob");
        var passedOn = await server.SendAccessTokenAsync("orders", bob.AccessToken, ("audience", "billing"));
        var refused = await server.SendAccessTokenAsync("orders", bob.AccessToken, ("audience", "orders"));
        refused.Reason.ShouldBe("target_not_allowed");

        await BeforeAndAfterIndexingAsync(world, async () =>
        {
            (await FindAsync(server, "client=web")).ShouldBe([Jti(bob), Jti(alice)]);
            (await FindAsync(server, "subject=bob")).ShouldBe([Jti(passedOn), Jti(bob)]);
            (await FindAsync(server, "client=orders&subject=bob")).ShouldBe([Jti(passedOn)]);
            (await FindAsync(server, "client=orders&subject=alice")).ShouldBeEmpty();
            (await FindAsync(server, $"client=web&from={start.AddSeconds(1):O}".Replace("+", "%2B", StringComparison.Ordinal))).ShouldBe([Jti(bob)]);
            (await FindAsync(server, $"client=web&until={start.AddSeconds(1):O}".Replace("+", "%2B", StringComparison.Ordinal))).ShouldBe([Jti(alice)]);
            (await FindAsync(server, "lineage=" + Jti(alice))).ShouldBe([Jti(alice)]);

            foreach (var query in new[] { "client=orders&outcome=refused", "client=orders&reason=target_not_allowed", "subject=bob&outcome=refused&reason=target_not_allowed", "reason=target_not_allowed&lineage=" + Jti(bob) })
            {
                var found = await server.AdminGetAsync("/decisions?" + query);
                found.Json["decisions"]!.AsArray().Select(entry => (string?)entry!["decision_id"]).ShouldBe([refused.DecisionId], query);
            }
        });
    }

    [Fact]
    public async Task A_lineage_is_the_token_what_it_descends_from_and_all_beneath_it_also_page_by_page()
    {
        await using var world = await StartAsync();
        var server = world.Common;
        var first = await SignInAsync(world, "alice");
        var second = await server.SendAccessTokenAsync("orders", first.AccessToken, ("audience", "billing"));
        var sibling = await server.SendAccessTokenAsync("orders", first.AccessToken, ("audience", "billing"));
        var third = await server.SendAccessTokenAsync("billing", second.AccessToken, ("audience", "reports"));

        await BeforeAndAfterIndexingAsync(world, async () =>
        {
            (await FindAsync(server, "lineage=" + Jti(second))).ShouldBe([Jti(third), Jti(second), Jti(first)]);
            (await FindAsync(server, "lineage=" + Jti(third))).ShouldBe([Jti(third), Jti(second), Jti(first)]);
            (await FindAsync(server, "lineage=" + Jti(first).Split('.')[0])).ShouldBe([Jti(third), Jti(sibling), Jti(second), Jti(first)]);
            (await FindAsync(server, "client=web&lineage=" + Jti(third))).ShouldBe([Jti(first)]);

            var seen = new List<string>();
            for (var query = "/decisions?limit=1&lineage=" + Jti(second); query is not null;)
            {
                var page = await server.AdminGetAsync(query);
                seen.AddRange(page.Json["decisions"]!.AsArray().Select(entry => (string)entry!["jti"]!));
                query = page.Json["next"] is { } next ? $"/decisions?limit=1&lineage={Jti(second)}&before={next}" : null;
            }

            seen.ShouldBe([Jti(third), Jti(second), Jti(first)]);
        });
    }

    [Fact]
    public async Task A_token_is_shown_with_all_its_descendants_however_many()
    {
        const int Many = 1100;
        await using var world = await StartAsync();
        var server = world.Common;
        var first = await SignInAsync(world, "alice");
        var jti = Jti(first);
        var template = (await server.Engine.Store.Decisions.PageAsync(new() { Issued = jti }, default, 1, Cancel)).Single();
        await Task.WhenAll(Enumerable.Range(0, Many).Select(i =>
            server.Engine.Store.Ledger.CommitAsync(template with { Subject = template.Subject! with { Lineage = jti }, IssuedId = $"{jti}.{i:0000000000000000000000}" }, Cancel).AsTask()));

        await BeforeAndAfterIndexingAsync(world, async () =>
        {
            var shown = await server.AdminGetAsync("/tokens/" + jti);
            ((string?)shown.Json["entry"]!["jti"]).ShouldBe(jti);
            shown.Json["descendants"]!.AsArray().Select(entry => (string)entry!["jti"]!).ShouldBe(Enumerable.Range(0, Many).Select(i => $"{jti}.{i:0000000000000000000000}"), ignoreOrder: true);
            var leaf = await server.AdminGetAsync($"/tokens/{jti}.{7:0000000000000000000000}");
            leaf.Json["ancestors"]!.AsArray().Select(entry => (string?)entry!["jti"]).ShouldBe([jti]);
            leaf.Json["descendants"]!.AsArray().ShouldBeEmpty();
        });
    }

    [Theory]
    [InlineData("client=", "client is empty")]
    [InlineData("subject=&client=web", "subject is empty")]
    [InlineData("jti=AAAAAAAAAAAAAAAAAAAAAA", "known: client, subject, lineage, outcome, reason, from, until, before, limit")]
    [InlineData("lineage=alice", "lineage must be")]
    [InlineData("lineage=AAAAAAAAAAAAAAAAAAAAAA.", "lineage must be")]
    [InlineData("outcome=Issued", "outcome must be issued, refused, admin or counted")]
    [InlineData("reason=because", "reason is none of the published list")]
    [InlineData("from=yesterday", "from must be an instant")]
    [InlineData("until=32%2F13%2F2030", "until must be an instant")]
    [InlineData("from=2030-01-02T00:00:00Z&until=2030-01-01T00:00:00Z", "from must be before until")]
    [InlineData("from=2030-01-01T00:00:00Z&until=2030-01-01T00:00:00Z", "from must be before until")]
    [InlineData("before=00000000000000000000000000000000", "before must be a decision id")]
    [InlineData("limit=1000", "limit must be a whole number from 1 to 200")]
    public async Task A_filter_that_says_nothing_or_nonsense_is_refused_and_never_means_all(string query, string detail)
    {
        await using var world = await StartAsync();
        var answer = await world.Common.AdminGetAsync("/decisions?" + query);
        answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Body);
        ((string)answer.Json["detail"]!).ShouldContain(detail);
    }

    [Fact]
    public async Task How_far_the_index_is_stands_in_the_answer_and_its_lag_is_a_metric_without_labels()
    {
        var lags = new List<double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument is { Meter.Name: "Cambist", Name: "cambist.search.lag" }) own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, lag, tags, _) =>
        {
            tags.Length.ShouldBe(0);
            lags.Add(lag);
        });
        listener.Start();

        await using var world = await StartAsync();
        await SignInAsync(world, "alice");
        await CatchUpAsync(world);
        var before = (await world.Common.AdminGetAsync("/decisions?limit=1")).Json["indexed_until"]!.GetValue<DateTimeOffset>();
        listener.RecordObservableInstruments();
        lags.ShouldContain(lag => lag < 61);

        await SignInAsync(world, "bob");
        await CatchUpAsync(world);
        (await world.Common.AdminGetAsync("/decisions?limit=1")).Json["indexed_until"]!.GetValue<DateTimeOffset>().ShouldBeGreaterThan(before);
    }
}
