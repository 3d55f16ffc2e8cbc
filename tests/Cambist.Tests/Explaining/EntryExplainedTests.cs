using Cambist.Protocol;

namespace Cambist.Tests;

public sealed class EntryExplainedTests
{
    const string Document = """
        issuer: https://sts.example.com
        issuers:
          login: { issuer: https://login.example.com, tokens: id_token, subject: "{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
        clients:
          web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          spa: { auth: none }
        rules:
          - { name: staff, clients: web, subject: { issuer: login, where: { team: blue } }, actor: none, targets: { orders: read } }
        """;

    static readonly Registry Registry = RegistryText.Load(Document);
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);

    static LedgerEntry Entry(Reason reason, string detail, bool hasInput = true)
    {
        var claims = Claims.Parse("""{"iat":1899999990,"exp":1900000300,"sub":"alice","aud":"https://sts.example.com","team":"red"}""");
        StatedToken.Resolve("login", TokenTypes.IdToken, TokenRole.Subject, claims, Registry, Now).Gives(out var subject, out _).ShouldBeTrue();
        var input = new DecisionInput { Client = Registry.Clients["web"], Subject = subject!, Target = Target.Default(Registry.Resources["orders"]), Now = Now };
        return new()
        {
            Outcome = DecisionOutcome.Refused,
            Action = GrantTypes.TokenExchange,
            Client = "web",
            Subject = new("login", "alice", "AAAAAAAAAAAAAAAAAAAAAA"),
            Target = "orders",
            Reason = reason,
            RegistryRevision = Registry.Revision,
            Input = hasInput ? new InputToRecord(input, Registry.MentionedClaims, null).Encode() : default,
            Trace = $"client: web, by client_secret_basic\nrule staff (line 9): as it was\n{reason.WireName()}: {detail}",
        };
    }

    [Fact]
    public void What_the_input_holds_is_decided_again()
    {
        var told = Explanation.OfEntry(Entry(Reason.NoRule, "as it was"), Registry).ShouldNotBeNull();

        (told.Reason, told.Detail).ShouldBe((Reason.NoRule, "as it was"));
        told.Rules.ShouldHaveSingleItem().Checks[^1].ShouldBe(new("subject.where.team", "must be \"blue\"", "the token says \"red\"", Holds: false));
        told.Steps.Select(step => step.Verdict).ShouldBe(
        [
            StepVerdict.Passed, StepVerdict.Passed, StepVerdict.Passed, StepVerdict.NotNeeded, StepVerdict.Passed, StepVerdict.Refused,
            StepVerdict.NotReached, StepVerdict.NotReached, StepVerdict.NotReached, StepVerdict.NotReached,
        ]);
    }

    [Fact]
    public void Verdict_and_reason_are_those_of_the_entry_whatever_the_registry_would_decide()
    {
        var told = Explanation.OfEntry(Entry(Reason.SubjectRevoked, "revoked") with { Rule = "staff" }, Registry).ShouldNotBeNull();

        told.Reason.ShouldBe(Reason.SubjectRevoked);
        told.Steps[(int)DecisionStep.Entitle - 1].Verdict.ShouldBe(StepVerdict.NotKnown);
        told.Steps[(int)DecisionStep.Record - 1].Verdict.ShouldBe(StepVerdict.Refused);
    }

    [Fact]
    public void Without_the_registry_the_entry_and_its_trace_are_told()
    {
        var told = Explanation.OfEntry(Entry(Reason.NoRule, "as it was"), registry: null).ShouldNotBeNull();

        told.Rules.ShouldBeEmpty();
        told.Steps[(int)DecisionStep.Authenticate - 1].Seen.ShouldBe(["web, by client_secret_basic"]);
        told.Steps[(int)DecisionStep.Select - 1].Seen.ShouldBe(["rule staff (line 9): as it was"]);
        told.Remedies.ShouldNotBeEmpty();
    }

    [Fact]
    public void Whose_request_it_was_is_known_without_an_input()
    {
        var told = Explanation.OfEntry(Entry(Reason.SubjectAudienceMismatch, "as it was", hasInput: false) with { Client = "spa", Subject = null }, Registry).ShouldNotBeNull();

        told.Remedies.ShouldHaveSingleItem().Change.ShouldStartWith("Have the token issued for this server: aud https://sts.example.com.");
    }

    [Fact]
    public void An_input_that_no_release_knows_leaves_the_entry()
    {
        foreach (var input in new[] { "{}", "[]", "{\"client\":1}", "nothing" })
            Explanation.OfEntry(Entry(Reason.NoRule, "as it was") with { Input = System.Text.Encoding.UTF8.GetBytes(input) }, Registry).ShouldNotBeNull().Detail.ShouldBe("as it was");
    }

    [Fact]
    public void Every_reason_on_record_is_told_with_or_without_an_input()
    {
        foreach (var reason in Enum.GetValues<Reason>().Where(reason => reason != Reason.None))
        {
            foreach (var hasInput in new[] { true, false })
            {
                var told = Explanation.OfEntry(Entry(reason, "why", hasInput), Registry).ShouldNotBeNull();
                told.Reason.ShouldBe(reason);
                told.Steps.Count(step => step.Verdict == StepVerdict.Refused).ShouldBe(1, reason.ToString());
                told.Remedies.ShouldNotBeEmpty(reason.ToString());
            }
        }
    }

    [Fact]
    public void Acts_and_counts_have_no_ten_steps()
    {
        Explanation.OfEntry(Entry(Reason.None, "") with { Outcome = DecisionOutcome.AdminAct }, Registry).ShouldBeNull();
        Explanation.OfEntry(Entry(Reason.None, "") with { Outcome = DecisionOutcome.Counted }, Registry).ShouldBeNull();
        Explanation.OfEntry(Entry(Reason.NoRule, "") with { Action = ImpersonationActs.MintAction }, Registry).ShouldBeNull();
    }
}
