using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
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
        blocks.Length.ShouldBe(11);
        var (define, begin, secret, serve, exchange, explain) = (blocks[0], blocks[1], blocks[2], blocks[3], blocks[4], blocks[5]);
        var (ordersSecret, onBehalf, job, jobExchange, before) = (blocks[6], blocks[7], blocks[8], blocks[9], blocks[10]);

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

            // refused, and why
            var refused = JsonNode.Parse(await RunAsync(RefusedExchange(exchange)))!;
            ((string?)refused["reason"]).ShouldBe("scope_not_granted", refused.ToJsonString());
            (await RunAsync(define + explain.Replace("019e1f0c3a6b000091c0d1f5a2b7e344", (string?)refused["decision_id"], StringComparison.Ordinal))).ShouldContain("refused: scope_not_granted — ");

            // two edits by hand while the server runs, then the hop and the job
            await using var ci = await TestIssuer.StartAsync();
            await File.WriteAllTextAsync(Named("job-token.txt"), ci.IdToken("repo:acme/shop:ref:refs/heads/main", $"http://127.0.0.1:{_port}", claims =>
                (claims["workflow_ref"], claims["repository_id"], claims["repository_owner_id"], claims["ref"]) = ("w", "4711", "17", "refs/heads/main")) + "\n", Cancellation);
            hash = Hash().Match(await RunAsync(define + ordersSecret)).Groups["hash"].Value;
            registry = OrdersZeros().Replace(Paste.Into(registry, await RunAsync(define + job)), $"${{client}}{hash}", 1);
            await File.WriteAllTextAsync(Named("cambist.yaml"), registry, Cancellation);
            await InForceAsync(registry);

            ((string?)Issued(await RunAsync(onBehalf))["act"]!["sub"]).ShouldBe("orders");
            ((string?)Issued(await RunAsync(jobExchange))["sub"]).ShouldBe("github:4711");

            // what is asked before a change
            var asked = await RunAsync(define + before);
            asked.ShouldContain("cambist.yaml: 0 errors, 0 warnings");
            asked.ShouldMatch(@"rule orders-on-behalf-of-users \(line \d+\) of orders → billing");
            asked.ShouldMatch(@"\n  same +4\n");
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

    // the command of the README, but for what it asks, and without the part that reads the answer
    static string RefusedExchange(string exchange) =>
        exchange[..exchange.IndexOf(" | tee answer.json", StringComparison.Ordinal)].Replace("scope=read", "scope=pay", StringComparison.Ordinal);

    static JsonObject Issued(string answer) =>
        TestJwt.Parse(((string?)JsonNode.Parse(answer)!["access_token"]).ShouldNotBeNull(answer)).Claims;

    /// <summary>Waits until the running server has taken up an edit.</summary>
    async Task InForceAsync(string registry)
    {
        var revision = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(registry)))[..16];
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true);
        for (var tries = 0; ; tries++)
        {
            var health = await http.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/health/ready"), Cancellation);
            if (health.Contains($"\"registry_revision\":\"{revision}\"", StringComparison.Ordinal)) return;
            tries.ShouldBeLessThan(600, health);
            await Task.Delay(50, Cancellation);
        }
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

    [GeneratedRegex(@"(?<client>\n  orders: .*sha256: "")0{63}[0-9]", RegexOptions.ExplicitCapture)]
    private static partial Regex OrdersZeros();
}
