namespace Cambist.Tests;

public class TopLevelErrorTests
{
    [Theory]
    [InlineData("§text", "document", "must be a map")]
    [InlineData("§[issuer]", "document", "must be a map")]
    [InlineData("issuer: https://a.example\n§isuers: {}", "document", "did you mean issuers?")]
    [InlineData("issuer: https://a.example\n§admin: {}", "document", "'admin' is unknown here")]
    [InlineData("issuer: https://a.example\n§rules:[]: x", "document", "wants a space")]
    [InlineData("issuer: §http://sts.example.com", "issuer", "write https, or set Cambist:AllowHttp")]
    [InlineData("issuer: §sts.example.com", "issuer", "no URL")]
    [InlineData("issuer: §HTTPS://sts.example.com", "issuer", "must begin with https://")]
    [InlineData("issuer: §ftp://sts.example.com", "issuer", "must begin with https://")]
    [InlineData("issuer: §https://sts.example.com/?tenant=1", "issuer", "query")]
    [InlineData("issuer: §https://sts.example.com/#x", "issuer", "fragment")]
    [InlineData("issuer: §https://user:pw@sts.example.com", "issuer", "no user and password")]
    [InlineData("issuer: §'https://sts.example.com /x'", "issuer", "character")]
    [InlineData("issuer: §https://stś.example.com", "issuer", "character")]
    [InlineData("issuer:§", "issuer", "no value")]
    [InlineData("issuer: §null", "issuer", "no value")]
    [InlineData("issuer: §''", "issuer", "no value")]
    [InlineData("issuer: §[https://a.example, https://b.example]", "issuer", "one value")]
    [InlineData("§{}", "issuer", "nothing says who we are")]
    [InlineData("issuer: https://a.example\nerror_codes: §Common", "error_codes", "common")]
    [InlineData("issuer: https://a.example\nerror_codes: §rfc8639", "error_codes", "did you mean rfc8693?")]
    [InlineData("issuer: https://a.example\nsigning: §ES256", "signing", "must be a map")]
    [InlineData("issuer: https://a.example\nsigning: { algorithm: §HS256 }", "signing.algorithm", "ES256")]
    [InlineData("issuer: https://a.example\nsigning: { algorithm: §ES512 }", "signing.algorithm", "known: ES256, ES384, PS256, RS256")]
    [InlineData("issuer: https://a.example\nsigning: { rotate_every: §90 }", "signing.rotate_every", "no duration")]
    [InlineData("issuer: https://a.example\nsigning: { algorithm: §HS256 }", "signing.algorithm", "HS256 is symmetric and never allowed")]
    [InlineData("issuer: https://a.example\nsigning: { rotate_every: §7199s }", "signing.rotate_every", "write 2h or longer")]
    [InlineData("issuer: https://a.example\nsigning: §{ rotate_every: 1d }\nresources: { a: { identifiers: https://x.example, token: { lifetime: 99d } } }", "signing", "101 keys would be published at a time")]
    [InlineData("issuer: https://a.example\nsigning: { §rotate: 90d }", "signing", "'rotate' is unknown")]
    [InlineData("issuer: https://a.example\nissuers: §[]", "issuers", "must be a map")]
    [InlineData("issuer: https://a.example\nresources: §orders", "resources", "must be a map")]
    [InlineData("issuer: https://a.example\nclients: §[web]", "clients", "must be a map")]
    [InlineData("issuer: https://a.example\nrules: [§sign-in]", "rules[0]", "must be a map")]
    [InlineData("issuer: https://a.example\ndeny: §x", "deny", "must be a map")]
    [InlineData("issuer: https://a.example\nlists: §[a]", "lists", "must be a map")]
    [InlineData("issuer: https://a.example\nlists: { a: §[] }", "lists.a", "empty")]
    [InlineData("issuer: https://a.example\nlists: { a: §{ not: b } }", "lists.a", "holds values")]
    [InlineData("issuer: https://a.example\nlists: { §client: [a] }", "lists.client", "reserved")]
    public void Each_error_outside_the_sections_is_found(string marked, string subject, string part) => Wrong.Is(marked, subject, part);

