using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Deny entries, looked at before the rules, in no order. A claim that is missing or of another JSON type counts as matched,
/// so that leaving it out dodges nothing.
/// </summary>
internal static class DenyCheck
{
    public static DenyEntry? FirstMatch(DecisionInput input, Rule? rule, Target? target, Registry registry)
    {
        foreach (var entry in registry.Deny)
            if (Names(entry, input.Client, target) && MatchesSubject(entry, input.Subject) && MatchesActor(entry, input, rule)) return entry;
        return null;
    }

    /// <summary>For a grant without a subject: entries that say nothing of a subject, and nothing of an actor.</summary>
    public static DenyEntry? FirstMatch(RegisteredClient client, Target target, Registry registry)
    {
        foreach (var entry in registry.Deny)
            if (entry.Subject is null && entry.Actor is null && Names(entry, client, target)) return entry;
        return null;
    }

    public static Denied Refusal(DenyEntry entry) => new(Reason.Denied, $"deny entry {entry.Name} (line {entry.Position.Line}): {entry.Reason}");

    public static bool Names(DenyEntry entry, RegisteredClient client, Target? target) =>
        (entry.Clients is null || entry.Clients.Contains(client.Id))
        && (entry.Targets is null || target is null || entry.Targets.Contains(target.Resource.Name));

    static bool MatchesSubject(DenyEntry entry, ResolvedToken subject) => Selects(entry, subject) && entry.Subject?.Where.MayHold(subject.Claims) != false;

    static bool MatchesActor(DenyEntry entry, DecisionInput input, Rule? rule) =>
        entry.Actor is not { } wanted || Matches(wanted, input, rule);

    public static bool Matches(ActorRequirement.Token wanted, DecisionInput input, Rule? rule) => ActorClaims(wanted, input, rule) is { } claims && wanted.Where.MayHold(claims);

    /// <summary>Whether clients, targets and subject fit, whatever the conditions say.</summary>
    public static bool Selects(DenyEntry entry, DecisionInput input, Target? target) => Names(entry, input.Client, target) && Selects(entry, input.Subject);

    static bool Selects(DenyEntry entry, ResolvedToken subject) =>
        entry.Subject is not { } selector
        || ((selector.Issuers is null || selector.Issuers.Contains(subject.IssuerName))
            && (selector.TokenTypes is null || selector.TokenTypes.Contains(subject.TokenType))
            && (selector.Kinds is null || selector.Kinds.Contains(subject.Kind)));

    /// <summary>An actor token's, or under <c>actor: client</c> the caller's; null for a request without an actor, which is not matched.</summary>
    public static Claims? ActorClaims(ActorRequirement.Token wanted, DecisionInput input, Rule? rule)
    {
        if (input.Actor is { } actor) return wanted.Issuers.Contains(actor.IssuerName) ? actor.Claims : null;
        return rule?.Actor is ActorRequirement.Caller && wanted.Issuers.Contains(ReservedNames.Self) ? AsActor(input.Client) : null;
    }

    /// <summary>A caller as the actor that it is under <c>actor: client</c>.</summary>
    public static Claims AsActor(RegisteredClient client) =>
        Claims.Parse(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["sub"] = client.Id }));
}
