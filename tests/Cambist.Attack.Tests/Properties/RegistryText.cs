using Cambist.Testing;

namespace Cambist.Attack.Tests.Properties;

/// <summary>
/// A <see cref="RandomRegistry"/> as a registry document. Whatever the contract gives no order is written in the order that
/// <paramref name="order"/> gives; rules are tried in order, and stay as they are.
/// </summary>
sealed class RegistryText(RandomRegistry registry, string issuer, string key, Func<IEnumerable<string>, IEnumerable<string>> order)
{
    public string Write() => string.Join('\n',
    [
        $"issuer: {issuer}",
        $"issuers: {Map([
            $"login: {{ issuer: https://login.example.com, jwks_file: {key}, tokens: id_token, subject: '{{sub}}' }}",
            $"ext: {{ issuer: https://ext.example.com, jwks_file: {key}, roles: [subject, actor], act: accept, subject: 'ext:{{sub}}', tokens: {{ access_token: {{ audiences: {List(["server", "resources", registry.Callers[0].Id])}{Scopes(registry.Declared)} }} }} }}",
            $"work: {{ issuer: https://work.example.com, jwks_file: {key}, roles: [subject, actor], kind: client, tokens: id_token, subject: 'work:{{sub}}' }}",
        ])}",
        $"resources: {Map(registry.Apis.Select(api => $"{api.Name}: {{ identifiers: {api.Identifier}{Scopes(api.Scopes)}, token: {{ lifetime: {api.Life}s }} }}"))}",
        $"clients: {Map(registry.Callers.Select(Client))}",
        registry.Deny.Length == 0 ? "" : $"deny: [{string.Join(", ", order(registry.Deny.Select(Deny)))}]",
        $"rules: [{string.Join(", ", registry.Rules.Select(Rule))}]",
    ]);

    string Map(IEnumerable<string> entries) => $"{{ {string.Join(", ", order(entries))} }}";

    string List(IEnumerable<string> items) => $"[{string.Join(", ", order(items))}]";

    string Scopes(string[] scopes) => scopes.Length == 0 ? "" : $", scopes: {List(scopes)}";

    string Client(Caller caller) => $"{caller.Id}: {Map([
        $"secrets: {{ value: {Requests.SecretOf(caller.Id)} }}",
        .. caller.Serves.Length > 0 ? [$"serves: {List(caller.Serves.Select(Name))}"] : Array.Empty<string>(),
        .. caller.Credentials is { } own ? [$"client_credentials: {{ {Name(own.Api)}: {List(own.Scopes)} }}"] : Array.Empty<string>(),
    ])}";

    string Deny(RandomDeny ban, int index)
    {
        List<string> members = [$"name: ban{index}", "reason: no"];
        if (ban.Clients is { } clients) members.Add($"clients: {List(clients)}");
        if (ban.Apis is { } apis) members.Add($"targets: {List(apis.Select(Name))}");
        if (ban.SaysSubject) members.Add($"subject: {Subject(null, ban.Kinds, ban.Tier, ban.Sub)}");
        return Map(members);
    }

    string Rule(RandomRule rule, int index)
    {
        List<string> members =
        [
            $"name: rule{index}", $"clients: {List(rule.Clients)}", $"subject: {Subject(rule.Issuers, rule.Kinds, rule.Tier, rule.Sub)}",
            $"actor: {(rule.Actor.WantsToken ? $"{{ issuer: {List(rule.Actor.Issuers)} }}" : rule.Actor.IsCaller ? "client" : "none")}", $"max_depth: {rule.Depth}", $"targets: {Map(rule.Gifts.Select(Gift))}",
        ];
        if (rule.Life is { } life) members.Add($"lifetime: {life}s");
        if (rule.MayOutlive) members.Add("may_outlive_subject: true");
        if (rule.Refresh is { } refresh) members.Add($"refresh: {{ lifetime: {refresh}s }}");
        return Map(members);
    }

    string Subject(string[]? issuers, string[]? kinds, string? tier, string? sub)
    {
        List<string> members = [], conditions = [];
        if (issuers is not null) members.Add($"issuer: {List(issuers)}");
        if (kinds is not null) members.Add($"kind: {List(kinds)}");
        if (tier is not null) conditions.Add($"tier: {tier}");
        if (sub is not null) conditions.Add($"sub: {sub}");
        if (conditions.Count > 0) members.Add($"where: {Map(conditions)}");
        return Map(members);
    }

    string Gift(Gift gift) => gift.List is { } list
        ? $"{Name(gift.Api)}: {List(list)}"
        : $"{Name(gift.Api)}: {Map(gift.Map.Select(entry => $"{entry.Scope}: {(entry.Held is { } held ? List(held.Select(at => $"{Name(at.Api)}/{at.Scope}")) : "true")}"))}";

    static string Name(int api) => $"r{api}";
}
