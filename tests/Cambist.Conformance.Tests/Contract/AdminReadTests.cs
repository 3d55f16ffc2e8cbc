using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What the admin API shows of the registry, of our keys, and of a token's family.</summary>
public sealed class AdminReadTests
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static async Task<JsonObject> ReadAsync(TestServer server, string path)
    {
        var answer = await server.AdminGetAsync(path);
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return answer.Json;
    }

    static string[] Texts(JsonNode? list) => [.. list!.AsArray().Select(one => (string)one!)];

    /// <summary>A world whose registry holds the secret of reports itself.</summary>
    static Task<ReloadWorld> WithSecretAsync() => ReloadWorld.StartAsync(login => ReloadWorld.Registry(login).Replace(
        Client("reports")["reports: { secrets: ".Length..^" }".Length], $"{{ value: {SecretOf("reports")} }}", StringComparison.Ordinal));

    [Fact]
    public async Task The_registry_in_force_is_shown_with_what_is_in_it_and_the_reading_is_on_record()
    {
        await using var world = await ReloadWorld.StartAsync();
        var shown = await ReadAsync(world.Server, "/registry");
        ((string)shown["status"]!, (string)shown["revision"]!, (string)shown["issuer"]!).ShouldBe(("ready", world.Server.Engine.Registry.Current.Revision, world.Server.Issuer));
        ((string)shown["since"]!).ShouldBe("2030-01-01T00:00:00.000Z");
        (Texts(shown["issuers"]), Texts(shown["clients"]), Texts(shown["rules"])).ShouldSatisfyAllConditions(
            names => names.Item1.ShouldBe(["login"]), names => names.Item2.ShouldBe(["reports", "web"]), names => names.Item3.ShouldBe(["sign-in"]));
        Texts(shown["resources"]).ShouldBe(["cambist-admin", "orders"]);
        var entry = (await world.Server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 1, Cancel))[0];
        (entry.Action, entry.Trace).ShouldBe(("admin.read", "/registry"));
    }

    [Fact]
    public async Task The_text_of_a_registry_is_shown_unless_a_secret_stands_in_it()
    {
        await using var world = await WithSecretAsync();
        var withheld = await ReadAsync(world.Server, "/registry");
        withheld.ContainsKey("text").ShouldBeFalse();
        ((string)withheld["text_withheld"]!).ShouldContain("{ value: … }");
        withheld.ToJsonString().ShouldNotContain(SecretOf("reports"));

        await world.Server.EditRegistryAsync($"value: {SecretOf("reports")}", $"sha256: \"{new string('a', 64)}\"");
        var shown = await ReadAsync(world.Server, "/registry");
        ((string)shown["text"]!).ShouldBe(await File.ReadAllTextAsync(world.Server.RegistryFile, Cancel));
        shown.ContainsKey("text_withheld").ShouldBeFalse();
        ((string)shown["since"]!).ShouldNotBe((string)withheld["since"]!);
    }

    [Theory]
    [InlineData("[ { value: secret-of-reports-0123456789 }, { sha256: \"{hash}\" } ]")]
    [InlineData("{ value: secret-of-reports-0123456789, expires: 2029-01-01 }")]
    public async Task A_secret_among_others_and_an_expired_one_keep_the_text_back_too(string secrets)
    {
        await using var world = await WithSecretAsync();
        await world.Server.EditRegistryAsync($"{{ value: {SecretOf("reports")} }}", secrets.Replace("{hash}", new string('a', 64), StringComparison.Ordinal));
        world.Server.Engine.Registry.Refused.ShouldBeNull();
        var shown = await ReadAsync(world.Server, "/registry");
        shown.ContainsKey("text").ShouldBeFalse();
        shown.ToJsonString().ShouldNotContain("secret-of-");
    }

    [Fact]
    public async Task A_refused_registry_is_shown_with_every_error_beside_the_one_in_force()
    {
        await using var world = await ReloadWorld.StartAsync();
        var good = world.Server.Engine.Registry.Current.Revision;
        await world.Server.EditRegistryAsync(text => text + "unknown: 1\nunheard: 2\n");
        var shown = await ReadAsync(world.Server, "/registry");
        ((string)shown["status"]!, (string)shown["revision"]!).ShouldBe(("degraded", good));
        var ready = (await world.ReadyAsync()).Json["registry_refused"]!;
        var refused = shown["refused"]!;
        ((string)refused["file"]!, (string)refused["revision"]!).ShouldBe(((string)ready["file"]!, (string)ready["revision"]!));
        var errors = Texts(refused["errors"]);
        errors.Length.ShouldBe((int)ready["errors"]!);
        errors.ShouldAllBe(error => error.Contains("cambist.yaml:", StringComparison.Ordinal));
        (errors[0].Contains("unknown", StringComparison.Ordinal), errors[1].Contains("unheard", StringComparison.Ordinal)).ShouldBe((true, true));

        await world.Server.EditRegistryAsync("unknown: 1\nunheard: 2\n", "");
        (await ReadAsync(world.Server, "/registry")).ContainsKey("refused").ShouldBeFalse();
    }

    [Fact]
    public async Task The_signing_keys_are_shown_with_their_states_and_nothing_private()
    {
        await using var world = await ReloadWorld.StartAsync();
        var server = world.Server;
        var acts = new KeyActs(server.Engine.Store, Path.Combine(server.Folder, "cambist.key"), new Silence());
        (await acts.RotateAsync(atOnce: true, "somebody", null, Cancel)).Refusal.ShouldBeNull();

        var keys = (await ReadAsync(server, "/keys"))["keys"]!.AsArray();
        keys.Select(key => (string)key!["state"]!).ShouldBe(["retired", "signing"]);
        keys.Select(key => ((string)key!["kid"]!, (string)key["signs_from"]!)).ShouldBe((await acts.ListAsync(Cancel)).Select(key => (key.KeyId, $"{key.Since:yyyy-MM-ddTHH:mm:ssZ}")));
        (keys[0]!["published_until"], keys[1]!["published_until"]).ShouldSatisfyAllConditions(until => until.Item1.ShouldNotBeNull(), until => until.Item2.ShouldBeNull());
        string[] shown = ["kid", "algorithm", "state", "signs_from", "signs_until", "published_until"];
        keys.SelectMany(key => key!.AsObject().Select(member => member.Key)).ShouldAllBe(name => shown.Contains(name));
    }

    sealed class Silence : IEngineListener
    {
        public void On(EngineEvent engineEvent) { }
    }
}
