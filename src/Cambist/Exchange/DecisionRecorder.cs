using System.Diagnostics.Metrics;
using Cambist.Protocol;

namespace Cambist;

/// <summary>Step 10: one ledger entry a decision, committed before anybody hears of it.</summary>
internal sealed class DecisionRecorder(ILedger ledger, RevocationCheck revocations, Strangers strangers)
{
    static readonly Meter Meter = new("Cambist");
    static readonly Counter<long> Decisions = Meter.CreateCounter<long>("cambist.decisions", description: "Decisions at the token endpoint, by outcome and reason.");
    static readonly Counter<long> Shadows = Meter.CreateCounter<long>("cambist.shadow_decisions", description: "Decisions that a shadow rule would have made, by that rule, what was decided and what it would have decided.");

    /// <summary>Hands the entry of an issued token to the ledger; <see cref="AnswerAsync"/> says what comes of it.</summary>
    public ValueTask<CommitResult> RecordAsync(Walk walk, IssuedToken issued, CancellationToken cancellationToken) =>
        ledger.CommitAsync(walk.Entry = EntryOf(walk, DecisionOutcome.Issued, issued), cancellationToken);

    /// <summary>The answer, once the ledger has the entry; a revocation or a used key that it found make it a refusal.</summary>
    public ValueTask<Outcome> AnswerAsync(Walk walk, IssuedToken issued, CommitResult result, CancellationToken cancellationToken) =>
        result.Status == CommitStatus.Committed ? new(Answer(walk, issued, result.Id)) : NotCommittedAsync(walk, issued, result, cancellationToken);

    static Outcome.Issued Answer(Walk walk, IssuedToken issued, DecisionId id)
    {
        var (token, entry) = (walk.Token!, walk.Entry!.CommittedAs(id));
        Count("issued", Reason.None);
        CountShadow(entry);
        return new(issued.Value, token.TokenType, token.ExpiresAt - token.IssuedAt, token.Scopes, entry) { RefreshToken = issued.Refresh?.Value };
    }

    async ValueTask<Outcome> NotCommittedAsync(Walk walk, IssuedToken issued, CommitResult result, CancellationToken cancellationToken)
    {
        TokenLineage? revoked = null;
        if (result.Status == CommitStatus.Revoked) (result, revoked) = await revocations.CommitAgainAsync(walk.Entry!, result.Revocation!, cancellationToken);
        return result.Status switch
        {
            CommitStatus.Committed => Answer(walk, issued, result.Id),
            CommitStatus.Revoked => await RefuseAsync(walk, Revoked(walk, result.Revocation!, revoked), cancellationToken),
            _ when result.UsedKey == OneTimeKeyKind.ClientAssertion => Unauthenticated(walk, UsedUp(OneTimeKeyKind.ClientAssertion)),
            _ => await RefuseAsync(walk, UsedUp(result.UsedKey!.Value), cancellationToken),
        };
    }

    /// <summary>What a commit would refuse now, in the order in which a ledger looks: a revocation, then a used key. Null where it would not; nothing is written.</summary>
    public async ValueTask<Denied?> ForeseeAsync(Walk walk, TokenToIssue token, CancellationToken cancellationToken)
    {
        foreach (var lineage in LineagesOf(walk))
            if (await revocations.FindAsync(lineage, cancellationToken) is ({ } revocation, var revoked)) return Revoked(walk, revocation, revoked);
        foreach (var key in SpentOnSuccess(walk, token))
            if (await ledger.IsUsedAsync(key, cancellationToken)) return UsedUp(key.Kind);
        return null;
    }

    /// <summary>Records a refusal of an authenticated client, awaited like a grant. Of those of a public client that prove nothing, only so many.</summary>
    public async ValueTask<Outcome> RefuseAsync(Walk walk, Denied denied, CancellationToken cancellationToken)
    {
        if (denied.Reason == Reason.SubjectUsedUp && walk.Subject?.RotationKey is { } rotated && await EndBranchAsync(walk, rotated, cancellationToken) is { } unauthenticated) return unauthenticated;
        if (walk.IsRefresh) denied = denied.OfRefreshToken();
        if (!strangers.LeavesEntry(walk, denied))
        {
            Count("refused", denied.Reason);
            return Refused(walk, denied);
        }

        var entry = EntryOf(walk, DecisionOutcome.Refused) with { Shadow = ShadowOf(walk, denied), Reason = denied.Reason, Trace = Trace.Of(walk, denied) };
        var result = await ledger.CommitAsync(entry, cancellationToken);

        // A refusal spends only what the client proved itself by; used before, that proves nothing.
        if (result.Status == CommitStatus.AlreadyUsed) return Unauthenticated(walk, UsedUp(result.UsedKey!.Value));
        Count("refused", denied.Reason);
        CountShadow(entry);
        return Refused(walk, denied, entry.CommittedAs(result.Id));
    }

