using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist replay</c>: recorded decisions, decided again under a draft, beside the server that made them.</summary>
public sealed class ReplayTests
{
    const string Secret = "the-secret-of-everybody-here";

    static string Registry(string issuer, string login) => $$"""
        issuer: {{issuer}}
        issuers:
          login: { issuer: {{login}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
        resources:
          orders:  { identifiers: https://orders.example.com,  scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay] }
        clients:
          web:    { secrets: { file: secret } }
          orders: { secrets: { file: secret }, serves: orders }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login, where: { team: [blue, red] } }, actor: none, refresh: { lifetime: 8h }, targets: { orders: [read, write] } }
          - { name: pass-on, clients: orders, targets: { billing: { read: orders/read } } }

        """;

    /// <summary>A server that decided a little of everything.</summary>
    static async Task<(TestIssuer Login, TestServer Server)> StartAsync()
    {
        var login = await TestIssuer.StartAsync();
        var server = await TestServer.StartAsync(issuer => Registry(issuer, login.Issuer), files: new Dictionary<string, string> { ["secret"] = Secret });
        Task<Answer> SignInAsync(string team, params (string, string)[] more) =>
            server.ExchangeAsync("web", Secret, login.IdToken("alice", "web", claims => claims["team"] = team), "id_token", more);

        var blue = await SignInAsync("blue", ("audience", "orders"));
        await SignInAsync("red", ("audience", "orders"), ("scope", "write"));
        await SignInAsync("green", ("audience", "orders"));
        await SignInAsync("blue", ("audience", "billing"));
        await SignInAsync("blue", ("audience", "orders"), ("scope", "admin"));
        await server.ExchangeAsync("orders", Secret, blue.AccessToken, "access_token", ("audience", "billing"));
        await server.ExchangeAsync("web", Secret, "no-token", "id_token", ("audience", "orders"));
        await server.PostAsync("web", Secret, [("grant_type", "refresh_token"), ("refresh_token", (string)blue.Json["refresh_token"]!)]);
        await server.PostAsync("web", Secret, [("grant_type", "client_credentials")]);
        return (login, server);
    }

    static async Task<CommandResult> ReplayAsync(TestServer server, Func<string, string> edit, params string[] more)
    {
        using var cli = new Cli();
        var draft = cli.Write("draft.yaml", edit(await File.ReadAllTextAsync(server.RegistryFile)));
        return await cli.RunAsync(["replay", "--registry", draft, "--storage", $"sqlite:{Path.Combine(server.Folder, "cambist.db")}", "--secrets-folder", server.Folder, .. more]);
    }

    static async Task<JsonObject> CountsAsync(TestServer server, Func<string, string> edit, params string[] more)
    {
        var result = await ReplayAsync(server, edit, ["--json", .. more]);
        result.ExitCode.ShouldBe(0, result.Error);
        return JsonNode.Parse(result.Output)!.AsObject();
    }

    static (int Same, int Allowed, int Refused, int Scopes, int Undecidable) Of(JsonObject counts) =>
        ((int)counts["same"]!, (int)counts["newly_allowed"]!, (int)counts["newly_refused"]!, (int)counts["changed_scopes"]!, (int)counts["undecidable"]!);

    [Fact]
    public async Task Each_draft_is_told_from_what_was_in_force()
    {
        var (login, server) = await StartAsync();
        await using var ofLogin = login;
        await using var ofServer = server;
        var before = await server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 100, TestContext.Current.CancellationToken);

        var unchanged = await CountsAsync(server, text => text);
        Of(unchanged).ShouldBe((7, 0, 0, 0, 1));
        ((int)unchanged["decisions"]!, (int)unchanged["passed_over"]!, (int)unchanged["other_rule"]!).ShouldBe((8, 1, 0));
        unchanged["undecidable_by_cause"]!.ToJsonString().ShouldBe("""{"refused_before_the_rules":1}""");

