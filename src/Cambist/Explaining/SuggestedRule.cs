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
        var yaml = $"{{ name: {WrittenYaml.Text(name)}, clients: {WrittenYaml.Text(input.Client.Id)}{Subject(subject, input.Client)}{Actor(actor)}, targets: {{ {WrittenYaml.Text(target.Resource.Name)}: {WrittenYaml.Grant(grant)} }} }}";
        var rule = new Rule
        {
            Name = name,
            Clients = [input.Client.Id],
            Subject = new() { Issuers = [subject.IssuerName], Kinds = [subject.Kind], TokenTypes = [subject.TokenType] },
            Actor = actor,
            Targets = new Dictionary<string, ScopeGrant> { [target.Resource.Name] = grant }.ToFrozenDictionary(),
        };
        return (rule, yaml);
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

    /// <summary>The scopes asked for, else all there are: a list where the token needs or has them itself, else with what it holds as the condition.</summary>
    static ScopeGrant GrantFor(DecisionInput input, ProtectedResource resource)
    {
        ImmutableArray<string> wanted = [.. (input.Scopes ?? [.. resource.Scopes]).Where(resource.Scopes.Contains).Order(StringComparer.Ordinal)];
        if (wanted.IsEmpty) wanted = [.. resource.Scopes.Order(StringComparer.Ordinal)];
        if (input.Subject.HeldScopes is not { } held || wanted.All(scope => held.Contains(new(resource.Name, scope)))) return new ScopeGrant.Listed(wanted);
        return new ScopeGrant.Mapped([.. wanted.Select(scope => new ScopeEntitlement(scope, Entitling(held)))]);
    }

    /// <summary>What a token holds, as a condition; none where it holds nothing.</summary>
    public static ImmutableArray<HeldScope>? Entitling(ImmutableArray<ScopeAt> held) =>
        held.IsEmpty ? null : [.. held.Select(one => new HeldScope(one.Resource, one.Scope))];

    static string Subject(ResolvedToken subject, RegisteredClient client)
    {
        var parts = new List<string>();
        if (subject.IssuerName != ReservedNames.Self) parts.Add($"issuer: {WrittenYaml.Text(subject.IssuerName)}");
        if (subject is { IssuerName: ReservedNames.Self, Kind: not SubjectKind.User }) parts.Add($"kind: {DecisionInputJson.KindName(subject.Kind)}");
        if (subject.TokenType == TokenTypes.RefreshToken) parts.Add("token_types: refresh_token");

        // A public client proves nothing of itself: the registry does not load without a condition on its subject's token, of a kind that is addressed to us.
        if (client.IsPublic && subject.Issuer?.Tokens.Count > 1) parts.Add($"token_types: {TokenKindNames.Of(subject.TokenType)}");
        if (client.IsPublic && subject.Issuer?.Where.Entries.IsEmpty == true)
            parts.Add($"where: {{ sub: {(subject.Claims.TryGet("sub"u8, out var sub) ? WrittenYaml.Text(sub.GetString()!) : "…")} }}");
        return parts.Count == 0 ? "" : $", subject: {{ {string.Join(", ", parts)} }}";
    }

    static string Actor(ActorRequirement actor) => actor switch
    {
        ActorRequirement.Token token => $", actor: {{ issuer: {WrittenYaml.List(token.Issuers)} }}",
        ActorRequirement.Nobody => ", actor: none",
        _ => "",
    };
}