    /// <summary>
    /// A refresh token that was used before: it or its successor is in wrong hands, and nobody can tell which (RFC 9700 §4.14.2), so the
    /// branch ends before the refusal is answered.
    /// </summary>
    async ValueTask<Outcome?> EndBranchAsync(Walk walk, OneTimeKey rotated, CancellationToken cancellationToken)
    {
        var lineage = walk.Subject!.Lineage;
        if ((await revocations.FindAsync(lineage, cancellationToken)).Revocation is not null) return null;
        var entry = ActOf(walk, "a refresh token was used again; it and all beneath it are revoked");
        var revocation = new Revocation(RevocationKind.Lineage, lineage.Id, 0, "a refresh token was used again", rotated.KeepUntil);
        var revoked = await ledger.RevokeAsync(revocation, entry, cancellationToken);
        walk.Spends = [];
        return revoked is null ? Unauthenticated(walk, UsedUp(OneTimeKeyKind.ClientAssertion)) : null;
    }

    /// <summary>The letter of RFC 8693 §2.2.2 is about exchanges; a refresh has the codes of RFC 6749 §5.2 under either profile.</summary>
    static Outcome.Refused Refused(Walk walk, Denied denied, LedgerEntry? entry = null) =>
        new(PublicReason(walk, denied.Reason), denied.RetryAfter, entry) { ErrorCodes = walk.IsRefresh ? ErrorProfile.Common : walk.Registry.ErrorCodes };

    /// <summary>
    /// The same for a request that may hold a client's good assertion, in a form that authenticates nobody: it is spent, for whoever saw
    /// the request has it too.
    /// </summary>
    public async ValueTask<Outcome> UnauthenticatedAsync(Walk walk, Denied denied, CancellationToken cancellationToken)
    {
        if (walk.Spends.Count > 0) // used before or not, the answer is the same
            await ledger.CommitAsync(ActOf(walk, "an assertion was sent with something that contradicts it, and is spent") with { Client = walk.Caller.ClientId }, cancellationToken);
        walk.Spends = [];
        return Unauthenticated(walk, denied);
    }

    /// <summary>A failure before anybody was authenticated: counted, not recorded one by one, or a stranger could fill the disk.</summary>
    public Outcome Unauthenticated(Walk walk, Denied denied)
    {
        denied = strangers.Unauthenticated(walk, denied);
        Count("unauthenticated", denied.Reason);
        return new Outcome.Refused(denied.Reason, denied.RetryAfter);
    }

    /// <summary>
    /// Spends what a client proved itself by, at an endpoint whose answer need not leave an entry; gives the answer where it was used
    /// before.
    /// </summary>
    public async ValueTask<Outcome?> SpendAsync(Walk walk, CancellationToken cancellationToken)
    {
        if (walk.Spends.Count == 0) return null;
        var result = await ledger.CommitAsync(ActOf(walk, "authenticated by an assertion, which is spent"), cancellationToken);
        walk.Spends = [];
        return result.Status == CommitStatus.AlreadyUsed ? Unauthenticated(walk, UsedUp(result.UsedKey!.Value)) : null;
    }

    /// <summary>The entry of something that a client did and that gives it no token.</summary>
    public static LedgerEntry ActOf(Walk walk, string what) => EntryOf(walk, DecisionOutcome.AdminAct) with { Trace = what };

    /// <summary>Anybody can be a public client, so it is told nothing about why a token failed; the entry has the precise reason.</summary>
    static Reason PublicReason(Walk walk, Reason reason) => reason switch
    {
        _ when !walk.Client!.IsPublic => reason,
        >= Reason.SubjectMalformed and <= Reason.SubjectInvalid => Reason.SubjectInvalid,
        >= Reason.ActorMalformed and <= Reason.ActorInvalid => Reason.ActorInvalid,
        _ => reason,
    };

    /// <summary>All that is known of a walk, and of the token that it issued: whole at once, since a copy would be as large again.</summary>
    static LedgerEntry EntryOf(Walk walk, DecisionOutcome outcome, IssuedToken? issued = null)
    {
        var token = issued is null ? null : walk.Token;
        return new()
        {
            Outcome = outcome,
            Action = walk.Action,
            Client = walk.Client?.Id,
            Subject = Party(walk.Subject),
            Actor = Party(walk.Actor),
            ActorChain = token?.ActorChain ?? [],
            IssuedId = issued?.Id,
            Target = (token?.Target ?? walk.Target)?.Resource.Name,
            ScopesAsked = walk.ScopesAsked is { } asked ? ScopeText.ForRecord(asked) : null,
            ScopesGiven = token is null ? [] : token.Scopes,
            Rule = walk.Selected?.Rule.Name,
            RegistryRevision = walk.Registry.Revision,
            ExpiresAt = token?.ExpiresAt * 1000,
            ExternalUntil = Math.Max(ExternalExpiry(walk.Subject), ExternalExpiry(walk.Actor)),
            InputToRecord = InputOf(walk, outcome),
            Shadow = token is null ? null : ShadowOf(walk, denied: null),
            Stores = issued is null ? [] : StoredOf(issued),
            Consumes = token is null ? walk.Spends : SpentOnSuccess(walk, token),
            DependsOn = token is null ? [] : LineagesOf(walk),
        };
    }

