using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist explain</c> of a request that nobody made: on files, beside a store, and by a running server.</summary>
public sealed class ExplainRequestTests : IAsyncLifetime
{
    readonly Cli _cli = new();
    Deployment _deployment = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _deployment = await Deployment.StartAsync();
        _cli.Write("id-token", _deployment.IdToken());
    }

    public async ValueTask DisposeAsync()
    {
        await _deployment.DisposeAsync();
        _cli.Dispose();
    }

    ServerProcess Server => _deployment.Server;

    string Storage => $"sqlite:{_deployment.Database}";

    string[] Web(params string[] more) => ["explain", "--client", "web", "--subject-token", $"@{_cli.Path("id-token")}", "--subject-token-type", "id_token", .. more];

    [Fact]
    public async Task On_a_registry_alone_it_says_what_would_be_given_or_why_not_and_what_would_help()
    {
        var allowed = await _cli.RunAsync(Web("--registry", Server.RegistryFile, "--audience", "orders", "--scope", "read"));
        (allowed.ExitCode, allowed.Error).ShouldBe((0, ""));
        allowed.Output.ShouldStartWith("allowed — read at orders for alice, by rule sign-in\n");
        allowed.Output.ShouldContain("\nit would get\n├── access_token for orders, aud https://orders.example.com\n├── sub alice\n├── scope read\n");

        var refused = await _cli.RunAsync(Web("--registry", Server.RegistryFile, "--audience", "billing"));
        (refused.ExitCode, refused.Error).ShouldBe((1, ""));
        refused.Output.ShouldStartWith("refused: target_not_allowed — ");
        refused.Output.ShouldMatch(@"\n├── ✗  \d [^\n]+ target_not_allowed");
        refused.Output.ShouldMatch(@"\n\nto allow it\n[├└]── 1\. in the ");
        refused.Output.ShouldNotContain(File.ReadAllText(_cli.Path("id-token")));
    }

    [Fact]
    public async Task A_draft_beside_the_store_judges_our_own_tokens_and_leaves_no_trace()
    {
        _cli.Write("access-token", (await _deployment.ExchangeAsync()).AccessToken);
        string[] orders = ["explain", "--client", "orders", "--subject-token", $"@{_cli.Path("access-token")}", "--subject-token-type", "access_token", "--resource", "https://billing.example.com"];
        var draft = Path.Combine(Server.Folder, "draft.yaml");
        await File.WriteAllTextAsync(draft, (await File.ReadAllTextAsync(Server.RegistryFile, Cancellation)).Replace("orders/read", "orders/write", StringComparison.Ordinal), Cancellation);
        var before = await DecisionsAsync();

        var now = await _cli.RunAsync([.. orders, "--registry", Server.RegistryFile, "--storage", Storage]);
        now.Output.ShouldStartWith("allowed — read at billing for alice, by rule on-behalf-of-users\n");
        now.Output.ShouldContain("├── sub alice, act orders\n");
        (await _cli.RunAsync([.. orders, "--registry", draft, "--storage", Storage])).Output.ShouldStartWith("allowed — read at billing");
        var without = await _cli.RunAsync([.. orders, "--registry", draft]);
        without.ExitCode.ShouldBe(1);
        without.Output.ShouldContain("name it with --storage");

        (await DecisionsAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_running_server_says_the_same_as_its_registry()
    {
        string[] atServer = ["--server", Server.Management, "--admin-token", $"@{Server.Folder}/admin-token"];
        foreach (var more in (string[][])[["--audience", "orders", "--scope", "read"], ["--audience", "billing"], ["--resource", "https://orders.example.com", "--scope", "pay"]])
        {
            var offline = await _cli.RunAsync(Web(["--registry", Server.RegistryFile, "--storage", Storage, "--json", .. more]));
            var online = await _cli.RunAsync(Web([.. atServer, "--json", .. more]));
            (online.ExitCode, online.Error).ShouldBe((offline.ExitCode, ""));
            Timeless(online.Output).ShouldBe(Timeless(offline.Output));
        }

        (await _cli.RunAsync(Web([.. atServer, "--audience", "billing"]))).Output.ShouldStartWith("refused: target_not_allowed — ");
    }

    [Fact]
    public async Task A_registry_that_cannot_be_used_is_told_with_its_errors()
    {
        var result = await _cli.RunAsync(Web("--registry", _cli.Write("bad.yaml", "isuer: x\n")));
        (result.ExitCode, result.Output).ShouldBe((1, ""));
        result.Error.ShouldContain("isuer");
        (await _cli.FailAsync(Web("--registry", Server.RegistryFile, "--scope", "a\"b"))).ShouldContain("--scope");
    }

    /// <summary>Seconds pass between two questions.</summary>
    static string Timeless(string json) => System.Text.RegularExpressions.Regex.Replace(json, @"\d+ s\b|""expires_in"": \d+", "N s");

    /// <summary>What is on record but for administrators' acts.</summary>
    async Task<string> DecisionsAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Server.Management}/admin/v1/decisions?client=orders");
        request.Headers.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(Server.Folder, "admin-token"), Cancellation)).Trim());
        using var response = await Server.Http.SendAsync(request, Cancellation);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["decisions"]!.ToJsonString();
    }
}
