using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// The ten steps for one recorded request under a draft. Each says why it ends there: a refusal, or a doubt. Null goes on.
/// </summary>
/// <param name="entry">The entry.</param>
/// <param name="change">The registry that decided, beside the draft.</param>
/// <param name="then">The entry's input as that registry understood it.</param>
internal sealed class ReplayWalk(LedgerEntry entry, RegistryChange change, RecordedInput then)
{
    readonly Registry _draft = change.Draft;
    DecisionInput _input = then.Input;
    SelectedRule? _selected;
    ImmutableArray<string> _scopes;

    /// <summary>Why a walk ends before its end.</summary>
    sealed record End(Denied? Denied, Doubt Doubt, string Detail);

    bool IsRefresh => entry.Action == GrantTypes.RefreshToken;

    bool WasIssued => entry.Outcome == DecisionOutcome.Issued;

    /// <summary>For its lineage, or a key that was used before: so it would be under any registry.</summary>
    bool WasRefusedByTheLedger =>
        !WasIssued && entry.Reason is not (Reason.OnceUsedUp or Reason.TokenTooLarge) && entry.Reason.Step() is DecisionStep.Issue or DecisionStep.Record;

    public Replayed Decide()
    {
        if (WasRefusedByTheLedger) return Replayed.Of(entry, new Denied(entry.Reason, ""));
        var end = Client() ?? ShownRefreshToken() ?? Subject() ?? Actor() ?? AskedTarget() ?? Select() ?? Entitle() ?? DecideScopes() ?? LaterSteps();
        return end switch
        {
            { Denied: { } denied } => Replayed.Of(entry, denied),
            { } unsure => Replayed.Unknown(unsure.Doubt, unsure.Detail),
            null => Replayed.Of(entry, new Replayed.Given(_selected!.Rule.Name, _selected.Target.Resource.Name, _scopes)),
        };
    }

    static End? Refused(Denied? denied) => denied is null ? null : new(denied, default, "");

    static End Unsure(Doubt doubt, string detail) => new(null, doubt, detail);

    End? Client()
    {
        if (!_draft.Clients.TryGetValue(_input.Client.Id, out var client) || client.IsDisabled)
            return Refused(new(Reason.ClientAuthenticationFailed, $"the draft has no client {_input.Client.Id}, or it is disabled"));
        _input = _input with { Client = client };
        return Refused(Grants.Check(client, entry.Action));
    }

    /// <summary>Exchanged, a refresh token is worth what a refresh would give (<see cref="Redemption"/>): all that is asked about the sign-in behind it, of which nothing is on record.</summary>
    End? ShownRefreshToken() =>
        !IsRefresh && _input.Subject.TokenType == TokenTypes.RefreshToken && change.Then.Revision != _draft.Revision
            ? Unsure(Doubt.RefreshToken, "the subject token was a refresh token, and what it stands for is not recorded")
            : null;

    End? Subject()
    {
        var (end, token) = Resolve(_input.Subject, TokenRole.Subject, then.CutOfSubject);
        _input = _input with { Subject = token };
        if (end is not null || !IsRefresh || (token.Subject, token.Kind) == (then.Input.Subject.Subject, then.Input.Subject.Kind)) return end;
        return Refused(new(Reason.SubjectUnmappable, "the subject has another name or kind in the draft than when the refresh token was given"));
    }

    End? Actor()
    {
        if (_input.Actor is not { } sent) return null;
        var (end, token) = Resolve(sent, TokenRole.Actor, then.CutOfActor);
        _input = _input with { Actor = token };
        return end?.Denied is { } denied ? Refused(denied.OfActor()) : end;
    }

    /// <summary>Steps 3 and 4, of which signature, times and audience are taken as they were.</summary>
    (End? End, ResolvedToken Token) Resolve(ResolvedToken token, TokenRole role, ImmutableArray<string> cut)
    {
        var trust = change.Issuer(token.IssuerName, token.TokenType, role);
        if (trust.Denied is not null) return (Refused(trust.Denied), token);
        if (trust.Doubt is { } doubt) return (Unsure(doubt, trust.Detail), token);
        if (token.Issuer is null) return (OfOurs(token), token);

        var issuer = _draft.Issuers[token.IssuerName];
        token = token with { Issuer = issuer, Kind = issuer.Kind };
        if (Holds(issuer.Where, token, cut, out var missing) != true)
            return (missing ?? Refused(new(Reason.SubjectConditionFailed, $"issuers.{issuer.Name}.where does not hold")), token);
        if (issuer.Subject.Paths.FirstOrDefault(path => !change.Knows(path, cut)) is { } unknown)
        {
            return issuer.Subject.Text == change.Then.Issuers[token.IssuerName].Subject.Text
                ? (Refused(SubjectNames.Check(issuer, token.Subject, _draft)), token)
                : (NotKept(unknown), token);
        }

        return SubjectNames.Map(issuer, token.Claims, _draft, out var name) is { } unmappable ? (Refused(unmappable), token) : (null, token with { Subject = name });
    }

