using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What the admin API says of the health of issuers.</summary>
public sealed class AdminIssuerTests
{
    static Task<AdHocWorld> StartAsync() => AdHocWorld.StartAsync(
        login => $$"""
            issuers:
              login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
              filed: { issuer: https://filed.example.com, jwks_file: filed.jwks, tokens: { id_token: { audiences: web } }, subject: "filed:{sub}" }
              remote: { issuer: https://remote.example.com, jwks_uri: https://keys.example.com/jwks, tokens: id_token, subject: "remote:{sub}" }
              partner:
                issuer: https://partner.example.com
                tokens: { access_token: { audiences: web } }
                subject: "partner:{sub}"
                introspection: { endpoint: {{login.Issuer}}/introspect, client_id: {{TestOpaqueTokens.ClientId}}, client_secret_file: our-secret-there, prefix: pt_ }
              legacy: { resolver: true, subject: "legacy:{sub}" }
            resources:
              orders: { identifiers: https://orders.example.com }
            clients:
              {{Client("web")}}
            rules:
              - { name: in, clients: web, subject: { issuer: [login, filed, partner] }, actor: none, default_target: true, targets: { orders: [] } }
            """,
        new FakeClock(),
        files: new Dictionary<string, string> { ["our-secret-there"] = TestOpaqueTokens.ClientSecret, ["filed.jwks"] = TestKey.PublicSet(Keys.Rs256).ToJsonString() });

    static async Task<Dictionary<string, JsonObject>> IssuersAsync(AdHocWorld world)
    {
        var answer = await world.Common.AdminGetAsync("/issuers");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        answer.Body.ShouldNotContain(TestOpaqueTokens.ClientSecret);
        return answer.Json["issuers"]!.AsArray().ToDictionary(issuer => (string)issuer!["name"]!, issuer => issuer!.AsObject());
    }

    static async Task<JsonNode> LoginKeysAsync(AdHocWorld world) => (await IssuersAsync(world))["login"]["keys"]!;

