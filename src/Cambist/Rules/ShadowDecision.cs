using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// What would have happened, had the shadow rules been live at their places in the document: steps 6 to 8 once more, where a shadow rule
/// would have been the one to decide. Issues, spends and changes nothing. Of a refresh token that is exchanged nothing is foretold: what it
/// stands for was judged by the live rules.
/// </summary>
internal static class ShadowDecision
{
    /// <summary>Null where no shadow rule would have decided.</summary>
    /// <param name="input">What was decided.</param>
    /// <param name="registry">The registry that decided.</param>
    /// <param name="denied">Why it was refused; null where it was not.</param>
    public static ShadowVerdict? Of(DecisionInput input, Registry registry, Denied? denied)
    {
        if (!registry.Rules.HasShadows || input.Subject.TokenType == TokenTypes.RefreshToken) return null;
        if (RuleSelection.FirstFit(Candidates(input, registry), input) is not { IsShadow: true } rule) return null;

        var target = RuleSelection.TargetOf(input, rule, registry)!;
        var why = Decide(input, rule, target, registry).Gives(out var decision, out var refused) ? Outlasting(denied) : refused.Reason;
        return new(rule.Name, target.Resource.Name, why, why == Reason.None ? decision!.Token.Scopes : []);
    }

    static ImmutableArray<Rule> Candidates(DecisionInput input, Registry registry) =>
        input.Target is { } target ? registry.Rules.WithShadowsFor(input.Client.Id, target.Resource.Name) : registry.Rules.DefaultsWithShadowsFor(input.Client.Id);

    static Result<Decision> Decide(DecisionInput input, Rule rule, Target target, Registry registry) =>
        DenyCheck.FirstMatch(input, rule, target, registry) is { } deny ? DenyCheck.Refusal(deny) : Decision.Of(input, new SelectedRule(rule, target), registry);

    /// <summary>What the ledger or the token itself refused, it would have refused under any rule; but <c>once</c> counts rule by rule.</summary>
    static Reason Outlasting(Denied? denied) =>
        denied is not null && denied.Reason != Reason.OnceUsedUp && denied.Reason.Step() is DecisionStep.Issue or DecisionStep.Record ? denied.Reason : Reason.None;
}
