using System.Collections.Frozen;
using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>The narrowest rule that would take a request which no rule is for, and how a registry writes it.</summary>
internal static class SuggestedRule
{
    public static (Rule Rule, string Yaml) For(DecisionInput input, Target target, Registry registry)
    {
        var subject = input.Subject;
        var grant = GrantFor(input, target.Resource);
        ActorRequirement actor = input.Actor is { } sent ? new ActorRequirement.Token([sent.IssuerName], ConditionSet.Empty)
            : input.Client.IsPublic ? ActorRequirement.Nobody.Instance
            : ActorRequirement.Caller.Instance;
        var name = FreeName($"{input.Client.Id}-to-{target.Resource.Name}", registry);
        var where = subject.IsExternal ? OnlyThisOne(subject) : ConditionSet.Empty;
        var yaml = $"{{ name: {WrittenYaml.Text(name)}, clients: {WrittenYaml.Text(input.Client.Id)}{Subject(subject, input.Client, where)}{Actor(actor)}, targets: {{ {WrittenYaml.Text(target.Resource.Name)}: {WrittenYaml.Grant(grant)} }} }}";
        var rule = new Rule
        {
            Name = name,
            Clients = [input.Client.Id],
            Subject = new() { Issuers = [subject.IssuerName], Kinds = [subject.Kind], TokenTypes = [subject.TokenType], Where = where },
            Actor = actor,
            Targets = new Dictionary<string, ScopeGrant> { [target.Resource.Name] = grant }.ToFrozenDictionary(),
        };
        return (rule, yaml);
    }

    /// <summary>The claims that make the subject's name, to the letter: pasted as it is, the rule is for nobody else.</summary>
    static ConditionSet OnlyThisOne(ResolvedToken subject)
    {
        var entries = ImmutableArray.CreateBuilder<ConditionEntry>();
        foreach (var path in subject.Issuer!.Subject.Paths)
        {
            Condition exactly = subject.Claims.TryGet(path, out var claim) && claim.Kind == ClaimKind.Number && claim.TryGetInt64(out var number)
                ? new IntegerCondition(number)
                : new TextCondition(claim.GetString() ?? "…"); // what is not on record is left to be written
            entries.Add(new(path, exactly));
        }

        return new(entries.ToImmutable());
    }

    /// <summary>Whether the registry would load with it: of a public client only with tokens of others that are addressed to us (PublicClients).</summary>
    public static bool IsPossible(DecisionInput input, Registry registry) =>
        !input.Client.IsPublic || input.Subject.Issuer?.KindOf(input.Subject.TokenType)?.Audiences.Contains(registry.Issuer) == true;

    static string FreeName(string wanted, Registry registry)
    {
        var name = wanted;
        for (var i = 2; registry.Rules.All.Any(rule => rule.Name == name); i++) name = $"{wanted}-{i}";
        return name;
    }

    /// <summary>
    /// The scopes asked for, else the one that opens least: a list where the token needs or has them itself, else with what it holds as the condition.
    /// </summary>
    static ScopeGrant GrantFor(DecisionInput input, ProtectedResource resource)
    {
        ImmutableArray<string> wanted = [.. (input.Scopes ?? []).Where(resource.Scopes.Contains).Order(StringComparer.Ordinal)];
        if (wanted.IsEmpty) wanted = [.. Smallest(resource)];
        if (input.Subject.HeldScopes is not { } held || wanted.All(scope => held.Contains(new(resource.Name, scope)))) return new ScopeGrant.Listed(wanted);
        return new ScopeGrant.Mapped([.. wanted.Select(scope => new ScopeEntitlement(scope, Entitling(held)))]);
    }

    /// <summary>One scope, that of reading where there is one: a list without any would not load.</summary>
    static IEnumerable<string> Smallest(ProtectedResource resource) =>
        resource.Scopes.OrderBy(scope => !scope.Contains("read", StringComparison.OrdinalIgnoreCase)).ThenBy(scope => scope, StringComparer.Ordinal).Take(1);

    /// <summary>What a token holds, as a condition; none where it holds nothing.</summary>
    public static ImmutableArray<HeldScope>? Entitling(ImmutableArray<ScopeAt> held) =>
        held.IsEmpty ? null : [.. held.Select(one => new HeldScope(one.Resource, one.Scope))];

    static string Subject(ResolvedToken subject, RegisteredClient client, ConditionSet where)
    {
        var parts = new List<string>();
        if (subject.IssuerName != ReservedNames.Self) parts.Add($"issuer: {WrittenYaml.Text(subject.IssuerName)}");
        if (subject is { IssuerName: ReservedNames.Self, Kind: not SubjectKind.User }) parts.Add($"kind: {DecisionInputJson.KindName(subject.Kind)}");
        if (subject.TokenType == TokenTypes.RefreshToken) parts.Add("token_types: refresh_token");

        // A public client proves nothing of itself: the registry loads only with a kind of token that is addressed to us.
        if (client.IsPublic && subject.Issuer?.Tokens.Count > 1) parts.Add($"token_types: {TokenKindNames.Of(subject.TokenType)}");
        if (!where.Entries.IsEmpty) parts.Add($"where: {{ {WrittenCondition.Yaml(where)} }}");
        return parts.Count == 0 ? "" : $", subject: {{ {string.Join(", ", parts)} }}";
    }

    static string Actor(ActorRequirement actor) => actor switch
    {
        ActorRequirement.Token token => $", actor: {{ issuer: {WrittenYaml.List(token.Issuers)} }}",
        ActorRequirement.Nobody => ", actor: none",
        _ => "",
    };
}
