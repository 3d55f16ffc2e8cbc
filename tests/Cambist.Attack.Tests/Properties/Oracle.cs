namespace Cambist.Attack.Tests.Properties;

/// <summary>A token as its holder knows it. <paramref name="Scopes"/> is null where its kind has none of its own.</summary>
sealed record Holding(
    string Issuer, string Kind, string Sub, string RawSub, string? Tier, string[] Audiences, string? Client, (int Api, string Scope)[]? Scopes, long Expires, (string Sub, string? Iss)[] Act, string? MayAct, bool IsBound)
{
    public bool IsOurs => Issuer == "self";
}

/// <summary>A request: who, with which token (null for client credentials), for what.</summary>
sealed record Ask(Caller Caller, int? Token, Api Target, string[]? Scopes);

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
        var rule = registry.Rules.FirstOrDefault(rule => rule.Clients.Contains(ask.Caller.Id) && rule.Gifts.Any(gift => gift.Api == ask.Target.Index) && Fits(rule, subject));
        if (rule is null || registry.Deny.Any(ban => Names(ban, ask) && Covers(ban, subject))) return null;

        // Used by the one it was issued to or meant for, with proof of its key, by whom it says may act.
        var served = ask.Caller.Serves.Select(api => registry.Apis[api].Identifier);
        var isTheirs = subject.IsOurs
            ? subject.Client == ask.Caller.Id || served.Contains(subject.Audiences[0])
            : subject.Audiences.Any(audience => audience == issuer || audience == ask.Caller.Id || served.Contains(audience));
        if (!isTheirs || subject.IsBound || (subject.MayAct is { } only && only != ask.Caller.Id)) return null;

        var isCurrent = subject.Act.Length > 0 && subject.Act[0] == (ask.Caller.Id, null);
        (string, string?)[] act = rule.CallerActs && !isCurrent ? [(ask.Caller.Id, null), .. subject.Act] : subject.Act;
        if (act.Length > rule.Depth) return null;

        var gift = rule.Gifts.Single(gift => gift.Api == ask.Target.Index);
        var possible = Possible(gift, subject);
        if (ask.Scopes is { } asked ? asked.Except(possible).Any() : possible.Length == 0 && registry.Apis[gift.Api].Scopes.Length > 0) return null;

        var expires = now + Math.Min(ask.Target.Life, rule.Life ?? int.MaxValue);
        if (!(rule.MayOutlive && !subject.IsOurs)) expires = Math.Min(expires, subject.Expires);
        return Issued(ask, ask.Scopes ?? possible, subject.Kind, subject.Sub, expires, act);
    }

    static string[] Possible(Gift gift, Holding subject) => gift.List is { } list
        ? [.. list.Where(scope => subject.Scopes?.Contains((gift.Api, scope)) ?? true)]
        : [.. gift.Map.Where(entry => entry.Held is null || entry.Held.Any(held => subject.Scopes?.Contains(held) == true)).Select(entry => entry.Scope)];

    static bool Fits(RandomRule rule, Holding subject) =>
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
