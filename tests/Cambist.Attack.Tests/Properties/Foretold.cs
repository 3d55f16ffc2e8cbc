using Cambist.Protocol;

namespace Cambist.Attack.Tests.Properties;

/// <summary>What <c>explain</c> said of a request just before it was made, and whether asking left the ledger as it was.</summary>
sealed record Foretold(Explanation Explanation, bool LeftNoEntry)
{
    /// <summary>What a policy test decides that states the same tokens; null where it cannot state them, as of a refresh token.</summary>
    public Result<Decision>? Stated { get; init; }

    /// <summary>A policy test comes to the same, but for what only a store and the token's own length can tell.</summary>
    public void ShouldBeStated(Script.Step step, string said)
    {
        if (Stated is not { } stated) return;
        if (step.Outcome is Outcome.Refused { Entry.Reason: var reason })
        {
            if (reason is Reason.SubjectUsedUp or Reason.LineageTooDeep or Reason.TokenTooLarge) return;
            stated.Gives(out _, out var denied).ShouldBeFalse(said);
            denied!.Reason.ShouldBe(reason, said);
            return;
        }

        stated.Gives(out var decision, out var refusal).ShouldBeTrue($"stated: {refusal?.Reason} {refusal?.Detail}\n{said}");
        var (token, given) = (decision!.Token, step.Given!);
        (token.Rule!.Name, token.Subject, token.Target.Audience, token.ExpiresAt).ShouldBe((((Outcome.Issued)step.Outcome).Entry.Rule!, given.Sub, given.Audiences[0], given.Expires), said);
        token.Scopes.Order().ShouldBe(given.Scopes!.Select(at => at.Scope).Order(), said);
        token.ActorChain.ShouldBe(given.Act.Select(level => level.Sub), said);
    }

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