    [Theory]
    [InlineData("0s", "no time at all")]
    [InlineData("00d", "no time at all")]
    [InlineData("10", "no duration")]
    [InlineData("s", "no duration")]
    [InlineData("-1s", "no duration")]
    [InlineData("+1s", "no duration")]
    [InlineData("1.5h", "no duration")]
    [InlineData("1h30m", "no duration")]
    [InlineData("1 h", "no duration")]
    [InlineData("1H", "no duration")]
    [InlineData("1w", "no duration")]
    [InlineData("PT1H", "no duration")]
    [InlineData("3651d", "longer than ten years")]
    [InlineData("99999999999999999999s", "longer than ten years")]
    [InlineData("9223372036854775807d", "longer than ten years")]
    [InlineData("\u0661s", "no duration")]
    public void A_duration_is_a_whole_number_and_a_unit(string text, string part)
    {
        Durations.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldContain(part);
        Wrong.Is($"issuer: https://a.example\nsigning: {{ rotate_every: §'{text}' }}", "signing.rotate_every", part);
    }

    [Theory]
    [InlineData("1s", 1)]
    [InlineData("90s", 90)]
    [InlineData("10m", 600)]
    [InlineData("8h", 28800)]
    [InlineData("90d", 7776000)]
    [InlineData("3650d", 315360000)]
    [InlineData("0010m", 600)]
    public void Durations_are_read(string text, int seconds)
    {
        Durations.TryParse(text, out var duration, out _).ShouldBeTrue();
        duration.ShouldBe(TimeSpan.FromSeconds(seconds));
        Durations.TryParse(Durations.Format(duration), out var again, out _).ShouldBeTrue();
        again.ShouldBe(duration);
    }

    [Fact]
    public void Two_issuers_of_ours_that_differ_are_an_error_and_equal_ones_are_none()
    {
        var error = RegistryText.Compile("error_codes: common\nissuer: https://a.example", source => source with { ConfiguredIssuer = "https://a.example/" }).Errors().ShouldHaveSingleItem();
        error.ToString().ShouldStartWith("2:9 issuer: ");
        error.Message.ShouldContain("differs from Cambist:Issuer");
        RegistryText.Compile("issuer: https://a.example", source => source with { ConfiguredIssuer = "https://a.example" }).Findings.ShouldBeEmpty();
    }

    [Fact]
    public void A_bad_issuer_of_the_settings_is_named_by_its_setting()
    {
        var error = RegistryText.Compile("{}", source => source with { ConfiguredIssuer = "http://sts.example.com", DefaultIssuer = "http://127.0.0.1:8080" }).Errors().ShouldHaveSingleItem();
        error.Subject.ShouldBe("Cambist:Issuer");
    }

    [Theory]
    [InlineData("http://localhost:8080")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://127.1.2.3/tenant")]
    [InlineData("http://[::1]:5000")]
    [InlineData("https://sts.example.com/a/b/")]
    public void Http_is_admitted_on_loopback_and_https_anywhere(string issuer) => RegistryText.Load($"issuer: {issuer}").Issuer.ShouldBe(issuer);

    [Theory]
    [InlineData("http://localhost.example.com")]
    [InlineData("http://10.0.0.1")]
    [InlineData("http://loopback")]
    [InlineData("http://127.0.0.1.example.com")]
    [InlineData("http://0.0.0.0")]
    public void Hosts_that_only_look_like_loopback_are_not(string issuer)
    {
        Wrong.Is($"issuer: §{issuer}", "issuer", "plain http");
        RegistryText.Compile($"issuer: {issuer}", source => source with { AllowHttp = true }).Findings.ShouldHaveSingleItem().ToString().ShouldStartWith("1:9 issuer: ");
    }

    [Fact]
    public void Parser_findings_come_with_those_of_the_compiler_and_nothing_is_said_twice_of_what_the_parser_refused()
    {
        var compilation = RegistryText.Compile("issuer: *x\nresources:\n  a: *y\nclients:\n  web: { secrets: *z }\nrules: *r\nerror_codes: wrong\nlists: { a: [*b] }\n");
        compilation.Registry.ShouldBeNull();
        compilation.Findings.Select(finding => finding.Position.Line).ShouldBe([1, 3, 5, 6, 7, 8]);
    }
}
