using System.Collections.Immutable;

namespace Cambist;

/// <summary>
/// What is certain of a token's claims before there is a token: conditions that its issuer's tokens meet, and the values that ours have.
/// All else may be said.
/// </summary>
internal sealed class KnownClaims
{
    readonly ImmutableArray<ConditionEntry> _met;
    readonly Lazy<Dictionary<string, ImmutableArray<Claim>>> _oneOf = new([]);
    readonly ReachOrigin? _named;

    /// <summary>Of a token that another issuer gives, or an administrator.</summary>
    public KnownClaims(ReachOrigin origin) => _met = origin.Issuer?.Where.Entries ?? [];

    /// <summary>Of one that we gave a client for a resource.</summary>
    public KnownClaims(ReachOrigin origin, string issuer, string client, ProtectedResource resource)
    {
        _met = [];
        _named = origin;
        _oneOf = new(() => new(Ours(origin, issuer)) { ["client_id"] = [.. ReachOrigin.Values([client])], ["aud"] = [.. ReachOrigin.Values(resource.Identifiers)] });
    }

    /// <summary>Of one that we gave, whomever and for whatever.</summary>
    public KnownClaims(ReachOrigin origin, string issuer)
    {
        _met = [];
        _named = origin;
        _oneOf = new(() => Ours(origin, issuer));
    }

    static Dictionary<string, ImmutableArray<Claim>> Ours(ReachOrigin origin, string issuer) => new()
    {
        ["iss"] = [.. ReachOrigin.Values([issuer])],
        ["sub_kind"] = origin.Kind == SubjectKind.User ? [default] : [.. ReachOrigin.Values([DecisionInputJson.KindName(origin.Kind)])],
    };

    /// <summary>Whether some such token meets all of these: a rule's reading. No only where it is certain.</summary>
    public bool MayMeet(ConditionSet where)
    {
        foreach (var entry in where.Entries)
            if (!MayMeet(entry)) return false;
        return true;
    }

    /// <summary>Whether every such token that also meets <paramref name="also"/> is matched by a deny entry's conditions. Yes only where it is certain.</summary>
    public bool AlwaysMatched(ConditionSet denied, ConditionSet also)
    {
        foreach (var entry in denied.Entries)
            if (!IsMet(entry, _met) && !IsMet(entry, also.Entries) && !IsNever(entry, ConditionResult.No)) return false;
        return true;
    }

    /// <summary>Whether no such token that also meets <paramref name="also"/> has what a deny entry's conditions ask for.</summary>
    public bool NeverMeets(ConditionSet denied, ConditionSet also) =>
        denied.Entries.Any(entry => !MayMeet(entry) || also.Entries.Any(condition => condition.Path.Equals(entry.Path) && ConditionImplication.Excludes(condition.Condition, entry.Condition)));

    bool MayMeet(ConditionEntry entry)
    {
        foreach (var met in _met)
            if (met.Path.Equals(entry.Path) && ConditionImplication.Excludes(met.Condition, entry.Condition)) return false;
        if (entry.Path.Steps is not [var name]) return true;
        if (_oneOf.Value.TryGetValue(name, out var values)) return values.Any(value => entry.Condition.Test(value) == ConditionResult.Yes);
        return _named is null || name != "sub" || _named.SubjectMayMeet(entry.Condition);
    }

    bool IsNever(ConditionEntry entry, ConditionResult result)
    {
        if (entry.Path.Steps is not [var name]) return false;
        if (_oneOf.Value.TryGetValue(name, out var values)) return values.All(value => entry.Condition.Test(value) != result);
        return _named is not null && name == "sub" && _named.SubjectIsNever(entry.Condition, result);
    }

    static bool IsMet(ConditionEntry entry, ImmutableArray<ConditionEntry> met) =>
        met.Any(one => one.Path.Equals(entry.Path) && ConditionImplication.Implies(one.Condition, entry.Condition));
}
