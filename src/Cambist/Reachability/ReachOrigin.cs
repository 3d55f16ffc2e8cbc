using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;

namespace Cambist;

/// <summary>Where tokens begin: at an issuer, with an impersonation token, or with a client's own credentials. Whatever comes of them keeps their kind and their name.</summary>
internal sealed class ReachOrigin
{
    /// <summary>Of so many clients each is held against a condition; of more only a literal is, which finds no less.</summary>
    const int MostSubjects = 64;

    readonly Registry _registry;

    ReachOrigin(Registry registry, string name, SubjectKind kind) => (_registry, Name, Kind) = (registry, name, kind);

    /// <summary>The issuer's name, <c>impersonation</c>, or <c>client_credentials of orders</c>: no name holds a space.</summary>
    public string Name { get; }

    public SubjectKind Kind { get; }

    /// <summary>The issuer; null for what begins here.</summary>
    public TrustedIssuer? Issuer { get; private init; }

    /// <summary>The clients whose own credentials they are; empty for every other origin.</summary>
    public FrozenSet<RegisteredClient> Clients { get; private init; } = [];

    /// <summary>The only values of <c>sub</c> that there are; null where nobody can list them.</summary>
    public ImmutableArray<Claim>? Subjects { get; private init; }

    public static ReachOrigin Of(TrustedIssuer issuer, Registry registry) => new(registry, issuer.Name, issuer.Kind) { Issuer = issuer };

    public static ReachOrigin Impersonation(Registry registry) => new(registry, ReservedNames.Impersonation, SubjectKind.Impersonated);

    public static ReachOrigin Of(ImmutableArray<RegisteredClient> clients, Registry registry) => new(registry, clients is [var only] ? $"client_credentials of {only.Id}" : "client_credentials of several", SubjectKind.Client)
    {
        Clients = clients.ToFrozenSet(),
        Subjects = clients.Length <= MostSubjects ? [.. Values(clients.Select(client => client.Id))] : null,
    };

    /// <summary>For what is not walked: any of them.</summary>
    public static ReachOrigin Anywhere(Registry registry) => new(registry, "any token", SubjectKind.User);

    /// <summary>These texts as claims.</summary>
    public static IEnumerable<Claim> Values(IEnumerable<string> texts)
    {
        foreach (var text in texts)
        {
            Claims.Parse(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["value"] = text })).TryGet("value"u8, out var value);
            yield return value;
        }
    }

    /// <summary>Whether a token of ours that began here may have a <c>sub</c> that meets a condition; where it is not certain, it may.</summary>
    public bool SubjectMayMeet(Condition condition) => condition switch
    {
        ListedCondition listed => SubjectMayMeet(listed.List),
        AnyOfCondition any => any.Alternatives.Any(SubjectMayMeet),
        _ when ConditionImplication.Literal(condition) is { } text => MayBe(text),
        _ when Subjects is { } all => all.Any(subject => condition.Test(subject) == ConditionResult.Yes),
        PatternCondition pattern => MayBegin(pattern.Pattern.Text[..pattern.Pattern.Text.IndexOf('*', StringComparison.Ordinal)]),
        _ => true,
    };

    /// <summary>Whether every token of ours that began here has a <c>sub</c> of which a deny entry's condition says no clear no.</summary>
    public bool SubjectIsNever(Condition condition, ConditionResult result) => Subjects is { } all && all.All(subject => condition.Test(subject) != result);

    bool MayBe(string subject) => Clients.Count > 0 ? _registry.Clients.TryGetValue(subject, out var client) && Clients.Contains(client)
        : !_registry.Clients.ContainsKey(subject) && MayBegin(subject) && (Issuer is not { Subject.IsBare: false } issuer || subject.StartsWith(issuer.Subject.Prefix, StringComparison.Ordinal));

    /// <summary>Names of an issuer begin with its prefix, and bare ones with nobody else's (SubjectNames).</summary>
    bool MayBegin(string start)
    {
        if (Issuer is null) return true;
        if (Issuer.Subject is { IsBare: false, Prefix: var own })
            return start.StartsWith(own, StringComparison.Ordinal) || own.StartsWith(start, StringComparison.Ordinal);
        return !_registry.Issuers.Values.Any(other => !other.Subject.IsBare && start.StartsWith(other.Subject.Prefix, StringComparison.Ordinal));
    }
}
