using Cambist.Protocol;

namespace Cambist.SearchBench;

/// <summary>Entries as a company's exchanges make them: a hundred clients, some busy, and people who exchange a few times a day, mostly over two hops.</summary>
sealed class Filling(int entries)
{
    static readonly Reason[] Reasons = [Reason.NoRule, Reason.SubjectExpired, Reason.SubjectNotForCaller, Reason.ScopeNotGranted];

    readonly Random _random = new(4711);
    readonly Queue<(string Subject, string Id)> _issued = new();

    /// <summary>A thirtieth as many people as entries.</summary>
    public int Subjects { get; } = Math.Max(entries / 30, 1);

    /// <summary>Some ids of tokens, evenly from all.</summary>
    public List<string> Ids { get; } = [];

    /// <param name="commit">Where a batch goes to, and which share of all comes before it.</param>
    /// <param name="atOnce">Entries a batch.</param>
    public async Task FillAsync(Func<LedgerEntry[], double, Task> commit, int atOnce)
    {
        for (var done = 0; done < entries; done += atOnce)
        {
            var batch = Enumerable.Range(0, Math.Min(atOnce, entries - done)).Select(_ => Next()).ToArray();
            await commit(batch, (double)done / entries);
            if (done % Math.Max(entries / 500 / atOnce * atOnce, atOnce) == 0 && Array.Find(batch, entry => entry.IssuedId is not null) is { } issued) Ids.Add(issued.IssuedId!);
        }
    }

    /// <summary>All of a batch at once.</summary>
    public static Task CommitAsync(Store store, LedgerEntry[] batch) => Task.WhenAll(batch.Select(entry => store.Ledger.CommitAsync(entry, CancellationToken.None).AsTask()));

    public LedgerEntry Next()
    {
        var client = ClientOf(_random);
        var entry = new LedgerEntry
        {
            Outcome = DecisionOutcome.Issued,
            Action = "urn:ietf:params:oauth:grant-type:token-exchange",
            Client = client,
            Target = "billing",
            ScopesAsked = ["read"],
            Rule = "orders-on-behalf-of-users",
            RegistryRevision = "0123456789abcdef",
            ExpiresAt = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() / 4,
            Input = """{"client":"orders","subject":{"kind":"user","claims":{"department":"sales"}},"scopes":["read"],"targets":["billing"]}"""u8.ToArray(),
        };
        if (_random.Next(50) == 0)
            return entry with { Outcome = DecisionOutcome.Refused, Reason = Reasons[Math.Min(_random.Next(4), _random.Next(4))], Subject = new("login", SubjectOf(_random), NewId()), Trace = "subject: alice of login\nno rule fits" };

        // Every other token is exchanged again by the API that received it.
        if (_issued.Count > 200 && _random.Next(2) == 0)
        {
            var (subject, id) = _issued.Dequeue();
            return entry with { Subject = new("self", subject, id), IssuedId = id + "." + NewId(), ActorChain = [client], ScopesGiven = ["read"] };
        }

        var (name, root) = (SubjectOf(_random), NewId());
        var issued = entry with { Subject = new("login", name, root), IssuedId = root + "." + NewId(), ScopesGiven = ["read"] };
        if (_issued.Count < 1000) _issued.Enqueue((name, issued.IssuedId!));
        return issued;
    }

    public string SubjectOf(Random random) => "user-" + random.Next(Subjects);

    /// <summary>The first is in a tenth of the entries, the last in few.</summary>
    public static string ClientOf(Random random) => "client-" + (int)(100 * Math.Pow(random.NextDouble(), 2));

    string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }
}
