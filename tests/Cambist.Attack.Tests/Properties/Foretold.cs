using Cambist.Protocol;

namespace Cambist.Attack.Tests.Properties;

/// <summary>What <c>explain</c> said of a request just before it was made, and whether asking left the ledger as it was.</summary>
sealed record Foretold(Explanation Explanation, bool LeftNoEntry)
{
    /// <summary>Nothing that was said differs from what happened.</summary>
    public void ShouldBe(Script.Step step, string said)
    {
        LeftNoEntry.ShouldBeTrue($"asking was recorded\n{said}");
        var refusing = Explanation.Steps.Where(one => one.Verdict == StepVerdict.Refused).Select(one => one.Step).ToArray();
        Explanation.Steps.Length.ShouldBe(10, said);
        if (step.Outcome is Outcome.Refused refused)
        {
            Explanation.Reason.ShouldBe(refused.Entry!.Reason, said);
            Explanation.Grant.ShouldBeNull(said);
            refusing.Length.ShouldBe(1, said);
            Explanation.Steps.Where(one => one.Step > refusing[0]).ShouldAllBe(one => one.Verdict == StepVerdict.NotReached, said);
            Explanation.Detail.ShouldNotBeNullOrEmpty(said);
            return;
        }

        Explanation.Reason.ShouldBe(Reason.None, said);
        refusing.ShouldBeEmpty(said);
        var (issued, given, grant) = ((Outcome.Issued)step.Outcome, step.Given!, Explanation.Grant.ShouldNotBeNull(said));
        (grant.Rule, grant.Target, grant.Audience, grant.Subject).ShouldBe((issued.Entry.Rule!, step.Ask.Target.Name, given.Audiences[0], given.Sub), said);
        grant.Scopes.Order().ShouldBe(given.Scopes!.Select(at => at.Scope).Order(), said);
        grant.ExpiresIn.ShouldBe(given.Expires - LocalEngine.Now, said);
        grant.Actors.ShouldBe(given.Act.Select(level => level.Sub), said);
        (grant.TokenType, grant.HasRefreshToken).ShouldBe((issued.IssuedTokenType, issued.RefreshToken is not null), said);
        Explanation.Rules.Single(rule => rule is { Kind: TriedKind.Rule, Fits: true }).Name.ShouldBe(grant.Rule, said);
    }
}
