using System.Net;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>The bootstrap token: which one is in force, and that one which was replaced stays dead.</summary>
public sealed class BootstrapTokenTests
{
    const string Set = "the-token-that-was-set-0123456789";

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Dictionary<string, string?> Setting(string token) => new() { ["Cambist:AdminToken"] = token };

    static async Task<HttpStatusCode> TryAsync(TestServer server, string token) => (await server.AdminAsync(HttpMethod.Get, "/keys", token: token)).Status;

    [Fact]
    public async Task One_that_was_replaced_stays_dead_and_the_one_set_stays_until_another_takes_its_place()
    {
        await using var server = await TestServer.StartAsync(issuer => $"issuer: {issuer}", isOnSqlite: true);
        var (file, made) = (Path.Combine(server.Folder, "admin-token"), server.AdminToken());

        await server.RestartAsync(settings: Setting(Set));
        (await TryAsync(server, made), await TryAsync(server, Set)).ShouldBe((HttpStatusCode.Unauthorized, HttpStatusCode.OK));
        File.Exists(file).ShouldBeFalse("what is in it opens nothing");
        server.Log.Lines.Count(line => line.Contains("replaced the bootstrap token", StringComparison.Ordinal)).ShouldBe(1);

        await server.RestartAsync(() => File.WriteAllText(file, made)); // from a backup
        (await TryAsync(server, made), await TryAsync(server, Set)).ShouldBe((HttpStatusCode.Unauthorized, HttpStatusCode.OK));
        server.Log.Lines.ShouldContain(line => line.Contains("opens nothing; delete it", StringComparison.Ordinal));

        await server.RestartAsync(settings: Setting(Set + "-next"));
        (await TryAsync(server, Set), await TryAsync(server, Set + "-next")).ShouldBe((HttpStatusCode.Unauthorized, HttpStatusCode.OK));
        await server.RestartAsync();
        File.Exists(file).ShouldBeFalse("none is made for a store that has one");
        (await TryAsync(server, Set + "-next")).ShouldBe(HttpStatusCode.OK);
        server.Log.Lines.ShouldNotContain(line => line.Contains(Set, StringComparison.Ordinal) || line.Contains(made, StringComparison.Ordinal));

        var entries = await server.Engine.Store.Decisions.PageAsync(new() { Outcome = DecisionOutcome.AdminAct }, default, 100, Cancel);
        var replacements = entries.Where(entry => entry.Action == "bootstrap_token.replace").ToArray();
        replacements.Length.ShouldBe(2);
        replacements.ShouldAllBe(entry => entry.Actor!.Issuer == "os-user" && entry.Trace!.Contains("was replaced", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_same_token_in_file_and_setting_is_no_replacement()
    {
        await using var server = await TestServer.StartAsync(issuer => $"issuer: {issuer}");
        var made = server.AdminToken();
        await server.RestartAsync(settings: Setting(made));
        (await TryAsync(server, server.AdminToken())).ShouldBe(HttpStatusCode.OK);
        (await server.Engine.Store.Decisions.PageAsync(new() { Outcome = DecisionOutcome.AdminAct }, default, 100, Cancel)).ShouldAllBe(entry => entry.Action == "admin.read");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("only-21-characters-ab")]
    public async Task One_that_could_be_guessed_is_refused_at_start_and_not_repeated(string token)
    {
        var failure = await Should.ThrowAsync<Exception>(() => TestServer.StartAsync(issuer => $"issuer: {issuer}", settings: Setting(token)));
        failure.Message.ShouldContain("Cambist:AdminToken has fewer than 22 characters");
        failure.Message.ShouldContain("cambist new secret");
        if (token.Length > 1) failure.Message.ShouldNotContain(token);
    }
}
