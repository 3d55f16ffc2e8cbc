using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>The command line as somebody types it.</summary>
public sealed class UsageTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-usage-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("--registery x", "'--registery'", "cambist --help")]
    [InlineData("surve", "'surve'", "cambist --help")]
    [InlineData("serve --registery x", "'--registery'", "cambist serve --help")]
    [InlineData("serve --urls", "'--urls'", "cambist serve --help")]
    [InlineData("serve extra", "'extra'", "cambist serve --help")]
    [InlineData("demo --twice", "'--twice'", "cambist demo --help")]
    [InlineData("check one two", "'two'", "cambist check --help")]
    [InlineData("explain", "DECISION_ID", "cambist explain --help")]
    [InlineData("exchange --server https://sts.example.com --subject-token-type jwt", "'--subject-token'", "cambist exchange --help")]
    [InlineData("new client-key --alg none", "'none'", "cambist new client-key --help")]
    [InlineData("inspect eyJhbGciOiJub25lIn0.e30.", "@FILE", "cambist inspect --help")]
    [InlineData("keys revoke", "'KID'", "cambist keys revoke --help")]
    [InlineData("keys revoke one two", "'two'", "cambist keys revoke --help")]
    [InlineData("keys lst", "'lst'", "cambist keys --help")]
    public async Task Wrong_usage_is_one_line_that_says_where_to_look_and_exit_code_2(string arguments, string what, string look)
    {
        var result = await RunAsync(arguments.Split(' '));
        result.ExitCode.ShouldBe(2);
        result.Output.ShouldBeEmpty();
        var line = OneLine(result.Error);
        line.ShouldStartWith("cambist: ");
        line.ShouldContain(what);
        line.ShouldEndWith($"Try: {look}");
    }

    [Fact]
    public async Task No_command_at_all_is_wrong_usage()
    {
        var result = await RunAsync();
        result.ExitCode.ShouldBe(2);
        OneLine(result.Error).ShouldEndWith("Try: cambist --help");
    }

    [Theory]
    [InlineData("", "serve", "demo", "check", "inspect", "explain", "exchange", "new", "keys")]
    [InlineData("check", "--json", "--tests", "--secrets-folder")]
    [InlineData("inspect", "--json")]
    [InlineData("explain", "--storage", "--registry", "--server", "--admin-token", "--client", "--subject-token", "--scope", "--json")]
    [InlineData("exchange", "--server", "--token-endpoint", "--client", "--client-secret", "--client-key", "--subject-token", "--actor-token", "--resource", "--audience", "--json", "--verbose")]
    [InlineData("new", "registry", "issuer", "secret", "client-key", "key-file")]
    [InlineData("serve", "--registry", "--storage", "--urls", "--management-urls")]
    [InlineData("demo", "--once", "--data", "--urls")]
    [InlineData("keys rotate", "--now", "--reason", "--storage", "--key-file", "--json")]
    public async Task Help_says_what_there_is(string command, params string[] names)
    {
        var result = await RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        result.ExitCode.ShouldBe(0);
        result.Error.ShouldBeEmpty();
        result.Output.ShouldContain($"cambist {command}".TrimEnd());
        foreach (var name in names) result.Output.ShouldContain($"  {name} ");
    }

    Task<CommandResult> RunAsync(params string[] arguments) => BuiltServer.RunAsync(_folder.FullName, arguments, cancellation: TestContext.Current.CancellationToken);

    static string OneLine(string text) => text.TrimEnd('\n').Split('\n').ShouldHaveSingleItem();
}
