namespace Cambist;

/// <summary>
/// What steps 6 to 8 make of an input, where that is all there is to decide on: a refresh token that is looked at, a policy test, a
/// recorded request under another registry. Pure.
/// </summary>
/// <param name="Selected">The rule, and the target it decides about.</param>
/// <param name="Token">What it would give.</param>
internal sealed record Decision(SelectedRule Selected, TokenToIssue Token)
{
    public static Result<Decision> Of(DecisionInput input, Registry registry) =>
        RuleSelection.Select(input, registry).Gives(out var selected, out var denied) ? Of(input, selected, registry) : denied;

    /// <summary>Steps 7 and 8, under a rule that was selected.</summary>
    public static Result<Decision> Of(DecisionInput input, SelectedRule selected, Registry registry)
    {
        if (Entitlement.Check(input, selected, registry) is { } notEntitled) return notEntitled;
        return TokenDecision.Decide(input, selected).Gives(out var token, out var denied) ? new Decision(selected, token) : denied;
    }
}
