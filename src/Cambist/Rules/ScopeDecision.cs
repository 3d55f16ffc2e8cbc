using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Which scopes a token gets (RFC 8693 §2.2.1, RFC 6749 §3.3). Only what the rule names at the target, and of that only what
/// the subject token's own scopes entitle to. What was asked for and cannot be given is refused; nothing is dropped in silence.
/// </summary>
internal static class ScopeDecision
{
    public static Denied? Decide(ScopeGrant grant, ResolvedToken subject, string target, ImmutableArray<string>? requested, out ImmutableArray<string> granted)
    {
        var possible = Possible(grant, subject, target, out var named);
        return Choose(possible, named, requested, out granted);
    }

    /// <summary>All that can be given to a subject token, and of how many scopes it is what is left.</summary>
    public static ImmutableArray<string> Possible(ScopeGrant grant, ResolvedToken subject, string target, out int named)
    {
        var possible = Possible(grant, subject.HeldScopes, target, out named);
        if (subject.Redeemed is not { } redeemed) return possible;
        named = Math.Min(named, redeemed.Scopes.Length);
        return redeemed.Within(possible); // RFC 6749 §6
    }

    /// <summary>Of what is possible, what was asked for; all of it where nothing was.</summary>
    public static Denied? Choose(ImmutableArray<string> possible, int named, ImmutableArray<string>? requested, out ImmutableArray<string> granted)
    {
        granted = possible;
        if (requested is not { } asked)
        {
            return possible.IsEmpty && named > 0
                ? new(Reason.NothingToGrant, "the rule names scopes, and the subject token entitles to none of them")
                : null;
        }

        foreach (var scope in asked)
            if (!possible.Contains(scope))
                return new(Reason.ScopeNotGranted, $"a scope was asked for that is not among what can be given: {(possible.IsEmpty ? "nothing" : string.Join(' ', possible))}");
        granted = asked;
        return null;
    }

    /// <summary>What a grant gives at a target to a token that holds these scopes; null holds for kinds of token without scopes of their own.</summary>
    public static ImmutableArray<string> Possible(ScopeGrant grant, ImmutableArray<ScopeAt>? heldScopes, string target, out int named)
    {
        switch (grant)
        {
            case ScopeGrant.Listed listed:
                named = listed.Scopes.Length;
                return heldScopes is { } held ? HeldOf(listed.Scopes, held, target) : listed.Scopes;
            case ScopeGrant.Mapped mapped:
                named = mapped.Scopes.Length;
                return Entitled(mapped.Scopes, heldScopes);
            default:
                throw new InvalidOperationException($"unknown grant {grant.GetType().Name}");
        }
    }

    /// <summary>A list gives, to a token with scopes of its own, what it holds of the list at that same resource.</summary>
    static ImmutableArray<string> HeldOf(ImmutableArray<string> listed, ImmutableArray<ScopeAt> held, string target)
    {
        var possible = ImmutableArray.CreateBuilder<string>(listed.Length);
        foreach (var scope in listed)
            if (held.Contains(new ScopeAt(target, scope))) possible.Add(scope);
        return possible.ToImmutable();
    }

    static ImmutableArray<string> Entitled(ImmutableArray<ScopeEntitlement> map, ImmutableArray<ScopeAt>? held)
    {
        var possible = ImmutableArray.CreateBuilder<string>(map.Length);
        foreach (var (scope, heldAnyOf) in map)
            if (heldAnyOf is not { } wanted || Entitling(held, wanted) is not null) possible.Add(scope);
        return possible.ToImmutable();
    }

    /// <summary>The first scope held that entitles to what one of these is wanted for; null where none does.</summary>
    public static ScopeAt? Entitling(ImmutableArray<ScopeAt>? heldScopes, ImmutableArray<HeldScope> wanted)
    {
        if (heldScopes is not { } held) return null;
        foreach (var want in wanted)
            foreach (var has in held)
                if (want.Scope == has.Scope && (want.Resource is null || want.Resource == has.Resource)) return has;
        return null;
    }
}
