using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>
/// A server that we did not write and that exchanges tokens: node oidc-provider with a grant of its own (tests/interop/foreign.mjs).
/// Needs Node, and <c>npm ci</c> in <c>tests/interop</c>.
/// </summary>
public sealed class ForeignServer : IAsyncDisposable
{
    readonly Process _process;

    ForeignServer(Process process, string issuer) => (_process, Issuer) = (process, issuer);

    /// <summary>Its identifier.</summary>
    public string Issuer { get; }

    /// <summary>Starts it on a free port and waits until it answers. <paramref name="jwksFile"/> holds the keys of its client <c>signer</c>.</summary>
    public static async Task<ForeignServer> StartAsync(string jwksFile, CancellationToken cancellation = default)
    {
        var process = RealProvider.StartNode("foreign.mjs", jwksFile);
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var line = await process.StandardOutput.ReadLineAsync(cancellation)
            ?? throw new InvalidOperationException($"The server did not start; has `npm ci` run in tests/interop?\n{await error}");
        return new(process, (string)JsonNode.Parse(line)!["issuer"]!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
