using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;
using Cambist.Storage.Sqlite;

namespace Cambist.Benchmarks;

/// <summary>
/// The whole walk of ten steps in process, an ID token that was never seen before each time, by callers as a server has them; beside it the two
/// signatures that it cannot do without. The store in memory keeps every entry and copies it first: its commit stands beside them.
/// </summary>
[InvocationCount(32)] // so that the tokens last; more would only be seen again
public class ExchangeBenchmarks
{
    const int Callers = 32;
    const int Tokens = 32 * Callers * 12; // as many as there are rounds

    readonly ValueTask<Outcome>[] _exchanges = new ValueTask<Outcome>[Callers];
    readonly byte[] _signed = new byte[64];
    readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    World _world = null!;
    ExchangeRequest[] _requests = [];
    LedgerEntry _entry = null!;
    byte[] _input = [];
    byte[] _signature = [];
    byte[] _issued = [];
    int _next;

    [Params("memory", "sqlite")]
    public string Store { get; set; } = "";

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _world = new(open: folder => Store == "memory" ? MemoryStore.Create(TimeProvider.System) : SqliteStore.Open(Path.Combine(folder, "cambist.db"), TimeProvider.System));
        _requests = new ExchangeRequest[Tokens];
        Parallel.For(0, Tokens, i => _requests[i] = World.RequestFor(_world.Provider.IdToken(i)));

        var token = _world.Provider.IdToken(Tokens);
        var issued = (Outcome.Issued)await _world.Engine.Exchange.ExchangeAsync(World.RequestFor(token), CancellationToken.None);
        _entry = issued.Entry;
        _issued = issued.Token[..issued.Token.Span.LastIndexOf((byte)'.')].ToArray();
        _input = Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]);
        _signature = _world.Provider.Sign(_input);
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _world.DisposeAsync();

    [Benchmark(Baseline = true, OperationsPerInvoke = Callers)]
    public bool BareVerifyAndSign()
    {
        var isGood = true;
        for (var i = 0; i < Callers; i++)
        {
            isGood &= _world.Provider.Verify(_input, _signature);
            _ecdsa.SignData(_issued, _signed, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }

        return isGood;
    }

    [Benchmark(OperationsPerInvoke = Callers)]
    public async Task ExchangeAsync()
    {
        for (var i = 0; i < Callers; i++) _exchanges[i] = _world.Engine.Exchange.ExchangeAsync(_requests[_next++ % Tokens], CancellationToken.None);
        for (var i = 0; i < Callers; i++)
            if (await _exchanges[i] is not Outcome.Issued) throw new InvalidOperationException("The exchange was refused.");
    }

    [Benchmark(OperationsPerInvoke = Callers)]
    public async Task CommitAloneAsync()
    {
        var commits = new ValueTask<CommitResult>[Callers];
        for (var i = 0; i < Callers; i++) commits[i] = _world.Engine.Store.Ledger.CommitAsync(_entry, CancellationToken.None);
        for (var i = 0; i < Callers; i++) await commits[i];
    }
}