    /// <summary>A token of ours dies with the client it was issued to, and holds its scopes at the resource that its <c>aud</c> names.</summary>
    End? OfOurs(ResolvedToken token)
    {
        if (token.IssuerName == ReservedNames.Self && change.LosesClients && change.Then.Clients[_input.Client.Id].Serves.Length > 0)
            return Unsure(Doubt.Entitlement, "the draft removes or disables a client, and whom the subject token was issued to is not recorded");
        foreach (var held in token.HeldScopes ?? [])
        {
            if (!change.Then.Resources.TryGetValue(held.Resource, out var before) || !_draft.Resources.TryGetValue(held.Resource, out var now) || !before.Identifiers.All(now.Identifiers.Contains))
                return Unsure(Doubt.Renamed, $"{held.Resource}, where the subject token holds scopes, has other identifiers in the draft");
        }

        return null;
    }

    End? AskedTarget()
    {
        if (_input.Target is not { } asked) return null;
        if (_draft.Resources.TryGetValue(asked.Resource.Name, out var resource) && resource.Identifiers.Contains(asked.Audience))
        {
            _input = _input with { Target = new(resource, asked.Audience) };
            return null;
        }

        return _draft.ResourcesByAnyName.TryGetValue(asked.Audience, out var other)
            ? Unsure(Doubt.Renamed, $"{asked.Resource.Name} is named {other.Name} in the draft")
            : Refused(new(Reason.TargetUnknown, $"the draft has no resource {asked.Resource.Name} under the identifier asked for"));
    }

    /// <summary>Step 6. A rule of which nobody knows whether it fits ends it, and so does such a deny entry.</summary>
    End? Select()
    {
        Rule? rule = null;
        foreach (var candidate in RuleSelection.Candidates(_input, _draft))
        {
            if (!RuleSelection.FitsButForConditions(candidate, _input)) continue;
            if (Holds(candidate.Subject.Where, _input.Subject, then.CutOfSubject, out var missing) is { } holds)
            {
                if (!holds) continue;
                rule = candidate;
                break;
            }

            return missing! with { Detail = $"rule {candidate.Name}: {missing!.Detail}" };
        }

        var target = RuleSelection.TargetOf(_input, rule, _draft);
        foreach (var deny in _draft.Deny)
            if (IsOpen(deny, rule, target) is { } open) return open;
        if (!RuleSelection.Select(_input, _draft).Gives(out _selected, out var denied)) return Refused(denied);
        return null;
    }

    /// <summary>A deny entry that may or may not match.</summary>
    End? IsOpen(DenyEntry deny, Rule? rule, Target? target)
    {
        if (!DenyCheck.Selects(deny, _input, target)) return null;
        End? missing = null;
        if (deny.Subject is { } subject && MayHold(subject.Where, _input.Subject, then.CutOfSubject, out missing) == false) return null;
        if (deny.Actor is { } wanted)
        {
            if (DenyCheck.ActorClaims(wanted, _input, rule) is null) return null;
            if (_input.Actor is { } actor)
            {
                if (MayHold(wanted.Where, actor, then.CutOfActor, out var ofActor) == false) return null;
                missing ??= ofActor;
            }
            else if (!DenyCheck.Matches(wanted, _input, rule))
            {
                return null;
            }
        }

        return missing is null ? null : missing with { Detail = $"deny entry {deny.Name}: {missing.Detail}" };
    }

    /// <summary>Step 7: what rests on the tokens is taken as it was found then, what rests on the rule is decided.</summary>
    End? Entitle()
    {
        var (rule, target) = _selected!;
        if (Entitlement.CheckBuilt(_selected) is { } notBuilt) return Refused(notBuilt);
        if (ReplayedUse.Check(entry, change, then) is { } use) return use.Denied is null ? Unsure(Doubt.Entitlement, use.Detail) : Refused(use.Denied);
        if (MintedFor(target) is { } minted) return minted;
        if (rule.Actor is ActorRequirement.Token wanted)
        {
            var actor = _input.Actor!;
            if (Delegate.CheckIssuer(rule, wanted, actor) is { } another) return Refused(another);
            if (Holds(wanted.Where, actor, then.CutOfActor, out var missing) != true)
                return missing ?? Refused(new(Reason.ActorMismatch, $"actor.where of rule {rule.Name} does not hold"));
        }

        var (least, most) = ReplayedUse.ActLevels(entry, change, then, _input, rule);
        if (least > rule.MaxDepth) return Refused(new(Reason.ChainTooDeep, $"the token would carry {least} levels of act; rule {rule.Name} allows {rule.MaxDepth} (max_depth)"));
        if (most > rule.MaxDepth) return Unsure(Doubt.ActDepth, $"the token would carry {least} to {most} levels of act; rule {rule.Name} allows {rule.MaxDepth}");
        return Refused(Entitlement.CheckRequestedType(_input, _selected));
    }

