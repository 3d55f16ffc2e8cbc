using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using BenchmarkDotNet.Attributes;
using Cambist.Protocol;
using Microsoft.AspNetCore.WebUtilities;
using FormFields = Cambist.AspNetCore.FormFields;
using FormReader = Cambist.AspNetCore.FormReader;

namespace Cambist.Benchmarks;

/// <summary>The form of an ordinary exchange, read by us and by ASP.NET Core, each from the buffer that a pipe hands out.</summary>
public class FormBenchmarks
{
    World _world = null!;
    ReadOnlySequence<byte> _body;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _world = new();
        var token = _world.Provider.IdToken(1);
        var fields = new Dictionary<string, string>
        {
            [Parameters.GrantType] = GrantTypes.TokenExchange,
            [Parameters.SubjectTokenType] = TokenTypes.IdToken,
            [Parameters.SubjectToken] = token,
            [Parameters.Resource] = RegistryText.Resource,
            [Parameters.Scope] = "read",
        };
        _body = new(Encoding.ASCII.GetBytes(string.Join('&', fields.Select(field => $"{field.Key}={Uri.EscapeDataString(field.Value)}"))));
        if (!Ours()!.Value.Utf8.Span.SequenceEqual(Encoding.ASCII.GetBytes(token)) || await AspNetCoreAsync() != token) throw new InvalidOperationException("The form was read as something else.");
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _world.DisposeAsync();

    [Benchmark(Baseline = true)]
    public async Task<string?> AspNetCoreAsync()
    {
        var form = await new FormPipeReader(PipeReader.Create(_body)).ReadFormAsync();
        return form[Parameters.SubjectToken];
    }

    [Benchmark]
    public TokenText? Ours()
    {
        var form = new FormFields(FormFields.OfToken, _world.Registry);
        return FormReader.TryParse(_body, ref form, out _) ? form.SubjectToken : null;
    }
}
