using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>
/// node oidc-provider as a process: a real OpenID provider at which people (<c>alice</c>, <c>bob</c>) sign in with the
/// authorization code flow and PKCE. Needs Node, and <c>npm ci</c> in <c>tests/interop</c>, which <c>test.sh</c> runs.
/// </summary>
public sealed class RealProvider : IAsyncDisposable
{
    static readonly string Scripts = Path.Combine(BuiltServer.Root, "tests", "interop");
    readonly Process _process;

    RealProvider(Process process, string issuer) => (_process, Issuer) = (process, issuer);

    /// <summary>Its identifier.</summary>
    public string Issuer { get; }

    /// <summary>The client that its ID tokens are for.</summary>
    public static string ClientId => "web";

    /// <summary>Starts it on a free port and waits until it answers.</summary>
    public static async Task<RealProvider> StartAsync(CancellationToken cancellation = default)
    {
        var process = StartNode("provider.mjs");
        var error = process.StandardError.ReadToEndAsync(cancellation);
        var line = await process.StandardOutput.ReadLineAsync(cancellation)
            ?? throw new InvalidOperationException($"The provider did not start; has `npm ci` run in tests/interop?\n{await error}");
        return new(process, (string)JsonNode.Parse(line)!["issuer"]!);
    }

    /// <summary>Signs <paramref name="person"/> in over HTTP and returns the ID token.</summary>
    public async Task<string> SignInAsync(string person, CancellationToken cancellation = default)
    {
        using var login = StartNode("login.mjs", Issuer, person);
        var (output, error) = (login.StandardOutput.ReadToEndAsync(cancellation), login.StandardError.ReadToEndAsync(cancellation));
        await login.WaitForExitAsync(cancellation);
        return login.ExitCode == 0
            ? (await output).Trim()
            : throw new InvalidOperationException($"The sign-in failed.\n{await error}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    internal static Process StartNode(string script, params string[] arguments)
        => Process.Start(new ProcessStartInfo("node", [script, .. arguments])
        {
            WorkingDirectory = Scripts,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}