    /// <summary>Keys are fetched beside a use: waits until a fetch has come to its end.</summary>
    static async Task<JsonNode> UntilAsync(AdHocWorld world, string status)
    {
        for (var tries = 0; ; tries++)
        {
            var keys = await LoginKeysAsync(world);
            if ((string)keys["status"]! == status || tries > 1000) return keys;
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    static Task<Answer> SignInAsync(AdHocWorld world) => world.Common.SendIdTokenAsync("web", world.IdToken());

    [Fact]
    public async Task Each_issuer_is_shown_with_where_its_keys_come_from_before_anybody_needed_them()
    {
        await using var world = await StartAsync();
        var issuers = await IssuersAsync(world);
        issuers.Keys.ShouldBe(["filed", "legacy", "login", "partner", "remote"]);
        issuers["login"]["keys"]!.ToJsonString().ShouldBe("""{"source":"discovery","status":"untried","count":0,"kids":[],"failures":0}""");
        ((string)issuers["login"]["issuer"]!, (string)issuers["login"]["tokens"]![0]!).ShouldBe((world.Login.Issuer, IdTokenType));
        ((string)issuers["filed"]["keys"]!["source"]!, (string)issuers["filed"]["keys"]!["jwks_file"]!).ShouldBe(("jwks_file", "filed.jwks"));
        ((string)issuers["remote"]["keys"]!["source"]!, (string)issuers["remote"]["keys"]!["jwks_uri"]!).ShouldBe(("jwks_uri", "https://keys.example.com/jwks"));
        issuers["legacy"].ToJsonString().ShouldBe("""{"name":"legacy","resolver":true}""");
        world.Login.Requests.ShouldBe(0, "looking asks nobody");
    }

    [Fact]
    public async Task Keys_are_ready_then_due_then_stale_then_unavailable_and_ready_once_the_issuer_is_back()
    {
        await using var world = await StartAsync();
        (await SignInAsync(world)).Status.ShouldBe(HttpStatusCode.OK);
        var keys = await LoginKeysAsync(world);
        ((string)keys["status"]!, (int)keys["count"]!, (string)keys["kids"]![0]!).ShouldBe(("ready", 1, Keys.Es256.KeyId));
        ((string)keys["fetched_at"]!, (string)keys["usable_until"]!, (string)keys["next_fetch_at"]!).ShouldBe(
            ("2030-01-01T00:00:00.000Z", "2030-01-02T00:00:00.000Z", "2030-01-01T00:10:00.000Z"));
        keys["last_failure"].ShouldBeNull();

        world.Clock!.Jump(TimeSpan.FromMinutes(11));
        keys = await LoginKeysAsync(world);
        ((string)keys["status"]!, keys["next_fetch_at"]).ShouldBe(("due", null));

        world.Login.Jwks.Status = 500;
        (await SignInAsync(world)).Status.ShouldBe(HttpStatusCode.OK, "in an outage the keys stay in use");
        keys = await UntilAsync(world, "stale");
        ((string)keys["status"]!, (int)keys["failures"]!, (string)keys["last_failure"]!["kind"]!).ShouldBe(("stale", 1, "status"));
        ((string)keys["last_failure"]!["detail"]!).ShouldContain("answered 500");
        ((string)keys["last_failure"]!["at"]!, (string)keys["next_fetch_at"]!).ShouldBe(("2030-01-01T00:11:00.000Z", "2030-01-01T00:11:01.000Z"));
        ((string)keys["fetched_at"]!).ShouldBe("2030-01-01T00:00:00.000Z");

        world.Clock.Jump(TimeSpan.FromHours(24));
        ((string)(await LoginKeysAsync(world))["status"]!).ShouldBe("unavailable");
        (await SignInAsync(world)).Reason.ShouldBe("issuer_keys_unavailable");

        world.Login.Jwks.Mend();
        world.Clock.Jump(TimeSpan.FromMinutes(1));
        (await SignInAsync(world)).Status.ShouldBe(HttpStatusCode.OK);
        keys = await LoginKeysAsync(world);
        ((string)keys["status"]!, (int)keys["failures"]!, keys["last_failure"]).ShouldBe(("ready", 0, null));
    }

    public static TheoryData<string, Action<TestIssuer>> Broken => new()
    {
        { "status", issuer => issuer.Discovery.Status = 404 },
        { "status", issuer => issuer.Jwks.RedirectTo = issuer.Issuer },
        { "unreachable", issuer => issuer.Jwks.Abort = true },
        { "unreadable", issuer => issuer.Jwks.Say("<html>") },
        { "unreadable", issuer => issuer.DocumentIssuer = "https://somebody-else.example.com" },
        { "unreadable", issuer => issuer.Jwks.Padding = 300 * 1024 },
        { "not_allowed", issuer => issuer.DocumentJwksUri = "http://keys.example.com/jwks" },
    };

    [Theory, MemberData(nameof(Broken), DisableDiscoveryEnumeration = true)]
    public async Task A_failure_is_told_by_its_kind(string kind, Action<TestIssuer> broken)
    {
        await using var world = await StartAsync();
        broken(world.Login);
        (await SignInAsync(world)).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var keys = await LoginKeysAsync(world);
        ((string)keys["status"]!, (string)keys["last_failure"]!["kind"]!).ShouldBe(("unavailable", kind), keys.ToJsonString());
        keys["fetched_at"].ShouldBeNull();
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_a_timeout()
    {
        await using var world = await StartAsync();
        var never = new TaskCompletionSource();
        world.Login.Jwks.Hold = never.Task;
        var sent = SignInAsync(world);
        await world.Login.Jwks.RequestsReachAsync(1, TestContext.Current.CancellationToken);
        world.Clock!.Advance(TimeSpan.FromSeconds(5));
        (await sent).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        never.SetResult();
        ((string)(await LoginKeysAsync(world))["last_failure"]!["kind"]!).ShouldBe("timeout");
    }

    [Fact]
    public async Task An_unknown_kid_shows_when_the_next_one_is_asked_for()
    {
        await using var world = await StartAsync();
        (await SignInAsync(world)).Status.ShouldBe(HttpStatusCode.OK);
        (await LoginKeysAsync(world))["next_fetch_for_unknown_kid_at"].ShouldBeNull();
        (await world.Common.SendIdTokenAsync("web", world.IdToken(key: TestKey.Create("ES256", "a-new-kid")))).Reason.ShouldBe("subject_key_unknown");
        ((string)(await LoginKeysAsync(world))["next_fetch_for_unknown_kid_at"]!).ShouldBe("2030-01-01T00:00:30.000Z");
    }

    [Fact]
    public async Task A_file_of_keys_is_ready_once_it_was_read()
    {
        await using var world = await StartAsync();
        var token = world.Login.IdToken("alice", "web", claims => claims["iss"] = "https://filed.example.com", Keys.Rs256);
        (await world.Common.SendIdTokenAsync("web", token)).Status.ShouldBe(HttpStatusCode.OK);
        var keys = (await IssuersAsync(world))["filed"]["keys"]!;
        ((string)keys["status"]!, (int)keys["count"]!, keys["next_fetch_at"]).ShouldBe(("ready", 1, null));

        File.WriteAllText(Path.Combine(world.Common.Folder, "filed.jwks"), "no keys");
        world.Clock!.Jump(TimeSpan.FromSeconds(2));
        (await world.Common.SendIdTokenAsync("web", token)).Status.ShouldBe(HttpStatusCode.OK);
        keys = (await IssuersAsync(world))["filed"]["keys"]!;
        ((string)keys["status"]!, (string)keys["last_failure"]!["kind"]!).ShouldBe(("ready", "unreadable"));
    }

    [Fact]
    public async Task An_issuer_that_introspects_is_as_well_as_its_last_answer()
    {
        await using var world = await StartAsync();
        async Task<JsonNode> PartnerAsync() => (await IssuersAsync(world))["partner"]["introspection"]!;
        ((string)(await PartnerAsync())["status"]!, (string)(await PartnerAsync())["prefix"]!).ShouldBe(("untried", "pt_"));

        world.Login.Introspection.Say("{}");
        (await world.Common.SendAccessTokenAsync("web", "pt_whatever")).Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var broken = await PartnerAsync();
        ((string)broken["status"]!, (string)broken["asked_at"]!).ShouldBe(("unavailable", "2030-01-01T00:00:00.000Z"));
        ((string)broken["detail"]!).ShouldContain("no active");

        world.Login.Introspection.Mend();
        (await world.Common.SendAccessTokenAsync("web", "pt_whatever")).Reason.ShouldBe("subject_unknown");
        var well = await PartnerAsync();
        ((string)well["status"]!, well["detail"]).ShouldBe(("ready", null));
    }
}
