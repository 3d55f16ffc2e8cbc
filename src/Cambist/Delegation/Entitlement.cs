using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// May this caller use this token at all? A token is used by the one it was issued to or meant for; no rule can say
/// otherwise (RFC 8693 §5 leaves it open, and every peer that did not check it had a hole).
/// </summary>
internal static class Entitlement
{
    /// <summary>Step 7: the checks of the selected rule. None of them ever falls through to another rule.</summary>
    public static Denied? Check(DecisionInput input, SelectedRule selected, Registry registry) =>
        CheckBuilt(selected)
        ?? CheckRedeemed(input, selected)
        ?? CheckToken(input.Subject, input.Client, registry)
        ?? (input.Actor is { } actor ? CheckActor(actor, input.Client, registry)?.OfActor() : null)
        ?? CheckMinted(input, selected)
        ?? Delegate.Check(input, selected, registry)
        ?? CheckRequestedType(input, selected);

    /// <summary>Of these checks those that no rule has a say in: whether caller and actor may use the tokens that were sent.</summary>
    public static Denied? CheckTokens(DecisionInput input, Registry registry) =>
        CheckToken(input.Subject, input.Client, registry)
        ?? (input.Actor is { } actor ? CheckActor(actor, input.Client, registry)?.OfActor() : null)
        ?? (input.Subject.Minted is null ? null : CheckMinter(input.Subject, input.Actor?.Subject ?? input.Client.Id))
        ?? MayAct.Check(input.Subject, input.Actor, input.Client, registry);

    static Denied? CheckToken(ResolvedToken token, RegisteredClient caller, Registry registry) =>
        CheckUse(token, caller, registry) ?? CheckKey(token);

    /// <summary>An actor token passes the same test and is nobody's chain itself (DL-12).</summary>
    static Denied? CheckActor(ResolvedToken actor, RegisteredClient caller, Registry registry) =>
        actor.Act is null ? CheckToken(actor, caller, registry) : new(Reason.SubjectActNotAccepted, "an actor token must not carry act");

    /// <summary>An impersonation token is not its minter's to use, and it may say for which targets it is.</summary>
    static Denied? CheckMinted(DecisionInput input, SelectedRule selected)
    {
        if (input.Subject.Minted is not { } minted) return null;
        return CheckMinter(input.Subject, input.Actor?.Subject ?? input.Client.Id)
            ?? minted.CheckTarget(selected.Target.Resource); // which may be the rule's default
    }

    /// <summary>Who minted an impersonation token is not who acts with it.</summary>
    public static Denied? CheckMinter(ResolvedToken impersonation, string actor) =>
        impersonation.Minted!.WasMintedBy(actor) ? new(Reason.ActorIsMinter, $"{actor} minted the token") : null;

    public static Denied? CheckRequestedType(DecisionInput input, SelectedRule selected)
    {
        if (input.RequestedTokenType is not { } type) return null;
        var (rule, target) = selected;
        if (!rule.RequestedTokenTypes.Contains(type))
            return new(Reason.RequestedTokenTypeUnsupported, $"rule {rule.Name} gives {string.Join(" or ", rule.RequestedTokenTypes)}");
        return type == TokenTypes.Jwt && target.Resource.IssuesOpaqueTokens
            ? new(Reason.RequestedTokenTypeUnsupported, $"tokens of {target.Resource.Name} are opaque (token.format) and never a jwt")
            : null;
    }

    /// <summary>What the registry may say and this version does not carry out is refused, never left out in silence.</summary>
    public static Denied? CheckBuilt(SelectedRule selected)
    {
        var rule = selected.Rule;
        return rule.Proof == ProofRequirement.None ? null : NotBuilt(rule, "proof");
    }

