using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist explain</c>: from the decision_id of a refusal to its trace.</summary>
public sealed class ExplainTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_id_of_a_refusal_finds_its_trace_beside_the_running_server()
    {
        await using var deployment = await Deployment.StartAsync();
        var refused = await deployment.Server.PostTokenAsync("web", Deployment.WebSecret,
            [.. Deployment.ExchangeForm(deployment.IdToken()), new("scope", "pay")], Cancellation);
        refused.Reason.ShouldBe("scope_not_granted");
        Task<CommandResult> ExplainAsync(params string[] more) =>
            BuiltServer.RunAsync(deployment.Server.Folder, ["explain", refused.DecisionId!, "--storage", "sqlite:cambist.db", .. more], cancellation: Cancellation);

        var shown = await ExplainAsync();
        (shown.ExitCode, shown.Error).ShouldBe((0, ""));
        shown.Output.ShouldContain($"decision  {refused.DecisionId}  20");
        foreach (var line in (string[])["outcome   refused: scope_not_granted", "client    web", "subject   alice, from login", "target    orders", "asked     pay", "rule      sign-in"])
            shown.Output.Split('\n').ShouldContain(line);
        shown.Output.ShouldMatch(@"\ntrace\n  client: web, by ClientSecretBasic\n(  .+\n)*  scope_not_granted: .+\n$");

        var json = JsonNode.Parse((await ExplainAsync("--json")).Output)!;
        ((string?)json["id"], (string?)json["reason"], (string?)json["rule"]).ShouldBe((refused.DecisionId, "scope_not_granted", "sign-in"));
        ((string?)json["trace"]).ShouldNotBeNull().ShouldContain("scope_not_granted: ");

        // what leads there: the log names the store, and the decision, also of a request without a target
        var untargeted = await deployment.Server.PostTokenAsync("web", Deployment.WebSecret,
            Deployment.ExchangeForm("not-a-token"), Cancellation);
        for (var tries = 0; !deployment.Server.Output.Contains(untargeted.DecisionId!, StringComparison.Ordinal) && tries < 200; tries++) await Task.Delay(20, Cancellation);
        deployment.Server.Output.ShouldContain($", store {deployment.Database}, registry revision ");
        deployment.Server.Output.ShouldContain($"refused: client web, target -, reason subject_malformed, decision {untargeted.DecisionId}");
        (await BuiltServer.RunAsync(deployment.Server.Folder, ["explain", untargeted.DecisionId!, "--storage", "sqlite:cambist.db"], cancellation: Cancellation))
            .Output.ShouldContain("not read as a JWT: it is not three parts of base64url");

        var unknown = new string('0', 31) + "1";
        var none = await BuiltServer.RunAsync(deployment.Server.Folder, ["explain", unknown, "--storage", "sqlite:cambist.db"], cancellation: Cancellation);
        (none.ExitCode, none.Output).ShouldBe((1, ""));
        none.Error.ShouldContain($"holds no decision {unknown}");
    }

    [Fact]
    public async Task What_is_no_id_and_a_folder_without_a_store_are_told_apart()
    {
        using var cli = new Cli();
        (await cli.FailAsync(["explain", "subject_expired"])).ShouldContain("32 hex digits");
        (await cli.FailAsync(["explain", new string('a', 32), "--storage", $"sqlite:{cli.Path("cambist.db")}"])).ShouldStartWith($"There is no store at {cli.Path("cambist.db")}");
        File.Exists(cli.Path("cambist.db")).ShouldBeFalse();
    }
}
