using System.Net;
using System.Text;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>"Every act on it is a ledger entry": what was refused to an administrator, and what was read, too.</summary>
public sealed class AdminRecordTests(AdminWorld world) : IClassFixture<AdminWorld>
{
    static readonly string Id = new('A', 22);

    TestServer Server => world.Common;

    async Task<LedgerEntry> NewestAsync() => (await Server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 1, TestContext.Current.CancellationToken))[0];

    [Theory]
    [InlineData("POST", "/impersonation-tokens", "{\"subject\":\"alice\"}", 400, "POST /impersonation-tokens", "reason is required")]
    [InlineData("POST", "/impersonation-tokens", "planted-secret", 400, "POST /impersonation-tokens", "not JSON")]
    [InlineData("POST", "/revocations", "large", 413, "POST /revocations", "16384")]
    [InlineData("DELETE", "/impersonation-tokens/AAAAAAAAAAAAAAAAAAAAAA", null, 404, "DELETE /impersonation-tokens/AAAAAAAAAAAAAAAAAAAAAA", "no impersonation token")]
    [InlineData("DELETE", "/impersonation-tokens/sub_planted-secret", null, 404, "DELETE /impersonation-tokens/{id}", "no impersonation token")]
    [InlineData("GET", "/tokens/planted-secret", null, 400, "GET /tokens/{jti}", "no id of a token")]
    [InlineData("GET", "/tokens/AAAAAAAAAAAAAAAAAAAAAA", null, 404, "GET /tokens/AAAAAAAAAAAAAAAAAAAAAA", "no token of this id")]
    [InlineData("GET", "/decisions/00000000000000000000000000000000", null, 404, "GET /decisions/00000000000000000000000000000000", "no decision")]
    [InlineData("GET", "/decisions?planted-secret=1", null, 400, "GET /decisions", "not known here")]
    [InlineData("GET", "/decisions?reason=planted-secret", null, 400, "GET /decisions", "published list")]
    public async Task What_was_refused_to_an_administrator_is_on_record_once_and_without_what_was_sent(string method, string path, string? body, int status, string what, string why)
    {
        var before = await NewestOrNoneAsync();
        (await Server.AdminAsync(new(method), path, body == "large" ? new string(' ', 20_000) : body)).Status.ShouldBe((HttpStatusCode)status);
        var entry = await NewestAsync();
        (entry.Outcome, entry.Action).ShouldBe((DecisionOutcome.Refused, $"{method} {(what.Contains('/') ? Template(path) : what)}"));
        entry.Actor.ShouldBe(new RecordedParty("bootstrap", "cambist-admin", null));
        entry.Trace!.ShouldStartWith($"{what}\n{status} ");
        entry.Trace!.ShouldContain(why);
        entry.Trace!.ShouldNotContain("planted-secret");
        (await CountSinceAsync(before)).ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_minting_is_on_record_once()
    {
        var before = await NewestOrNoneAsync();
        (await Server.MintAsync("web")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await NewestAsync()).Action.ShouldBe("impersonation_tokens.mint");
        (await CountSinceAsync(before)).ShouldBe(1);
    }

    [Fact]
    public async Task Who_does_not_authenticate_makes_no_entry()
    {
        var before = await NewestOrNoneAsync();
        (await Server.AdminAsync(HttpMethod.Get, "/decisions?limit=0", token: "wrong-token")).Status.ShouldBe(HttpStatusCode.Unauthorized);
        (await CountSinceAsync(before)).ShouldBe(0);
    }

    [Fact]
    public async Task A_reading_is_on_record_with_its_filters()
    {
        (await Server.AdminGetAsync("/decisions?client=web&subject=al%0Aice&limit=1")).Status.ShouldBe(HttpStatusCode.OK);
        var entry = await NewestAsync();
        (entry.Action, entry.Trace).ShouldBe(("admin.read", "/decisions?client=web&subject=al\\u000aice&limit=1"));
    }

    [Theory]
    [InlineData("PUT", "/decisions", "GET")]
    [InlineData("POST", "/tokens/AAAAAAAAAAAAAAAAAAAAAA", "GET, DELETE")]
    [InlineData("PATCH", "/impersonation-tokens", "POST, GET")]
    [InlineData("GET", "/revocations", "POST")]
    public async Task A_wrong_method_is_405_with_those_there_are(string method, string path, string allow)
    {
        var answer = await Server.AdminAsync(new(method), path);
        ShouldBeProblem(answer, 405);
        answer.ContentHeaders.Allow.ShouldBe(allow.Split(", "));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/nothing")]
    [InlineData("/decisions/00/more")]
    [InlineData("/tokens/")]
    public async Task A_path_that_there_is_not_is_404(string path) => ShouldBeProblem(await Server.AdminGetAsync(path), 404);

    [Theory]
    [InlineData("{\"subject\":\"alice\",\"reason\":\"x\",\"expires_in\":601}", "expires_in must be a whole number from 1 to 600.")]
    [InlineData("{\"subject\":\"alice\",\"reason\":\"x\",\"may_act\":{}}", "may_act has no sub.")]
    [InlineData("{\"subject\":\"alice\",\"reason\":\"x\",\"x\":1}", "There is a member that is not known here; ")]
    [InlineData("nonsense", "The body is not JSON.")]
    [InlineData("[]", "The body must be a JSON object.")]
    [InlineData("{\"subject\":\"alice\",\"subject\":\"bob\"}", "The body has a member twice in one object.")]
    [InlineData("{\"claims\":{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}", "The body is nested deeper than ")]
    public async Task A_fault_is_told_in_the_words_of_the_one_who_wrote(string body, string detail)
    {
        var answer = await Server.AdminAsync(HttpMethod.Post, "/impersonation-tokens", body);
        ShouldBeProblem(answer, 400);
        ((string)answer.Json["detail"]!).ShouldStartWith(detail);
    }

    [Theory]
    [InlineData("application/json; charset=utf-16", 415)]
    [InlineData("application/json; charset=iso-8859-1", 415)]
    [InlineData("application/json; charset=\"UTF-8\"", 201)]
    [InlineData("Application/JSON", 201)]
    public async Task JSON_is_utf8(string type, int status) =>
        ((int)(await Server.AdminAsync(HttpMethod.Post, "/impersonation-tokens", change: request =>
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{\"subject\":\"alice\",\"reason\":\"x\"}"));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        })).Status).ShouldBe(status);

    [Theory]
    [InlineData("\u202Eecila")]
    [InlineData("ali\u200Bce")]
    [InlineData("alice\uFEFF")]
    [InlineData("alice\u2066")]
    [InlineData("alice\u3164")]
    [InlineData("alice\U000E0041")]
    [InlineData("alice\u2028")]
    [InlineData(" alice")]
    [InlineData("alice ")]
    [InlineData("\u00A0alice")]
    public async Task Text_that_does_not_read_as_it_is_is_refused(string text)
    {
        (await Server.MintAsync(text)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Server.MintAsync("alice", body => body["reason"] = text)).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Server.AdminPostAsync("/revocations", new() { ["subject"] = "alice", ["reason"] = text })).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await Server.AdminAsync(HttpMethod.Delete, $"/tokens/{Id}?reason={Uri.EscapeDataString(text)}")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("Zoë Müller-Łukasz")]
    [InlineData("田中 太郎")]
    [InlineData("😀 smith")]
    public async Task Names_of_the_world_are_taken(string subject) => (await Server.MintAsync(subject, body => body["reason"] = subject)).Status.ShouldBe(HttpStatusCode.Created);

    [Fact]
    public async Task Whatever_a_subject_is_called_it_can_be_revoked() =>
        (await Server.AdminPostAsync("/revocations", new() { ["subject"] = " \u200Bmallory ", ["reason"] = "x" })).Status.ShouldBe(HttpStatusCode.OK);

    static void ShouldBeProblem(Answer answer, int status)
    {
        ((int)answer.Status).ShouldBe(status, answer.Body);
        answer.ContentHeaders.ContentType!.MediaType.ShouldBe("application/problem+json");
        ((int)answer.Json["status"]!).ShouldBe(status);
    }

    static string Template(string path) => path.Split('?')[0].Split('/') switch
    {
        ["", "impersonation-tokens", _] => "/impersonation-tokens/{id}",
        ["", "tokens", _] => "/tokens/{jti}",
        ["", "decisions", _] => "/decisions/{id}",
        _ => path.Split('?')[0],
    };

    async Task<DecisionId> NewestOrNoneAsync() =>
        (await Server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 1, TestContext.Current.CancellationToken)) is [var entry] ? entry.Id : default;

    async Task<int> CountSinceAsync(DecisionId last) =>
        (await Server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, 10, TestContext.Current.CancellationToken)).TakeWhile(entry => entry.Id != last).Count();
}
