using System.Net;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>A bad edit keeps the last good registry and says so; so does a node that starts on a bad file.</summary>
public sealed class LastGoodRegistryTests
{
    const string TwoErrors = "unknown: 1\nunheard: 2\n";

    [Fact]
    public async Task A_bad_edit_keeps_the_last_good_registry_and_every_error_is_told_once_a_change()
    {
        await using var world = await ReloadWorld.StartAsync();
        var good = world.Server.Engine.Registry.Current.Revision;
        await world.Server.EditRegistryAsync(text => text + "unknown: 1\nunheard: 2\n");
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);

        var ready = await world.ReadyAsync();
        ready.Status.ShouldBe(HttpStatusCode.OK);
        ((string)ready.Json["status"]!, (string)ready.Json["registry_revision"]!).ShouldBe(("degraded", good));
        var refused = ready.Json["registry_refused"]!;
        ((string)refused["file"]!, (int)refused["errors"]!).ShouldBe(("cambist.yaml", 2));
        ((string)refused["since"]!).ShouldStartWith("2030-01-01T00:0");
        ((string)refused["revision"]!).ShouldNotBe(good);
        ready.Body.ShouldNotContain(world.Server.Folder);
        ready.Body.ShouldNotContain("unknown");

        await world.Server.LookAsync(5);
        var line = world.Server.Log.Lines.Single(line => line.Contains("registry_refused", StringComparison.Ordinal));
        line.ShouldStartWith("Error ");
        line.ShouldContain($"revision {good} stays in force");
        line.ShouldContain("unknown");
        line.ShouldContain("unheard");

