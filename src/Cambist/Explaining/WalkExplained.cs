using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>A walk that came to its end, told step by step.</summary>
internal static class WalkExplained
{
    static readonly ImmutableArray<DecisionStep> All = [.. Enum.GetValues<DecisionStep>()];

    public static Explanation Of(Walk walk, Denied? denied, UnverifiedFacts? unverified = null)
    {
        if (walk.IsRefresh) denied = denied?.OfRefreshToken();
        var refusing = denied?.Reason.Step(walk.Subject is not null, walk.Input is not null, walk.Selected is not null);
        var steps = Steps(refusing, denied?.Detail, step => Seen(walk, step), step => IsNeeded(walk, step));
        return new()
        {
            Reason = denied?.Reason ?? Reason.None,
            Detail = denied is null ? null : PrintableText.Of(denied.Detail),
            RegistryRevision = walk.Registry.Revision,
            Steps = unverified is null || refusing is not { } refused ? steps : [.. steps.Select(step => step.Step == refused ? step with { Unverified = Printable(unverified.At(walk, refused)) } : step)],
            Rules = TriedRules.Of(walk),
            Grant = denied is null ? Grant(walk.Token!) : null,
            Remedies = denied is null ? [] : Remedies.Of(new(walk, denied, IsRecorded: false)),
        };
    }

    static IEnumerable<string> Seen(Walk walk, DecisionStep step) =>
        step == DecisionStep.Authenticate && walk.Client is { } client ? [$"{client.Id}, named, not authenticated: no credential was given"] : StepFacts.Of(walk, step);

    /// <summary>All ten, up to the one that refuses.</summary>
    /// <param name="refusing">Which refuses; null where none does.</param>
    /// <param name="required">What it required.</param>
    /// <param name="seen">What each saw; asked of those that were reached.</param>
    /// <param name="isNeeded">Whether there was anything for it to do; null where nobody can say.</param>
    public static ImmutableArray<ExplainedStep> Steps(DecisionStep? refusing, string? required, Func<DecisionStep, IEnumerable<string>> seen, Func<DecisionStep, bool?> isNeeded) =>
    [
        .. All.Select(step =>
            step > refusing ? new ExplainedStep(step, StepVerdict.NotReached, [])
            : step == refusing ? new(step, StepVerdict.Refused, Printable(seen(step)), PrintableText.Of(required ?? ""))
            : new(step, isNeeded(step) switch { true => StepVerdict.Passed, false => StepVerdict.NotNeeded, null => StepVerdict.NotKnown }, Printable(seen(step)))),
    ];

    public static ImmutableArray<string> Printable(IEnumerable<string> lines) => [.. lines.Select(PrintableText.Of)];

    static bool? IsNeeded(Walk walk, DecisionStep step) => step != DecisionStep.ResolveActor || walk.Actor is not null;

    static ExplainedGrant Grant(TokenToIssue token) => new()
    {
        Rule = token.Rule!.Name,
        Target = token.Target.Resource.Name,
        Audience = token.Target.Audience,
        Subject = PrintableText.Of(token.Subject),
        Actors = Printable(token.ActorChain),
        Scopes = token.Scopes,
        ExpiresIn = token.ExpiresAt - token.IssuedAt,
        TokenType = token.TokenType,
        HasRefreshToken = token.Refresh is not null,
    };
}
