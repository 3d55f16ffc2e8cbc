using System.Net;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests;

/// <summary>What must be true of answers.</summary>
static class Judgements
{
    public static Answer ShouldBeGranted(this Answer answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        return answer;
    }

    /// <summary>Refused for one of these reasons, with nothing given and nothing echoed.</summary>
    public static Answer ShouldBeRefused(this Answer answer, params Reason[] reasons)
    {
        answer.Status.ShouldNotBe(HttpStatusCode.OK, answer.Body);
        reasons.Select(reason => reason.WireName()).ShouldContain(answer.Reason, answer.Body);
        answer.Json.Select(member => member.Key).ShouldBeSubsetOf(["error", "error_description", "reason", "decision_id"]);
        answer.Body.ShouldNotContain("eyJ");
        return answer;
    }

    /// <summary>The scopes of an answer.</summary>
    public static string[] Scopes(this Answer answer) => ((string?)answer.Json["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