    /// <summary>An impersonation token may say for which targets it is; one that was named was compared then.</summary>
    End? MintedFor(Target target)
    {
        if (_input.Subject.IssuerName != ReservedNames.Impersonation || _input.Target is not null) return null;
        if (target.Resource.Name != entry.Target) return Unsure(Doubt.Entitlement, "which targets the impersonation token was minted for is not recorded");
        return entry.Reason == Reason.TargetOutsideToken ? Refused(new(entry.Reason, "as it was refused then")) : null;
    }

    /// <summary>Step 8.</summary>
    End? DecideScopes()
    {
        if (_input.Scopes is { } asked && asked.Any(scope => scope.Contains('…', StringComparison.Ordinal)))
            return WasIssued ? Unsure(Doubt.ValueCut, "the scopes asked for were cut when they were recorded") : Refused(new(Reason.ScopeNotGranted, "more or longer scopes were asked for than any rule gives"));
        if (IsRefresh) return DecideRefresh();
        if (!TokenDecision.Decide(_input, _selected!).Gives(out var token, out var denied)) return Refused(denied);
        _scopes = token.Scopes;
        return null;
    }

    /// <summary>A refresh lives by the rule that gave the token, and what was first granted bounds it; that is known as far as it was given again.</summary>
    End? DecideRefresh()
    {
        var (rule, target) = _selected!;
        if (!WasIssued || change.RuleThen(entry.Rule) is not { RefreshLifetime: { } lifetime } ruleThen) return Unsure(Doubt.RefreshToken, "what the refresh token stands for is not recorded");
        if (rule.Name != ruleThen.Name || rule.RefreshLifetime is null) return Refused(new(Reason.NoRule, $"rule {ruleThen.Name} gave the refresh token; in the draft {rule.Name} is selected, or has no refresh"));
        if (rule.RefreshLifetime < lifetime) return Unsure(Doubt.RefreshToken, $"refresh of rule {rule.Name} is shorter in the draft, and when the token was given is not recorded");

        var possible = Possible(rule, target, _input);
        if (!possible.All(Possible(ruleThen, target, then.Input).Contains)) return Unsure(Doubt.RefreshToken, "the rule gives more in the draft, and what was first granted is not recorded");
        var left = possible.Where(entry.ScopesGiven.Contains).ToImmutableArray();
        if (_input.Scopes is null ? left.IsEmpty && entry.ScopesGiven.Count > 0 : left.Length < entry.ScopesGiven.Count)
            return Refused(new(_input.Scopes is null ? Reason.NothingToGrant : Reason.ScopeNotGranted, "the rule does not give in the draft what was given"));
        _scopes = left;
        return null;
    }

    static ImmutableArray<string> Possible(Rule rule, Target target, DecisionInput input)
    {
        ScopeDecision.Decide(rule.Targets[target.Resource.Name], input.Subject, target.Resource.Name, requested: null, out var possible);
        return possible;
    }

    /// <summary>Steps 9 and 10: what only they could say.</summary>
    End? LaterSteps()
    {
        var rule = _selected!.Rule;
        var wasOnce = change.RuleThen(entry.Rule) is { IsOnce: true, Name: var name } && name == rule.Name;
        if (WasIssued) return rule.IsOnce && !wasOnce && !IsRefresh ? Unsure(Doubt.LaterStep, $"rule {rule.Name} takes each token once, and whether this was the first time is not recorded") : null;
        if (entry.Reason == Reason.OnceUsedUp) return rule.IsOnce && wasOnce ? Refused(new(entry.Reason, "")) : Unsure(Doubt.LaterStep, "it was refused for being used before");
        if (entry.Reason is Reason.TokenTooLarge or Reason.InternalError) return Unsure(Doubt.LaterStep, $"it was refused when the token was made: {entry.Reason.WireName()}");
        return null;
    }

    /// <summary>A rule's reading of conditions: null where one that nobody can judge is left.</summary>
    bool? Holds(ConditionSet where, ResolvedToken token, ImmutableArray<string> cut, out End? missing) =>
        Judge(where, token, cut, static result => result == ConditionResult.Yes, out missing);

    /// <summary>A deny entry's reading.</summary>
    bool? MayHold(ConditionSet where, ResolvedToken token, ImmutableArray<string> cut, out End? missing) =>
        Judge(where, token, cut, static result => result != ConditionResult.No, out missing);

    bool? Judge(ConditionSet where, ResolvedToken token, ImmutableArray<string> cut, Func<ConditionResult, bool> suffices, out End? missing)
    {
        End? open = null;
        missing = null;
        foreach (var condition in where.Entries)
        {
            if (!change.Knows(condition.Path, cut)) open ??= NotKept(condition.Path);
            else if (!suffices(ConditionSet.Test(condition, token.Claims))) return false;
        }

        missing = open;
        return open is null ? true : null;
    }

    End NotKept(ClaimPath path) => change.Knows(path, [])
        ? Unsure(Doubt.ValueCut, $"{path} was longer than {DecisionInputJson.LongestValue} characters and cut when it was recorded")
        : Unsure(Doubt.ClaimNotKept, $"{path} was not recorded: registry revision {change.Then.Revision} names it nowhere");
}
