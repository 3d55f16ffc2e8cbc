using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>How a client gets a token: where it begins, and exchange after exchange.</summary>
internal sealed record ReachChain(ReachOrigin Origin, ImmutableArray<ReachStep> Steps)
{
    /// <summary>What tells it from other chains: who, for what, under which rules.</summary>
    public string Key => $"{Origin.Name}\n{string.Join('\n', Steps.Select(step => $"{step.To.Client.Id}\n{step.To.Resource.Name}\n{step.Rule?.Name}\n{step.Type}"))}";

    /// <summary>The token that it begins with, such as <c>gitlab id_token</c>.</summary>
    public string Begins => Steps[0] switch
    {
        { Rule: null } first => $"client_credentials of {first.To.Client.Id}",
        { Type: TokenTypes.ImpersonationToken } => TokenKindNames.ImpersonationToken,
        { Type: "" } => Origin.Name,
        var first => $"{Origin.Name} {TokenKindNames.Of(first.Type)}",
    };

    /// <summary>The chains to a state: for each scope the shortest, then the shortest of those that end in another step.</summary>
    public static IEnumerable<ReachChain> To(ReachState state, string? scope)
    {
        var scopes = scope is not null ? [scope] : state.Scopes.Keys.Select(held => held.Scope).ToArray();
        var byScope = scopes.Select(one => state.Scopes[new(state.Resource.Name, one)].Chain(one));
        var bySteps = state.Steps.Where(step => scope is null || step.Given.ContainsKey(scope)).Select(step => step.Chain(scope))
            .Where(chain => chain.Count(step => step.To == state) == 1); // what comes back is no way of its own
        return byScope.Concat(bySteps).Select(steps => new ReachChain(state.Origin, steps));
    }

    /// <summary>The chain in one line.</summary>
    public override string ToString() => $"{Begins}{string.Concat(Steps.Select(step => (step.Rule is null ? "" : $" → {Exchange(step)}") + $" → {Gives(step)}"))}";

    /// <summary>An exchange, such as <c>rule deploy-from-ci (line 31) of ci, where ref_protected must be true</c>.</summary>
    public static string Exchange(ReachStep step)
    {
        var rule = step.Rule!;
        var provisos = Provisos(step);
        return $"{(step.From is not null && step.Type == TokenTypes.RefreshToken ? "as refresh_token, " : "")}rule {rule.Name} (line {rule.Position.Line}) of {step.To.Client.Id}{(provisos.IsEmpty ? "" : ", " + string.Join(", ", provisos))}";
    }

    /// <summary>What a step gives, such as <c>billing [read, pay]</c>.</summary>
    public static string Gives(ReachStep step) => $"{step.To.Resource.Name} [{string.Join(", ", step.Given.Keys)}]";

    /// <summary>What must be so for an exchange to be allowed, and is taken to be.</summary>
    public static ImmutableArray<string> Provisos(ReachStep step)
    {
        if (step.Rule is not { } rule) return [];
        var conditions = step.From is null && step.To.Origin.Issuer is { } issuer ? issuer.Where.Entries.AddRange(rule.Subject.Where.Entries) : rule.Subject.Where.Entries;
        var where = conditions.IsEmpty ? [] : (ImmutableArray<string>)[$"where {string.Join(" and ", conditions.Select(Words))}"];
        if (rule.Actor is ActorRequirement.Token actor)
            where = where.Add($"with an actor token of {string.Join(" or ", actor.Issuers.Order(StringComparer.Ordinal))}{(actor.Where.Entries.IsEmpty ? "" : $" whose {string.Join(" and ", actor.Where.Entries.Select(Words))}")}");
        if (rule.Proof != ProofRequirement.None) where = where.Add($"with proof of a key ({rule.Proof.ToString().ToLowerInvariant()})");
        return where.AddRange(step.Provisos);
    }

    static string Words(ConditionEntry entry) => $"{entry.Path} {entry.Condition.Describe()}";
}
