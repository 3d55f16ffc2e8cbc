using System.Globalization;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// What each step saw, a fact a line: for an explanation, and the first of each for the trace of a refusal. Of a token only what was verified.
/// </summary>
internal static class StepFacts
{
    public static IEnumerable<string> Of(Walk walk, DecisionStep step) => step switch
    {
        DecisionStep.Read => Read(walk.Action, walk.ScopesAsked),
        DecisionStep.Authenticate => walk.Client is { } client ? [Client(client)] : [],
        DecisionStep.ResolveSubject => walk.Subject is { } subject ? Subject(subject, walk.Now) : [],
        DecisionStep.ResolveActor => walk.Actor is { } actor ? [$"{actor.Subject} from {actor.IssuerName}", Left(actor, walk.Now)] : [],
        DecisionStep.Target => walk.Input is null && walk.Target is null ? [] : [walk.Target is { } target ? Target(target) : "none was named; rules with default_target are asked"],
        DecisionStep.Select => walk.Input is { } input ? Selection(input, walk) : [],
        DecisionStep.Entitle => walk is { Input: { } input, Selected: { } selected } ? Entitled(input, selected) : [],
        DecisionStep.Decide => walk is { Input: { } input, Selected: { } selected } ? Decided(input, selected, walk.Token) : [],
        DecisionStep.Issue => walk.Token is { } token ? [$"{TokenKindNames.Of(token.TokenType)}{(token.Target.Resource.IssuesOpaqueTokens ? ", opaque" : ", a signed JWT")}{(token.Refresh is null ? "" : ", with a refresh token")}"] : [],
        _ => walk.Token is { } decided ? [Spent(decided, walk)] : [],
    };

    public static IEnumerable<string> Read(string action, IEnumerable<string>? scopesAsked)
    {
        yield return action switch
        {
            GrantTypes.TokenExchange => "token exchange",
            GrantTypes.RefreshToken => "a refresh",
            GrantTypes.ClientCredentials => "client credentials",
            _ => "a request that cannot be served as it is",
        };
        yield return scopesAsked is null ? "no scope asked for: all that can be given" : $"scope asked for: {string.Join(' ', scopesAsked)}";
    }

    static string Client(RegisteredClient client) =>
        $"{client.Id}, {(client.IsPublic ? "public" : $"by {JsonNamingPolicy.SnakeCaseLower.ConvertName(client.Authentication.ToString())}")}";

    static IEnumerable<string> Subject(ResolvedToken subject, DateTimeOffset now)
    {
        yield return $"{subject.Subject} ({DecisionInputJson.KindName(subject.Kind)}) from {subject.IssuerName}, as {TokenKindNames.Of(subject.TokenType)}";
        yield return Left(subject, now);
        yield return subject.HeldScopes is not { } held ? "it has no scopes of its own"
            : held.IsEmpty ? "it holds no scope that means anything here"
            : $"it holds {string.Join(", ", held.Select(one => $"{one.Resource}/{one.Scope}"))}";
        if (Audience.IsWellFormed(subject.Claims, out var aud)) yield return $"its aud is {Audience.Describe(aud)}";
        if (subject.ClientId is { } issuedTo) yield return $"it was issued to {issuedTo}";
        if (subject.Act is { } chain) yield return $"it carries act: {string.Join(" for ", chain.Names)}";
        if (subject.Claims.TryGet("may_act"u8, out _)) yield return "it carries may_act";
    }

    static string Left(ResolvedToken token, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"it has {token.ExpiresAt - now.ToUnixTimeSeconds()} s left");

    static string Target(Target target) => $"{target.Resource.Name}, aud {target.Audience}";

    static IEnumerable<string> Selection(DecisionInput input, Walk walk)
    {
        if (walk.Selected is { } selected) yield return $"rule {selected.Rule.Name} (line {selected.Rule.Position.Line}) is the first that fits";
        var (rules, entries) = (RuleSelection.Candidates(input, walk.Registry).Length, walk.Registry.Deny.Length);
        yield return $"{(rules == 1 ? "1 rule is" : $"{rules} rules are")} for this client and target; the registry has {(entries == 1 ? "1 deny entry" : $"{entries} deny entries")}";
    }

    static IEnumerable<string> Entitled(DecisionInput input, SelectedRule selected)
    {
        yield return Entitlement.Names(input.Client);
        yield return Delegate.NewActor(input, selected.Rule) is { } actor ? $"{actor} is put into act" : "nobody is put into act";
    }

    static IEnumerable<string> Decided(DecisionInput input, SelectedRule selected, TokenToIssue? token)
    {
        var possible = ScopeDecision.Possible(selected.Rule.Targets[selected.Target.Resource.Name], input.Subject, selected.Target.Resource.Name, out _);
        yield return possible.IsEmpty ? "no scope can be given" : $"can be given: {string.Join(' ', possible)}";
        if (token is null) yield break;
        yield return token.Scopes.IsEmpty ? "no scope is given" : $"given: {ScopeText.Join(token.Scopes)}";
        yield return string.Create(CultureInfo.InvariantCulture, $"the token lives {token.ExpiresAt - token.IssuedAt} s");
    }

    static string Spent(TokenToIssue token, Walk walk) =>
        DecisionRecorder.SpentOnSuccess(walk, token) is { Count: > 0 } keys
            ? $"an exchange would use up: {string.Join(", ", keys.Select(key => JsonNamingPolicy.SnakeCaseLower.ConvertName(key.Kind.ToString())))}"
            : "an exchange would use up nothing";
}
