using System.Diagnostics;
using System.Net;
using System.Text;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>The registry is looked at each second, read until stable, and swapped whole, with every file it names.</summary>
public sealed class RegistryReloadTests
{
    [Fact]
    public async Task A_changed_registry_is_in_force_without_a_restart_and_readiness_names_its_revision()
    {
        await using var world = await ReloadWorld.StartAsync();
        var before = (string)(await world.ReadyAsync()).Json["registry_revision"]!;
        await world.Server.EditRegistryAsync("scopes: [read, write] }", "scopes: [read, write], token: { lifetime: 77s } }");
        (await world.ExchangeAsync()).Json["expires_in"]!.GetValue<int>().ShouldBe(77);

        var ready = await world.ReadyAsync();
        ready.Body.ShouldBe($$"""{"status":"ready","registry_revision":"{{world.Server.Engine.Registry.Current.Revision}}"}""");
        ((string)ready.Json["registry_revision"]!).ShouldNotBe(before);
        await world.Server.WhenAsync(() => world.Told("registry_activated") > 0); // told after it is in force
        world.Told("registry_activated").ShouldBe(1);
    }

    [Fact]
    public async Task A_rule_that_is_removed_gives_nothing_any_more_and_one_that_is_added_does()
    {
        await using var world = await ReloadWorld.StartAsync();
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
        await world.Server.EditRegistryAsync("- { name: sign-in, clients: web, ", "- { name: sign-in, clients: reports, ");
        (await world.ExchangeAsync()).Reason.ShouldBe("grant_not_allowed");
        await world.Server.EditRegistryAsync("- { name: sign-in, clients: reports, ", "- { name: sign-in, clients: web, ");
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Lists_deny_entries_and_error_codes_are_those_of_the_new_document()
    {
        await using var world = await ReloadWorld.StartAsync();
        (await world.ExchangeAsync("bob")).Status.ShouldBe(HttpStatusCode.OK);
        await world.Server.EditRegistryAsync("staff: [alice, bob]", "staff: [alice]");
        (await world.ExchangeAsync("bob")).Reason.ShouldBe("no_rule");
        await world.Server.EditRegistryAsync("rules:\n", "deny: [ { name: no-alice, subject: { where: { sub: alice } }, reason: out } ]\nrules:\n");
        var denied = await world.ExchangeAsync();
        (denied.Reason, denied.Error).ShouldBe(("denied", "invalid_grant"));
        await world.Server.EditRegistryAsync("error_codes: common", "error_codes: rfc8693");
        (await world.ExchangeAsync()).Error.ShouldBe("invalid_request");
    }

    [Fact]
    public async Task An_issuer_that_is_removed_is_trusted_no_more_and_one_that_is_added_is()
    {
        await using var world = await ReloadWorld.StartAsync();
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
        await world.Server.EditRegistryAsync($"issuer: {world.Login.Issuer},", "issuer: https://elsewhere.example.com,");
        (await world.ExchangeAsync()).Reason.ShouldBe("subject_issuer_untrusted");
        await world.Server.EditRegistryAsync("issuer: https://elsewhere.example.com,", $"issuer: {world.Login.Issuer},");
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Resources_and_metadata_are_those_of_the_new_document()
    {
        await using var world = await ReloadWorld.StartAsync();
        (await world.ExchangeAsync(more: ("audience", "https://other.example.com"))).Error.ShouldBe("invalid_target");
        await world.Server.EditRegistryAsync("identifiers: https://orders.example.com, scopes: [read, write]", "identifiers: https://other.example.com, scopes: [read, write, cancel]");
        (await world.ExchangeAsync(more: ("audience", "https://other.example.com"))).Claims["aud"]!.GetValue<string>().ShouldBe("https://other.example.com");
        (await world.ExchangeAsync(more: ("audience", "https://orders.example.com"))).Error.ShouldBe("invalid_target");
        (await world.Server.GetAsync("/.well-known/oauth-authorization-server")).Body.ShouldContain("\"cancel\"");
    }

    [Theory]
    [InlineData("secrets: { file: web-secret }", "secrets: { file: web-secret }, disabled: true")]
    [InlineData("  web: { secrets: { file: web-secret } }", "  web-2: { secrets: { file: web-secret } }")]
    public async Task CA_25_a_client_that_is_disabled_or_removed_is_refused_at_once(string old, string now)
    {
        await using var world = await ReloadWorld.StartAsync();
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
        await world.Server.EditRegistryAsync(text => text.Replace(old, now, StringComparison.Ordinal).Replace("clients: web,", "clients: [\"w*\", reports],", StringComparison.Ordinal));
        var refused = await world.ExchangeAsync();
        (refused.Status, refused.Error, refused.Reason).ShouldBe((HttpStatusCode.Unauthorized, "invalid_client", "client_authentication_failed"));
        (await world.Server.ForItselfAsync("reports")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task CA_23_a_second_secret_that_is_added_to_its_file_works_beside_the_first_and_the_first_until_it_is_taken_out()
    {
        const string Second = "another-secret-of-web-0123456789";
        await using var world = await ReloadWorld.StartAsync();
        var revision = world.Server.Engine.Registry.Current.Revision;
        (await world.ExchangeAsync(secret: Second)).Status.ShouldBe(HttpStatusCode.Unauthorized);

        await world.Server.EditFileAsync(ReloadWorld.SecretFile, $"{SecretOf("web")}\n{Second}\n");
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.OK);
        (await world.ExchangeAsync(secret: Second)).Status.ShouldBe(HttpStatusCode.OK);

        await world.Server.EditFileAsync(ReloadWorld.SecretFile, $"{Second}\n");
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await world.ExchangeAsync(secret: Second)).Status.ShouldBe(HttpStatusCode.OK);
        world.Server.Engine.Registry.Current.Revision.ShouldBe(revision, "a revision is the text's");
    }

    [Fact]
    public async Task A_signing_algorithm_that_is_changed_is_published_at_once_and_signs_an_hour_later()
    {
        await using var world = await ReloadWorld.StartAsync();
        ((string)(await world.ExchangeAsync()).Jwt.HeaderJson["alg"]!).ShouldBe("ES256");
        await world.Server.EditRegistryAsync("error_codes: common", "error_codes: common\nsigning: { algorithm: ES384 }");
        await world.Server.WhenAsync(() => Encoding.UTF8.GetString(world.Server.Engine.Keys.PublishedJwks.Span).Contains("ES384", StringComparison.Ordinal));
        ((string)(await world.ExchangeAsync()).Jwt.HeaderJson["alg"]!).ShouldBe("ES256", "no API may know the new key yet");
        ((FakeClock)world.Server.Clock!).Jump(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));
        ((string)(await world.ExchangeAsync()).Jwt.HeaderJson["alg"]!).ShouldBe("ES384");
    }

    [Fact]
    public async Task A_file_that_is_half_written_is_never_in_force()
    {
        await using var world = await ReloadWorld.StartAsync();
        var revision = world.Server.Engine.Registry.Current.Revision;
        var whole = (await File.ReadAllTextAsync(world.Server.RegistryFile, TestContext.Current.CancellationToken)).Replace("lists:", "# a comment\nlists:", StringComparison.Ordinal);

        // Much of what is half there would be a registry, too.
        await world.Server.LookAsync(1);
        for (var written = 0; written < whole.Length; written += 40)
        {
            await File.WriteAllTextAsync(world.Server.RegistryFile, whole[..written], TestContext.Current.CancellationToken);
            await world.Server.LookAsync(1);
            world.Server.Engine.Registry.Current.Revision.ShouldBe(revision);
            world.Server.Engine.Registry.Refused.ShouldBeNull();
        }

        await world.Server.EditRegistryAsync(_ => whole);
        (world.Told("registry_activated"), world.Told("registry_refused")).ShouldBe((1, 0));
    }

    [Fact]
    public async Task Registry_and_secrets_that_are_mounted_as_Kubernetes_does_change_together()
    {
        const string Second = "another-secret-of-web-0123456789";
        await using var world = await ReloadWorld.StartAsync();
        var folder = world.Server.Folder;
        foreach (var name in new[] { "cambist.yaml", ReloadWorld.SecretFile })
        {
            Directory.CreateDirectory(Path.Combine(folder, "..2030_01_01"));
            Directory.CreateDirectory(Path.Combine(folder, "..2030_01_02"));
            File.Copy(Path.Combine(folder, name), Path.Combine(folder, "..2030_01_01", name));
        }

        Directory.CreateSymbolicLink(Path.Combine(folder, "..data"), "..2030_01_01");
        foreach (var name in new[] { "cambist.yaml", ReloadWorld.SecretFile })
        {
            File.CreateSymbolicLink(Path.Combine(folder, name + ".link"), Path.Combine("..data", name));
            File.Move(Path.Combine(folder, name + ".link"), Path.Combine(folder, name), overwrite: true);
        }

        await world.Server.LookAsync(3);
        world.Told("registry_activated").ShouldBe(0);

        var text = await File.ReadAllTextAsync(world.Server.RegistryFile, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "..2030_01_02", "cambist.yaml"), text.Replace("scopes: [read, write] }", "scopes: [read, write], token: { lifetime: 66s } }", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "..2030_01_02", ReloadWorld.SecretFile), Second, TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(Path.Combine(folder, "..data_tmp"), "..2030_01_02");
        var before = world.Server.Engine.Registry.Current;
        using (var move = Process.Start("mv", ["-T", Path.Combine(folder, "..data_tmp"), Path.Combine(folder, "..data")])) // rename(2), which File.Move has for no link to a folder
            await move.WaitForExitAsync(TestContext.Current.CancellationToken);

        await world.Server.WhenAsync(() => world.Server.Engine.Registry.Current != before);
        (await world.ExchangeAsync()).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await world.ExchangeAsync(secret: Second)).Json["expires_in"]!.GetValue<int>().ShouldBe(66);
    }
}
