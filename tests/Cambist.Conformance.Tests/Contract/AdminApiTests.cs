using System.Net;
using System.Text;
using Cambist.Testing;
using static Cambist.Conformance.Tests.ImpersonationWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Who may use the admin API, and how it answers.</summary>
public sealed class AdminApiTests(ImpersonationWorld world) : IClassFixture<ImpersonationWorld>
{
    const string Tokens = "/impersonation-tokens";

    TestServer Server => world.Common;

    Task<Answer> GetAsync(string path, string? authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, Server.Management + "/admin/v1" + path);
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return Server.SendAsync(request);
    }

    static void ShouldBeProblem(Answer answer, int status, string? challenge = null)
    {
        ((int)answer.Status).ShouldBe(status, answer.Body);
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe("application/problem+json");
        answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        ((int)answer.Json["status"]!).ShouldBe(status);
        ((string?)answer.Json["title"]).ShouldNotBeNullOrEmpty();
        ((string?)answer.Json["detail"]).ShouldNotBeNullOrEmpty();
        if (challenge is not null) answer.Headers.WwwAuthenticate.ToString().ShouldBe(challenge);
    }

    [Fact]
    public async Task BR_01_the_token_comes_in_the_Authorization_header_and_nowhere_else()
    {
        var token = Server.AdminToken();
        ShouldBeProblem(await GetAsync($"{Tokens}?access_token={token}", null), 401, "Bearer realm=\"cambist-admin\"");
        ShouldBeProblem(await GetAsync($"{Tokens}?access_token={token}", "Bearer " + token), 400, "Bearer realm=\"cambist-admin\", error=\"invalid_request\"");
        (await GetAsync(Tokens, "bearer " + token)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task BR_02_each_failure_has_its_challenge()
    {
        const string Realm = "Bearer realm=\"cambist-admin\"";
        ShouldBeProblem(await GetAsync(Tokens, null), 401, Realm);
        ShouldBeProblem(await GetAsync(Tokens, "Basic " + TestServer.BasicCredentials("ops", SecretOf("ops"))), 401, Realm);
        ShouldBeProblem(await GetAsync(Tokens, "Bearer wrong"), 401, Realm + ", error=\"invalid_token\"");
        ShouldBeProblem(await GetAsync(Tokens, "Bearer " + Server.AdminToken() + "x"), 401, Realm + ", error=\"invalid_token\"");
        foreach (var malformed in new[] { "Bearer", "Bearer ", "Bearer a b", "Bearer a,b" }) ShouldBeProblem(await GetAsync(Tokens, malformed), 400, Realm + ", error=\"invalid_request\"");

        var reader = (await Server.ForItselfAsync("reader", ("audience", "cambist-admin"))).AccessToken;
        ShouldBeProblem(await GetAsync(Tokens, "Bearer " + reader), 403, Realm + ", error=\"insufficient_scope\", scope=\"impersonation\"");
        (await GetAsync("/decisions?limit=1", "Bearer " + reader)).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Access_tokens_of_ours_work_unless_delegated_impersonated_revoked_or_for_another()
    {
        var alice = (await Server.SendIdTokenAsync("web", world.IdToken(), ("audience", "cambist-admin"))).AccessToken;
        (await GetAsync(Tokens, "Bearer " + alice)).Status.ShouldBe(HttpStatusCode.OK);

        var forOrders = (await Server.SendIdTokenAsync("web", world.IdToken(), ("audience", "orders"))).AccessToken;
        ShouldBeProblem(await GetAsync("/decisions", "Bearer " + forOrders), 401);
        ShouldBeProblem(await GetAsync("/decisions", "Bearer " + world.IdToken()), 401);

        var delegated = (await Server.SendAccessTokenAsync("orders", forOrders, ("audience", "cambist-admin"))).AccessToken;
        ShouldBeProblem(await GetAsync("/decisions", "Bearer " + delegated), 401);
        var customer = (await RedeemAsync(Server, await MintedAsync(Server))).AccessToken;
        var impersonated = (await Server.SendAccessTokenAsync("orders", customer, ("audience", "cambist-admin"))).AccessToken;
        ShouldBeProblem(await GetAsync("/decisions", "Bearer " + impersonated), 401);

        (await Server.AdminAsync(HttpMethod.Delete, "/tokens/" + TestJwt.Parse(alice).Claims["jti"])).Status.ShouldBe(HttpStatusCode.NoContent);
        ShouldBeProblem(await GetAsync(Tokens, "Bearer " + alice), 401);
    }

    [Fact]
    public async Task Guessing_is_held_back_and_counted_and_the_right_token_always_passes()
    {
        async Task<Answer> From(string token)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, Server.Management + "/admin/v1" + Tokens);
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            TestServer.From(request, "127.9.9.9");
            return await Server.SendAsync(request);
        }

        for (var i = 0; i < 10; i++) ShouldBeProblem(await From("guess-" + i), 401);
        var held = await From("guess-11");
        ShouldBeProblem(held, 429);
        held.Headers.RetryAfter!.Delta!.Value.TotalSeconds.ShouldBeInRange(1, 30);
        (await From(Server.AdminToken())).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task It_is_not_on_the_protocol_listener() =>
        (await Server.AdminAsync(HttpMethod.Get, Tokens, change: request => request.RequestUri = new(Server.Issuer + "/admin/v1" + Tokens))).Status.ShouldBe(HttpStatusCode.NotFound);

    [Theory]
    [InlineData("{\"subject\":\"customer-7\",\"reason\":\"x\",\"subjects\":\"y\"}", 400)]
    [InlineData("{\"subject\":\"customer-7\",\"reason\":\"x\",\"reason\":\"y\"}", 400)]
    [InlineData("{\"subject\":\"customer-7\",\"reason\":\"x\",\"claims\":{\"a\":1,\"a\":2}}", 400)]
    [InlineData("[]", 400)]
    [InlineData("", 400)]
    [InlineData("{\"subject\":\"customer-7\",\"reason\":\"x\"", 400)]
    [InlineData("{\"subject\":\"customer-7\",\"reason\":\"x\"}", 415, "text/plain")]
    [InlineData(null, 413)]
    public async Task A_body_is_read_strictly(string? body, int status, string type = "application/json")
    {
        body ??= $$"""{"subject":"customer-7","reason":"{{new string('x', 17_000)}}"}""";
        ShouldBeProblem(await Server.AdminAsync(HttpMethod.Post, Tokens, change: request => request.Content = new StringContent(body, Encoding.UTF8, type)), status);
    }

    [Fact]
    public async Task Every_act_is_on_record_with_who_did_it_and_so_is_what_somebody_may_not()
    {
        var ops = (await Server.ForItselfAsync("ops", ("audience", "cambist-admin"))).AccessToken;
        var before = await NewestAsync();
        (await Server.AdminAsync(HttpMethod.Get, Tokens, token: ops)).Status.ShouldBe(HttpStatusCode.OK);
        var read = await NewestAsync();
        read.Id.ShouldNotBe(before.Id);
        (read.Outcome, read.Action, read.Trace).ShouldBe((DecisionOutcome.AdminAct, "admin.read", Tokens));
        read.Actor.ShouldBe(new RecordedParty("self", "ops", (string)TestJwt.Parse(ops).Claims["jti"]!));

        var reader = (await Server.ForItselfAsync("reader", ("audience", "cambist-admin"))).AccessToken;
        (await Server.AdminAsync(HttpMethod.Get, Tokens, token: reader)).Status.ShouldBe(HttpStatusCode.Forbidden);
        (await NewestAsync()).Outcome.ShouldBe(DecisionOutcome.Refused);

        async Task<LedgerEntry> NewestAsync() => (await Server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 1, TestContext.Current.CancellationToken))[0];
    }

    [Fact]
    public async Task A_decision_is_found_with_its_trace_by_the_id_in_the_refusal()
    {
        await RedeemAsync(Server, "sub_unknown"); // an older one, whichever test is the first
        var refused = await RedeemAsync(Server, "sub_unknown");
        var shown = await Server.AdminGetAsync("/decisions/" + refused.DecisionId);
        shown.Status.ShouldBe(HttpStatusCode.OK, shown.Body);
        ((string?)shown.Json["reason"]).ShouldBe("subject_unknown");
        ((string?)shown.Json["client"]).ShouldBe("support");
        shown.Json["trace"]!.AsArray().Last()!.GetValue<string>().ShouldStartWith("subject_unknown: ");
        ShouldBeProblem(await Server.AdminGetAsync("/decisions/" + new string('0', 32)), 404);

        var page = await Server.AdminGetAsync("/decisions?client=support&outcome=refused&reason=subject_unknown&limit=1");
        ((string?)page.Json["decisions"]![0]!["decision_id"]).ShouldBe(refused.DecisionId);
        var next = await Server.AdminGetAsync($"/decisions?limit=1&before={page.Json["next"]}");
        string.CompareOrdinal((string?)next.Json["decisions"]![0]!["decision_id"], refused.DecisionId).ShouldBeLessThan(0);
        foreach (var wrong in new[] { "?outcome=maybe", "?reason=because", "?from=yesterday", "?limit=0", "?limit=201", "?limit=1&limit=2", "?colour=red", "?lineage=x", "?before=x" })
            ShouldBeProblem(await Server.AdminGetAsync("/decisions" + wrong), 400);
    }

    [Fact]
    public async Task The_bootstrap_token_lies_in_a_file_of_its_owner_alone_and_outlives_a_restart()
    {
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Path.Combine(Server.Folder, "admin-token")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using var own = await TestServer.StartAsync(issuer => $"issuer: {issuer}", isOnSqlite: true);
        var made = own.AdminToken();
        await own.RestartAsync(() => File.Delete(Path.Combine(own.Folder, "admin-token")));
        File.Exists(Path.Combine(own.Folder, "admin-token")).ShouldBeFalse("it is made once a store");
        (await own.AdminAsync(HttpMethod.Get, Tokens, token: made)).Status.ShouldBe(HttpStatusCode.OK);
        own.Log.Lines.ShouldNotContain(line => line.Contains(made, StringComparison.Ordinal));

        const string Set = "the-token-that-was-set-0123456789";
        await using var configured = await TestServer.StartAsync(issuer => $"issuer: {issuer}", settings: new Dictionary<string, string?> { ["Cambist:AdminToken"] = Set }, isOnSqlite: true);
        File.Exists(Path.Combine(configured.Folder, "admin-token")).ShouldBeFalse();
        (await configured.AdminAsync(HttpMethod.Get, Tokens, token: Set)).Status.ShouldBe(HttpStatusCode.OK);
        (await configured.AdminAsync(HttpMethod.Get, Tokens, token: made)).Status.ShouldBe(HttpStatusCode.Unauthorized);
    }
}
