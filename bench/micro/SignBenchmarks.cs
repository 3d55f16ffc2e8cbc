using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;

namespace Cambist.Benchmarks;

/// <summary>A decided token written and signed (step 9), and the bare signature over as many bytes.</summary>
public class SignBenchmarks
{
    readonly byte[] _signature = new byte[256];
    World _world = null!;
    AccessTokenWriter _writer = null!;
    TokenToIssue _decided = null!;
    RSA? _rsa;
    ECDsa? _ecdsa;
    byte[] _input = [];

    [Params("RS256", "ES256")]
    public string Algorithm { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _world = new(signing: Algorithm);
        _writer = new(_world.Engine.Keys);
        _decided = World.Given(Decision.Of(_world.InputFor(_world.Provider.IdToken(1)), _world.Registry)).Token;
        var token = Issue();
        _input = token[..token.Span.LastIndexOf((byte)'.')].ToArray();
        if (Algorithm == "RS256") _rsa = RSA.Create(2048);
        else _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _world.DisposeAsync();

    [Benchmark(Baseline = true)]
    public int BareSignData() =>
        _rsa?.SignData(_input, _signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
        ?? _ecdsa!.SignData(_input, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    [Benchmark]
    public ReadOnlyMemory<byte> Issue() => World.Given(_writer.Issue(_decided, _world.Registry)).Value;
}
