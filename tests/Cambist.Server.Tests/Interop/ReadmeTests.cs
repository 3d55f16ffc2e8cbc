using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cambist.Testing;

namespace Cambist.Server.Tests.Interop;

/// <summary>
/// The README's way from nothing to an exchange with one's own OpenID provider, its commands run as they stand there by a
/// shell, against a real provider. Only what a reader would change is changed: the address of the provider, the place of the
/// checkout (which is built already), and ports that are free.
/// </summary>
public sealed partial class ReadmeTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-readme-");
    readonly string _port = $"{BuiltServer.FreePort()}";
    readonly string _managementUrl = $"http://127.0.0.1:{BuiltServer.FreePort()}";

    static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_stranger_gets_from_nothing_to_an_exchange_with_a_provider_of_their_own()
    {
        await using var provider = await RealProvider.StartAsync(Cancellation);
        await File.WriteAllTextAsync(Named("id-token.txt"), await provider.SignInAsync("alice", Cancellation) + "\n", Cancellation);
        var blocks = Blocks().Select(block => block
            .Replace("https://login.example.com", provider.Issuer, StringComparison.Ordinal)
            .Replace("127.0.0.1:8080", $"127.0.0.1:{_port}", StringComparison.Ordinal)
            .Replace("dotnet run --project ~/cambist/", $"dotnet run --no-build -c {Configuration} --project {BuiltServer.Root}/", StringComparison.Ordinal)).ToArray();
        blocks.Length.ShouldBe(5);
        var (define, begin, secret, serve, exchange) = (blocks[0], blocks[1], blocks[2], blocks[3], blocks[4]);

        // what the text between the commands says to do by hand
        var printed = await RunAsync(define + begin);
        var hash = Hash().Match(await RunAsync(define + secret)).Groups["hash"].Value;
        var registry = Paste.Into(await File.ReadAllTextAsync(Named("cambist.yaml"), Cancellation), printed)
            .Replace("127.0.0.1:8080", $"127.0.0.1:{_port}", StringComparison.Ordinal);
        registry = Zeros().Replace(registry, $"${{client}}{hash}", 1);
        await File.WriteAllTextAsync(Named("cambist.yaml"), registry, Cancellation);

        using var server = Start(define + serve);
        var said = server.StandardOutput.ReadToEndAsync(Cancellation);
        try
        {
            await ReadyAsync(server);
            var shown = await RunAsync(define + exchange);
            var answer = JsonNode.Parse(await File.ReadAllTextAsync(Named("answer.json"), Cancellation))!;
            ((string?)answer["scope"]).ShouldBe("read", answer.ToJsonString());
            shown.ShouldMatch(@"\n  sub +company:alice\n");
            shown.ShouldMatch(@"\n  aud +https://orders.example.com\n");
            shown.ShouldContain("expires in ");
        }
        finally
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync(CancellationToken.None);
        }

        (await said).ShouldContain("cambist.yaml: 0 errors, 0 warnings");
    }

    static IEnumerable<string> Blocks()
    {
        var readme = File.ReadAllText(Path.Combine(BuiltServer.Root, "README.md"));
        var start = readme.IndexOf("## Your own server", StringComparison.Ordinal);
        var section = readme[start..readme.IndexOf("\n## ", start, StringComparison.Ordinal)];
        return Shell().Matches(section).Select(match => match.Groups["text"].Value);
    }

    string Named(string file) => Path.Combine(_folder.FullName, file);

    Process Start(string script)
    {
        var start = new ProcessStartInfo("bash", ["-c", "set -eo pipefail\n" + script])
        {
            WorkingDirectory = _folder.FullName,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (start.Environment["CAMBIST__URLS"], start.Environment["CAMBIST__MANAGEMENTURLS"]) = ($"http://127.0.0.1:{_port}", _managementUrl);
        return Process.Start(start)!;
    }

    async Task<string> RunAsync(string script)
    {
        using var process = Start(script);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(Cancellation), process.StandardError.ReadToEndAsync(Cancellation));
        await process.WaitForExitAsync(Cancellation);
        process.ExitCode.ShouldBe(0, script + await output + await error);
        return await output;
    }

    async Task ReadyAsync(Process server)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true);
        while (!server.HasExited)
        {
            try
            {
                if ((await http.GetAsync(new Uri($"http://127.0.0.1:{_port}/health/ready"), Cancellation)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // nobody listens yet
            }

            await Task.Delay(20, Cancellation);
        }

        throw new InvalidOperationException($"The server ended: {await server.StandardError.ReadToEndAsync(Cancellation)}");
    }

    [GeneratedRegex(@"^```sh\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Shell();

    [GeneratedRegex(@"^sha256 +(?<hash>[0-9a-f]{64})$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Hash();

    [GeneratedRegex(@"(?<client>\n  web: .*sha256: "")0{63}[0-9]", RegexOptions.ExplicitCapture)]
    private static partial Regex Zeros();
}
