using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist.Testing;

/// <summary>
/// One provider and two servers with one registry, one for each error profile: whatever is asked of a world is asked of both
/// servers. A request is a function of the server, since tokens of ours differ between them.
/// </summary>
public abstract class World : IAsyncLifetime
{
    /// <summary>The provider that the registry calls <c>login</c>.</summary>
    public TestIssuer Login { get; private set; } = null!;

    /// <summary>The server with <c>error_codes: common</c>.</summary>
    public TestServer Common { get; private set; } = null!;

    /// <summary>The server with <c>error_codes: rfc8693</c>.</summary>
    public TestServer Rfc8693 { get; private set; } = null!;

    /// <summary>The clock of all three; null where it is the machine's.</summary>
    public virtual FakeClock? Clock => null;

    /// <summary>The registry without <c>issuer</c> and <c>error_codes</c>.</summary>
    protected abstract string Registry { get; }

    /// <summary>What the provider publishes.</summary>
    protected virtual IReadOnlyList<TestKey> LoginKeys => [Keys.Rs256, Keys.Es256];

    /// <summary>Files beside the registry.</summary>
    protected virtual IReadOnlyDictionary<string, string>? Files => null;

    /// <summary>What the application adds.</summary>
    protected virtual Action<CambistBuilder>? Extend => null;

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync()
    {
        Login = await TestIssuer.StartAsync(LoginKeys, clock: Clock);
        await StartServersAsync();
    }

    protected async Task StartServersAsync()
    {
        Common = await StartAsync("common");
        Rfc8693 = await StartAsync("rfc8693");
    }

    Task<TestServer> StartAsync(string profile) =>
        TestServer.StartAsync(issuer => $"issuer: {issuer}\nerror_codes: {profile}\n{Registry}", Clock, Files, extend: Extend);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var server in new[] { Common, Rfc8693 })
        {
            if (server is null) continue;
            await server.DisposeAsync();
            server.Log.Lines.ShouldAllBe(line => !line.Contains("A fault of the server", StringComparison.Ordinal));
        }

        if (Login is not null) await Login.DisposeAsync();
    }

    /// <summary>Header and payload of a JWT both begin so; three letters alone turn up in random ids.</summary>
    public const string AnyJwt = "eyJ[0-9A-Za-z_-]+\\.eyJ";

    /// <summary>An ID token of <c>login</c>; alice's for the client web by default.</summary>
    public string IdToken(Action<JsonObject>? change = null, string subject = "alice", string audience = "web", TestKey? key = null) =>
        Login.IdToken(subject, audience, change, key);

    /// <summary>The claims of such a token, to be signed by hand.</summary>
    public JsonObject Claims(Action<JsonObject>? change = null)
    {
        var claims = Login.IdTokenClaims("alice", "web");
        change?.Invoke(claims);
        return claims;
    }

    /// <summary>Both servers must grant it; the answer of the first is given back.</summary>
    public async Task<Answer> GrantsAsync(Func<TestServer, Task<Answer>> request)
    {
        var answer = await request(Common);
        ShouldBeGrant(answer);
        ShouldBeGrant(await request(Rfc8693));
        return answer;
    }

    /// <summary>
    /// Both servers must refuse it for this reason, with the status and code that the contract gives the reason under their
    /// profile. Where the client was authenticated, the ledger must hold the refusal, with the <paramref name="precise"/> reason.
    /// </summary>
    public async Task<Answer> RefusesAsync(Reason reason, Func<TestServer, Task<Answer>> request, Reason? precise = null)
    {
        var answer = await request(Common);
        await ShouldBeRefusalAsync(Common, answer, reason, precise, isCommon: true);
        await ShouldBeRefusalAsync(Rfc8693, await request(Rfc8693), reason, precise, isCommon: false);
        return answer;
    }

    static void ShouldBeGrant(Answer answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        answer.Headers.CacheControl.ShouldNotBeNull().NoStore.ShouldBeTrue();
        answer.ContentHeaders.ContentType.ShouldNotBeNull().MediaType.ShouldBe("application/json");
        answer.AccessToken.ShouldNotBeEmpty();
        answer.Json["token_type"]!.GetValue<string>().ShouldBe("Bearer");
    }

    static async Task ShouldBeRefusalAsync(TestServer server, Answer answer, Reason reason, Reason? precise, bool isCommon)
    {
        var expected = ContractErrors.Of(reason);
        answer.Reason.ShouldBe(reason.WireName(), answer.Body);
        answer.Error.ShouldBe(isCommon ? expected.Common : expected.Rfc8693);
        ((int)answer.Status).ShouldBe(expected.Status);
        ShouldBeWellFormedError(answer);

        if (expected.IsBeforeAuthentication)
        {
            answer.DecisionId.ShouldBeNull();
            return;
        }

        DecisionId.TryParse(answer.DecisionId, out var id).ShouldBeTrue($"no decision_id: {answer.Body}");
        var entry = await server.Engine.Store.Decisions.FindAsync(id, TestContext.Current.CancellationToken);
        entry.ShouldNotBeNull();
        entry.Outcome.ShouldBe(DecisionOutcome.Refused);
        entry.Reason.ShouldBe(precise ?? reason);
        entry.Client.ShouldNotBeNull();
        entry.IssuedId.ShouldBeNull();
        entry.Trace.ShouldNotBeNull().ShouldContain((precise ?? reason).WireName());
        entry.Trace.ShouldNotMatch(AnyJwt);
    }

    /// <summary>What holds of every error: JSON, never cacheable, no token, plain characters, no input echoed.</summary>
    public static void ShouldBeWellFormedError(Answer answer)
    {
        answer.Headers.CacheControl.ShouldNotBeNull().NoStore.ShouldBeTrue();
        answer.ContentHeaders.ContentType.ShouldNotBeNull().MediaType.ShouldBe("application/json");
        answer.Json.ContainsKey("access_token").ShouldBeFalse();
        answer.Body.ShouldNotMatch(AnyJwt);
        answer.Json.Select(member => member.Key).ShouldBeSubsetOf(["error", "error_description", "reason", "decision_id"]);

        // RFC 6749 §5.2
        var description = (string)answer.Json["error_description"]!;
        description.ShouldAllBe(c => c >= ' ' && c <= '~' && c != '"' && c != '\\', description);
        description.ShouldNotBeEmpty();
        if (answer.Status == HttpStatusCode.Unauthorized) answer.Headers.WwwAuthenticate.ToString().ShouldStartWith("Basic");
        if (answer.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) answer.Headers.RetryAfter.ShouldNotBeNull().Delta.ShouldNotBeNull().TotalSeconds.ShouldBeGreaterThanOrEqualTo(1);
    }
}
