using Cambist.Testing;

namespace Cambist.Attack.Tests.Properties;

/// <summary>What happens in a random registry: the tokens that people bring, and requests, each with tokens that were brought or given before.</summary>
sealed class Script
{
    const int Requests = 16;

    readonly RandomRegistry _registry;
    readonly Holding[] _brought;
    readonly Wish[] _wishes;

    public Script(RandomRegistry registry, Tape tape)
    {
        _registry = registry;
        _brought =
        [
            External("login", "user", tape) with { Scopes = null, Audiences = [LocalEngine.Issuer], Act = [] },
            External("work", "client", tape) with { Scopes = null, Audiences = [LocalEngine.Issuer], Act = [] },
            External("ext", "user", tape), External("ext", "user", tape), External("ext", "user", tape),
            Minted(tape), Minted(tape),
        ];
        _wishes = [.. Enumerable.Range(0, Requests).Select(_ => Wished(tape))];
    }

    enum Way
    {
        Exchange,
        ClientCredentials,
        Refresh,
    }

    /// <summary>A request before the tokens are known: those that <paramref name="Hope"/> could take are preferred, any will do without.</summary>
    sealed record Wish(Way Way, Caller Caller, Api Target, string[]? Scopes, RandomRule? Hope, int Pick, bool SendsActor, int ActorPick);

    /// <summary>A token that somebody holds. <paramref name="Id"/> is its lineage id, where it is one of ours.</summary>
    public sealed record Token(Holding Holding, string Text, string Type, string? Id);

    /// <summary>A refresh token, and what it was given with.</summary>
    sealed record Refreshing(Holding Granted, string Id, Api Target, string Text);

    /// <summary>
    /// One request and what became of it. <paramref name="Subject"/> is null for client credentials and refreshes, <paramref name="Given"/> where it
    /// was refused, <paramref name="Refreshed"/> but for a refresh: what was granted at first, under <paramref name="SubjectId"/>.
    /// </summary>
    public sealed record Step(Ask Ask, Holding? Subject, string? SubjectId, Holding? Refreshed, Outcome Outcome, Holding? Given, string? GivenId, Foretold? Foretold);

    /// <summary>Plays it.</summary>
    public async Task<List<Step>> PlayAsync(LocalEngine engine, Func<IEnumerable<string>, IEnumerable<string>> order, bool isReversed = false)
    {
        var tokens = new List<Token>();
        foreach (var holding in _brought)
        {
            if (holding.Issuer != Holding.Impersonation) tokens.Add(new(holding, LocalEngine.Sign(holding, isReversed), holding.Issuer == "ext" ? "access_token" : "id_token", null));
            else if (await engine.MintAsync(holding) is var (text, id)) tokens.Add(new(holding, text, "urn:cambist:token-type:impersonation_token", id));
        }

        var (refreshing, steps) = (new List<Refreshing>(), new List<Step>());
        foreach (var wish in _wishes)
        {
            var step = wish.Way switch
            {
                Way.ClientCredentials => await ForItselfAsync(engine, wish, order),
                Way.Refresh when refreshing.Count > 0 => await RefreshAsync(engine, wish, refreshing, order),
                _ => await ExchangeAsync(engine, wish, tokens, order),
            };
            steps.Add(step);
            if (step is not { Given: { } given, Outcome: Outcome.Issued issued }) continue;
            tokens.Add(new(given, LocalEngine.TextOf(issued.Token), "access_token", step.GivenId));
            if (step.Refreshed is null && issued.RefreshToken is { } refresh) refreshing.Add(new(given, step.GivenId!, step.Ask.Target, LocalEngine.TextOf(refresh)));
        }

        return steps;
    }

    async Task<Step> ForItselfAsync(LocalEngine engine, Wish wish, Func<IEnumerable<string>, IEnumerable<string>> order)
    {
        var ask = new Ask(wish.Caller, wish.Target, wish.Scopes);
        return Became(ask, null, null, await engine.ForItselfAsync(ask, order), null);
    }

    async Task<Step> ExchangeAsync(LocalEngine engine, Wish wish, List<Token> tokens, Func<IEnumerable<string>, IEnumerable<string>> order)
    {
        var subject = Pick(tokens, wish.Pick, token => wish.Hope is { } hope && Oracle.Fits(hope, token.Holding) && MayUse(wish.Caller, token.Holding));
        var actor = wish.SendsActor ? Pick([.. tokens.Where(token => token.Holding.Issuer != Holding.Impersonation)], wish.ActorPick, token =>
            wish.Hope is { } hope && hope.Actor.Issuers.Contains(token.Holding.Issuer) && token.Holding.Act.Length == 0 && MayUse(wish.Caller, token.Holding)) : null;
        var ask = new Ask(wish.Caller, wish.Target, wish.Scopes, actor?.Holding);
        var (outcome, foretold) = await engine.ExchangeAsync(ask, subject, actor, order);
        if (outcome is Outcome.Issued && subject.Holding.Issuer == Holding.Impersonation)
            tokens[tokens.IndexOf(subject)] = subject with { Holding = subject.Holding with { IsSpent = true } };
        return Became(ask, subject, null, outcome, foretold);
    }

