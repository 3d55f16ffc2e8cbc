using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist explain --server</c> and what answers there without being an admin API.</summary>
public sealed class ExplainServerTests
{
    const string Id = "019e1f0c3a6b000091c0d1f5a2b7e344";

    [Theory]
    [InlineData(200, "{}", "that is not a Cambist admin API")]
    [InlineData(200, """{"decision_id":7,"verdict":7}""", "that is not a Cambist admin API")]
    [InlineData(200, """{"decision_id":"\ud800","verdict":"\ud800"}""", "not valid JSON text")]
    [InlineData(400, """{"detail":"\ud800"}""", "not valid JSON text")]
    [InlineData(400, """{"detail":"no","detail":"yes"}""", "no JSON object")]
    [InlineData(200, "[]", "no JSON object")]
    public async Task An_answer_that_is_none_is_a_line(int status, string body, string said)
    {
        using var cli = new Cli();
        cli.Write("token", "opaque-subject-token");
        cli.Write("admin", "opaque-admin-token-of-nobody");
        foreach (var (path, asked) in ((string, string[])[])
        [
            ($"/decisions/{Id}", [Id]),
            ("/explain", ["--client", "web", "--subject-token", $"@{cli.Path("token")}", "--subject-token-type", "id_token"]),
        ])
        {
            // it answers under this path whatever is asked
            await using var other = await TestIssuer.StartAsync(path: "/admin/v1" + path);
            other.OAuthMetadata.Status = status;
            other.OAuthMetadata.Say(body);
            string[] command = ["explain", .. asked, "--server", $"{new Uri(other.Issuer).GetLeftPart(UriPartial.Authority)}/.well-known/oauth-authorization-server", "--admin-token", $"@{cli.Path("admin")}"];
            (await cli.FailAsync(command)).ShouldContain(said);
            (await cli.FailAsync([.. command, "--json"])).ShouldContain(said);
            other.OAuthMetadata.Requests.ShouldBe(2);
        }
    }
}
