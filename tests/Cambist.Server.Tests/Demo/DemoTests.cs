using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cambist.Testing;

namespace Cambist.Server.Tests.Demo;

public sealed partial class DemoTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-demo-test-");

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Demo_once_shows_a_sign_in_a_delegation_an_impersonation_and_a_refusal_and_ends_well()
    {
        var demo = await BuiltServer.RunAsync(_folder.FullName, ["demo", "--once"], cancellation: Cancellation);
        demo.ExitCode.ShouldBe(0, demo.Error + demo.Output);
        demo.Error.ShouldBeEmpty();

        var steps = Step().Split(demo.Output)[1..];
        steps.Length.ShouldBe(4);

        steps[0].ShouldContain("as client web");
        var signIn = DecodedToken(steps[0]);
        ((string?)signIn["sub"]).ShouldBe("alice");
        ((string?)signIn["aud"]).ShouldBe("https://orders.example.com");
        ((string?)signIn["scope"]).ShouldBe("read write");
        ((string?)signIn["email"]).ShouldBe("alice@example.com");
        signIn.ContainsKey("act").ShouldBeFalse();
        signIn.ContainsKey("phone_number").ShouldBeFalse("the registry does not pass it on");

        steps[1].ShouldContain("as client orders");
        var delegated = DecodedToken(steps[1]);
        ((string?)delegated["sub"]).ShouldBe("alice");
        ((string?)delegated["aud"]).ShouldBe("https://billing.example.com");
        ((string?)delegated["scope"]).ShouldBe("read");
        ((string?)delegated["act"]!["sub"]).ShouldBe("orders");
        ((string?)delegated["jti"])!.ShouldStartWith((string?)signIn["jti"] + ".");
        delegated.ContainsKey("email").ShouldBeFalse("billing has no use for it");

        steps[2].ShouldContain("/admin/v1/impersonation-tokens");
        steps[2].ShouldContain("201 urn:cambist:token-type:impersonation_token, 600 s, id ");
        steps[2].ShouldContain("as client support");
        var impersonated = DecodedToken(steps[2]);
        ((string?)impersonated["sub"]).ShouldBe("alice");
        ((string?)impersonated["sub_kind"]).ShouldBe("impersonated");
        ((string?)impersonated["act"]!["sub"]).ShouldBe("support");
        ((string?)impersonated["ticket"]).ShouldBe("T-4711");
        steps[2].ShouldContain("400 invalid_grant, reason subject_used_up");

        steps[3].ShouldContain("as client reports");
        steps[3].ShouldContain("400 invalid_grant, reason subject_not_for_caller");
        steps[3].ShouldContain("and its trace");

        demo.Output.ShouldNotContain("eyJhbGciOiJFUzI1NiI"); // the decoded tokens are there, the tokens are not
        Directory.Exists(FolderOf(demo.Output)).ShouldBeFalse("the temporary folder goes with the demo");
        Directory.EnumerateFileSystemEntries(_folder.FullName).ShouldBeEmpty();
    }

    [Fact]
    public async Task Demo_stays_up_where_it_was_told_and_its_curl_line_works()
    {
        var address = $"http://127.0.0.1:{BuiltServer.FreePort()}";
        using var demo = BuiltServer.Start(_folder.FullName, ["demo", "--urls", address]);
        try
        {
            var printed = await ReadToInvitationAsync(demo);
            printed.ShouldContain($"cambist            {address} ");
            var curl = printed[printed.LastIndexOf("curl ", StringComparison.Ordinal)..];
            curl.ShouldStartWith($"curl {address}/token ");

            using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", $"{curl.TrimEnd()} --silent --write-out '\\n%{{http_code}}'"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var answer = (await shell.StandardOutput.ReadToEndAsync(Cancellation)).Split('\n');
            await shell.WaitForExitAsync(Cancellation);
            answer[^1].ShouldBe("200", string.Join('\n', answer));
            var token = TestJwt.Parse((string)JsonNode.Parse(answer[0])!["access_token"]!);
            ((string?)token.Claims["aud"]).ShouldBe("https://orders.example.com");
            ((string?)token.Claims["scope"]).ShouldBe("read");

            (await BuiltServer.TerminateAsync(demo, Cancellation)).ShouldBe(0);
            Directory.Exists(FolderOf(printed)).ShouldBeFalse("the temporary folder goes with the demo");
        }
        finally
        {
            if (!demo.HasExited) demo.Kill();
        }
    }

    [Fact]
    public async Task Data_keeps_the_folder_and_the_demo_runs_on_it_again()
    {
        string[] arguments = ["demo", "--once", "--data", "kept"];
        var first = await BuiltServer.RunAsync(_folder.FullName, arguments, cancellation: Cancellation);
        first.ExitCode.ShouldBe(0, first.Error + first.Output);
        var kept = Path.Combine(_folder.FullName, "kept");
        FolderOf(first.Output).ShouldBe(kept);
        foreach (var file in (string[])["cambist.yaml", "cambist.db", "cambist.key"]) File.Exists(Path.Combine(kept, file)).ShouldBeTrue(file);
        var key = await File.ReadAllTextAsync(Path.Combine(kept, "cambist.key"), Cancellation);

        var second = await BuiltServer.RunAsync(_folder.FullName, arguments, cancellation: Cancellation);
        second.ExitCode.ShouldBe(0, second.Error + second.Output);
        (await File.ReadAllTextAsync(Path.Combine(kept, "cambist.key"), Cancellation)).ShouldBe(key);
    }

    static async Task<string> ReadToInvitationAsync(Process demo)
    {
        var printed = new StringBuilder();
        while (await demo.StandardOutput.ReadLineAsync(Cancellation) is { } line)
        {
            printed.AppendLine(line);
            if (line.Contains("-d scope=read", StringComparison.Ordinal)) return printed.ToString();
        }

        throw new InvalidOperationException($"The demo ended.\n{printed}{await demo.StandardError.ReadToEndAsync(Cancellation)}");
    }

    static JsonObject DecodedToken(string step) => JsonNode.Parse(Token().Match(step).Groups["json"].Value)!.AsObject();

    static string FolderOf(string output) => Folder().Match(output).Groups["folder"].Value;

    [GeneratedRegex(@"^\d\. ", RegexOptions.Multiline)]
    private static partial Regex Step();

    [GeneratedRegex(@"the token says\n(?<json>.*?)\n  decision [0-9a-f]{32}: issued by rule", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Token();

    [GeneratedRegex(@"registry and SQLite store in (?<folder>[^)]+)\)", RegexOptions.ExplicitCapture)]
    private static partial Regex Folder();
}