        // red is out: a sign-in with write; blue's stay
        var refused = await CountsAsync(server, text => text.Replace("[blue, red]", "blue", StringComparison.Ordinal));
        Of(refused).ShouldBe((6, 0, 1, 0, 1));
        refused["newly_refused_by_reason"]!.ToJsonString().ShouldBe("""{"no_rule":1}""");

        // write is gone: blue's sign-in and its refresh have less, red's asked for it
        Of(await CountsAsync(server, text => text.Replace("orders: [read, write] } }", "orders: read } }", StringComparison.Ordinal))).ShouldBe((4, 0, 1, 2, 1));

        // green comes in, and a rule for what had none
        var allowed = await CountsAsync(server, text => text.Replace("[blue, red]", "[blue, red, green]", StringComparison.Ordinal)
            + "  - { name: new, clients: web, subject: { issuer: login }, actor: none, targets: { billing: read } }\n");
        Of(allowed).ShouldBe((5, 2, 0, 0, 1));
        var example = allowed["examples"]!.AsArray().Single(one => (string?)one!["after"]?["rule"] == "new")!;
        ((string?)example["client"], (string?)example["subject"], (string?)example["before"]!["outcome"], (string?)example["detail"]).ShouldBe(("web", "alice", "refused", "it was refused: target_not_allowed; it would be given billing: read"));
        before.ShouldContain(entry => entry.Id.ToString() == (string?)example["decision_id"]);

        // a claim that nobody recorded
        var doubtful = await CountsAsync(server, text => text.Replace("team: [blue, red]", "team: [blue, red], office: auckland", StringComparison.Ordinal));
        doubtful["undecidable_by_cause"]!.ToJsonString().ShouldBe("""{"claim_not_recorded":4,"refused_before_the_rules":1}""");

