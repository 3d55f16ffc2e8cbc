using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist inspect</c>.</summary>
public sealed class InspectTests : IDisposable
{
    static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    static readonly TestKey Key = TestKey.Create("ES256", "es256-1");

    readonly Cli _cli = new() { Clock = new FakeClock(Now) };

    public void Dispose() => _cli.Dispose();

    static JsonObject Claims(int expiresIn = 598) => new()
    {
        ["iss"] = "https://sts.example.com",
        ["sub"] = "alice",
        ["aud"] = "https://billing.example.com",
        ["iat"] = Now.ToUnixTimeSeconds() - 120,
        ["exp"] = Now.ToUnixTimeSeconds() + expiresIn,
    };

    [Fact]
    public async Task It_shows_header_claims_and_times_in_words_and_says_that_nothing_is_verified()
    {
        var result = await _cli.RunAsync(["inspect", $"@{_cli.Write("token", TestJwt.Sign(Claims(), Key, "at+jwt") + "\n")}"]);
        (result.ExitCode, result.Error).ShouldBe((0, ""));
        result.Output.ShouldContain("not verified");
        result.Output.ShouldMatch(@"  alg +ES256\n");
        result.Output.ShouldMatch(@"  sub +alice\n");
        result.Output.ShouldContain("2026-03-01 12:09:58 UTC, expires in 9 min 58 s");
        result.Output.ShouldContain("issued 2 minutes ago");
        result.Output.ShouldNotContain("refuse");
    }

    [Fact]
    public async Task The_act_chain_is_a_tree_that_reads_without_colour()
    {
        var claims = Claims();
        claims["act"] = new JsonObject { ["sub"] = "billing", ["act"] = new JsonObject { ["sub"] = "orders", ["iss"] = "https://other.example.com" } };
        var output = (await _cli.RunAsync(["inspect", "-"], TestJwt.Sign(claims, Key).ToString())).Output;
        output.ShouldContain("  alice  (subject)\n  └─ billing  (acts now)\n     └─ orders of https://other.example.com  (acted before)\n");
        output.ShouldNotContain("\e[");
    }

    [Fact]
    public async Task Json_says_the_same_to_programs()
    {
        var claims = Claims(-180);
        claims["act"] = new JsonObject { ["sub"] = "orders" };
        var json = JsonNode.Parse((await _cli.RunAsync(["inspect", "-", "--json"], TestJwt.Sign(claims, Key).ToString())).Output)!;
        ((string)json["kind"]!, (bool)json["verified"]!, (string)json["claims"]!["sub"]!).ShouldBe(("jwt", false, "alice"));
        ((string)json["times"]!["exp"]!).ShouldBe("expired 3 minutes ago");
        ((string)json["actors"]![0]!).ShouldBe("orders");
        json["warnings"]!.AsArray().Select(warning => (string)warning!).ShouldBe(["it expired 3 minutes ago"]);
    }

    [Theory]
    [InlineData("""{"alg":"none"}""", """{"iss":"i","sub":"s","aud":"a","iat":1,"exp":1}""", "alg is none")]
    [InlineData("""{"alg":"HS256"}""", """{"iss":"i"}""", "shared secret")]
    [InlineData("""{"alg":"RS512"}""", """{"iss":"i"}""", "alg is RS512: refused unless")]
    [InlineData("""{"alg":"ES256","typ":"JOSE"}""", """{"iss":"i"}""", "typ is JOSE")]
    [InlineData("""{"alg":"ES256","crit":["x"]}""", """{"iss":"i"}""", "crit or b64")]
    [InlineData("""{"alg":"ES256"}""", """{"sub":"a","sub":"b"}""", "a member stands there twice")]
    [InlineData("""{"alg":"ES256"}""", """{"sub":"a"}""", "exp is missing")]
    [InlineData("""{"alg":"ES256"}""", """{"exp":"soon"}""", "exp is no number")]
    [InlineData("""{"alg":"ES256"}""", """{"sub":7}""", "sub is missing, or no string")]
    [InlineData("""{"alg":"ES256"}""", """{"iat":99999999999}""", "issued in the future")]
    public async Task What_Cambist_would_refuse_is_a_warning(string header, string claims, string warning)
    {
        var result = await _cli.RunAsync(["inspect", "-"], TestJwt.Sign(header, claims, Key).ToString());
        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain(warning);
    }

