using Cambist.Protocol;

namespace Cambist;

/// <summary>What to do about each reason, where nothing more is known than the reason itself.</summary>
internal static class RemedyTexts
{
    public static Remedy[] Of(Reason reason) => reason switch
    {
        >= Reason.SubjectMalformed and <= Reason.SubjectInvalid => TokenRemedyTexts.Of(reason, "subject"),
        >= Reason.ActorMalformed and <= Reason.ActorInvalid => TokenRemedyTexts.Of(reason - Reason.ActorMalformed + Reason.SubjectMalformed, "actor"),
        >= Reason.RefreshTokenUnknown => OfRefresh(reason),
        >= Reason.IssuerKeysUnavailable => OfServer(reason),
        >= Reason.ScopeMalformed => OfScope(reason),
        >= Reason.NoRule => OfRule(reason),
        >= Reason.TargetMissing => OfTarget(reason),
        >= Reason.ClientAuthenticationFailed => OfClient(reason),
        _ => OfRequest(reason),
    };

    static Remedy[] OfRequest(Reason reason) => reason switch
    {
        Reason.MethodNotAllowed => [Ask("Send it with POST.")],
        Reason.MediaTypeUnsupported => [Ask("Send a form: application/x-www-form-urlencoded in UTF-8, without Content-Encoding.")],
        Reason.RequestTooLarge => [Ask("Send less: one subject token, one actor token at most, and nothing else that is long.")],
        Reason.FormMalformed => [Ask("Percent-encode each name and value of the form as UTF-8.")],
        Reason.ParameterMissing => [Ask("Send the parameter that the detail names, and not empty.")],
        Reason.ParameterRepeated => [Ask("Send the parameter that the detail names once; only resource and audience may repeat. Put all scopes into one scope parameter, separated by spaces.")],
        Reason.ParameterUnpaired => [Ask("Send actor_token and actor_token_type together, or neither.")],
        Reason.GrantTypeUnsupported => [Ask($"Send one of {GrantTypes.TokenExchange}, {GrantTypes.ClientCredentials} and {GrantTypes.RefreshToken} as grant_type.")],
        Reason.PlainHttpRefused => [Ask("Send it over https, or from this machine."), Registry("Name the proxy that ends TLS in Cambist:TrustedProxies.", "Only the proxy's own addresses: whoever is in that range is believed about where a request came from and how.")],
        Reason.AuthorizationDetailsUnsupported => [Ask("Leave authorization_details out, and say with scope and resource what is wanted.")],
        Reason.DpopUnsupported => [Ask("Leave the DPoP header out; this version gives bearer tokens alone.")],
        _ => [Registry("Take proof out of the rule; this version cannot check one.", "Without it whoever holds the token can use it.")],
    };

    static Remedy[] OfClient(Reason reason) => reason switch
    {
        Reason.ClientAuthenticationFailed =>
        [
            Ask("Send the client's id and its credential in the one way that it is registered for; ids and secrets are compared to the byte."),
            Registry("See clients for its id: that it is there, and not disabled, and that its secret has not expired."),
        ],
        Reason.ClientAuthenticationAmbiguous => [Ask("Send one credential alone: the Authorization header, client_secret or client_assertion.")],
        Reason.ClientIdMismatch => [Ask("Send the id of the client that authenticates as client_id, or leave it out.")],
        Reason.GrantNotAllowed => [Registry("Write a rule (for an exchange), a client_credentials block, or a rule's refresh that names the client; where clients has grants for it, add the grant there.", "Whatever the rule gives can be had by everybody who has the client's credential.")],
        Reason.TooManyFailures => [Ask("Send the right secret, which is always taken, or wait for as long as Retry-After says.")],
        Reason.TokenNotOfCaller => [Ask("Let the client that the token was issued to give it back, or an administrator revoke it.")],
        Reason.TokenNotRevocable => [Ask("Let an administrator cancel it: DELETE /admin/v1/impersonation-tokens/{id}.")],
        Reason.SubjectTokenTypeUnsupported => [Ask($"Send what the token really is, as a whole URN: {TokenTypes.IdToken}, {TokenTypes.AccessToken} or {TokenTypes.Jwt}."), Registry("Where it is a refresh token, name refresh_token in subject.token_types of a rule.", "It is worth more than an access token: it can be exchanged until its own end.")],
        Reason.ActorTokenTypeUnsupported => [Ask($"Send what the token really is, as a whole URN: {TokenTypes.IdToken}, {TokenTypes.AccessToken} or {TokenTypes.Jwt}. Impersonation and refresh tokens are nobody's actor token.")],
        _ => [Ask("Leave requested_token_type out."), Registry("Add the type to the rule's requested_token_types: access_token, jwt. Tokens of a resource with token.format: opaque are never a jwt.")],
    };