        // nothing was written
        (await server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 100, TestContext.Current.CancellationToken)).Select(entry => entry.Id).ShouldBe(before.Select(entry => entry.Id));
    }

    [Fact]
    public async Task The_report_names_counts_and_examples_and_the_exit_code_can_stop_a_pipeline()
    {
        var (login, server) = await StartAsync();
        await using var ofLogin = login;
        await using var ofServer = server;
        static string OnlyBlue(string text) => text.Replace("[blue, red]", "blue", StringComparison.Ordinal);

        var shown = await ReplayAsync(server, OnlyBlue);
        (shown.ExitCode, shown.Error).ShouldBe((0, ""));
        shown.Output.ShouldStartWith("8 decisions of exchanges and refreshes from ");
        shown.Output.ShouldMatch(@"\n  newly refused +1\n    no_rule +1\n");
        shown.Output.ShouldMatch(@"\nnewly refused: no_rule\n  [0-9a-f]{32}  web  alice → orders  rule sign-in → -\n      1 rule gives orders to web; the nearest is sign-in");
        (await ReplayAsync(server, OnlyBlue, "--examples", "0")).Output.ShouldNotContain("alice");
        ((int)(await CountsAsync(server, OnlyBlue, "--client", "orders"))["decisions"]!).ShouldBe(1);
        ((int)(await CountsAsync(server, OnlyBlue, "--since", "7d", "--until", "1h"))["decisions"]!).ShouldBe(0);

        (await ReplayAsync(server, OnlyBlue, "--fail-on", "newly-refused")).ExitCode.ShouldBe(1);
        (await ReplayAsync(server, OnlyBlue, "--fail-on", "newly-allowed")).ExitCode.ShouldBe(0);
        (await ReplayAsync(server, OnlyBlue, "--fail-on", "any")).ExitCode.ShouldBe(1);
        (await ReplayAsync(server, text => text, "--fail-on", "any")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task What_edits_made_since_changed_is_no_effect_of_a_draft()
    {
        var (login, server) = await StartAsync();
        await using var ofLogin = login;
        await using var ofServer = server;
        await server.EditRegistryAsync("[blue, red]", "blue");
        var inForce = server.Engine.Registry.Current.Revision;

        var itself = await CountsAsync(server, text => text, "--fail-on", "any");
        Of(itself).ShouldBe((6, 0, 0, 0, 1));
        ((string?)itself["registry_in_force"], (int)itself["differs_already"]!, (int)itself["decisions"]!).ShouldBe((inForce, 1, 8));
        itself["differs_already_by_verdict"]!.ToJsonString().ShouldBe("""{"newly_refused":1}""");

        // beside it, what the draft does: green comes in
        static string Green(string text) => text.Replace("team: blue", "team: [blue, green]", StringComparison.Ordinal);
        var shown = await ReplayAsync(server, Green, "--fail-on", "newly-refused");
        (shown.ExitCode, shown.Error).ShouldBe((0, ""));
        shown.Output.ShouldMatch(@"\n  newly refused +0\n");
        shown.Output.ShouldContain($"\n  1 decision more differs already under the registry in force (revision {inForce}), and not through the draft: newly refused 1.\n");
        shown.Output.ShouldContain("it was refused: no_rule; it would be given orders: read write\n");
        (await ReplayAsync(server, Green, "--fail-on", "newly-allowed")).ExitCode.ShouldBe(1);

        // never reached the rules: a line, and no example
        shown.Output.ShouldContain("\n  1 request never reached the rules (an expired token, a wrong signature, an unknown target), so no draft says anything of it.\n");
        shown.Output.ShouldMatch(@"\n  undecidable +0\n");
        shown.Output.ShouldNotContain("refused_before_the_rules");
    }

    [Fact]
    public async Task Where_the_registry_in_force_is_not_to_be_had_that_is_said()
    {
        var (login, server) = await StartAsync();
        await using var ofLogin = login;
        await using var ofServer = server;
        await server.Engine.Store.Registries.SaveActivatedAsync(new("0123456789abcdef", "rules: 7", 0), TestContext.Current.CancellationToken);
        var shown = await ReplayAsync(server, text => text.Replace("[blue, red]", "blue", StringComparison.Ordinal), "--fail-on", "any");
        shown.ExitCode.ShouldBe(1);
        shown.Output.ShouldMatch(@"\n  newly refused +1\n");
        shown.Output.ShouldContain("\n  The registry in force (revision 0123456789abcdef) does not compile here, so what edits before the draft changed is counted with it");
    }

    [Fact]
    public async Task What_cannot_be_replayed_is_said_in_a_line()
    {
        using var cli = new Cli();
        var draft = cli.Write("draft.yaml", "issuer: http://127.0.0.1:8080\n");
        foreach (var text in (string[])["yesterday", "NaN", "", "0h", "1.5h", "99999d", "2030-13-01T00:00:00Z"])
        {
            (await cli.FailAsync(["replay", "--registry", draft, "--since", text], exitCode: 2)).ShouldStartWith($"cambist: --since is \"{text}\"; write how long ago");
            (await cli.FailAsync(["replay", "--registry", draft, "--until", text], exitCode: 2)).ShouldStartWith($"cambist: --until is \"{text}\"; write how long ago");
        }

        (await cli.FailAsync(["replay", "--registry", draft, "--since", "1h", "--until", "2h"], exitCode: 2)).ShouldContain("before");
        (await cli.FailAsync(["replay", "--registry", cli.Write("bad.yaml", "rules: 7\n")])).ShouldContain("bad.yaml");
        (await cli.FailAsync(["replay", "--registry", draft, "--storage", $"sqlite:{cli.Path("none.db")}"])).ShouldStartWith("There is no store at ");
        await cli.FailAsync(["replay", "--registry", draft, "--examples", "-1"], exitCode: 2);
        await cli.FailAsync(["replay", "--registry", draft, "--fail-on", "nothing"], exitCode: 2);
    }
}
