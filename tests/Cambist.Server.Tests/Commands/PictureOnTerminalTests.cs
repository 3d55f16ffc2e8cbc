using System.Diagnostics;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>What <c>cambist explain</c> makes of a real terminal, of one that wants no colour, and of output that is not UTF-8.</summary>
public sealed class PictureOnTerminalTests : IDisposable
{
    readonly Cli _cli = new();

    public PictureOnTerminalTests()
    {
        _cli.Write("token", "not-a-token");
        _cli.Write("cambist.yaml", """
            issuer: http://127.0.0.1:8080
            issuers: { login: { issuer: https://login.example.com, tokens: { id_token: { audiences: web } }, subject: "{sub}" } }
            resources: { orders: { identifiers: https://orders.example.com, scopes: read } }
            clients: { web: { secrets: { value: the-secret-of-web-here } } }
            rules: [{ name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: read } }]
            """);
    }

    public void Dispose() => _cli.Dispose();

    string[] Explain => ["explain", "--registry", _cli.Path("cambist.yaml"), "--client", "web", "--subject-token", $"@{_cli.Path("token")}", "--subject-token-type", "id_token", "--audience", "orders"];

    [Fact]
    public async Task A_terminal_gets_colours_unless_NO_COLOR_or_TERM_says_otherwise()
    {
        (await OnTerminalAsync("TERM=xterm")).ShouldContain("\e[1;91mrefused: subject_malformed\e[0m — not read as a JWT");
        foreach (var plain in (string[])["TERM=xterm NO_COLOR=1", "TERM=dumb"])
        {
            var shown = await OnTerminalAsync(plain);
            shown.ShouldContain("refused: subject_malformed — not read as a JWT");
            shown.ShouldContain("✗  3 resolve subject subject_malformed");
            shown.ShouldNotContain("\e[1");
            shown.ShouldNotContain("\e[3");
        }
    }

    [Fact]
    public async Task A_pipe_gets_no_escape_code_and_ASCII_where_the_locale_is_not_UTF_8()
    {
        var piped = await RunAsync("C.UTF-8");
        piped.ShouldContain("├── ✗  3 resolve subject subject_malformed");
        piped.ShouldNotContain("\e");
        var latin = await RunAsync("en_US.ISO-8859-1");
        latin.ShouldContain("|-- NO  3 resolve subject subject_malformed");
        latin.ShouldStartWith("refused: subject_malformed - not read as a JWT");
        latin.ShouldAllBe(c => char.IsAscii(c));
    }

    async Task<string> RunAsync(string locale)
    {
        var result = await BuiltServer.RunAsync(Path.GetTempPath(), Explain, environment: new Dictionary<string, string> { ["LC_ALL"] = locale }, cancellation: TestContext.Current.CancellationToken);
        result.ExitCode.ShouldBe(1, result.Error);
        return result.Output;
    }

    /// <summary>Under <c>script</c>, which gives it a terminal of its own.</summary>
    async Task<string> OnTerminalAsync(string environment)
    {
        var command = $"env -u NO_COLOR LC_ALL=C.UTF-8 {environment} dotnet exec {BuiltServer.Assembly} {string.Join(' ', Explain)}";
        using var script = Process.Start(new ProcessStartInfo("script", ["-qec", command, "/dev/null"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        script.StandardInput.Close();
        var output = await script.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await script.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
