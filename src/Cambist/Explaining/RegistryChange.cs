using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>A registry that decided, beside a draft: what of a decision can be taken over, for what it rests on is the same in both.</summary>
internal sealed class RegistryChange
{
    readonly ConcurrentDictionary<ClaimPath, bool> _kept = new();
    readonly ConcurrentDictionary<(string Issuer, string TokenType, TokenRole Role), IssuerChange> _issuers = new();
    readonly ConcurrentDictionary<string, EntitlementChange> _clients = new();
    readonly FrozenDictionary<string, Rule> _rulesThen;

    public RegistryChange(Registry then, Registry draft)
    {
        (Then, Draft) = (then, draft);
        _rulesThen = then.Rules.All.ToFrozenDictionary(rule => rule.Name);
        HasSameIssuers = then.IssuersByIdentifier.Count == draft.IssuersByIdentifier.Count
            && then.IssuersByIdentifier.All(pair => draft.IssuersByIdentifier.TryGetValue(pair.Key, out var now) && now.Name == pair.Value.Name);
        LosesClients = then.Clients.Values.Any(client => !client.IsDisabled && !(draft.Clients.TryGetValue(client.Id, out var now) && !now.IsDisabled));
    }

    public Registry Then { get; }

    public Registry Draft { get; }

    /// <summary>Whether every <c>iss</c> means the same issuer.</summary>
    public bool HasSameIssuers { get; }

    /// <summary>Whether the draft removes or disables a client; tokens of ours that were issued to it are dead then.</summary>
    public bool LosesClients { get; }

    /// <summary>The rule of this name then.</summary>
    public Rule? RuleThen(string? name) => name is not null && _rulesThen.TryGetValue(name, out var rule) ? rule : null;

    /// <summary>Whether what a claim said was kept whole: it, or an object that it is in, was named by the registry then.</summary>
    /// <param name="path">The claim.</param>
    /// <param name="cut">Claims of the token that were cut.</param>
    public bool Knows(ClaimPath path, ImmutableArray<string> cut) =>
        cut.IsEmpty ? _kept.GetOrAdd(path, static (path, then) => IsKept(path, then, []), Then) : IsKept(path, Then, cut);

    static bool IsKept(ClaimPath path, Registry then, ImmutableArray<string> cut)
    {
        foreach (var kept in then.MentionedClaims)
            if (kept.Steps.Count <= path.Steps.Count && kept.Steps.SequenceEqual(path.Steps.Take(kept.Steps.Count)) && !cut.Contains(kept.Text)) return true;
        return false;
    }

    /// <summary>What becomes of tokens of an issuer, before any rule is asked.</summary>
    public IssuerChange Issuer(string name, string tokenType, TokenRole role) =>
        _issuers.GetOrAdd((name, tokenType, role), static (key, change) => IssuerChange.Of(key.Issuer, key.TokenType, key.Role, change.Then, change.Draft), this);

    /// <summary>What becomes of the names by which tokens are a client's to use.</summary>
    public EntitlementChange Client(string id) => _clients.GetOrAdd(id, static (id, change) => Names(id, change.Then, change.Draft), this);

    static EntitlementChange Names(string id, Registry then, Registry draft)
    {
        if (!then.Clients.TryGetValue(id, out var before) || !draft.Clients.TryGetValue(id, out var now)) return EntitlementChange.Other;
        if (then.Issuer != draft.Issuer || before.IsPublic != now.IsPublic) return EntitlementChange.Other;
        var (keeps, adds) = (Covers(now, before), !Covers(before, now));
        return keeps ? adds ? EntitlementChange.Wider : EntitlementChange.Same : adds ? EntitlementChange.Other : EntitlementChange.Narrower;
    }

    static bool Covers(RegisteredClient wide, RegisteredClient narrow) =>
        narrow.KnownAs.All(name => wide.KnownAs.Contains(name)) && narrow.ServedIdentifiers.IsSubsetOf(wide.ServedIdentifiers);
}

/// <summary>How the names by which tokens are a client's to use (<c>known_as</c>, <c>serves</c>, our issuer) compare.</summary>
internal enum EntitlementChange
{
    Same,

    /// <summary>More tokens are its to use: what was, still is.</summary>
    Wider,

    /// <summary>Fewer are: what was not, is not.</summary>
    Narrower,

    /// <summary>Others are.</summary>
    Other,
}
