using Cambist.Protocol;

namespace Cambist.Server.Tests;

/// <summary>The picture of an explanation: what it says, in colour and without, on a terminal and into a file.</summary>
public sealed class ExplanationPictureTests
{
    static Explanation Refused(string claim = "\"false\"") => new()
    {
        Reason = Reason.NoRule,
        Detail = $"2 rules give deploy-api to ci; the nearest is production (line 19): ref_protected must be true, the token says {claim}",
        RegistryRevision = "5a1c9e0b7d3f",
        Steps =
        [
            new(DecisionStep.Read, StepVerdict.Passed, ["token exchange", "no scope asked for: all that can be given"]),
            new(DecisionStep.Authenticate, StepVerdict.Passed, ["ci, public"]),
            new(DecisionStep.ResolveSubject, StepVerdict.Passed, ["gitlab:4711 (client) from gitlab, as id_token", "it has 288 s left"]),
            new(DecisionStep.ResolveActor, StepVerdict.NotNeeded, []),
            new(DecisionStep.Target, StepVerdict.Passed, ["deploy-api, aud https://deploy.example.com"]),
            new(DecisionStep.Select, StepVerdict.Refused, ["2 rules are for this client and target; the registry has 1 deny entry"], $"2 rules give deploy-api to ci; the nearest is production (line 19): ref_protected must be true, the token says {claim}"),
            .. ((DecisionStep[])[DecisionStep.Entitle, DecisionStep.Decide, DecisionStep.Issue, DecisionStep.Record]).Select(step => new ExplainedStep(step, StepVerdict.NotReached, [])),
        ],
        Rules =
        [
            new(TriedKind.Deny, "no-forks", 12, false, [new("subject.where.fork", "must be true", "the token says false", false)]),
            new(TriedKind.Rule, "staging", 15, false, [new("subject.issuer", "must be gitlab", "the token is from gitlab", true), new("subject.where.environment", "must be \"staging\"", "the token says \"production\"", false)]),
            new(TriedKind.Rule, "production", 19, false, [new("subject.issuer", "must be gitlab", "the token is from gitlab", true), new("subject.where.environment", "must be \"production\"", "the token says \"production\"", true), new("subject.where.ref_protected", "must be true", $"the token says {claim}", false)]),
            new(TriedKind.Shadow, "any-branch", 23, true, [new("subject.issuer", "must be gitlab", "the token is from gitlab", true)]),
        ],
        Remedies =
        [
            new(RemedyPlace.Request, "run the job on a protected branch, whose token says ref_protected: true"),
            new(RemedyPlace.Registry, "take ref_protected out of rule production (line 19)", "then every branch deploys"),
        ],
    };

    static readonly Explanation Allowed = new()
    {
        Reason = Reason.None,
        RegistryRevision = "5a1c9e0b7d3f",
        Steps = [.. Enum.GetValues<DecisionStep>().Select(step => new ExplainedStep(step, step == DecisionStep.Record ? StepVerdict.NotKnown : StepVerdict.Passed, step == DecisionStep.Select ? ["rule sign-in (line 19) is the first that fits"] : []))],
        Rules = [new(TriedKind.Rule, "sign-in", 19, true, [new("subject.issuer", "must be login", "the token is from login", true), new("actor", "takes no actor token", "none was sent", true)])],
        Grant = new()
        {
            Rule = "sign-in",
            Target = "orders",
            Audience = "https://orders.example.com",
            Subject = "alice",
            Actors = ["web", "gateway"],
            Scopes = ["read", "write"],
            ExpiresIn = 600,
            TokenType = TokenTypes.AccessToken,
            HasRefreshToken = true,
        },
    };

    static string Picture(Explanation explanation, bool isColoured = false, bool writesUnicode = true, int? width = null)
    {
        using var output = new StringWriter();
        var terminal = new Terminal(Stream.Null, output, TextWriter.Null) { ColoursOutput = isColoured, WritesUnicode = writesUnicode, Width = width };
        ExplanationPicture.WriteVerdict(terminal, explanation);
        ExplanationPicture.WriteSteps(terminal, explanation, isRecorded: false);
        return output.ToString().ReplaceLineEndings("\n");
    }

    [Fact]
    public void A_refusal_names_the_rule_the_value_seen_and_the_remedies() => Picture(Refused()).ShouldBe("""
        refused: no_rule — 2 rules give deploy-api to ci; the nearest is production (line 19): ref_protected must be true, the token says "false"

        the ten steps, under registry revision 5a1c9e0b7d3f
        ├── ✓  1 read            token exchange; no scope asked for: all that can be given
        ├── ✓  2 authenticate    ci, public
        ├── ✓  3 resolve subject gitlab:4711 (client) from gitlab, as id_token; it has 288 s left
        ├── ·  4 resolve actor   nothing to do
        ├── ✓  5 target          deploy-api, aud https://deploy.example.com
        ├── ✗  6 select          no_rule; 2 rules are for this client and target; the registry has 1 deny entry
        │   ├── · deny entry no-forks is not about it
        │   ├── ✗ rule staging (line 15) does not fit
        │   │   ├── ✓ subject.issuer
        │   │   └── ✗ subject.where.environment must be "staging"; the token says "production"
        │   ├── ✗ rule production (line 19) does not fit
        │   │   ├── ✓ subject.issuer, subject.where.environment
        │   │   └── ✗ subject.where.ref_protected must be true; the token says "false"
        │   └── · rule any-branch (line 23) would fit, but is a shadow rule and decides nothing
        │       └── ✓ subject.issuer
        └── ·  7–10 not reached

        to allow it
        ├── 1. in the request: run the job on a protected branch, whose token says ref_protected: true
        └── 2. in the registry: take ref_protected out of rule production (line 19)
            └── but mind: then every branch deploys

        """.ReplaceLineEndings("\n"));

