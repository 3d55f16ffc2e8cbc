using System.Collections.Immutable;

namespace Cambist;

/// <summary>Who acts on the admin API.</summary>
/// <param name="Party">As entries name it: <c>bootstrap</c>, or <c>self</c> with the sub and id of an access token of ours.</param>
/// <param name="Scopes">Of <see cref="ReservedNames.AdminScopes"/>, what it may do.</param>
/// <param name="Lineage">The access token's, which must not be revoked by the time the act is recorded; null for the bootstrap token.</param>
internal sealed record Administrator(RecordedParty Party, ImmutableArray<string> Scopes, TokenLineage? Lineage)
{
    /// <summary>Whoever has the bootstrap token. Its name can be no client's.</summary>
    public static readonly Administrator Bootstrap = new(new("bootstrap", ReservedNames.AdminResource, null), [.. ReservedNames.AdminScopes], null);

    /// <summary>An entry that says what it did.</summary>
    /// <param name="action">The act, such as <c>impersonation_tokens.mint</c>.</param>
    /// <param name="trace">What was done, and the reason that was given.</param>
    /// <param name="registry">In force.</param>
    public LedgerEntry Did(string action, string trace, Registry registry) => new()
    {
        Outcome = DecisionOutcome.AdminAct,
        Action = action,
        Actor = Party,
        Trace = trace,
        RegistryRevision = registry.Revision,
        DependsOn = Lineage is { } lineage ? [lineage] : [],
    };

    /// <summary>An entry that says what it was refused.</summary>
    public LedgerEntry WasRefused(string action, Denied denied, Registry registry) =>
        Did(action, denied.Detail, registry) with { Outcome = DecisionOutcome.Refused, Reason = denied.Reason, DependsOn = [] };
}
