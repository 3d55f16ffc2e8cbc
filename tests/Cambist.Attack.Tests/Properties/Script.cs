using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Properties;

/// <summary>What happens in a random registry: the tokens that people bring, and requests, each with a token that was brought or given before.</summary>
sealed class Script
{
    const int Requests = 12;

    readonly RandomRegistry _registry;
    readonly Holding[] _brought;
    readonly (Caller Caller, Api Target, string[]? Scopes, bool ForItself, RandomRule? Hope, int Pick)[] _requests;

    public Script(RandomRegistry registry, Tape tape)
    {
        _registry = registry;
        _brought =
        [
            External("login", "user", tape) with { Scopes = null, Audiences = [LocalEngine.Issuer], Act = [] },
            External("work", "client", tape) with { Scopes = null, Audiences = [LocalEngine.Issuer], Act = [] },
            External("ext", "user", tape), External("ext", "user", tape), External("ext", "user", tape),
        ];
        _requests = [.. Enumerable.Range(0, Requests).Select(_ => Request(tape))];
    }

    /// <summary>One request and what became of it. <paramref name="Given"/> is null where it was refused.</summary>
    public sealed record Step(Ask Ask, Holding? Subject, string? SubjectId, Outcome Outcome, Holding? Given, string? GivenId);

    /// <summary>Plays it.</summary>
    public async Task<List<Step>> PlayAsync(LocalEngine engine, Func<IEnumerable<string>, IEnumerable<string>> order, bool isReversed = false)
    {
        var tokens = _brought.Select(holding => (Holding: holding, Text: LocalEngine.Sign(holding, isReversed), Type: holding.Issuer == "ext" ? "access_token" : "id_token", Id: (string?)null)).ToList();
        var steps = new List<Step>();
        foreach (var (caller, target, scopes, forItself, hope, pick) in _requests)
        {
            var likely = hope is null ? [] : tokens.Where(token => hope.Issuers.Contains(token.Holding.Issuer) && MayUse(caller, token.Holding)).ToList();
            if (likely.Count == 0) likely = tokens;
            var chosen = likely[likely.Count - 1 - (pick % likely.Count)];
            var ask = new Ask(caller, forItself ? null : pick, target, scopes);
            var outcome = await engine.SendAsync(ask, forItself ? null : (chosen.Text, chosen.Type), order);
            var text = outcome is Outcome.Issued issued ? LocalEngine.TextOf(issued) : null;
            var (given, id) = text is null ? (null, null) : Read(text);
            steps.Add(new(ask, forItself ? null : chosen.Holding, forItself ? null : chosen.Id, outcome, given, id));
            if (given is not null) tokens.Add((given, text!, "access_token", id));
        }

        return steps;
    }

    /// <summary>Most requests try something that could be; the rest try anything.</summary>
    bool MayUse(Caller caller, Holding token) =>
        token.Client == caller.Id || token.Audiences.Any(audience => audience == LocalEngine.Issuer || caller.Serves.Any(api => _registry.Apis[api].Identifier == audience));

    (Caller, Api, string[]?, bool, RandomRule?, int) Request(Tape tape)
    {
        var rule = tape.One(_registry.Rules);
        var caller = tape.Once(5) ? tape.One(_registry.Callers) : Named(tape.One(rule.Clients));
        var forItself = tape.Once(8);
        var target = tape.Once(5) ? tape.One(_registry.Apis) : _registry.Apis[forItself && caller.Credentials is { } own ? own.Api : tape.One(rule.Gifts).Api];
        return (caller, target, tape.Once(3) && target.Scopes.Length > 0 ? tape.Some(target.Scopes, 1) : null, forItself, tape.Once(5) ? null : rule, tape.Below(40));
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
            LocalEngine.Now + 1000 - (90 * tape.Below(11)), act, tape.Once(8) ? tape.One(_registry.Callers).Id : null, tape.Once(12));
    }

    /// <summary>What a token of ours says.</summary>
    (Holding, string) Read(string text)
    {
        var claims = TestJwt.Parse(text).Claims;
        claims.ContainsKey("may_act").ShouldBeFalse();
        var api = _registry.Apis.Single(api => api.Identifier == claims.Text("aud"));
        var scopes = ((string?)claims["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(scope => (api.Index, scope));
        List<(string, string?)> act = [];
        for (var level = claims["act"]; level is JsonObject now; level = now["act"])
        {
            now.Select(member => member.Key).ShouldBeSubsetOf(["sub", "iss", "act"]);
            act.Add(((string)now["sub"]!, (string?)now["iss"]));
        }

        return (new(
            "self", (string?)claims["sub_kind"] ?? "user", claims.Text("sub"), claims.Text("sub"), null, [claims.Text("aud")], claims.Text("client_id"),
            [.. scopes], claims.Number("exp"), [.. act], null, claims.ContainsKey("cnf")), claims.Text("jti"));
    }
}