    [Fact]
    public void What_is_allowed_says_what_it_would_give_in_ASCII_where_the_output_takes_no_more() => Picture(Allowed, writesUnicode: false).ShouldBe("""
        allowed - read write at orders for alice, by rule sign-in

        the ten steps, under registry revision 5a1c9e0b7d3f
        |-- ok  1 read
        |-- ok  2 authenticate
        |-- ok  3 resolve subject
        |-- ok  4 resolve actor
        |-- ok  5 target
        |-- ok  6 select          rule sign-in (line 19) is the first that fits
        |   `-- ok rule sign-in (line 19) fits, and decides
        |       `-- ok subject.issuer, actor
        |-- ok  7 entitle
        |-- ok  8 decide
        |-- ok  9 issue
        `-- ?? 10 record          not on record

        it would get
        |-- access_token for orders, aud https://orders.example.com, and a refresh token
        |-- sub alice, act web for gateway
        |-- scope read write
        `-- expires in 10 min

        """.ReplaceLineEndings("\n"));

    [Fact]
    public void A_deny_entry_that_refuses_says_what_matches_and_all_others_take_a_line()
    {
        var picture = Picture(Refused() with
        {
            Rules =
            [
                .. Enumerable.Range(1, 7).Select(i => new ExplainedRule(TriedKind.Deny, $"idle-{i}", i, false, [])),
                new(TriedKind.Deny, "no-forks", 12, true, [new("subject.where.fork", "must be true", "the token says true", true)]),
            ],
        });
        picture.ShouldContain("""
            │   ├── · deny entries idle-1, idle-2, idle-3, idle-4, idle-5, and 2 more are not about it
            │   └── ✗ deny entry no-forks (line 12) forbids it
            │       └── ✓ subject.where.fork must be true; the token says true: it matches

            """.ReplaceLineEndings("\n").TrimEnd());
    }

    [Fact]
    public void What_is_not_verified_is_marked_as_that_under_the_step_that_refuses()
    {
        var steps = Refused().Steps;
        var untrusted = Refused() with { Steps = [.. steps.Take(2), new(DecisionStep.ResolveSubject, StepVerdict.Refused, []) { Unverified = ["sent as id_token", "iss \"https://corp/\"; issuers.corp is https://corp, without the slash"] }, new(DecisionStep.ResolveActor, StepVerdict.NotReached, [])], Rules = [] };
        Picture(untrusted).ShouldContain("""
            ├── ✗  3 resolve subject no_rule
            │   └── what was sent, not verified
            │       ├── sent as id_token
            │       └── iss "https://corp/"; issuers.corp is https://corp, without the slash
            └── ·  4 not reached

            """.ReplaceLineEndings("\n").TrimEnd());
    }

    [Fact]
    public void Without_colour_there_is_no_escape_code_and_no_line_is_broken()
    {
        var picture = Picture(Refused(new string('x', 400)));
        picture.ShouldNotContain("\e");
        picture.ShouldContain($"must be true; the token says {new string('x', 400)}\n");
    }

    [Fact]
    public void Colour_adds_escape_codes_and_nothing_else()
    {
        var coloured = Picture(Refused(), isColoured: true);
        coloured.ShouldContain("\e[");
        System.Text.RegularExpressions.Regex.Replace(coloured, "\e\\[[0-9;]*m", "").ShouldBe(Picture(Refused()));
    }

    [Fact]
    public void On_a_terminal_words_are_not_broken()
    {
        var lines = Picture(Refused(), width: 60).Split('\n');
        lines.ShouldAllBe(line => line.TrimEnd().Length <= 60);
        foreach (var word in (string[])["deploy-api", "ref_protected:", "subject.where.environment", "production"]) lines.ShouldContain(line => line.Contains(word, StringComparison.Ordinal));
        string.Join(' ', lines.Select(line => line.Trim('│', '├', '─', '└', ' '))).ShouldContain("run the job on a protected branch, whose token says ref_protected: true");
    }

    [Fact]
    public void What_a_token_or_a_registry_says_is_shown_and_never_obeyed()
    {
        var picture = Picture(Refused("\"\e]0;owned\a[red]a[/]\u202eb\r\nallowed\""));
        picture.ShouldNotContain("\e");
        picture.ShouldNotContain("\u202e");
        picture.ShouldNotContain("\nallowed");
        picture.ShouldContain("""the token says "\u001b]0;owned\u0007[red]a[/]\u202eb\u000d\u000aallowed""");
    }
}
