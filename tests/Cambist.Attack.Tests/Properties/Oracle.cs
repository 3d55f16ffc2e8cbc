namespace Cambist.Attack.Tests.Properties;

/// <summary>
/// A token as its holder knows it. <paramref name="Scopes"/> is null where its kind has none of its own, <paramref name="Client"/> where
/// anybody may use it, <paramref name="Segments"/> is how long its lineage is.
/// </summary>
sealed record Holding(
    string Issuer, string Kind, string Sub, string RawSub, string? Tier, string[] Audiences, string? Client, (int Api, string Scope)[]? Scopes, long Expires, (string Sub, string? Iss)[] Act, string? MayAct, bool IsBound,
    int Segments = 1)
{
    public const string Impersonation = "impersonation";

    public bool IsOurs => Issuer == "self";

    /// <summary>Whether it was redeemed, where it is redeemed once.</summary>
    public bool IsSpent { get; init; }
}

/// <summary>A request: who, for what, with which tokens beside the subject token.</summary>
sealed record Ask(Caller Caller, Api Target, string[]? Scopes, Holding? Actor = null);

/// <summary>
/// What the contract says becomes of a request, written from the contract alone: no line of the code under test is called. Null
/// is a refusal.
/// </summary>
sealed class Oracle(RandomRegistry registry, string issuer, long now)
{
    public Holding? Judge(Ask ask, Holding? subject) => subject is null ? ForItself(ask) : Exchange(ask, subject);

    Holding? ForItself(Ask ask)
    {
        if (ask.Caller.Credentials is not { } own || own.Api != ask.Target.Index) return null;
        if (registry.Deny.Any(ban => !ban.SaysSubject && Names(ban, ask))) return null;
        var scopes = ask.Scopes ?? own.Scopes;
        return scopes.Except(own.Scopes).Any() ? null : Issued(ask, scopes, "client", ask.Caller.Id, now + ask.Target.Life, []);
    }

    Holding? Exchange(Ask ask, Holding subject)
    {
        // Selected by client, target and subject; the first rule decides.
        var (caller, actor) = (ask.Caller, ask.Actor);
        var rule = registry.Rules.FirstOrDefault(rule =>
            rule.Clients.Contains(caller.Id) && rule.Gifts.Any(gift => gift.Api == ask.Target.Index) && Fits(rule, subject) && rule.Actor.WantsToken == actor is not null);
        if (rule is null || registry.Deny.Any(ban => Names(ban, ask) && Covers(ban, subject))) return null;

        // Used by the one it was issued to or meant for, with proof of its key, by whom it says may act; a one-time token once.
        if (!IsOf(caller, subject) || subject.IsBound || subject.IsSpent) return null;
        if (actor is not null && !(rule.Actor.Issuers.Contains(actor.Issuer) && IsOf(caller, actor) && !actor.IsBound && actor.Act.Length == 0)) return null;
        if (subject.MayAct is { } only && !IsNamed(only, subject, caller, actor)) return null;

        var newest = actor?.Sub ?? (rule.Actor.IsCaller ? caller.Id : null);
        var isCurrent = newest is null || (subject.Act.Length > 0 && subject.Act[0] == (newest, null));
        (string, string?)[] act = isCurrent ? subject.Act : [(newest!, null), .. subject.Act];
        if (act.Length > rule.Depth) return null;

        var gift = rule.Gifts.Single(gift => gift.Api == ask.Target.Index);
        var possible = Possible(gift, subject);
        if (ask.Scopes is { } asked ? asked.Except(possible).Any() : possible.Length == 0 && registry.Apis[gift.Api].Scopes.Length > 0) return null;

        var expires = now + Math.Min(ask.Target.Life, rule.Life ?? int.MaxValue);
        if (actor is not null) expires = Math.Min(expires, actor.Expires);
        if (subject.Issuer != Holding.Impersonation && !(rule.MayOutlive && !subject.IsOurs)) expires = Math.Min(expires, subject.Expires);
        var segments = subject.Segments + (rule.Refresh is null ? 1 : 2); // a refresh token stands between
        return segments > 16 ? null : Issued(ask, ask.Scopes ?? possible, subject.Kind, subject.Sub, expires, act) with { Segments = segments };
    }

    /// <summary>A refresh: what was granted, or less of it, to whom it was granted.</summary>
    public static Holding? Refresh(Ask ask, Holding granted) =>
        ask.Caller.Id != granted.Client || ask.Scopes?.Except(granted.Scopes!.Select(at => at.Scope)).Any() == true ? null
        : granted with { Scopes = ask.Scopes is { } asked ? [.. asked.Select(scope => (ask.Target.Index, scope))] : granted.Scopes };

    bool IsOf(Caller caller, Holding token)
    {
        var served = caller.Serves.Select(api => registry.Apis[api].Identifier);
        return token.Issuer switch
        {
            "self" => token.Client == caller.Id || served.Contains(token.Audiences[0]),
            Holding.Impersonation => token.Client is null || token.Client == caller.Id,
            _ => token.Audiences.Any(audience => audience == issuer || audience == caller.Id || served.Contains(audience)),
        };
    }

    /// <summary>
    /// Without <c>iss</c> a name is one of the token's issuer: under our own a mapped sub, under another that issuer's own. A caller that
    /// sends its own token as actor token is the caller still.
    /// </summary>
    static bool IsNamed(string name, Holding subject, Caller caller, Holding? actor) => actor is null || (actor is { IsOurs: true, Kind: "client" } && actor.Sub == caller.Id) ? name == caller.Id
        : subject.Issuer == Holding.Impersonation ? name == actor.Sub
        : actor.Issuer == subject.Issuer && name == actor.RawSub;

    static string[] Possible(Gift gift, Holding subject) => gift.List is { } list
        ? [.. list.Where(scope => subject.Scopes?.Contains((gift.Api, scope)) ?? true)]
        : [.. gift.Map.Where(entry => entry.Held is null || entry.Held.Any(held => subject.Scopes?.Contains(held) == true)).Select(entry => entry.Scope)];

    /// <summary>Whether a rule selects a subject token.</summary>
    public static bool Fits(RandomRule rule, Holding subject) =>
        rule.Issuers.Contains(subject.Issuer)
        && (rule.Kinds?.Contains(subject.Kind) ?? (!subject.IsOurs || subject.Kind == "user"))
        && (rule.Tier is null || rule.Tier == subject.Tier)
        && (rule.Sub is null || rule.Sub == subject.RawSub);

    static bool Names(RandomDeny ban, Ask ask) => (ban.Clients?.Contains(ask.Caller.Id) ?? true) && (ban.Apis?.Contains(ask.Target.Index) ?? true);

    /// <summary>A claim that is missing counts as matched.</summary>
    static bool Covers(RandomDeny ban, Holding subject) =>
        !ban.SaysSubject
        || ((ban.Kinds?.Contains(subject.Kind) ?? true)
            && (ban.Tier is null || subject.Tier is null || ban.Tier == subject.Tier)
            && (ban.Sub is null || ban.Sub == subject.RawSub));

    static Holding Issued(Ask ask, string[] scopes, string kind, string sub, long expires, (string, string?)[] act) =>
        new("self", kind, sub, sub, null, [ask.Target.Identifier], ask.Caller.Id, [.. scopes.Select(scope => (ask.Target.Index, scope))], expires, act, null, false);
}
