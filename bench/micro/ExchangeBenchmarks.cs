using System.Security.Cryptography;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace Cambist.Benchmarks;

/// <summary>
/// The whole walk of ten steps in process, an ID token that was never seen before each time, by callers as a server has them; beside it the two
/// signatures that it cannot do without. The store in memory keeps every entry and copies it first: its commit stands beside them.
/// </summary>
[InvocationCount(Invocations)] // so that the tokens last: none is seen again
[WarmupCount(WarmUps)] // all of the engine is compiled, which takes longer than a part of it
public class ExchangeBenchmarks
{
    const int Callers = 32;
    const int Invocations = 32;
    const int WarmUps = 12;
    const int Tokens = Invocations * Callers * (WarmUps + 10); // six rounds are measured, one counts bytes, and a few calls come before

    readonly ValueTask<Outcome>[] _exchanges = new ValueTask<Outcome>[Callers];
    readonly ValueTask<CommitResult>[] _commits = new ValueTask<CommitResult>[Callers];
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

    [GlobalSetup(Targets = [nameof(BareVerifyAndSign), nameof(CommitAloneAsync)])]
    public async Task SetupAsync()
    {
        _world = new(open: Store == "sqlite" ? World.OnSqlite : null);
        var token = _world.Provider.IdToken(Tokens);
        var issued = (Outcome.Issued)await _world.Engine.Exchange.ExchangeAsync(World.RequestFor(token), CancellationToken.None);
        _entry = issued.Entry;
        _issued = issued.Token[..issued.Token.Span.LastIndexOf((byte)'.')].ToArray();
        _input = Encoding.ASCII.GetBytes(token[..token.LastIndexOf('.')]);
        _signature = _world.Provider.Sign(_input);
    }

    [GlobalSetup(Target = nameof(ExchangeAsync))]
    public async Task SetupTokensAsync()
    {
        await SetupAsync();
        _requests = new ExchangeRequest[Tokens];
        Parallel.For(0, Tokens, i => _requests[i] = World.RequestFor(_world.Provider.IdToken(i)));
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
        for (var i = 0; i < Callers; i++) _exchanges[i] = _world.Engine.Exchange.ExchangeAsync(_requests[_next++], CancellationToken.None);
        for (var i = 0; i < Callers; i++)
            if (await _exchanges[i] is not Outcome.Issued) throw new InvalidOperationException("The exchange was refused.");
    }

    [Benchmark(OperationsPerInvoke = Callers)]
    public async Task CommitAloneAsync()
    {
        for (var i = 0; i < Callers; i++) _commits[i] = _world.Engine.Store.Ledger.CommitAsync(_entry, CancellationToken.None);
        for (var i = 0; i < Callers; i++) await _commits[i];
    }
}