    [Fact]
    public async Task A_token_without_a_signature_is_shown_all_the_same()
    {
        var token = TestJwt.Sign("""{"alg":"none"}""", """{"sub":"a"}""", Key).ToString();
        (await _cli.RunAsync(["inspect", "-"], token[..(token.LastIndexOf('.') + 1)])).Output.ShouldContain("alg is none");
    }

    [Theory]
    [InlineData("a.b", "2 parts")]
    [InlineData("a.b.c.d.e", "encrypted")]
    [InlineData("opaque-token", "no dots")]
    [InlineData("Bearer a.b.c", "begins with Bearer")]
    [InlineData("{\"access_token\":\"x\"}", "it is JSON")]
    [InlineData("eyJhIjoxfQ.eyJhI joxfQ.c2ln", "character 17 is white space")]
    [InlineData("eyJhIjoxfQ.eyJhIjox.c2ln", "second part, the claims, is not JSON")]
    [InlineData("W10.eyJhIjoxfQ.c2ln", "first part, the header, is JSON, but no object")]
    [InlineData("_w.eyJhIjoxfQ.c2ln", "first part, the header, is not UTF-8")]
    [InlineData("eyJhIjoiXHVkODAwIn0.eyJhIjoxfQ.c2ln", "first part, the header, holds half a character")]
    [InlineData("eyJhIjoxfQ.eyJhIjoiXHVkODAwIn0.c2ln", "second part, the claims, holds half a character")]
    [InlineData("eyJhIjoxfQ.eyJcdWRjMDAiOjF9.c2ln", "second part, the claims, holds half a character")]
    [InlineData("", "is empty")]
    public async Task What_is_no_JWT_is_one_line_that_says_where_it_stops_being_one(string text, string reason)
    {
        var line = await _cli.FailAsync(["inspect", "-"], text);
        line.ShouldContain(reason);
        if (text.Length > 12) line.ShouldNotContain(text[5..]);
    }

    [Theory]
    [InlineData("cbt_abcdefgh", "opaque access token")]
    [InlineData("cbr_abcdefgh", "refresh token")]
    [InlineData("sub_abcdefgh", "impersonation token")]
    public async Task Our_opaque_kinds_are_named_and_not_shown(string token, string kind)
    {
        var result = await _cli.RunAsync(["inspect", "-"], token);
        result.ExitCode.ShouldBe(0);
        result.Output.ShouldContain(kind);
        result.Output.ShouldNotContain("abcdefgh");
    }

    [Fact]
    public async Task What_a_terminal_would_obey_is_shown_and_not_sent_to_it()
    {
        var claims = Claims();
        claims["sub"] = "a\e[31mb\u202Ec";
        claims["act"] = new JsonObject { ["sub"] = "x\e]0;y" };
        var output = (await _cli.RunAsync(["inspect", "-"], TestJwt.Sign(claims, Key).ToString())).Output;
        output.ShouldNotContain("\e");
        output.ShouldNotContain("\u202E");
        output.ShouldContain("a\\u001b[31mb\\u202ec");
    }

    [Fact]
    public async Task A_token_on_the_command_line_is_wrong_usage_and_is_not_repeated()
    {
        var token = TestJwt.Sign(Claims(), Key).ToString();
        foreach (var arguments in (string[][])[["inspect", token], ["inspect", "@x", token], ["new", "issuer", "login", token], ["new", "issuer", "login", "https://login.example.com", "--token", token]])
        {
            var line = await _cli.FailAsync(arguments, exitCode: 2);
            line.ShouldContain("@FILE");
            line.ShouldNotContain(token[..20]);
        }
    }

    [Fact]
    public async Task At_a_file_means_its_content_and_never_more_arguments()
    {
        (await _cli.FailAsync(["inspect", $"@{_cli.Path("missing")}"])).ShouldContain("there is no file");
        (await _cli.FailAsync(["inspect", $"@{_cli.Write("help", "--help")}"])).ShouldContain("no JWT");
        (await _cli.FailAsync(["inspect", $"@{_cli.Path(".")}"])).ShouldContain("cannot be read");
        (await _cli.FailAsync(["inspect", $"@{_cli.Write("large", new string('a', (1024 * 1024) + 1))}"])).ShouldContain("more than 1 MiB");
        (await _cli.FailAsync(["inspect", "-"], new string('a', (1024 * 1024) + 1))).ShouldContain("more than 1 MiB");
    }
}