    /// <summary>A refresh of what was granted, and now and then by somebody else.</summary>
    async Task<Step> RefreshAsync(LocalEngine engine, Wish wish, List<Refreshing> refreshing, Func<IEnumerable<string>, IEnumerable<string>> order)
    {
        var at = wish.Pick % refreshing.Count;
        var (granted, id, target, text) = refreshing[at];
        var caller = wish.Hope is null ? wish.Caller : Named(granted.Client!);
        var ask = new Ask(caller, target, wish.Scopes?.Intersect(target.Scopes).ToArray() is { Length: > 0 } some ? some : null);
        var (outcome, foretold) = await engine.RefreshAsync(ask, text, order);
        if (outcome is Outcome.Issued { RefreshToken: { } next }) refreshing[at] = refreshing[at] with { Text = LocalEngine.TextOf(next) };
        return Became(ask, null, granted, outcome, foretold) with { SubjectId = id };
    }

    static Token Pick(List<Token> tokens, int pick, Func<Token, bool> isLikely)
    {
        var likely = tokens.Where(isLikely).ToList();
        if (likely.Count == 0) likely = tokens;
        return likely[likely.Count - 1 - (pick % likely.Count)];
    }

    Step Became(Ask ask, Token? subject, Holding? refreshed, Outcome outcome, Foretold? foretold)
    {
        var (given, id) = outcome is Outcome.Issued issued ? Read(LocalEngine.TextOf(issued.Token)) : (null, null);
        return new(ask, subject?.Holding, subject?.Id, refreshed, outcome, given, id, foretold);
    }

    /// <summary>Most requests try something that could be; the rest try anything.</summary>
    bool MayUse(Caller caller, Holding token) => token.Issuer == Holding.Impersonation
        ? !token.IsSpent && (token.Client ?? caller.Id) == caller.Id
        : token.Client == caller.Id || token.Audiences.Any(audience => audience == LocalEngine.Issuer || caller.Serves.Any(api => _registry.Apis[api].Identifier == audience));

    Wish Wished(Tape tape)
    {
        var rule = tape.One(_registry.Rules);
        var way = tape.Below(8) switch { 7 => Way.ClientCredentials, 6 => Way.Refresh, _ => Way.Exchange };
        Caller[] able = [.. way == Way.ClientCredentials ? _registry.Callers.Where(one => one.Credentials is not null) : rule.Clients.Select(Named)];
        var caller = tape.Once(8) || able.Length == 0 ? tape.One(_registry.Callers) : tape.One(able);
        var target = tape.Once(8) ? tape.One(_registry.Apis) : _registry.Apis[way == Way.ClientCredentials && caller.Credentials is { } own ? own.Api : tape.One(rule.Gifts).Api];
        var scopes = tape.Once(3) && target.Scopes.Length > 0 ? tape.Some(target.Scopes, 1) : null;
        return new(way, caller, target, scopes, tape.Once(8) ? null : rule, tape.Below(40), rule.Actor.WantsToken != tape.Once(10), tape.Below(40));
    }

    Caller Named(string id) => _registry.Callers.Single(caller => caller.Id == id);

    Holding External(string issuer, string kind, Tape tape)
    {
        var name = tape.One(RandomRegistry.Names);
        string[] prefixed = [.. tape.Some([LocalEngine.Issuer, .. _registry.Apis.Select(api => api.Identifier)], 1), .. tape.Once(4) ? [_registry.Callers[0].Id] : Array.Empty<string>()];
        var scopes = tape.Some(_registry.Declared).Select(at => at.Split('/')[1]).ToHashSet();
        (string, string?)[] act = tape.Once(3) ? [.. Enumerable.Range(0, 1 + tape.Below(2)).Select(i => (tape.Once(2) ? "c0" : $"a{i}", (string?)$"https://{issuer}.example.com"))] : [];
        return new(
            issuer, kind, issuer == "login" ? name : $"{issuer}:{name}", name, tape.Once(2) ? tape.One(RandomRegistry.Tiers) : null, prefixed, null,
            [.. _registry.Declared.Select(at => at.Split('/')).Where(at => scopes.Contains(at[1])).Select(at => (at[0][1] - '0', at[1]))],
            LocalEngine.Now + 1000 - (90 * tape.Below(11)), act, tape.Once(8) ? Actor(tape) : null, tape.Once(12));
    }

    Holding Minted(Tape tape)
    {
        var name = tape.One(RandomRegistry.Names);
        return new(Holding.Impersonation, "impersonated", name, name, null, [], tape.Once(4) ? tape.One(_registry.Callers).Id : null, null, LocalEngine.Now + 600, [], tape.Once(8) ? Actor(tape) : null, false);
    }

    /// <summary>Whom <c>may_act</c> names: a client, or a name that an actor token may bear.</summary>
    string Actor(Tape tape) => tape.Once(3) ? tape.One(RandomRegistry.Names) : tape.One(_registry.Callers).Id;

    /// <summary>What a token of ours says.</summary>
    (Holding, string) Read(string text)
    {
        var claims = TestJwt.Parse(text).Claims;
        claims.ContainsKey("may_act").ShouldBeFalse();
        var api = _registry.Apis.Single(api => api.Identifier == claims.Text("aud"));
        var scopes = ((string?)claims["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(scope => (api.Index, scope));
        List<(string, string?)> act = [];
        for (var level = claims["act"]; level is System.Text.Json.Nodes.JsonObject now; level = now["act"])
        {
            now.Select(member => member.Key).ShouldBeSubsetOf(["sub", "iss", "act"]);
            act.Add(((string)now["sub"]!, (string?)now["iss"]));
        }

        var id = claims.Text("jti");
        return (new(
            "self", (string?)claims["sub_kind"] ?? "user", claims.Text("sub"), claims.Text("sub"), null, [claims.Text("aud")], claims.Text("client_id"),
            [.. scopes], claims.Number("exp"), [.. act], null, claims.ContainsKey("cnf"), id.Split('.').Length), id);
    }
}
