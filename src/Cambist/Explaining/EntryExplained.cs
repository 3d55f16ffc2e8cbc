using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// A decision on record, told step by step. What its input holds is decided again under the registry that decided; what it does not hold
/// (<c>act</c>, claims that the registry does not name, the state of the ledger) is told as far as the entry says it.
/// </summary>
internal static class EntryExplained
{
    public static Explanation? Of(LedgerEntry entry, Registry? registry)
    {
        if (entry.Outcome is not (DecisionOutcome.Issued or DecisionOutcome.Refused)) return null;
        if (entry.Action is not (GrantTypes.TokenExchange or GrantTypes.RefreshToken or GrantTypes.ClientCredentials or UnservableRequests.Action)) return null;

        var trace = entry.Trace?.ReplaceLineEndings("\n").Split('\n') ?? [];
        var denied = entry.Reason == Reason.None ? null : new Denied(entry.Reason, DetailIn(trace, entry.Reason));
        var walk = Rebuilt(entry, registry);
        var refusing = denied?.Reason.Step(entry.Subject is not null, !entry.Input.IsEmpty, entry.Rule is not null);
        return new()
        {
            Reason = entry.Reason,
            Detail = denied?.Detail,
            RegistryRevision = entry.RegistryRevision,
            Steps = WalkExplained.Steps(
                refusing, denied?.Detail,
                step => [.. EntryFacts.Of(step, entry, walk, trace), .. step == refusing ? EntryFacts.NotOnRecord(step, entry) : []], step => IsNeeded(step, entry)),
            Rules = walk is null ? [] : TriedRules.Of(walk),
            Grant = entry.Outcome == DecisionOutcome.Issued ? Grant(entry, walk, registry) : null,
            Remedies = denied is null ? [] : Remedies.Of(new(walk ?? Begun(entry, registry), denied, IsRecorded: true)),
        };
    }

    /// <summary>The last line of a refusal's trace is its reason.</summary>
    static string DetailIn(string[] trace, Reason reason)
    {
        var prefix = $"{reason.WireName()}: ";
        return trace is [.., var last] && last.StartsWith(prefix, StringComparison.Ordinal) ? last[prefix.Length..] : "";
    }

    /// <summary>The walk as far as the record and the registry give it; null where they do not give the input.</summary>
    static Walk? Rebuilt(LedgerEntry entry, Registry? registry)
    {
        if (registry is null || Read(entry, registry) is not { Input: var input }) return null;
        var rule = registry.Rules.All.FirstOrDefault(rule => rule.Name == entry.Rule);
        var target = RuleSelection.TargetOf(input, rule, registry);
        return new(registry, input.Now, entry.Action)
        {
            Client = input.Client,
            Subject = input.Subject,
            Actor = input.Actor,
            Target = target,
            ScopesAsked = input.Scopes,
            Input = input,
            Selected = rule is null || target is null ? null : new(rule, target),
        };
    }

    /// <summary>The walk of a request that did not get so far that an input was recorded: who asked is known all the same.</summary>
    static Walk? Begun(LedgerEntry entry, Registry? registry) => registry is not null && entry.Client is { } id && registry.Clients.TryGetValue(id, out var client)
        ? new(registry, DateTimeOffset.FromUnixTimeMilliseconds(entry.Id.Milliseconds), entry.Action) { Client = client }
        : null;

    static RecordedInput? Read(LedgerEntry entry, Registry registry)
    {
        if (entry.Input.IsEmpty) return null;
        try
        {
            return RecordedInput.Read(entry, registry).Gives(out var read, out _) ? read : null;
        }
        catch (FormatException)
        {
            return null; // what another release wrote: the entry itself is still told
        }
    }

    static bool? IsNeeded(DecisionStep step, LedgerEntry entry) => step switch
    {
        DecisionStep.ResolveSubject or DecisionStep.Entitle when entry.Action == GrantTypes.ClientCredentials => false,
        DecisionStep.ResolveActor => entry.Actor is not null,
        DecisionStep.Entitle when entry.Outcome != DecisionOutcome.Issued => null, // act, may_act and aud are not on record
        _ => true,
    };

    static ExplainedGrant Grant(LedgerEntry entry, Walk? walk, Registry? registry)
    {
        var target = entry.Target ?? "";
        var audience = walk?.Target?.Audience ?? (registry?.Resources.TryGetValue(target, out var resource) == true ? resource.Identifiers[0] : target);
        var issuedAt = walk?.Now.ToUnixTimeSeconds() ?? entry.Id.Milliseconds / 1000;
        return new()
        {
            Rule = entry.Rule ?? "",
            Target = target,
            Audience = audience,
            Subject = PrintableText.Of(entry.Subject?.Sub ?? entry.Client ?? ""),
            Actors = WalkExplained.Printable(entry.ActorChain),
            Scopes = [.. entry.ScopesGiven],
            ExpiresIn = entry.ExpiresAt is { } expiry ? (expiry / 1000) - issuedAt : 0,
            TokenType = walk?.Input?.RequestedTokenType ?? TokenTypes.AccessToken,
            HasRefreshToken = walk?.Selected?.Rule.RefreshLifetime is not null && walk.Client!.Grants.Contains(GrantTypes.RefreshToken),
        };
    }
}
