using BenchmarkDotNet.Attributes;

namespace Cambist.Benchmarks;

/// <summary>An ID token from its text to its verified claims, and the bare verification of the same bytes.</summary>
public class VerifyBenchmarks
{
    Provider _provider = null!;
    VerificationKey _key = null!;
    string _token = "";
    byte[] _input = [];
    byte[] _signature = [];

    [Params("RS256", "ES256")]
    public string Algorithm { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _provider = new(Algorithm);
        _token = _provider.IdToken(1);
        var dot = _token.LastIndexOf('.');
        _input = System.Text.Encoding.ASCII.GetBytes(_token[..dot]);
        _signature = System.Buffers.Text.Base64Url.DecodeFromChars(_token.AsSpan(dot + 1));
        Claims.Parse(_provider.Jwks).TryGet("keys", out var keys);
        foreach (var jwk in keys.EnumerateArray())
            if (JsonWebKey.TryRead(jwk, out var key, out _)) _key = key;
        if (!BareVerifyData() || !ParseAndVerify()) throw new InvalidOperationException("The signature does not verify.");
    }

    [Benchmark(Baseline = true)]
    public bool BareVerifyData() => _provider.Verify(_input, _signature);

    [Benchmark]
    public bool ParseAndVerify() => CompactJws.TryParse(_token, out var jws, out _) && jws.IsSignedBy(_key);
}