    static InputToRecord? InputOf(Walk walk, DecisionOutcome outcome) => walk.Input is { } input
        ? new(input, walk.Registry.MentionedClaims, outcome == DecisionOutcome.Refused ? RecordedEntitlement.Of(input, walk.Registry) : null)
        : null;

    static ShadowVerdict? ShadowOf(Walk walk, Denied? denied) => walk.Input is { } input ? ShadowDecision.Of(input, walk.Registry, denied) : null;

    static RecordedParty? Party(ResolvedToken? token) => token is null ? null : new(token.IssuerName, token.Subject, token.Lineage.Id);

    static long ExternalExpiry(ResolvedToken? token) => token is { IsExternal: true } ? token.ExpiresAt * 1000 : 0;

    /// <summary>What this grant uses up beside the proof of the client; a refusal leaves it for another try.</summary>
    public static IReadOnlyList<OneTimeKey> SpentOnSuccess(Walk walk, TokenToIssue token)
    {
        var single = token.From?.Minted?.Key ?? token.From?.Redeemed?.Key;
        var once = token.Rule is { IsOnce: true } rule && !walk.IsRefresh ? Once.KeyOf(rule, token.Target, walk.Subject!) : null;
        return (single, once) switch
        {
            (null, null) => walk.Spends,
            ({ } key, null) => [.. walk.Spends, key],
            (null, { } key) => [.. walk.Spends, key],
            ({ } key, { } other) => [.. walk.Spends, key, other],
        };
    }

    static IReadOnlyList<TokenLineage> LineagesOf(Walk walk) => (walk.Subject, walk.Subject?.Origin, walk.Actor) switch
    {
        (null, _, _) => [],
        ({ } subject, null, null) => [subject.Lineage],
        ({ } subject, null, { } actor) => [subject.Lineage, actor.Lineage],
        ({ } subject, { } origin, null) => [subject.Lineage, origin],
        ({ } subject, { } origin, { } actor) => [subject.Lineage, origin, actor.Lineage],
    };

    static IReadOnlyList<StoredToken> StoredOf(IssuedToken issued) => (issued.Stored, issued.Refresh?.Stored) switch
    {
        (null, null) => [],
        ({ } access, null) => [access],
        (null, { } refresh) => [refresh],
        ({ } access, { } refresh) => [access, refresh],
    };

    /// <param name="walk">The request.</param>
    /// <param name="revocation">What was found.</param>
    /// <param name="revoked">Which of its lineages falls under it; the subject's unless it is the actor's alone.</param>
    public static Denied Revoked(Walk walk, Revocation revocation, TokenLineage? revoked)
    {
        var ofActor = revoked is not null && revoked.Id == walk.Actor?.Lineage.Id && revoked.Id != walk.Subject!.Lineage.Id;
        return new(ofActor ? Reason.ActorRevoked : Reason.SubjectRevoked, $"revoked at {DateTimeOffset.FromUnixTimeMilliseconds(revocation.At):u} by {revocation.Kind}");
    }

    static Denied UsedUp(OneTimeKeyKind kind) => kind switch
    {
        OneTimeKeyKind.Once => new(Reason.OnceUsedUp, "the rule takes each subject token once a target"),
        OneTimeKeyKind.ClientAssertion => ClientAuthenticator.Failed("the client assertion was used before"),
        _ => new(Reason.SubjectUsedUp, "the token can be used once and was"),
    };

    static void Count(string outcome, Reason reason)
    {
        if (Decisions.Enabled) Decisions.Add(1, new KeyValuePair<string, object?>("outcome", outcome), new KeyValuePair<string, object?>("reason", reason.WireName()));
    }

    static void CountShadow(LedgerEntry entry)
    {
        if (entry.Shadow is not { } shadow) return;
        Shadows.Add(
            1,
            new KeyValuePair<string, object?>("rule", shadow.Rule),
            new KeyValuePair<string, object?>("decided", LedgerEntryJson.OutcomeName(entry.Outcome)),
            new KeyValuePair<string, object?>("would", shadow.Reason == Reason.None ? "issued" : "refused"));
    }
}
