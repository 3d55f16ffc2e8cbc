using System.Text.Json;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Cambist.Benchmarks;

/// <summary>
/// Strict reading without verifying: a payload beside <see cref="JsonDocument"/>, a whole token beside Microsoft.IdentityModel. Neither is as
/// strict; the first can at least be told to refuse a name that comes twice.
/// </summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class ParseBenchmarks
{
    static readonly JsonDocumentOptions OnceEach = new() { AllowDuplicateProperties = false };

    string _token = "";
    byte[] _payload = [];

    [GlobalSetup]
    public void Setup()
    {
        _token = new Provider("RS256").IdToken(1);
        _payload = System.Buffers.Text.Base64Url.DecodeFromChars(_token.Split('.')[1]);
    }

    [BenchmarkCategory("payload")]
    [Benchmark(Baseline = true)]
    public int JsonDocumentParse()
    {
        using var document = JsonDocument.Parse(_payload);
        return document.RootElement.GetPropertyCount();
    }

    [BenchmarkCategory("payload")]
    [Benchmark]
    public int JsonDocumentParseOnceEach()
    {
        using var document = JsonDocument.Parse(_payload, OnceEach);
        return document.RootElement.GetPropertyCount();
    }

    [BenchmarkCategory("payload")]
    [Benchmark]
    public bool ClaimsTryParse() => Claims.TryParse(_payload, out _, out _);

    [BenchmarkCategory("token")]
    [Benchmark(Baseline = true)]
    public string JsonWebTokenRead() => new JsonWebToken(_token).Subject;

    [BenchmarkCategory("token")]
    [Benchmark]
    public bool CompactJwsTryParse() => CompactJws.TryParse(_token, out _, out _);
}
