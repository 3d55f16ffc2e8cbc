using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Whatever is swapped meanwhile, a request is decided, recorded and answered by one whole registry.</summary>
public sealed class RegistrySnapshotTests
{
    [Fact]
    public async Task A_request_that_began_before_a_swap_keeps_its_registry_and_the_ledger_says_which()
    {
        await using var world = await ReloadWorld.StartAsync();
        var before = world.Server.Engine.Registry.Current.Revision;
        var release = new TaskCompletionSource();
        world.Login.Jwks.Hold = release.Task;
        var waiting = world.ExchangeAsync();
        await world.Login.Jwks.RequestsReachAsync(1, TestContext.Current.CancellationToken);

        RegistryEdits.Replace(world.Server.RegistryFile, (await File.ReadAllTextAsync(world.Server.RegistryFile, TestContext.Current.CancellationToken))
            .Replace("scopes: [read, write] }", "scopes: [read, write], token: { lifetime: 66s } }", StringComparison.Ordinal)
            .Replace("name: sign-in", "name: new-sign-in", StringComparison.Ordinal));
        for (var looks = 0; looks < 3; looks++) await PassAsync(world);
        world.Server.Engine.Registry.Current.Revision.ShouldNotBe(before);
        release.SetResult();

        var old = await EntryOfAsync(world, await waiting);
        (old.RegistryRevision, old.Rule).ShouldBe((before, "sign-in"));
        var now = await EntryOfAsync(world, await world.ExchangeAsync());
        (now.RegistryRevision, now.Rule).ShouldBe((world.Server.Engine.Registry.Current.Revision, "new-sign-in"));
        now.RegistryRevision.ShouldNotBe(before);
    }

    [Fact]
    public async Task The_error_codes_of_an_answer_are_those_of_the_registry_that_decided_it()
    {
        await using var world = await ReloadWorld.StartAsync();
        using var body = new SlowForm(TestServer.ExchangeForm(world.Login.IdToken("nobody", "web"), "id_token"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/token") { Content = body };
        request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", Requests.SecretOf("web")));
        request.Headers.ExpectContinue = true; // the body begins once the server has begun to ask for it
        var answer = world.Server.SendAsync(request);
        await body.HasBegun;
        await world.Server.EditRegistryAsync("error_codes: common", "error_codes: rfc8693");
        body.Finish();
        ((await answer).Reason, (await answer).Error).ShouldBe(("no_rule", "invalid_request"));
        (await EntryOfAsync(world, await answer)).RegistryRevision.ShouldBe(world.Server.Engine.Registry.Current.Revision);
    }

    [Fact]
    public async Task Under_load_and_twenty_swaps_every_answer_comes_from_one_whole_registry()
    {
        // What is given and what is refused differ in two places each, which must never mix.
        const string A = "life-is-60s", B = "life-is-90s";
        static string Of(TestIssuer login, string name) => ReloadWorld.Registry(login)
            .Replace("scopes: [read, write] }", $"scopes: [read, write], claims: {{ made_by: {name} }}, token: {{ lifetime: {(name == A ? 60 : 90)}s }} }}", StringComparison.Ordinal)
            .Replace("error_codes: common", name == A ? "error_codes: common" : "error_codes: rfc8693", StringComparison.Ordinal)
            .Replace("rules:\n", name == A ? "deny: [ { name: no-bob, subject: { where: { sub: bob } }, reason: out } ]\nrules:\n" : "rules:\n", StringComparison.Ordinal)
            .Replace("staff: [alice, bob]", name == A ? "staff: [alice, bob]" : "staff: alice", StringComparison.Ordinal);

        await using var world = await ReloadWorld.StartAsync(login => Of(login, A));
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
        var answers = new ConcurrentBag<Answer>();
        using var enough = new CancellationTokenSource();
        var load = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested) answers.Add(await world.ExchangeAsync(i % 2 == 0 ? "alice" : "bob"));
        })).ToArray();

        var answeredBefore = 0;
        for (var swap = 1; swap <= 20; swap++)
        {
            await world.Server.EditRegistryAsync(_ => $"issuer: {world.Server.Issuer}\n{Of(world.Login, swap % 2 == 0 ? A : B)}\n");
            answeredBefore = answers.Count;
            while (answers.Count < answeredBefore + 8) await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await enough.CancelAsync();
        await Task.WhenAll(load);
        world.Told("registry_activated").ShouldBe(20);
        string[] whole = [$"200 {A} 60", $"200 {B} 90", "400 invalid_grant denied", "400 invalid_request no_rule"];
        var seen = answers.Select(answer => answer.Status == HttpStatusCode.OK
            ? $"200 {answer.Claims["made_by"]} {answer.Json["expires_in"]}"
            : $"{(int)answer.Status} {answer.Error} {answer.Reason}").ToHashSet();
        seen.Order(StringComparer.Ordinal).ShouldBe(whole.Order(StringComparer.Ordinal));
    }

    /// <summary>Lets one second pass, and not the five after which the fetch under way is given up: it has a timer beside the upkeep's.</summary>
    static async Task PassAsync(ReloadWorld world)
    {
        var clock = (FakeClock)world.Server.Clock!;
        while (clock.PendingTimers < 2) await Task.Delay(1, TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        while (clock.PendingTimers < 2) await Task.Delay(1, TestContext.Current.CancellationToken);
    }

    static async Task<LedgerEntry> EntryOfAsync(ReloadWorld world, Answer answer)
    {
        var page = await world.Server.Engine.Store.Decisions.PageAsync(new DecisionFilter(), default, 100, TestContext.Current.CancellationToken);
        return answer.DecisionId is { } refused
            ? page.Single(entry => entry.Id.ToString() == refused)
            : page.Single(entry => entry.IssuedId == (string)answer.Claims["jti"]!);
    }

    /// <summary>A form of which the last byte is sent only when a test says so.</summary>
    sealed class SlowForm : HttpContent
    {
        readonly byte[] _form;
        readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously), _finish = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public SlowForm(IEnumerable<(string Name, string Value)> form)
        {
            _form = Encoding.ASCII.GetBytes(string.Join('&', form.Select(pair => $"{pair.Name}={Uri.EscapeDataString(pair.Value)}")));
            Headers.ContentType = new("application/x-www-form-urlencoded");
        }

        public Task HasBegun => _begun.Task;

        public void Finish() => _finish.SetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(_form.AsMemory(0, _form.Length - 1));
            await stream.FlushAsync();
            _begun.SetResult();
            await _finish.Task;
            await stream.WriteAsync(_form.AsMemory(_form.Length - 1));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _form.Length;
            return true;
        }
    }
}