    /// <summary>A refresh token lives by the rule that gave it: another one, or none that refreshes, ends it.</summary>
    static Denied? CheckRedeemed(DecisionInput input, SelectedRule selected)
    {
        if (input.Subject.Redeemed is not { } grant) return null;
        var rule = selected.Rule;
        if (rule.Name != grant.Rule) return new(Reason.NoRule, $"rule {grant.Rule} gave the refresh token, and rule {rule.Name} (line {rule.Position.Line}) is selected now");
        return rule.RefreshLifetime is null ? new(Reason.NoRule, $"rule {rule.Name} (line {rule.Position.Line}) has no refresh any more") : null;
    }

    static Denied NotBuilt(Rule rule, string member) => new(Reason.NotBuilt, $"rule {rule.Name} (line {rule.Position.Line}) says {member}, which is not built yet");

    static Denied? CheckUse(ResolvedToken token, RegisteredClient caller, Registry registry)
    {
        if (token.Minted is not null) return null; // its client, if it names one, was compared when it was looked up
        Audience.IsWellFormed(token.Claims, out var aud);
        if (!token.IsExternal)
        {
            return IsFor(token, caller)
                ? null
                : new(Reason.SubjectNotForCaller, $"the token was issued to {token.ClientId} for {Audience.Describe(aud)}; {Names(caller)}. It is not this caller's to use; a client that is the server of that resource says so in clients.{caller.Id}.serves.");
        }

        var isMeant = false;
        foreach (var audience in Audience.Of(aud))
            isMeant |= audience.IsString(registry.Issuer) || (!caller.IsPublic && (caller.AnswersTo(audience) || ClaimText.IsIn(audience, caller.ServedIdentifiers)));
        if (!isMeant) return NotForCaller(aud, token.IssuerName, caller);

        // OpenID Connect Core §3.1.3.7, 5: azp, if present, is the client the ID token was issued to.
        if (token.TokenType == TokenTypes.IdToken && token.Claims.TryGet("azp"u8, out var azp) && !caller.AnswersTo(azp))
            return new(Reason.SubjectNotForCaller, $"the ID token's azp names another client; {Names(caller)}");
        return null;
    }

    /// <summary>Whether a token of ours was issued to the caller, or, as an access token, is meant for a resource that it serves.</summary>
    public static bool IsFor(ResolvedToken ours, RegisteredClient caller) =>
        ours.ClientId == caller.Id || (ours.TokenType != TokenTypes.RefreshToken && ours.Claims.TryGet("aud"u8, out var aud) && aud.GetString() is { } own && caller.ServedIdentifiers.Contains(own));

    /// <summary>A token bound to a key needs proof of that key in this request; none can be brought yet.</summary>
    static Denied? CheckKey(ResolvedToken token) =>
        token.Claims.TryGet("cnf"u8, out _) ? new(Reason.SubjectKeyBound, "the token has cnf and the request brings no proof of that key") : null;

    static Denied NotForCaller(Claim aud, string issuer, RegisteredClient caller)
    {
        // No name of its own helps a public client.
        var seen = $"the token's aud is {Audience.Describe(aud)}; {Names(caller)}.";
        if (caller.IsPublic) return new(Reason.SubjectNotForCaller, seen);
        var which = Audience.TheOnly(aud) is { Length: <= 128 } name ? name : "one of them";
        return new(Reason.SubjectNotForCaller,
            $"{seen} If {which} is {caller.Id}'s name at {issuer}, add clients.{caller.Id}.known_as. If not, this token was issued to someone else and is rightly refused.");
    }

    /// <summary>What the caller is known as here, in words.</summary>
    public static string Names(RegisteredClient caller)
    {
        var names = string.Join(", ", caller.KnownAs.Prepend(caller.Id).Select(name => $"\"{name}\""));
        var serves = caller.Serves.IsEmpty ? "nothing" : string.Join(", ", caller.Serves.Select(resource => resource.Name));
        return caller.IsPublic
            ? $"client {caller.Id} is public and may use only tokens addressed to this server"
            : $"client {caller.Id} answers to {names} and serves {serves}";
    }
}
