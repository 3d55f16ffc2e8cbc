using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Cambist.Testing;

namespace Cambist.Reliability.Tests;

/// <summary>
/// Clients that do not give up: some exchange one ID token again and again, others send each ID token of theirs, which is good for once, to
/// all nodes at the same moment, and again at the end. What they received is compared with the ledger at the end.
/// </summary>
sealed class Load : IAsyncDisposable
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly Cluster _cluster;
    readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(10) }, disposeHandler: true) { Timeout = TimeSpan.FromSeconds(40) };
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentDictionary<string, int> _answers = new();
    readonly ConcurrentBag<string> _received = [];
    readonly ConcurrentBag<string> _faults = [];
    readonly ConcurrentBag<(string Token, int Granted)> _sent = [];
    readonly List<Waiter> _waiters = [];
    readonly Task[] _clients;
    readonly IReadOnlySet<string> _expected;
    int _once, _twice;

    Load(Cluster cluster, int each, int once, string[] expected)
    {
        _cluster = cluster;
        _expected = expected.ToHashSet();
        _clients =
        [
            .. Enumerable.Range(0, cluster.Nodes.Length * each).Select(i => Task.Run(() => ExchangeAsync(i % cluster.Nodes.Length))),
            .. Enumerable.Range(0, once).Select(_ => Task.Run(UseOnceAsync)),
        ];
    }

    /// <summary>Lineage ids of the tokens that came in whole.</summary>
    public IReadOnlyCollection<string> Received => _received;

    /// <summary>How many answers there were of each kind, such as <c>503 store_unavailable</c>; <c>cut</c> where there was none.</summary>
    public IReadOnlyDictionary<string, int> Answers => _answers;

    /// <summary>Answers that there may never be: another error than those expected, or a 503 without <c>Retry-After</c>.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    /// <param name="cluster">The nodes.</param>
    /// <param name="each">Clients a node.</param>
    /// <param name="once">Clients that use tokens that are good for once.</param>
    /// <param name="expected">Refusals that the fault may cause, besides 503 for the store.</param>
    public static Load Start(Cluster cluster, int each = 6, int once = 3, params string[] expected) => new(cluster, each, once, expected);

    /// <summary>How long until a request that is sent from now on is granted, by this node or any.</summary>
    public async Task<TimeSpan> GrantAsync(int? node = null)
    {
        var waiter = new Waiter(node, Stopwatch.GetTimestamp());
        lock (_waiters) _waiters.Add(waiter);
        return await waiter.Granted.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until an answer of this kind has come so many times more.</summary>
    public async Task SeeAsync(string answer, int times = 1)
    {
        var until = _answers.GetValueOrDefault(answer) + times;
        for (var started = Stopwatch.StartNew(); _answers.GetValueOrDefault(answer) < until;)
        {
            started.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60), $"no answer '{answer}' among {Said()}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Lets each client have its last answer, and sends all tokens that were good for once again to all nodes, which are well by now.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        var sent = _sent.ToArray();
        _sent.Clear();
        await Parallel.ForEachAsync(sent, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (one, _) => await SendAgainAsync(one.Token, one.Granted));
    }

    /// <summary>Stops, and holds what was received to what is in the ledger.</summary>
    /// <returns>The counts, in a line.</returns>
    public async Task<string> ReconcileAsync(Store store)
    {
        await StopAsync();
        var recorded = await Ledger.IssuedAsync(store);
        var received = _received.ToHashSet();
        received.Count.ShouldBe(_received.Count, "two tokens have one id");
        var lost = received.Except(recorded.Ids).Count();
        var counts = $"{received.Count} tokens received, {recorded.Ids.Count} in the ledger, {lost} lost; {_once} tokens good for once sent to all nodes and again at the end, {recorded.UsedTwice + _twice} used twice; {Said()}";
        _faults.ShouldBeEmpty(counts);
        lost.ShouldBe(0, counts);
        recorded.UsedTwice.ShouldBe(0, counts);
        _twice.ShouldBe(0, counts);
        received.Count.ShouldBeGreaterThan(0);
        _once.ShouldBeGreaterThan(0);
        return counts;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
        _http.Dispose();
        _stop.Dispose();
    }

    string Said() => string.Join(", ", _answers.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}"));

    async Task ExchangeAsync(int node)
    {
        var (token, made) = ("", 0L);
        while (!_stop.IsCancellationRequested)
        {
            if (token.Length == 0 || Stopwatch.GetElapsedTime(made) > TimeSpan.FromSeconds(30)) (token, made) = (_cluster.IdToken(), Stopwatch.GetTimestamp());
            if (!(await AskAsync(node, token, "orders")).IsGrant) await Task.Delay(Pause);
        }
    }

    async Task UseOnceAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var token = _cluster.IdToken(claims => claims["exp"] = (long)claims["iat"]! + 3000);
            var answers = await AskAllAsync(token);
            _sent.Add((token, answers.Count(answer => answer.IsGrant)));
            if (!answers.Any(answer => answer.IsVerdict)) await Task.Delay(4 * Pause);
        }
    }

    /// <summary>Whatever became of it: sent to all nodes again, a token that is good for once is granted once in all.</summary>
    async Task SendAgainAsync(string token, int granted)
    {
        var answers = await AskAllAsync(token);
        granted += answers.Count(answer => answer.IsGrant);
        if (!answers.All(answer => answer.IsVerdict)) _faults.Add("a node that is well again does not say what became of a token that is good for once");
        Interlocked.Increment(ref _once);
        if (granted > 1) Interlocked.Increment(ref _twice);
    }

    Task<(bool IsGrant, bool IsVerdict)[]> AskAllAsync(string token) => Task.WhenAll(Enumerable.Range(0, _cluster.Nodes.Length).Select(node => AskAsync(node, token, "reports")));

    async Task<(bool IsGrant, bool IsVerdict)> AskAsync(int node, string idToken, string audience)
    {
        var sent = Stopwatch.GetTimestamp();
        try
        {
            var answer = await Cluster.SendAsync(_http, _cluster.Nodes[node], "/token", "web", TestServer.ExchangeForm(idToken, "id_token", ("audience", audience)));
            var kind = answer.Status == HttpStatusCode.OK ? "200" : $"{(int)answer.Status} {answer.Reason}";
            _answers.AddOrUpdate(kind, 1, (_, count) => count + 1);
            if (answer.Status == HttpStatusCode.OK)
            {
                _received.Add((string)answer.Claims["jti"]!);
                Granted(node, sent);
                return (true, true);
            }

            var isStore = kind == "503 store_unavailable";
            if (!isStore && kind != "400 once_used_up" && !_expected.Contains(kind)) _faults.Add($"{kind}: {answer.Body}");
            if (answer.Status == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is null) _faults.Add($"{kind}: no Retry-After");
            return (false, kind == "400 once_used_up");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            _answers.AddOrUpdate("cut", 1, (_, count) => count + 1);
            return (false, false);
        }
    }

    void Granted(int node, long sent)
    {
        lock (_waiters)
        {
            foreach (var waiter in _waiters.Where(waiter => waiter.Since <= sent && (waiter.Node ?? node) == node).ToArray())
            {
                _waiters.Remove(waiter);
                waiter.Granted.TrySetResult(Stopwatch.GetElapsedTime(waiter.Since));
            }
        }
    }

    sealed record Waiter(int? Node, long Since)
    {
        public TaskCompletionSource<TimeSpan> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
