using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>What a request may cost, and what is left of it.</summary>
[Collection(AbuseCollection.Name)]
public sealed class CostTests(AbuseWorld world)
{
    public static TheoryData<string> Names
    {
        get
        {
            var names = new TheoryData<string>();
            foreach (var name in (string[])[
                "an aud of 2,000 values", "an aud of 2,000 values with ours last", "1,000 claims", "1,000 claims of one length and hash-like names", "a pattern that almost fits",
                "2,000 groups that almost fit", "text that is all escapes", "text of other scripts", "90 resources of ours", "90 unknown resources", "a resource of 40 KiB",
                "a resource of dots", "a resource of marks", "an audience of 40 KiB", "10,000 scopes", "a requested type that is cut inside a character", "an unread token of 40 KiB",
                "an unread token of 16 KiB of dots", "an opaque token of 40 KiB", "brackets, as deep as can be read", "6,000 empty arrays", "a number of 11,000 digits",
                "11,000 digits behind the point", "pairs of surrogates", "90 fields with nothing"])
                names.Add(name);
            return names;
        }
    }

    [Fact]
    public void Every_costly_request_is_tried() => Costs.Of(world.Login).Keys.ShouldBe(Names.Select(row => row.Data), ignoreOrder: true);

    /// <summary>Twenty of them within a second: none is worth sending for what it costs.</summary>
    [Theory, MemberData(nameof(Names))]
    public async Task AB_20_a_costly_request_is_refused_cheaply(string name)
    {
        var attack = Costs.Of(world.Login)[name];
        var forms = Enumerable.Range(0, 20).Select(_ => attack().ToArray()).ToArray();
        for (var tries = 1; ; tries++)
        {
            var watch = Stopwatch.StartNew();
            foreach (var form in forms)
            {
                var answer = await world.Common.SendFormAsync("web", form);
                answer.Status.ShouldBe(HttpStatusCode.BadRequest, answer.Body);
                World.ShouldBeWellFormedError(answer);
                answer.Body.Length.ShouldBeLessThan(500);
                DecisionId.TryParse(answer.DecisionId, out var id).ShouldBeTrue();
                var entry = (await world.Common.Engine.Store.Decisions.FindAsync(id, TestContext.Current.CancellationToken)).ShouldNotBeNull();
                (entry.Trace!.Length + entry.Input.Length).ShouldBeLessThan(16 * 1024);
            }

            if (watch.Elapsed < TimeSpan.FromSeconds(1)) return;
            tries.ShouldBeLessThan(3, $"{name}: {watch.Elapsed.TotalMilliseconds / forms.Length:0} ms each");
        }
    }

    [Fact]
    public async Task AB_55_fifty_costly_requests_at_once_are_all_answered()
    {
        var costs = Costs.Of(world.Login).Values.ToArray();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => world.Common.SendFormAsync("web", [.. costs[i % costs.Length]()])));
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task AB_01_failures_before_authentication_are_counted_and_leave_no_entry()
    {
        var counted = 0L;
        using var listener = new MeterListener { InstrumentPublished = (instrument, self) => { if (instrument.Name == "cambist.decisions") self.EnableMeasurementEvents(instrument); } };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
                if (tag is { Key: "outcome", Value: "unauthenticated" }) Interlocked.Add(ref counted, value);
        });
        listener.Start();

        var before = await NewestAsync();
        for (var i = 0; i < 20; i++)
            (await world.Common.PostAsync($"nobody-{i}", "wrong", TestServer.ExchangeForm(world.IdToken(), "id_token"))).Reason.ShouldBe(Reason.ClientAuthenticationFailed.WireName());
        Interlocked.Read(ref counted).ShouldBeGreaterThanOrEqualTo(20);
        (await NewestAsync()).ShouldBe(before);
    }

    async Task<DecisionId> NewestAsync() =>
        (await world.Common.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 1, TestContext.Current.CancellationToken)) is [var newest, ..] ? newest.Id : default;
}
