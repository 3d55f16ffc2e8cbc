using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.GuessWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What is refused without an entry of its own is counted, and the counts are in the ledger (contract §9).</summary>
public sealed class FailedRequestTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static async Task<GuessWorld> StartAsync()
    {
        var world = new GuessWorld();
        await world.InitializeAsync();
        return world;
    }

    static ValueTask<DecisionPage> CountedAsync(TestServer server) =>
        server.Engine.Store.Decisions.PageAsync(new() { Outcome = DecisionOutcome.Counted }, default, 1000, Cancellation);

    /// <summary>Lets time pass until a summary is written.</summary>
    static async Task<IReadOnlyList<LedgerEntry>> NextSummaryAsync(TestServer server, FakeClock clock, int after = 0)
    {
        for (var tries = 0; tries < 2000; tries++)
        {
            if (await CountedAsync(server) is { } entries && entries.Count > after) return entries;
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2, Cancellation);
        }

        throw new TimeoutException("No summary was written.");
    }

    static (string?, string?, Reason, long) Told(LedgerEntry entry) => (entry.Client, entry.Counted!.Address, entry.Reason, entry.Counted.Count);

    [Fact]
    public async Task Failures_are_counted_by_client_address_and_reason()
    {
        await using var world = await StartAsync();
        var start = world.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await RepeatAsync(3, () => world.BasicAsync(world.Common, "127.254.0.1", "web", "wrong"));
        await RepeatAsync(12, () => world.BasicAsync(world.Common, "127.254.0.2", "web", "wrong"));
        await world.BasicAsync(world.Common, "127.254.0.1", "made-up-by-a-stranger", "wrong");
        await world.BasicAsync(world.Common, "127.254.0.1", "also-made-up-by-a-stranger", "wrong");
        await world.PostAsync(world.Common, "127.254.0.1");
        await world.Common.SendAsync(Get("127.254.0.3"));
        (await world.BasicAsync(world.Common, "127.254.0.1", "web", SecretOf("web"))).Status.ShouldBe(HttpStatusCode.OK);

        var entries = await NextSummaryAsync(world.Common, world.Clock);
        entries.Select(Told).ShouldBe(
        [
            ("web", "127.254.0.1", Reason.ClientAuthenticationFailed, 3),
            ("web", "127.254.0.2", Reason.ClientAuthenticationFailed, 10),
            ("web", "127.254.0.2", Reason.TooManyFailures, 2),
            ("unknown client", "127.254.0.1", Reason.ClientAuthenticationFailed, 3),
            ("unknown client", "127.254.0.3", Reason.MethodNotAllowed, 1),
        ], ignoreOrder: true);
        foreach (var entry in entries)
        {
            (entry.Action, entry.RegistryRevision, entry.Counted!.From).ShouldBe(("failed_requests", world.Common.Engine.Registry.Current.Revision, start));
            entry.Counted.Until.ShouldBeInRange(start + 60_000, start + 120_000);
        }

        foreach (var entry in entries) entry.Trace.ShouldBe(entry.Client == "web" ? "wrong secret" : null);

        // the line is written when all entries are, which is a moment after the last of them can be read
        for (var tries = 0; !world.Common.Log.Lines.Any(line => line.Contains("failed_requests", StringComparison.Ordinal)) && tries < 200; tries++) await Task.Delay(20, TestContext.Current.CancellationToken);
        var log = string.Join('\n', world.Common.Log.Lines);
        log.ShouldContain("19 requests were refused without an entry");
        log.ShouldContain("10 of web from 127.254.0.2 (client_authentication_failed: wrong secret)");
        log.ShouldNotContain("made-up-by-a-stranger");
        foreach (var file in await world.Common.StoreFilesAsync()) Encoding.Latin1.GetString(await ReadAsync(file)).ShouldNotContain("made-up-by-a-stranger");

        // Each is told once.
        await world.BasicAsync(world.Common, "127.254.0.9", "orders", "wrong");
        (await NextSummaryAsync(world.Common, world.Clock, entries.Count)).Count.ShouldBe(entries.Count + 1);
    }

    static HttpRequestMessage Get(string address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/token");
        TestServer.From(request, address);
        return request;
    }

    static async Task<byte[]> ReadAsync(string file)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, Cancellation);
        return bytes;
    }

    [Fact]
    public async Task A_summary_is_bounded_and_what_found_no_place_in_it_is_counted_too()
    {
        const int Addresses = 300, Capacity = 128;
        await using var world = await StartAsync();
        for (var i = 0; i < Addresses; i++) await world.BasicAsync(world.Common, $"127.254.{1 + (i / 200)}.{1 + (i % 200)}", "made-up", "wrong");
        await world.BasicAsync(world.Common, "127.254.9.1", "web", "wrong"); // strangers do not crowd out a client of the registry

        var entries = await NextSummaryAsync(world.Common, world.Clock, after: Capacity + 1); // they may come in several commits
        entries.Count.ShouldBe(Capacity + 2);
        entries.Sum(entry => entry.Counted!.Count).ShouldBe(Addresses + 1);
        entries.Select(Told).ShouldContain(("web", "127.254.9.1", Reason.ClientAuthenticationFailed, 1));
        var rest = entries.Single(entry => entry.Counted!.Address is null);
        Told(rest).ShouldBe(("unknown client", null, Reason.None, Addresses - Capacity));
        rest.Trace!.ShouldContain("more clients, addresses and reasons");
    }

    [Fact]
    public async Task A_summary_is_written_when_the_server_stops()
    {
        using var folder = new TemporaryStore();
        await using var login = await TestIssuer.StartAsync([Keys.Es256]);
        Task<TestServer> StartServerAsync() => TestServer.StartAsync(issuer => $"issuer: {issuer}\n" + SmallRegistries.SignIn(login), settings: folder.Settings);
        await using (var first = await StartServerAsync())
            for (var i = 0; i < 4; i++) await first.ExchangeAsync("web", "wrong", "t", "id_token");

        await using var second = await StartServerAsync();
        var entries = await CountedAsync(second);
        entries.Sum(entry => entry.Counted!.Count).ShouldBe(4);
        entries.ShouldAllBe(entry => entry.Client == "web" && entry.Reason == Reason.ClientAuthenticationFailed);
    }

    sealed class TemporaryStore : IDisposable
    {
        readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-test-");

        public Dictionary<string, string?> Settings => new() { ["Cambist:Storage"] = "sqlite:" + Path.Combine(_folder.FullName, "kept.db") };

        public void Dispose() => _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Of_what_is_sent_as_a_public_client_and_proves_nothing_only_so_much_is_recorded()
    {
        await using var world = await StartAsync();
        var server = world.Common;
        Task<Answer> SendAsync(string address, string token) => server.PostAsync(TestServer.ExchangeForm(token, "id_token", ("client_id", "ci")), request => TestServer.From(request, address));
        string Genuine(string subject) => world.Login.IdToken(subject, server.Issuer);

        var answers = await RepeatAsync(15, () => SendAsync("127.254.0.1", "junk"));
        answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.BadRequest && answer.Reason == "subject_invalid");
        answers.Select(answer => answer.DecisionId is not null).ShouldBe([.. Enumerable.Repeat(true, 10), .. Enumerable.Repeat(false, 5)]);
        (await server.PostAsync([("grant_type", "no-such-grant"), ("client_id", "ci")], request => TestServer.From(request, "127.254.0.1"))).DecisionId.ShouldBeNull();

        // Whoever brings a genuine token is told of by an entry, and served.
        (await SendAsync("127.254.0.1", Genuine("mallory"))).DecisionId.ShouldNotBeNull();
        (await SendAsync("127.254.0.1", Genuine("alice"))).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync("127.254.0.2", "junk")).DecisionId.ShouldNotBeNull();

        // A client with a secret always has its trace.
        (await RepeatAsync(15, () => server.PostAsync(TestServer.ExchangeForm("junk", "id_token"), request =>
        {
            TestServer.From(request, "127.254.0.1");
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", SecretOf("web")));
        }))).ShouldAllBe(answer => answer.DecisionId != null);

        world.Clock.Advance(TimeSpan.FromSeconds(6));
        (await RepeatAsync(2, () => SendAsync("127.254.0.1", "junk"))).Select(answer => answer.DecisionId is not null).ShouldBe([true, false]);

        (await NextSummaryAsync(server, world.Clock, after: 1)).Select(Told).ShouldBe( // both, which may come in two commits
            [("ci", "127.254.0.1", Reason.SubjectMalformed, 6), ("ci", "127.254.0.1", Reason.GrantTypeUnsupported, 1)], ignoreOrder: true);
    }

    [Fact]
    public async Task Metrics_have_labels_from_fixed_lists_only()
    {
        var labels = new System.Collections.Concurrent.ConcurrentBag<(string Instrument, string Key, string? Value)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == "Cambist") own.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) =>
        {
            foreach (var tag in tags) labels.Add((instrument.Name, tag.Key, tag.Value?.ToString()));
        });
        listener.Start();

        await using var world = await StartAsync();
        await RepeatAsync(12, () => world.BasicAsync(world.Common, "127.254.0.1", "made-up", "wrong"));
        await world.PostAsync(world.Common, "127.254.0.1", ("client_id", "made-up"), ("scope", "made-up"));
        await world.BasicAsync(world.Common, "127.254.0.1", "web", SecretOf("web"), ("audience", "made-up"));

        var decisions = labels.Where(label => label.Instrument == "cambist.decisions").ToList();
        decisions.Select(label => label.Key).Distinct().ShouldBe(["outcome", "reason"], ignoreOrder: true);
        decisions.Where(label => label.Key == "reason").ShouldAllBe(label => Reasons.Parse(label.Value!) != null);
        decisions.ShouldContain(("cambist.decisions", "reason", "too_many_failures"));
        decisions.ShouldContain(("cambist.decisions", "outcome", "unauthenticated"));
    }
}
