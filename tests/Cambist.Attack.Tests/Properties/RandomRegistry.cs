namespace Cambist.Attack.Tests.Properties;

/// <summary>A random registry, as the oracle sees it; <see cref="RegistryText"/> writes it down.</summary>
sealed record RandomRegistry(Api[] Apis, Caller[] Callers, string[] Declared, RandomRule[] Rules, RandomDeny[] Deny)
{
    public static readonly string[] ScopeNames = ["a", "b", "c"];
    public static readonly string[] Kinds = ["user", "client", "impersonated"];
    public static readonly string[] Names = ["u0", "u1"];
    public static readonly string[] Tiers = ["gold", "tin"];

    public static RandomRegistry Of(Tape tape)
    {
        var apis = Enumerable.Range(0, 2 + tape.Below(3)).Select(i => new Api(i, tape.Some(ScopeNames), 60 + (60 * tape.Below(10)))).ToArray();
        var callers = Enumerable.Range(0, 2 + tape.Below(3)).Select(i => new Caller(
            $"c{i}",
            [.. apis.Where(api => api.Index % 4 == i || tape.Once(4)).Select(api => api.Index)],
            tape.Once(3) && tape.One(apis) is { Scopes.Length: > 0 } own ? (own.Index, tape.Some(own.Scopes, 1)) : null)).ToArray();
        string[] declared = [.. tape.Some(apis.SelectMany(api => api.Scopes.Select(scope => $"{api.Name}/{scope}")).Take(12).ToArray()).DistinctBy(at => at.Split('/')[1])];
        var rules = Enumerable.Range(0, 1 + tape.Below(6)).Select(_ => RandomRule.Of(tape, apis, callers)).ToArray();
        var bans = Enumerable.Range(0, tape.Once(3) ? 1 + tape.Below(2) : 0).Select(_ => RandomDeny.Of(tape, apis, callers)).ToArray();
        return new(apis, callers, declared, rules, bans);
    }
}

/// <summary>An API, the scopes it has and how long its tokens live, in seconds.</summary>
sealed record Api(int Index, string[] Scopes, int Life)
{
    public string Name => $"r{Index}";

    public string Identifier => $"https://r{Index}.example.com";
}

/// <summary>A client, what it is the server of, and what it may have for itself.</summary>
sealed record Caller(string Id, int[] Serves, (int Api, string[] Scopes)? Credentials);

/// <summary>Who acts under a rule: the caller, whom an actor token of one of these issuers names, or nobody.</summary>
sealed record RandomActor(bool IsCaller, string[] Issuers)
{
    public bool WantsToken => Issuers.Length > 0;

    public static RandomActor Of(Tape tape) => tape.Below(4) switch
    {
        0 or 1 => new(true, []),
        2 => new(false, []),
        _ => new(false, tape.Some(new[] { "self", "ext", "work" }, 1)),
    };
}

/// <summary>A rule; times are in seconds.</summary>
sealed record RandomRule(string[] Clients, string[] Issuers, string[]? Kinds, string? Tier, string? Sub, RandomActor Actor, int Depth, int? Life, bool MayOutlive, int? Refresh, Gift[] Gifts)
{
    public static RandomRule Of(Tape tape, Api[] apis, Caller[] callers)
    {
        var issuers = tape.Some(new[] { "self", "login", "ext", "work", Holding.Impersonation }, 1);
        string[] clients = [.. tape.Some(callers, 1).Select(caller => caller.Id)];
        var actor = RandomActor.Of(tape);
        var mayRefresh = !actor.WantsToken && !issuers.Contains(Holding.Impersonation);
        string[]? kinds = (issuers.Length > 1 && issuers.Contains(Holding.Impersonation)) || tape.Once(3) ? tape.Once(4) ? tape.Some(RandomRegistry.Kinds, 2) : RandomRegistry.Kinds : null;
        return new(
            clients, issuers, kinds, tape.Once(6) ? tape.One(RandomRegistry.Tiers) : null, tape.Once(6) ? tape.One(RandomRegistry.Names) : null,
            actor, 1 + tape.Below(4), tape.Once(3) ? 30 + (30 * tape.Below(10)) : null, !issuers.Contains("self") && tape.Once(2), mayRefresh && tape.Once(3) ? 3600 : null,
            [.. tape.Some(apis, 1).Select(api => Gift.Of(tape, api, apis))]);
    }
}

/// <summary>What a rule gives at an API: a list, or for each scope those of which one must be held, or null for no condition.</summary>
sealed record Gift(int Api, string[]? List, (string Scope, (int Api, string Scope)[]? Held)[] Map)
{
    public static Gift Of(Tape tape, Api api, Api[] apis)
    {
        if (api.Scopes.Length == 0) return new(api.Index, [], []);
        var scopes = tape.Some(api.Scopes, 1);
        if (tape.Once(4)) return new(api.Index, scopes, []);
        var all = apis.SelectMany(other => other.Scopes.Select(scope => (other.Index, scope))).Take(10).ToArray();
        return new(api.Index, null, [.. scopes.Select(scope => (scope, tape.Once(3) ? null : tape.Some(all, 1)))]);
    }
}

/// <summary>A deny entry; what is null it says nothing of.</summary>
sealed record RandomDeny(string[]? Clients, int[]? Apis, bool SaysSubject, string[]? Kinds, string? Tier, string? Sub)
{
    public static RandomDeny Of(Tape tape, Api[] apis, Caller[] callers)
    {
        var says = tape.Once(2);
        return new(
            tape.Once(2) ? [.. tape.Some(callers, 1).Select(caller => caller.Id)] : null, [tape.One(apis).Index],
            says, says && tape.Once(2) ? [tape.One(RandomRegistry.Kinds)] : null, says && tape.Once(2) ? tape.One(RandomRegistry.Tiers) : null, says ? tape.One(RandomRegistry.Names) : null);
    }
}
