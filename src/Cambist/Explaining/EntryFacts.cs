using Cambist.Protocol;

namespace Cambist;

/// <summary>What each step saw, as far as a ledger entry says it.</summary>
internal static class EntryFacts
{
    /// <param name="step">Which step.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="walk">The walk rebuilt from it; null where it could not be.</param>
    /// <param name="trace">The lines of its trace.</param>
    public static IEnumerable<string> Of(DecisionStep step, LedgerEntry entry, Walk? walk, string[] trace) => step switch
    {
        DecisionStep.Read => StepFacts.Read(entry.Action, entry.ScopesAsked),
        DecisionStep.Authenticate => Traced("client: ", trace) is { } client ? [client] : entry.Client is { } id ? [id] : [],
        DecisionStep.ResolveSubject => Token("subject: ", entry.Subject, walk, step, trace),
        DecisionStep.ResolveActor => Token("actor: ", entry.Actor, walk, step, trace),
        DecisionStep.Target or DecisionStep.Select when walk is not null => StepFacts.Of(walk, step),
        DecisionStep.Target => Traced("target: ", trace) is { } target ? [target] : entry.Target is { } name ? [name] : [],
        DecisionStep.Select => [.. entry.Rule is { } rule ? [$"rule {rule} decided"] : Array.Empty<string>(), .. trace.Where(line => line.StartsWith("rule ", StringComparison.Ordinal))],
        DecisionStep.Entitle when entry.Outcome == DecisionOutcome.Issued => [entry.ActorChain.Count == 0 ? "nobody is in act" : $"act: {string.Join(" for ", entry.ActorChain)}"],
        DecisionStep.Decide when entry.Outcome == DecisionOutcome.Issued => [entry.ScopesGiven.Count == 0 ? "no scope is given" : $"given: {string.Join(' ', entry.ScopesGiven)}"],
        DecisionStep.Issue => entry.IssuedId is { } jti ? [$"jti {jti}"] : [],
        DecisionStep.Record => [$"{(entry.Outcome == DecisionOutcome.Issued ? "this" : "this refusal")} is decision {entry.Id}"],
        _ => [],
    };

    /// <summary>What the refusal of a token leaves out, since nothing in it was verified, and who can still tell it: whoever has the token.</summary>
    public static IEnumerable<string> NotOnRecord(DecisionStep step, LedgerEntry entry)
    {
        var role = entry.Reason switch
        {
            _ when entry.Action != GrantTypes.TokenExchange => null,
            Reason.SubjectTokenTypeUnsupported or (>= Reason.SubjectMalformed and <= Reason.SubjectInvalid) when step == DecisionStep.ResolveSubject && entry.Subject is null => "subject",
            Reason.ActorTokenTypeUnsupported or (>= Reason.ActorMalformed and <= Reason.ActorInvalid) when step == DecisionStep.ResolveActor && entry.Actor is null => "actor",
            _ => null,
        };
        if (role is null) yield break;
        yield return $"what an unverified {role} token says is not on record";
        yield return "`cambist inspect @TOKEN` shows a JWT's iss, aud, kid and times";
        var subject = role == "actor" ? "--subject-token @SUBJECT --subject-token-type TYPE " : "";
        yield return $"`cambist explain --client {entry.Client} {subject}--{role}-token @TOKEN --{role}-token-type TYPE …` says which of them fails";
    }

    static IEnumerable<string> Token(string label, RecordedParty? party, Walk? walk, DecisionStep step, string[] trace)
    {
        if (party is null) yield break;
        if (walk is not null)
        {
            foreach (var fact in StepFacts.Of(walk, step)) yield return fact;
        }
        else
        {
            yield return Traced(label, trace) ?? $"{party.Sub} from {party.Issuer}";
        }

        if (party.Lineage is { Length: > 0 } id) yield return $"its id is {id}";
    }

    static string? Traced(string label, string[] trace) => Array.Find(trace, line => line.StartsWith(label, StringComparison.Ordinal))?[label.Length..];
}
