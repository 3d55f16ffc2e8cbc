using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist explain DECISION_ID</c>: from the decision_id of a refusal to its cause and what would mend it.</summary>
public sealed class ExplainTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static Task<Answer> RefusedAsync(Deployment deployment) =>
        deployment.Server.PostTokenAsync("web", Deployment.WebSecret, [.. Deployment.ExchangeForm(deployment.IdToken()), new("scope", "pay")], Cancellation);

    static Task<CommandResult> RunAsync(string folder, params string[] arguments) => BuiltServer.RunAsync(folder, ["explain", .. arguments], cancellation: Cancellation);

    [Fact]
    public async Task The_id_of_a_refusal_finds_verdict_steps_and_remedies_beside_the_running_server()
    {
        await using var deployment = await Deployment.StartAsync();
        var refused = await RefusedAsync(deployment);
        refused.Reason.ShouldBe("scope_not_granted");

        var shown = await RunAsync(deployment.Server.Folder, refused.DecisionId!, "--storage", "sqlite:cambist.db");
        (shown.ExitCode, shown.Error).ShouldBe((0, ""));
        var lines = shown.Output.Split('\n');
        lines[0].ShouldStartWith("refused: scope_not_granted — ");
        foreach (var line in (string[])["outcome   refused: scope_not_granted", "client    web", "subject   alice, from login", "target    orders", "asked     pay", "rule      sign-in"])
            lines.ShouldContain(line);
        shown.Output.ShouldContain($"decision  {refused.DecisionId}  20");
        shown.Output.ShouldMatch(@"\n├── ✓  2 authenticate    web, by client_secret_basic\n");
        shown.Output.ShouldMatch(@"\n├── ✗  8 decide          scope_not_granted[^\n]*\n└── ·  9–10 not reached\n");
        shown.Output.ShouldMatch(@"\n\nto allow it\n[├└]── 1\. in the ");

        var json = JsonNode.Parse((await RunAsync(deployment.Server.Folder, refused.DecisionId!, "--storage", "sqlite:cambist.db", "--json")).Output)!;
        ((string?)json["decision_id"], (string?)json["reason"], (string?)json["rule"]).ShouldBe((refused.DecisionId, "scope_not_granted", "sign-in"));
        ((string?)json["explanation"]!["verdict"], json["explanation"]!["steps"]!.AsArray().Count).ShouldBe(("refused", 10));
    }

    [Fact]
    public async Task What_leads_there_is_in_the_log_and_works_for_a_request_without_a_target_and_for_a_grant()
    {
        await using var deployment = await Deployment.StartAsync();
        var malformed = await deployment.Server.PostTokenAsync("web", Deployment.WebSecret, Deployment.ExchangeForm("not-a-token"), Cancellation);
        for (var tries = 0; !deployment.Server.Output.Contains(malformed.DecisionId!, StringComparison.Ordinal) && tries < 200; tries++) await Task.Delay(20, Cancellation);
        deployment.Server.Output.ShouldContain($", store {deployment.Database}, registry revision ");
        deployment.Server.Output.ShouldContain($"refused: client web, target -, reason subject_malformed, decision {malformed.DecisionId}");
        (await RunAsync(deployment.Server.Folder, malformed.DecisionId!, "--storage", "sqlite:cambist.db")).Output
            .ShouldStartWith("refused: subject_malformed — not read as a JWT: it is not three parts of base64url");

        var granted = await deployment.ExchangeAsync();
        var family = await AdminAsync(deployment, $"/admin/v1/decisions?outcome=issued&lineage={granted.Claims["jti"]}");
        var shown = (await RunAsync(deployment.Server.Folder, (string)family["decisions"]![0]!["decision_id"]!, "--storage", "sqlite:cambist.db")).Output;
        shown.ShouldStartWith("allowed — read write at orders for alice, by rule sign-in\n");
        shown.ShouldContain("\nit got\n├── access_token for orders, aud https://orders.example.com\n├── sub alice\n");

        // what an administrator did is no request for a token: it has a trace
        var acts = await AdminAsync(deployment, "/admin/v1/decisions?outcome=admin");
        (await RunAsync(deployment.Server.Folder, (string)acts["decisions"]![0]!["decision_id"]!, "--storage", "sqlite:cambist.db")).Output
            .ShouldMatch(@"^decision  [^\n]+\noutcome   done by an administrator\n[^\0]+\ntrace\n  .*/decisions");
    }

    [Fact]
    public async Task Without_options_the_default_store_is_found_and_where_there_is_none_it_says_what_to_type()
    {
        await using var deployment = await Deployment.StartAsync();
        var refused = await RefusedAsync(deployment);

        // data/cambist.db in the working folder
        var folder = Directory.CreateTempSubdirectory("cambist-explain-");
        Directory.CreateSymbolicLink(Path.Combine(folder.FullName, "data"), deployment.Server.Folder);
        try
        {
            (await RunAsync(folder.FullName, refused.DecisionId!)).Output.ShouldStartWith("refused: scope_not_granted — ");
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        var elsewhere = await RunAsync(deployment.Server.Folder, refused.DecisionId!);
        (elsewhere.ExitCode, elsewhere.Output).ShouldBe((1, ""));
        elsewhere.Error.ShouldContain("There is a cambist.db in this folder: --storage sqlite:cambist.db");

        var unknown = new string('0', 31) + "1";
        var none = await RunAsync(deployment.Server.Folder, unknown, "--storage", "sqlite:cambist.db");
        (none.ExitCode, none.Output).ShouldBe((1, ""));
        none.Error.ShouldContain($"holds no decision {unknown}");
    }

    [Fact]
    public async Task A_running_server_is_asked_with_the_admin_token_beside_its_store_or_one_that_is_given()
    {
        await using var deployment = await Deployment.StartAsync();
        var refused = await RefusedAsync(deployment);
        var folder = deployment.Server.Folder;

        // in the folder above a store that is data/cambist.db, nothing has to be said
        var working = Directory.CreateTempSubdirectory("cambist-explain-");
        Directory.CreateSymbolicLink(Path.Combine(working.FullName, "data"), folder);
        try
        {
            var beside = await RunAsync(working.FullName, refused.DecisionId!, "--server", deployment.Server.Management);
            (beside.ExitCode, beside.Error).ShouldBe((0, ""));
            beside.Output.ShouldBe((await RunAsync(folder, refused.DecisionId!, "--storage", "sqlite:cambist.db")).Output);
        }
        finally
        {
            working.Delete(recursive: true);
        }

        using var cli = new Cli();
        Task<string> FailAsync(string server, params string[] more) => cli.FailAsync(["explain", refused.DecisionId!, "--server", server, .. more]);
        (await cli.RunAsync(["explain", refused.DecisionId!, "--server", deployment.Server.Management, "--admin-token", $"@{folder}/admin-token"])).ExitCode.ShouldBe(0);
        (await FailAsync(deployment.Server.Management, "--admin-token", $"@{cli.Write("wrong", "not-the-admin-token-of-it")}")).ShouldContain("answered 401: The token is not valid here. Give the admin token");
        (await FailAsync(deployment.Server.Issuer, "--admin-token", $"@{folder}/admin-token")).ShouldContain("the URL of its management listener");
        (await FailAsync(deployment.Server.Management)).ShouldContain("give it with --admin-token @FILE"); // no store in this folder
        (await FailAsync("https://sts.example.com:8081")).ShouldContain("is not on this machine: give its admin token");
        (await FailAsync("http://sts.example.com:8081", "--admin-token", $"@{folder}/admin-token")).ShouldContain("plain http off loopback");
    }

    [Fact]
    public async Task What_is_no_id_and_a_folder_without_a_store_are_told_apart()
    {
        using var cli = new Cli();
        (await cli.FailAsync(["explain", "subject_expired"])).ShouldContain("32 hex digits");
        (await cli.FailAsync(["explain", new string('a', 32), "--storage", $"sqlite:{cli.Path("cambist.db")}"])).ShouldStartWith($"There is no store at {cli.Path("cambist.db")}");
        File.Exists(cli.Path("cambist.db")).ShouldBeFalse();
    }

    [Theory]
    [InlineData("Give the DECISION_ID")]
    [InlineData("Give the DECISION_ID", "--registry", "cambist.yaml")]
    [InlineData("is of a request that was decided", "019e1f0c3a6b000091c0d1f5a2b7e344", "--client", "web")]
    [InlineData("is of a request that was decided", "019e1f0c3a6b000091c0d1f5a2b7e344", "--registry", "cambist.yaml")]
    [InlineData("--subject-token is missing", "--client", "web", "--subject-token-type", "id_token")]
    [InlineData("leave --registry and --storage out", "019e1f0c3a6b000091c0d1f5a2b7e344", "--server", "http://127.0.0.1:1", "--storage", "sqlite:x")]
    [InlineData("are for --server", "019e1f0c3a6b000091c0d1f5a2b7e344", "--admin-token", "-")]
    [InlineData("@FILE", "019e1f0c3a6b000091c0d1f5a2b7e344", "--server", "http://127.0.0.1:1", "--admin-token", "t0ken")]
    public async Task Options_that_do_not_fit_together_are_wrong_usage(string said, params string[] arguments)
    {
        using var cli = new Cli();
        var line = await cli.FailAsync(["explain", .. arguments], exitCode: 2);
        line.ShouldContain(said);
        line.ShouldNotContain("t0ken");
    }

    static async Task<JsonNode> AdminAsync(Deployment deployment, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, deployment.Server.Management + path);
        request.Headers.Authorization = new("Bearer", (await File.ReadAllTextAsync(Path.Combine(deployment.Server.Folder, "admin-token"), Cancellation)).Trim());
        using var response = await deployment.Server.Http.SendAsync(request, Cancellation);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!;
    }
}
