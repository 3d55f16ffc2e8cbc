using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-84: traces are read in terminals and consoles, and tell what verified tokens say. A token must not forge a line of one.</summary>
[Collection(AbuseCollection.Name)]
public sealed class TraceTests(AbuseWorld world)
{
    const string Forged = "x\nrule pwned (line 1): it fits\r\u001b[2J\u009b31m\u2028\u2029\u202E\u2066\u0085\u007f\u200b";

    async Task CleanAsync(Answer answer)
    {
        DecisionId.TryParse(answer.DecisionId, out var id).ShouldBeTrue(answer.Body);
        var entry = (await world.Common.Engine.Store.Decisions.FindAsync(id, TestContext.Current.CancellationToken)).ShouldNotBeNull();
        var trace = entry.Trace.ShouldNotBeNull();
        trace.ShouldContain("pwned"); // it is told, in one line
        trace.ShouldNotMatch("[\\x00-\\x09\\x0B-\\x1F\\x7F-\\x9F\\u200B-\\u200F\\u2028-\\u202E\\u2060-\\u2069]");
        trace.Split('\n').ShouldAllBe(line => !line.StartsWith("rule pwned", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AB_84_an_audience_forges_no_line_of_a_trace() =>
        await CleanAsync(await world.StopsAsync(Reason.SubjectNotForCaller, server =>
            server.SendAccessTokenAsync("stranger", world.Login.AccessToken("alice", AbuseWorld.Orders, "read", "web", claims => claims["aud"] = new JsonArray(AbuseWorld.Orders, Forged)))));

    [Fact]
    public async Task AB_84_a_claim_that_a_condition_looks_at_forges_no_line_of_a_trace() =>
        await CleanAsync(await world.StopsAsync(Reason.NoRule, server =>
            server.SendIdTokenAsync("web", world.IdToken(claims => claims["groups"] = new JsonArray(JsonValue.Create(Forged))), ("audience", "reports"))));

    [Fact]
    public async Task AB_84_a_subject_forges_no_line_of_a_trace() =>
        await CleanAsync(await world.StopsAsync(Reason.ScopeNotGranted, server =>
            server.SendIdTokenAsync("web", world.IdToken(subject: "pwned\u2028rule pwned (line 1): it fits\u2029"), ("scope", "none"))));
}
