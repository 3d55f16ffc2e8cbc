using System.Buffers;
using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace Cambist.Benchmarks;

/// <summary>What is kept of an ordinary exchange, as JSON: what it was decided on, and the entry around it. Beside them a checksum of the same bytes.</summary>
public class WriteBenchmarks
{
    readonly ArrayBufferWriter<byte> _buffer = new(4096);
    World _world = null!;
    Utf8JsonWriter _writer = null!;
    DecisionInput _input = null!;
    LedgerEntry _entry = null!;
    byte[] _written = [];

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _world = new();
        _writer = LedgerEntryJson.CreateWriter(_buffer);
        var token = _world.Provider.IdToken(1);
        _input = _world.InputFor(token);
        _entry = await _world.EntryAsync(token);
        Entry();
        _written = _buffer.WrittenSpan.ToArray();
        Console.WriteLine($"// an entry has {_written.Length} bytes, {_entry.Input.Length} of them its input");
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _world.DisposeAsync();

    [Benchmark(Baseline = true)]
    public byte BareSha256()
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(_written, hash);
        return hash[0];
    }

    [Benchmark]
    public int Input() => new InputToRecord(_input, _world.Registry.MentionedClaims, null).Encode().Length;

    [Benchmark]
    public int Entry()
    {
        _buffer.ResetWrittenCount();
        _writer.Reset(_buffer);
        LedgerEntryJson.Write(_writer, _entry);
        _writer.Flush();
        return _buffer.WrittenCount;
    }
}
