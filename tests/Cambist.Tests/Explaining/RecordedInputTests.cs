using Cambist.Protocol;
using Cambist.Yaml;

namespace Cambist.Tests;

public sealed class RecordedInputTests
{
    const string Document = """
        issuer: http://127.0.0.1:8080
        issuers:
          gitlab:
            issuer: https://gitlab.example.com
            tokens: id_token
            kind: client
            subject: "gitlab:{project_id}"
        resources:
          deploy-api: { identifiers: https://deploy.example.com, scopes: deploy }
        clients:
          ci: { auth: none }
        rules:
          - name: deploy
            clients: ci
            subject: { issuer: gitlab, where: { project_id: 4711, user.role: maintainer, /a.b/c: "*" } }
            actor: none
            targets: { deploy-api: deploy }
        """;

    static readonly Registry Registry = RegistryFile.Compile("test", Document, ".", new()).Compilation.Registry!;
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);

    static DecisionInput Input(string moreClaims = "") => new()
    {
        Client = Registry.Clients["ci"],
        Subject = Stated($$"""{"sub":"s","aud":"http://127.0.0.1:8080","iat":1899999990,"exp":1900000300,"project_id":4711,"user":{"role":"maintainer","id":9},"a.b":{"c":"d"}{{moreClaims}}}"""),
        Target = new(Registry.Resources["deploy-api"], "https://deploy.example.com"),
        Scopes = ["deploy"],
        Now = Now,
    };

    static ResolvedToken Stated(string claims)
    {
        StatedToken.Resolve("gitlab", TokenTypes.IdToken, TokenRole.Subject, Claims.Parse(claims), Registry, Now).Gives(out var token, out var denied).ShouldBeTrue(denied?.Detail);
        return token!;
    }

    static RecordedInput ReadBack(DecisionInput input, Registry? registry = null) =>
        RecordedInput.Read(EntryOf(input), registry ?? Registry).Gives(out var read, out var denied) ? read : throw new InvalidOperationException(denied.Detail);

    static LedgerEntry EntryOf(DecisionInput input) => new()
    {
        Outcome = DecisionOutcome.Issued,
        Action = GrantTypes.TokenExchange,
        RegistryRevision = Registry.Revision,
        Input = new InputToRecord(input, Registry.MentionedClaims, null).Encode(),
    };

    [Fact]
    public void What_is_read_back_selects_the_rule_that_what_was_recorded_selects()
    {
        var input = Input();
        var read = ReadBack(input).Input;

        RuleSelection.Select(read, Registry).Gives(out var selected, out var denied).ShouldBeTrue(denied?.Detail);
        selected!.Rule.Name.ShouldBe("deploy");
        new InputToRecord(read, Registry.MentionedClaims, null).Encode().ToArray().ShouldBe(new InputToRecord(input, Registry.MentionedClaims, null).Encode().ToArray());
        read.Now.ShouldBe(Now);
    }

    [Fact]
    public void A_value_that_was_cut_is_named() =>
        ReadBack(Input() with { Subject = Stated($$$"""{"sub":"s","aud":"http://127.0.0.1:8080","exp":1900000300,"iat":1899999990,"project_id":4711,"user":{"role":"{{{new string('x', 300)}}}"}}""") })
            .CutOfSubject.ShouldBe(["user.role"]);

    [Theory]
    [InlineData("  ci: { auth: none }", "  ci: { auth: none, disabled: true }", Reason.ClientAuthenticationFailed)]
    [InlineData("deploy.example.com", "deploy.example.org", Reason.TargetUnknown)]
    [InlineData("tokens: id_token", "tokens: jwt", Reason.SubjectIssuerUntrusted)]
    public void A_registry_without_client_target_or_trust_refuses(string before, string after, Reason expected)
    {
        var draft = RegistryFile.Compile("test", Document.Replace(before, after, StringComparison.Ordinal), ".", new()).Compilation.Registry!;

        RecordedInput.Read(EntryOf(Input()), draft).Gives(out _, out var denied).ShouldBeFalse();
        denied!.Reason.ShouldBe(expected);
    }

    [Fact]
    public void Every_reason_belongs_to_a_step()
    {
        foreach (var reason in Enum.GetValues<Reason>().Where(reason => reason.WireName().StartsWith("actor_", StringComparison.Ordinal)))
            reason.Step().ShouldBeOneOf(DecisionStep.ResolveActor, DecisionStep.Entitle, DecisionStep.Record);
        foreach (var reason in Enum.GetValues<Reason>().Where(reason => reason.WireName().StartsWith("target_", StringComparison.Ordinal)))
            reason.Step().ShouldBe(DecisionStep.Target);
    }
}
