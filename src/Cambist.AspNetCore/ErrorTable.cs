using Cambist.Protocol;

namespace Cambist.AspNetCore;

/// <summary>What a reason is on the wire: status, <c>error</c> under both profiles, and the public sentence.</summary>
readonly record struct WireError(int Status, string Common, string Rfc8693, string Description)
{
    public string Code(ErrorProfile profile) => profile == ErrorProfile.Rfc8693 ? Rfc8693 : Common;
}

/// <summary>
/// The one place where reasons become HTTP. The sentences are fixed: they never repeat input, and hold only the characters
/// that RFC 6749 §5.2 allows.
/// </summary>
static class ErrorTable
{
    static readonly Dictionary<Reason, WireError> Errors = Build();

    public static WireError Of(Reason reason) => Errors[reason];

    static Dictionary<Reason, WireError> Build()
    {
        var errors = new Dictionary<Reason, WireError>();
        void Add(Reason reason, int status, string code, string description) => errors.Add(reason, new(status, code, code, description));

        Add(Reason.MethodNotAllowed, 405, ErrorCodes.InvalidRequest, "Use POST with a form body.");
        Add(Reason.MediaTypeUnsupported, 415, ErrorCodes.InvalidRequest, "The body must be application/x-www-form-urlencoded in UTF-8, not encoded.");
        Add(Reason.RequestTooLarge, 413, ErrorCodes.InvalidRequest, "The request is larger than this server reads.");
        Add(Reason.FormMalformed, 400, ErrorCodes.InvalidRequest, "The form is not percent-encoded UTF-8, or has too many fields.");
        Add(Reason.ParameterMissing, 400, ErrorCodes.InvalidRequest, "A required parameter is missing or empty: grant_type, for an exchange subject_token and subject_token_type, for a refresh refresh_token, for introspection and revocation token.");
        Add(Reason.ParameterRepeated, 400, ErrorCodes.InvalidRequest, "A parameter is repeated; only resource and audience may be.");
        Add(Reason.ParameterUnpaired, 400, ErrorCodes.InvalidRequest, "actor_token and actor_token_type go together.");
        Add(Reason.GrantTypeUnsupported, 400, ErrorCodes.UnsupportedGrantType, "This grant_type is not supported; the metadata document lists those that are.");
        Add(Reason.PlainHttpRefused, 400, ErrorCodes.InvalidRequest, "Use https: tokens and credentials are not taken over plain http.");
        Add(Reason.AuthorizationDetailsUnsupported, 400, ErrorCodes.InvalidRequest, "authorization_details is not supported, and leaving it out of account would give more than was asked.");
        Add(Reason.DpopUnsupported, 400, ErrorCodes.InvalidRequest, "DPoP is not supported, and leaving it out of account would give an unbound token.");
        Add(Reason.NotBuilt, 400, ErrorCodes.InvalidRequest, "This request needs a part of the registry that this version does not carry out yet.");

        Add(Reason.ClientAuthenticationFailed, 401, ErrorCodes.InvalidClient, "Client authentication failed.");
        Add(Reason.ClientAuthenticationAmbiguous, 400, ErrorCodes.InvalidRequest, "Use one method of client authentication in one request.");
        Add(Reason.ClientIdMismatch, 400, ErrorCodes.InvalidRequest, "client_id is not the client that authenticated.");
        Add(Reason.GrantNotAllowed, 400, ErrorCodes.UnauthorizedClient, "No rule of the registry gives this client the grant.");
        Add(Reason.TokenNotOfCaller, 400, ErrorCodes.InvalidGrant, "The token is not this client's to revoke.");
        Add(Reason.TokenNotRevocable, 400, ErrorCodes.UnsupportedTokenType, "Tokens of this kind are cancelled by an administrator.");
        Add(Reason.TooManyFailures, 429, ErrorCodes.InvalidClient, "Too many failed authentications; try again later.");

        AddTokenType(Reason.SubjectTokenTypeUnsupported, "This subject_token_type is not supported.");
        AddTokenType(Reason.ActorTokenTypeUnsupported, "This actor_token_type is not supported.");
        AddTokenType(Reason.RequestedTokenTypeUnsupported, "This requested_token_type cannot be had here.");

        Add(Reason.TargetMissing, 400, ErrorCodes.InvalidTarget, "Name the resource or the audience that the token is for.");
        Add(Reason.TargetMalformed, 400, ErrorCodes.InvalidTarget, "resource must be an absolute URI without fragment.");
        Add(Reason.TargetUnknown, 400, ErrorCodes.InvalidTarget, "The resource or audience is not known here.");
        Add(Reason.OneTargetAtATime, 400, ErrorCodes.InvalidTarget, "Several resources were named; a token is for one.");
        Add(Reason.TargetNotAllowed, 400, ErrorCodes.InvalidTarget, "No rule lets this client have a token for this resource.");
        Add(Reason.TargetOutsideToken, 400, ErrorCodes.InvalidTarget, "The impersonation or refresh token is for another resource.");

        AddGrant(Reason.NoRule, "Rules for this client and resource exist, and this subject fits none of them.");
        AddGrant(Reason.Denied, "A deny entry of the registry forbids this.");
        AddGrant(Reason.MayActMismatch, "The may_act of the subject token names another actor.");
        AddGrant(Reason.ActorMismatch, "The actor token is not one that the rule asks for.");
        AddGrant(Reason.ActorIsMinter, "Who minted an impersonation token may not act with it.");
        AddGrant(Reason.ChainTooDeep, "The issued token would carry more actors than the rule allows.");
        AddGrant(Reason.LineageTooDeep, "The issued token would be too many hops from its origin.");
        AddGrant(Reason.TokenTooLarge, "The issued token would be too large.");
        AddGrant(Reason.ProofRequired, "The rule asks for proof of a key that this request does not bring.");
        AddGrant(Reason.OnceUsedUp, "The rule takes each subject token once for a resource, and this one was taken.");

        Add(Reason.ScopeMalformed, 400, ErrorCodes.InvalidScope, "scope must be scope tokens separated by single spaces.");
        Add(Reason.ScopeNotGranted, 400, ErrorCodes.InvalidScope, "A scope was asked for that cannot be given.");
        Add(Reason.NothingToGrant, 400, ErrorCodes.InvalidScope, "The subject token entitles to none of the scopes that the rule can give.");

        Add(Reason.IssuerKeysUnavailable, 503, ErrorCodes.TemporarilyUnavailable, "The keys of the token's issuer cannot be had now; try again later.");
        Add(Reason.ClientKeysUnavailable, 503, ErrorCodes.TemporarilyUnavailable, "The keys at the client's jwks_uri cannot be had now; try again later.");
        Add(Reason.IssuerUnavailable, 503, ErrorCodes.TemporarilyUnavailable, "The token's issuer cannot be asked about it now; try again later.");
        Add(Reason.StoreUnavailable, 503, ErrorCodes.TemporarilyUnavailable, "The store cannot be used now: no token was issued, looked up, or for certain revoked; try again later.");
        Add(Reason.InternalError, 500, ErrorCodes.ServerError, "A fault of the server: no token was issued, or for certain revoked.");

        AddSides("Malformed", "is no compact JWS this server reads");
        AddSides("AlgorithmUnsupported", "is signed with an algorithm that is not allowed");
        AddSides("TypeMismatch", "has a typ that its declared token type does not allow");
        AddSides("IssuerUntrusted", "is from an issuer that is not trusted for this");
        AddSides("Unknown", "is not known here");
        AddSides("AudienceMismatch", "is not addressed to an audience it is accepted for");
        AddSides("Expired", "has expired");
        AddSides("NotYetValid", "is not valid yet");
        AddSides("IssuedInFuture", "was issued in the future");
        AddSides("TooOld", "was issued too long ago");
        AddSides("ClaimInvalid", "lacks a required claim or has a malformed one");
        AddSides("SubMissing", "has no usable sub");
        AddSides("Unmappable", "has a subject that has no name here");
        AddSides("ConditionFailed", "does not meet the conditions on its issuer");
        AddSides("KeyUnknown", "names a key that its issuer does not publish");
        AddSides("SignatureInvalid", "has an invalid signature");
        AddSides("ActNotAccepted", "carries act, which is not accepted here");
        AddSides("ActMalformed", "carries a malformed act or may_act");
        AddSides("NotForCaller", "was neither issued to nor meant for this client");
        AddSides("Revoked", "was revoked");
        AddSides("UsedUp", "was used up");
        AddSides("KeyBound", "is bound to a key that this request does not prove");
        AddSides("Invalid", "is not valid");

        Add(Reason.RefreshTokenUnknown, 400, ErrorCodes.InvalidGrant, "The refresh token is not known here.");
        Add(Reason.RefreshTokenExpired, 400, ErrorCodes.InvalidGrant, "The refresh token has expired.");
        Add(Reason.RefreshTokenRevoked, 400, ErrorCodes.InvalidGrant, "The refresh token was revoked.");
        Add(Reason.RefreshTokenReused, 400, ErrorCodes.InvalidGrant, "The refresh token was used before; all that came of it has ended.");
        return errors;

        // The rows of contract §6 on which the profiles differ (D-01).
        void AddGrant(Reason reason, string description) => errors.Add(reason, new(400, ErrorCodes.InvalidGrant, ErrorCodes.InvalidRequest, description));
        void AddTokenType(Reason reason, string description) => errors.Add(reason, new(400, ErrorCodes.UnsupportedTokenType, ErrorCodes.InvalidRequest, description));
        void AddSides(string name, string predicate)
        {
            AddGrant(Enum.Parse<Reason>("Subject" + name), $"The subject token {predicate}.");
            AddGrant(Enum.Parse<Reason>("Actor" + name), $"The actor token {predicate}.");
        }
    }
}