    static Remedy[] OfTarget(Reason reason) => reason switch
    {
        Reason.TargetMissing => [Ask("Name the API in resource (its identifier) or audience (its name or identifier)."), Registry("Write default_target: true at a rule of this client that has one target.")],
        Reason.TargetMalformed => [Ask("Send a whole URI without # as resource; a resource's name goes into audience.")],
        Reason.TargetUnknown => [Ask("Send the name or an identifier of a resource of the registry, to the byte."), Registry("Add the API: resources: { NAME: { identifiers: URI } }, and a rule that gives tokens for it.")],
        Reason.OneTargetAtATime => [Ask("Ask for one token a resource.")],
        Reason.TargetNotAllowed => [Registry("Write a rule that gives this client tokens for this resource.", "It will have them for every subject that the rule takes.")],
        _ => [Ask("Ask for what the token was made for, or leave the target out; for another have one minted, or exchange a subject token.")],
    };

    static Remedy[] OfRule(Reason reason) => reason switch
    {
        Reason.NoRule => [Ask("Send a subject token that a rule for this client and target takes."), Registry("Let a rule take this one: see which of its checks failed.", "The rule was written to take no other; change it only if this subject should have been meant.")],
        Reason.Denied => [Registry("Narrow or delete the deny entry that the detail names.", "It says what is never allowed, whatever the rules say: the refusal is most likely right.")],
        Reason.MayActMismatch => [Ask("Let the one act whom the subject token's may_act names, or send a subject token whose may_act names this one; only its issuer can write that.")],
        Reason.ActorMismatch => [Ask("Send an actor token that the rule's actor takes: see the detail."), Registry("Add the issuer to the rule's actor.issuer, or change its actor.where.", "Whoever has such a token can then act under this rule.")],
        Reason.ActorIsMinter => [Ask("Let somebody else redeem it: who mints an impersonation token never acts with it.")],
        Reason.ChainTooDeep => [Ask("Exchange a token that fewer have passed on."), Registry("Raise max_depth of the rule.", "A long chain is often a loop: see first who calls whom.")],
        Reason.LineageTooDeep => [Ask("Begin again with a fresh token of the user: no registry allows more than 16 hops, and as many are most likely a loop.")],
        Reason.TokenTooLarge => [Registry("Pass on fewer or smaller claims: claims of the resource and of the rule, and what customizers add."), Ask("Send a subject token with smaller claims, or a shorter act.")],
        Reason.ProofRequired => [Ask("Prove the key in the same request."), Registry("Change proof of the rule.", "Without it whoever holds the token can use it.")],
        _ => [Ask($"{AnotherToken} {PerhapsStolen}"), Registry("Take once out of the rule.", "A token that was seen on its way can then be exchanged again.")],
    };

    static Remedy[] OfScope(Reason reason) => reason switch
    {
        Reason.ScopeMalformed => [Ask("Send names of scopes with one space between them, without quotes.")],
        Reason.ScopeNotGranted => [Ask("Ask for less, or leave scope out to get all that can be given."), Registry("Name the scope in targets of the rule.", "Every token that the rule takes can then get it.")],
        _ => [Ask("Exchange a token that holds what the rule's targets ask for."), Registry("Say in targets of the rule what else entitles to its scopes.", "Every token that the rule takes can then get them.")],
    };

    static Remedy[] OfServer(Reason reason) => reason switch
    {
        Reason.IssuerKeysUnavailable => [Elsewhere("Try again. If it stays, see GET /admin/v1/issuers and the log for what failed: address, TLS, discovery document, size.")],
        Reason.ClientKeysUnavailable => [Elsewhere("Try again. If it stays, see that the client's jwks_uri answers.")],
        Reason.IssuerUnavailable => [Elsewhere("Try again. If it stays, see that the issuer's introspection endpoint answers, and takes our credential there.")],
        Reason.StoreUnavailable => [Elsewhere("Try again. If it stays, see the store's disk, address and log.")],
        _ => [Elsewhere("See the server's log: a resolver or customizer of the application failed (extension_failed), or the server itself did.")],
    };

    static Remedy[] OfRefresh(Reason reason) => reason switch
    {
        Reason.RefreshTokenExpired => [Ask("Exchange a subject token again, which gives a new refresh token."), Registry("Raise refresh.lifetime of the rule; it counts from the exchange, and never beyond the subject token's own end unless may_outlive_subject says so.", "Whoever gets hold of a refresh token has it for as long.")],
        Reason.RefreshTokenRevoked => [Ask("Exchange a subject token again; what was revoked stays so.")],
        Reason.RefreshTokenReused => [Ask("Exchange a subject token again, and keep the newest refresh token alone: each works once.")],
        _ => [Ask("Send the refresh token whole, as the client that it was issued to; or exchange a subject token again.")],
    };

    /// <summary>Where a token comes from that may be used once.</summary>
    internal const string AnotherToken = "Get a fresh subject token: each works once. An impersonation token is minted with POST /admin/v1/impersonation-tokens, a refresh token comes with an exchange, any other from its issuer.";

    internal const string PerhapsStolen = "If nobody who should have had it used it before, it was stolen: see under its jti in the ledger who did.";

    internal static Remedy Ask(string change, string? caution = null) => new(RemedyPlace.Request, change, caution);

    internal static Remedy Registry(string change, string? caution = null) => new(RemedyPlace.Registry, change, caution);

    internal static Remedy Elsewhere(string change, string? caution = null) => new(RemedyPlace.Elsewhere, change, caution);
}
