using System.Net;
using System.Text.Json.Nodes;
using Cambist.Storage.Sqlite;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist keys</c> as an operator types it, beside a running server and with none.</summary>
public sealed class KeysCommandTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static async Task<CommandResult> RunAsync(string folder, string arguments, params (string Name, string Value)[] environment) =>
        await BuiltServer.RunAsync(folder, ["keys", .. arguments.Split(' ')], environment: environment.ToDictionary(one => one.Name, one => one.Value), cancellation: Cancellation);

    static async Task<JsonObject> JsonAsync(string folder, string arguments)
    {
        var result = await RunAsync(folder, $"{arguments} --json --storage sqlite:cambist.db");
        result.ExitCode.ShouldBe(0, result.Error);
        result.Error.ShouldBeEmpty();
        return JsonNode.Parse(result.Output)!.AsObject();
    }

    static string[] States(JsonObject json) => [.. json["keys"]!.AsArray().Select(key => (string)key!["state"]!)];

    static string Kid(JsonObject json, int index) => (string)json["keys"]![index]!["kid"]!;

    static string KidOf(Answer answer) => (string)answer.Jwt.HeaderJson["kid"]!;

    /// <summary>Asks until the server has seen what the command did.</summary>
    static async Task<Answer> UntilAsync(Func<Task<Answer>> ask, Func<Answer, bool> holds)
    {
        for (var tries = 0; ; tries++)
        {
            var answer = await ask();
            if (holds(answer)) return answer;
            tries.ShouldBeLessThan(200, answer.Body);
            await Task.Delay(50, Cancellation);
        }
    }

    [Fact]
    public async Task A_running_server_signs_with_the_new_key_and_takes_the_old_ones_tokens_until_it_is_revoked()
    {
        await using var deployment = await Deployment.StartAsync();
        var folder = deployment.Server.Folder;
        var old = await deployment.ExchangeAsync();

        var planned = await JsonAsync(folder, "rotate");
        States(planned).ShouldBe(["signing", "next"]);
        KidOf(await deployment.ExchangeAsync()).ShouldBe(KidOf(old));
        States(await JsonAsync(folder, "rotate --now --reason drill")).ShouldBe(["retired", "signing"]);
        var issued = await UntilAsync(() => deployment.ExchangeAsync(), answer => KidOf(answer) != KidOf(old));
        KidOf(issued).ShouldBe(Kid(planned, 1));
        (await deployment.ExchangeOnAsync(old.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);

        States(await JsonAsync(folder, $"revoke {KidOf(old)} --reason leaked")).ShouldBe(["revoked", "signing"]);
        var refused = await UntilAsync(() => deployment.ExchangeOnAsync(old.AccessToken), answer => answer.Status != HttpStatusCode.OK);
        (refused.Error, refused.Reason).ShouldBe(("invalid_grant", "subject_key_unknown"));
        (await deployment.ExchangeOnAsync(issued.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);

        var after = await JsonAsync(folder, $"revoke {KidOf(issued)}");
        States(after).ShouldBe(["revoked", "revoked", "signing"]);
        await UntilAsync(() => deployment.ExchangeOnAsync(issued.AccessToken), answer => answer.Reason == "subject_key_unknown");
        KidOf(await deployment.ExchangeAsync()).ShouldBe(Kid(after, 2));
        JsonNode.Parse(await deployment.Server.Http.GetStringAsync($"{deployment.Server.Issuer}/jwks", Cancellation))!["keys"]!.AsArray()
            .Select(key => (string)key!["kid"]!).ShouldHaveSingleItem().ShouldBe(Kid(after, 2));
        deployment.Server.Output.ShouldContain("signing_keys_changed");

        await using var store = SqliteStore.Open(deployment.Database, TimeProvider.System, new() { BesideServer = true });
        var acts = (await store.Decisions.PageAsync(new() { Outcome = DecisionOutcome.AdminAct }, default, 10, Cancellation)).Reverse().ToArray();
        acts.Select(act => act.Action).ShouldBe(["keys.rotate", "keys.rotate", "keys.revoke", "keys.revoke"]);
        acts.ShouldAllBe(act => act.Actor == new RecordedParty("os-user", Environment.UserName, null) && act.RegistryRevision.Length == 16);
        acts[2].Trace.ShouldNotBeNull().ShouldContain(KidOf(old));
        acts[2].Trace!.ShouldEndWith("reason: leaked");
    }

    [Fact]
    public async Task With_no_server_running_the_next_start_has_what_was_done()
    {
        await using var deployment = await Deployment.StartAsync();
        var folder = deployment.Server.Folder;
        var old = await deployment.ExchangeAsync();
        (await deployment.Server.StopAsync(Cancellation)).ShouldBe(0);

        // settings as serve has them, and a table for people
        var storage = ("CAMBIST__STORAGE", "sqlite:cambist.db");
        File.Move(Path.Combine(folder, "cambist.key"), Path.Combine(folder, "elsewhere.key"));
        var lost = await RunAsync(folder, "rotate", storage);
        (lost.ExitCode, lost.Output).ShouldBe((1, ""));
        OneLine(lost.Error).ShouldContain(Path.Combine(folder, "cambist.key"));
        File.Exists(Path.Combine(folder, "cambist.key")).ShouldBeFalse();
        var rotated = await RunAsync(folder, "rotate --now", storage, ("CAMBIST__KEYFILE", "elsewhere.key"));
        (rotated.ExitCode, rotated.Error).ShouldBe((0, ""));
        OneLine(rotated.Output).ShouldContain("it signs from now on");

        File.Move(Path.Combine(folder, "elsewhere.key"), Path.Combine(folder, "cambist.key"));
        var lines = (await RunAsync(folder, "list", storage)).Output.TrimEnd('\n').Split('\n');
        lines.Length.ShouldBe(3);
        lines[0].ShouldMatch("^KID +ALGORITHM +STATE +SIGNS FROM +UNTIL +PUBLISHED UNTIL$");
        lines[1].ShouldMatch($"^{KidOf(old)} +ES256 +retired +[^ ]+Z +[^ ]+Z +[^ ]+Z$");
        lines[2].ShouldMatch("^[^ ]{43} +ES256 +signing +[^ ]+Z +-  *-$");

        await deployment.Server.RestartAsync(Cancellation);
        lines[2].ShouldStartWith(KidOf(await deployment.ExchangeAsync()));
        (await deployment.ExchangeOnAsync(old.AccessToken)).Status.ShouldBe(HttpStatusCode.OK);

        var unknown = await RunAsync(folder, "revoke nobodys", storage);
        (unknown.ExitCode, unknown.Output).ShouldBe((1, ""));
        OneLine(unknown.Error).ShouldContain($"{KidOf(old)}, {lines[2][..43]}");
        var tooLong = await RunAsync(folder, $"rotate --reason {new string('x', 1001)}", storage);
        (tooLong.ExitCode, tooLong.Output).ShouldBe((1, ""));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_there_is_no_store_none_is_made(bool isEmptyFile)
    {
        var folder = Directory.CreateTempSubdirectory("cambist-keys-");
        if (isEmptyFile) await File.WriteAllTextAsync(Path.Combine(folder.FullName, "cambist.db"), "", Cancellation);
        var result = await RunAsync(folder.FullName, "list --storage sqlite:cambist.db");
        (result.ExitCode, result.Output).ShouldBe((1, ""));
        var line = OneLine(result.Error);
        line.ShouldContain(Path.Combine(folder.FullName, "cambist.db"));
        line.ShouldContain("--storage");
        folder.EnumerateFileSystemInfos().Sum(file => ((FileInfo)file).Length).ShouldBe(0);
        folder.Delete(recursive: true);
    }

    static string OneLine(string text) => text.TrimEnd('\n').Split('\n').ShouldHaveSingleItem();
}
