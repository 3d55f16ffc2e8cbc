using System.Text.Json.Nodes;

namespace Cambist.Server.Tests;

/// <summary><c>cambist reach</c>.</summary>
public sealed class ReachTests : IDisposable
{
    const string Document = """
        issuer: https://sts.example.com
        issuers:
          login: { issuer: https://login.example.com, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay, refund] }
          vault: { identifiers: https://vault.example.com }
        clients:
          web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          orders: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, serves: orders, client_credentials: { billing: read } }
        deny:
          - { name: no-guests, targets: billing, subject: { where: { sub: "guest-*" } }, reason: guests pay nothing }
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login, where: { email_verified: true } }, actor: none, targets: { orders: [read, write] } }
          - { name: onward, clients: orders, targets: { billing: { read: [read, write], pay: write } } }
        """;

    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task It_says_for_each_client_how_it_gets_there_in_lines_that_need_no_colour()
    {
        var result = await _cli.RunAsync(["reach", "--registry", _cli.Write("cambist.yaml", Document), "--resource", "billing"]);
        (result.ExitCode, result.Error).ShouldBe((0, ""));
        result.Output.ReplaceLineEndings("\n").ShouldBe("""
            1 client can end up with a token for billing

            orders [pay, read]
              client_credentials of orders
                → billing [read]
              login id_token
                → rule sign-in (line 14) of web, where email_verified must be true → orders [read, write]
                → rule onward (line 15) of orders, unless no-guests (line 12) denies it → billing [read, pay]

            """);
    }

    [Fact]
    public async Task A_scope_narrows_it_and_the_registry_may_come_from_standard_input()
    {
        var result = await _cli.RunAsync(["reach", "-", "--resource", "https://billing.example.com", "--scope", "pay"], Document);
        result.ExitCode.ShouldBe(0);
        result.Output.ShouldStartWith("1 client can end up with a token for billing with pay\n");
        result.Output.ShouldNotContain("client_credentials");
    }

    [Theory]
    [InlineData("vault", null, "nobody can ever end up with a token for vault\n  no rule names it, and no client has client_credentials for it")]
    [InlineData("billing", "refund", "nobody can ever end up with a token for billing with refund\n  no rule gives refund at it, and no client has client_credentials for that")]
    public async Task Where_it_is_nobody_it_says_so_and_why(string resource, string? scope, string said)
    {
        var result = await _cli.RunAsync(["reach", "-", "--resource", resource, .. scope is null ? [] : new[] { "--scope", scope }], Document);
        (result.ExitCode, result.Error, result.Output.TrimEnd()).ShouldBe((0, "", said));
    }

    [Fact]
    public async Task Json_says_why_too() => JsonNode.Parse((await _cli.RunAsync(["reach", "-", "--resource", "vault", "--json"], Document)).Output)!["why_nobody"]!.AsArray()
        .Select(text => (string)text!).ShouldBe(["no rule names it, and no client has client_credentials for it"]);

    [Fact]
    public async Task Json_holds_clients_scopes_and_each_step()
    {
        var result = await _cli.RunAsync(["reach", "-", "--resource", "billing", "--json"], Document);
        var json = JsonNode.Parse(result.Output)!;
        ((string)json["resource"]!, json["scope"], json["clients"]!.AsArray().Count).ShouldBe(("billing", null, 1));
        var client = json["clients"]![0]!;
        ((string)client["client"]!, (int)client["more"]!).ShouldBe(("orders", 0));
        client["scopes"]!.AsArray().Select(scope => (string)scope!).ShouldBe(["pay", "read"]);
        var step = client["chains"]![1]!["steps"]![0]!;
        ((string)step["client"]!, (string)step["rule"]!, (int)step["line"]!, (string)step["resource"]!).ShouldBe(("web", "sign-in", 14, "orders"));
        step["provisos"]!.AsArray().Select(text => (string)text!).ShouldBe(["where email_verified must be true"]);
        client["chains"]![0]!["steps"]![0]!["rule"].ShouldBeNull();
    }

    [Theory]
    [InlineData("biling", null, "there is no resource 'biling'; perhaps billing is meant.")]
    [InlineData("billing", "refnd", "billing has no scope 'refnd'; perhaps refund is meant.")]
    [InlineData("something-else", null, "there is no resource 'something-else'; there are billing, orders, vault.")]
    [InlineData("billing", "everything-else", "billing has no scope 'everything-else'; there are pay, read, refund.")]
    [InlineData("vault", "something", "vault has no scope 'something'; there is none.")]
    public async Task What_the_registry_does_not_have_is_wrong_usage(string resource, string? scope, string said) =>
        (await _cli.FailAsync(["reach", "-", "--resource", resource, .. scope is null ? [] : new[] { "--scope", scope }], Document, exitCode: 2)).ShouldBe($"cambist: {said} Try: cambist reach --help");

    [Fact]
    public async Task The_registry_is_named_once_and_the_resource_must_be()
    {
        (await _cli.FailAsync(["reach", "a.yaml", "--registry", "b.yaml", "--resource", "billing"], exitCode: 2)).ShouldContain("given twice");
        (await _cli.FailAsync(["reach", "a.yaml"], exitCode: 2)).ShouldContain("--resource");
    }

    [Fact]
    public async Task A_registry_with_errors_is_refused_with_each_of_them()
    {
        var result = await _cli.RunAsync(["reach", "-", "--resource", "billing"], "issuer: x\nrulez: []");
        (result.ExitCode, result.Output).ShouldBe((1, ""));
        result.Error.ShouldContain("stdin:1:9 ");
        result.Error.ShouldContain("stdin:2:1 ");
    }
}