        await world.Server.EditRegistryAsync("unheard: 2\n", "");
        ((int)(await world.ReadyAsync()).Json["registry_refused"]!["errors"]!).ShouldBe(1);
        world.Told("registry_refused").ShouldBe(2);
    }

    [Fact]
    public async Task A_registry_that_is_mended_is_in_force_by_itself()
    {
        await using var world = await ReloadWorld.StartAsync();
        await world.Server.EditRegistryAsync(text => text + "unknown: 1\n");
        await world.Server.EditRegistryAsync("unknown: 1\n", "# mended\n");
        ((string)(await world.ReadyAsync()).Json["status"]!).ShouldBe("ready");
        world.Told("registry_activated").ShouldBe(1);
    }

    [Fact]
    public async Task A_bad_edit_that_is_undone_leaves_everything_as_it_was()
    {
        await using var world = await ReloadWorld.StartAsync();
        var before = world.Server.Engine.Registry.Current;
        await world.Server.EditRegistryAsync(text => text + "unknown: 1\n");
        await world.Server.EditRegistryAsync("unknown: 1\n", "");
        (await world.ReadyAsync()).Body.ShouldBe($$"""{"status":"ready","registry_revision":"{{before.Revision}}"}""");
        world.Server.Engine.Registry.Current.ShouldBeSameAs(before);
        (world.Told("registry_activated"), world.Told("registry_mended")).ShouldBe((0, 1));
    }

    [Fact]
    public async Task A_registry_file_that_is_gone_keeps_the_last_good_one_until_it_is_back()
    {
        await using var world = await ReloadWorld.StartAsync();
        File.Move(world.Server.RegistryFile, world.Server.RegistryFile + ".away");
        await world.Server.WhenAsync(() => world.Server.Engine.Registry.Refused is not null);
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
        (await world.ReadyAsync()).Json["registry_refused"]!["revision"].ShouldBeNull();
        File.Move(world.Server.RegistryFile + ".away", world.Server.RegistryFile);
        await world.Server.WhenAsync(() => world.Server.Engine.Registry.Refused is null);
    }

    [Fact]
    public async Task A_secret_file_that_becomes_unusable_is_refused_like_a_bad_edit()
    {
        await using var world = await ReloadWorld.StartAsync();
        RegistryEdits.Replace(Path.Combine(world.Server.Folder, ReloadWorld.SecretFile), "");
        await world.Server.WhenAsync(() => world.Server.Engine.Registry.Refused is not null);
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_secret_that_is_taken_out_of_its_file_stops_working_also_while_another_file_is_unusable()
    {
        await using var world = await ReloadWorld.StartAsync();
        RegistryEdits.Replace(Path.Combine(world.Server.Folder, "other-secret"), "secret-of-other-0123456789abcdef\n");
        await world.Server.EditRegistryAsync("clients:\n", "clients:\n  other: { secrets: { file: other-secret }, client_credentials: { orders: read } }\n");
        world.Server.Engine.Registry.Refused.ShouldBeNull();
        RegistryEdits.Replace(Path.Combine(world.Server.Folder, "other-secret"), "");
        await world.Server.WhenAsync(() => world.Server.Engine.Registry.Refused is not null);

        await world.Server.EditFileAsync(ReloadWorld.SecretFile, "another-secret-of-web-0123456789\n");
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await world.ExchangeAsync(secret: "another-secret-of-web-0123456789")).Status.ShouldBe(HttpStatusCode.OK);
        var other = await world.Server.PostAsync("other", "secret-of-other-0123456789abcdef", [("grant_type", "client_credentials"), ("scope", "read")]);
        other.Status.ShouldBe(HttpStatusCode.OK, "the client whose file broke goes on with what it had");
        world.Server.Engine.Registry.Refused.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_secret_that_is_taken_out_of_its_file_stops_working_also_while_the_document_is_refused()
    {
        await using var world = await ReloadWorld.StartAsync();
        await world.Server.EditRegistryAsync(text => text + "unknown: 1\n");
        await world.Server.EditFileAsync(ReloadWorld.SecretFile, "another-secret-of-web-0123456789");
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.Unauthorized);
        ((string)(await world.ReadyAsync()).Json["status"]!).ShouldBe("degraded");
        world.Told("registry_refused").ShouldBe(1);
    }

    [Fact]
    public async Task Our_own_identifier_is_changed_by_a_restart_alone()
    {
        await using var world = await ReloadWorld.StartAsync();
        await world.Server.EditRegistryAsync(text => text
            .Replace($"issuer: {world.Server.Issuer}\n", "issuer: https://sts.example.com\n", StringComparison.Ordinal)
            .Replace($"value: {SecretOf("reports")}", $"sha256: \"{new string('a', 64)}\"", StringComparison.Ordinal));
        ((string)(await world.ReadyAsync()).Json["status"]!).ShouldBe("degraded");
        world.Server.Log.Lines.Single(line => line.Contains("registry_refused", StringComparison.Ordinal)).ShouldContain("restart the server");
        ((string)(await world.ExchangeAsync()).Claims["iss"]!).ShouldBe(world.Server.Issuer);

        await world.Server.RestartAsync();
        ((string)(await world.ReadyAsync()).Json["status"]!).ShouldBe("ready");
        ((string)(await world.ExchangeAsync()).Claims["iss"]!).ShouldBe("https://sts.example.com");
    }

    [Theory]
    [InlineData(TwoErrors)]
    [InlineData("rules: [")]
    [InlineData(null)]
    public async Task A_node_that_starts_on_a_bad_or_missing_file_serves_the_last_good_registry_and_is_loudly_degraded(string? text)
    {
        await using var world = await ReloadWorld.StartAsync();
        await world.Server.EditRegistryAsync("scopes: [read, write] }", "scopes: [read, write], token: { lifetime: 66s } }");
        var (good, document) = (world.Server.Engine.Registry.Current.Revision, await File.ReadAllTextAsync(world.Server.RegistryFile, TestContext.Current.CancellationToken));

        await world.Server.RestartAsync(() =>
        {
            File.Delete(world.Server.RegistryFile);
            if (text is not null) File.WriteAllText(world.Server.RegistryFile, text);
        });
        (await world.ExchangeAsync()).Json["expires_in"]!.GetValue<int>().ShouldBe(66);
        var ready = await world.ReadyAsync();
        (ready.Status, (string)ready.Json["status"]!, (string)ready.Json["registry_revision"]!).ShouldBe((HttpStatusCode.OK, "degraded", good));
        var line = world.Server.Log.Lines.Single(line => line.Contains("registry_refused", StringComparison.Ordinal));
        line.ShouldContain($"the last good revision is served, {good}");
        if (text == TwoErrors) line.Split('\n').Length.ShouldBe(3);
        await world.Server.LookAsync(3);
        world.Told("registry_refused").ShouldBe(1);

        // A secret rolled meanwhile counts, and so does the mended file.
        await world.Server.EditFileAsync(ReloadWorld.SecretFile, "another-secret-of-web-0123456789");
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.Unauthorized);
        RegistryEdits.Replace(world.Server.RegistryFile, document);
        await world.Server.WhenAsync(() => world.Server.Engine.Registry.Refused is null);
        ((string)(await world.ReadyAsync()).Json["registry_revision"]!).ShouldBe(good);
    }

    [Fact]
    public async Task A_node_that_can_use_neither_the_file_nor_the_last_good_registry_does_not_start_and_says_why_of_both()
    {
        await using var world = await ReloadWorld.StartAsync();
        var good = world.Server.Engine.Registry.Current.Revision;
        var failure = await Should.ThrowAsync<Exception>(() => world.Server.RestartAsync(() =>
        {
            File.WriteAllText(world.Server.RegistryFile, TwoErrors);
            File.Delete(Path.Combine(world.Server.Folder, ReloadWorld.SecretFile));
        }));
        var lines = failure.Message.Split('\n');
        lines.Count(line => line.Contains("cambist.yaml:", StringComparison.Ordinal)).ShouldBe(2, failure.Message);
        lines.ShouldContain(line => line.Contains($"last good revision, {good}", StringComparison.Ordinal));
        lines[^1].ShouldContain($"cambist.yaml@{good}:");
        lines[^1].ShouldContain("no readable file 'web-secret'");
    }
}
