namespace Cambist.Protocol;

/// <summary>
/// Why a request was refused. The wire name (<c>reason</c> in an error response) is the member in snake_case, see
/// <see cref="Reasons.WireName"/>; it is stable. Which OAuth <c>error</c> it becomes is the edge’s matter.
/// </summary>
public enum Reason
{
    /// <summary>Not refused.</summary>
    None = 0,

    // Request
    /// <summary>The method is not POST.</summary>
    MethodNotAllowed = 1,
    /// <summary>The body is not <c>application/x-www-form-urlencoded</c> in UTF-8, or is encoded.</summary>
    MediaTypeUnsupported = 2,
    /// <summary>The body, or a parameter in it, is larger than the server reads.</summary>
    RequestTooLarge = 3,
    /// <summary>The form is not valid percent-encoded UTF-8.</summary>
    FormMalformed = 4,
    /// <summary>A required parameter is missing or empty.</summary>
    ParameterMissing = 5,
    /// <summary>A parameter that may not repeat is repeated (RFC 6749 §3.2).</summary>
    ParameterRepeated = 6,
    /// <summary><c>actor_token</c> without its type, or the type without the token (RFC 8693 §2.1).</summary>
    ParameterUnpaired = 7,
    /// <summary>The <c>grant_type</c> is unknown.</summary>
    GrantTypeUnsupported = 9,
    /// <summary>Plain http from a peer that is neither on loopback nor a trusted proxy.</summary>
    PlainHttpRefused = 10,
    /// <summary><c>authorization_details</c> was sent; ignoring it would give more than was asked (RFC 9396).</summary>
    AuthorizationDetailsUnsupported = 11,
    /// <summary>A <c>DPoP</c> header was sent and DPoP is not built yet; ignoring it would give a bearer token.</summary>
    DpopUnsupported = 12,
    /// <summary>The request needs a part of the registry that this version parses but does not carry out yet.</summary>
    NotBuilt = 13,

    // Client
    /// <summary>Client authentication failed, whatever went wrong.</summary>
    ClientAuthenticationFailed = 20,
    /// <summary>More than one way of client authentication in one request (RFC 6749 §2.3).</summary>
    ClientAuthenticationAmbiguous = 21,
    /// <summary><c>client_id</c> is not the client that authenticated.</summary>
    ClientIdMismatch = 22,
    /// <summary>No rule or block of the registry gives this client the grant.</summary>
    GrantNotAllowed = 23,
    /// <summary>Too many failed authentications for this client from this address.</summary>
    TooManyFailures = 24,

    /// <summary>The token to revoke was issued to another client (RFC 7009 §2.1).</summary>
    TokenNotOfCaller = 30,
    /// <summary>The token to revoke is of a kind that only an administrator cancels (RFC 7009 §2.2.1).</summary>
    TokenNotRevocable = 31,

    // Token types
    /// <summary>The <c>subject_token_type</c> is unknown or not supported.</summary>
    SubjectTokenTypeUnsupported = 40,
    /// <summary>The <c>actor_token_type</c> is unknown or not supported.</summary>
    ActorTokenTypeUnsupported = 41,
    /// <summary>The <c>requested_token_type</c> is unknown, or cannot be had here.</summary>
    RequestedTokenTypeUnsupported = 42,

    // Target
    /// <summary>No <c>resource</c> or <c>audience</c> was sent and there is no default (RFC 8707 §2).</summary>
    TargetMissing = 60,
    /// <summary>A <c>resource</c> is no absolute URI, or has a fragment (RFC 8707 §2).</summary>
    TargetMalformed = 61,
    /// <summary>The registry knows no such resource.</summary>
    TargetUnknown = 62,
    /// <summary>Several resources were named; one token is for one resource.</summary>
    OneTargetAtATime = 63,
    /// <summary>No rule lets this client have a token for this resource.</summary>
    TargetNotAllowed = 64,
    /// <summary>The impersonation or refresh token is for another target.</summary>
    TargetOutsideToken = 65,

    // Rule
    /// <summary>Rules for this client and resource exist, but this subject fits none.</summary>
    NoRule = 80,
    /// <summary>A deny entry of the registry matches.</summary>
    Denied = 81,
    /// <summary>The subject token’s <c>may_act</c> does not name the actor (RFC 8693 §4.4).</summary>
    MayActMismatch = 82,
    /// <summary>The actor token is not one that the rule asks for.</summary>
    ActorMismatch = 83,
    /// <summary>The actor minted the impersonation token.</summary>
    ActorIsMinter = 84,
    /// <summary>The issued token would carry more <c>act</c> levels than the rule’s <c>max_depth</c>.</summary>
    ChainTooDeep = 85,
    /// <summary>The issued token would be more than 16 hops from its origin.</summary>
    LineageTooDeep = 86,
    /// <summary>The issued token would be larger than 8 KiB.</summary>
    TokenTooLarge = 87,
    /// <summary>The rule asks for proof of a key that this request does not bring.</summary>
    ProofRequired = 88,
    /// <summary>The rule takes each subject token once a target, and this one was taken.</summary>
    OnceUsedUp = 89,

    // Scope
    /// <summary><c>scope</c> is no list of scope tokens separated by single spaces (RFC 6749 §3.3).</summary>
    ScopeMalformed = 100,
    /// <summary>A scope was asked for that cannot be given.</summary>
    ScopeNotGranted = 101,
    /// <summary>The rule names scopes and none of them can be given to this subject token.</summary>
    NothingToGrant = 102,

    // Server
    /// <summary>The issuer’s keys cannot be had now; says nothing about the token.</summary>
    IssuerKeysUnavailable = 120,
    /// <summary>The store cannot be used now; nothing was issued or looked up, and a token that was to be revoked may not be.</summary>
    StoreUnavailable = 121,
    /// <summary>A fault of the server; nothing was issued, and a token that was to be revoked may not be.</summary>
    InternalError = 122,
    /// <summary>The keys that the client publishes cannot be had now; says nothing about its assertion.</summary>
    ClientKeysUnavailable = 123,
    /// <summary>The issuer that must be asked about a token cannot be asked now; says nothing about the token.</summary>
    IssuerUnavailable = 124,

    // The subject token; the actor token has the same reasons, 100 further on
    /// <summary>The subject token is not a compact JWS of base64url parts over UTF-8 JSON objects without duplicate members (RFC 7515 §7.1), or is too long.</summary>
    SubjectMalformed = 200,
    /// <summary>The subject token is signed with an algorithm that is absent, unknown or not allowed for its issuer (RFC 8725 §3.1).</summary>
    SubjectAlgorithmUnsupported = 201,
    /// <summary>The subject token has a <c>typ</c> that its declared token type does not allow (RFC 8725 §3.11).</summary>
    SubjectTypeMismatch = 202,
    /// <summary>The subject token names an issuer that the registry does not list for this role and token type.</summary>
    SubjectIssuerUntrusted = 203,
    /// <summary>The subject token is no token that anybody here knows.</summary>
    SubjectUnknown = 204,
    /// <summary>The subject token is not addressed to one of the audiences its issuer is trusted for.</summary>
    SubjectAudienceMismatch = 205,
    /// <summary>The subject token has expired, or has less than a second left.</summary>
    SubjectExpired = 206,
    /// <summary>The subject token has an <c>nbf</c> more than 60 seconds ahead.</summary>
    SubjectNotYetValid = 207,
    /// <summary>The subject token has an <c>iat</c> more than 60 seconds ahead.</summary>
    SubjectIssuedInFuture = 208,
    /// <summary>The subject token was issued longer ago than <c>max_age</c> allows.</summary>
    SubjectTooOld = 209,
    /// <summary>The subject token lacks a required claim, or has one of the wrong JSON type.</summary>
    SubjectClaimInvalid = 210,
    /// <summary>The subject token has no <c>sub</c>, or one that is no string of 1 to 255 printable characters.</summary>
    SubjectSubMissing = 211,
    /// <summary>The subject token lacks a claim that its issuer’s <c>subject</c> template needs, or maps to a name that is not free.</summary>
    SubjectUnmappable = 212,
    /// <summary>The subject token does not meet its issuer’s <c>where</c>.</summary>
    SubjectConditionFailed = 213,
    /// <summary>The subject token names a key that its issuer does not publish, or fits no key alone.</summary>
    SubjectKeyUnknown = 214,
    /// <summary>The subject token does not verify under its issuer’s key.</summary>
    SubjectSignatureInvalid = 215,
    /// <summary>The subject token carries <c>act</c> and its issuer is not trusted for chains (<c>act: accept</c>).</summary>
    SubjectActNotAccepted = 216,
    /// <summary>The subject token carries a malformed <c>act</c> or <c>may_act</c>.</summary>
    SubjectActMalformed = 217,
    /// <summary>The subject token was neither issued to nor meant for the client that sent it.</summary>
    SubjectNotForCaller = 218,
    /// <summary>The subject token was revoked, or descends from something that was, or the client it was issued to is gone.</summary>
    SubjectRevoked = 219,
    /// <summary>The subject token can be used once and was.</summary>
    SubjectUsedUp = 220,
    /// <summary>The subject token is bound to a key (<c>cnf</c>) that this request does not prove.</summary>
    SubjectKeyBound = 221,
    /// <summary>The subject token is invalid; the precise reason is kept from public clients.</summary>
    SubjectInvalid = 222,

    // The actor token
    /// <summary>The actor token is not a compact JWS of base64url parts over UTF-8 JSON objects without duplicate members (RFC 7515 §7.1), or is too long.</summary>
    ActorMalformed = 300,
    /// <summary>The actor token is signed with an algorithm that is absent, unknown or not allowed for its issuer (RFC 8725 §3.1).</summary>
    ActorAlgorithmUnsupported = 301,
    /// <summary>The actor token has a <c>typ</c> that its declared token type does not allow (RFC 8725 §3.11).</summary>
    ActorTypeMismatch = 302,
    /// <summary>The actor token names an issuer that the registry does not list for this role and token type.</summary>
    ActorIssuerUntrusted = 303,
    /// <summary>The actor token is no token that anybody here knows.</summary>
    ActorUnknown = 304,
    /// <summary>The actor token is not addressed to one of the audiences its issuer is trusted for.</summary>
    ActorAudienceMismatch = 305,
    /// <summary>The actor token has expired, or has less than a second left.</summary>
    ActorExpired = 306,
    /// <summary>The actor token has an <c>nbf</c> more than 60 seconds ahead.</summary>
    ActorNotYetValid = 307,
    /// <summary>The actor token has an <c>iat</c> more than 60 seconds ahead.</summary>
    ActorIssuedInFuture = 308,
    /// <summary>The actor token was issued longer ago than <c>max_age</c> allows.</summary>
    ActorTooOld = 309,
    /// <summary>The actor token lacks a required claim, or has one of the wrong JSON type.</summary>
    ActorClaimInvalid = 310,
    /// <summary>The actor token has no <c>sub</c>, or one that is no string of 1 to 255 printable characters.</summary>
    ActorSubMissing = 311,
    /// <summary>The actor token lacks a claim that its issuer’s <c>subject</c> template needs, or maps to a name that is not free.</summary>
    ActorUnmappable = 312,
    /// <summary>The actor token does not meet its issuer’s <c>where</c>.</summary>
    ActorConditionFailed = 313,
    /// <summary>The actor token names a key that its issuer does not publish, or fits no key alone.</summary>
    ActorKeyUnknown = 314,
    /// <summary>The actor token does not verify under its issuer’s key.</summary>
    ActorSignatureInvalid = 315,
    /// <summary>The actor token carries <c>act</c> and its issuer is not trusted for chains (<c>act: accept</c>).</summary>
    ActorActNotAccepted = 316,
    /// <summary>The actor token carries a malformed <c>act</c> or <c>may_act</c>.</summary>
    ActorActMalformed = 317,
    /// <summary>The actor token was neither issued to nor meant for the client that sent it.</summary>
    ActorNotForCaller = 318,
    /// <summary>The actor token was revoked, or descends from something that was, or the client it was issued to is gone.</summary>
    ActorRevoked = 319,
    /// <summary>The actor token can be used once and was.</summary>
    ActorUsedUp = 320,
    /// <summary>The actor token is bound to a key (<c>cnf</c>) that this request does not prove.</summary>
    ActorKeyBound = 321,
    /// <summary>The actor token is invalid; the precise reason is kept from public clients.</summary>
    ActorInvalid = 322,

    // The refresh token, where it is redeemed; as a subject token it has the reasons of one
    /// <summary>The refresh token is not known here, or was issued to another client.</summary>
    RefreshTokenUnknown = 400,
    /// <summary>The refresh token has expired.</summary>
    RefreshTokenExpired = 401,
    /// <summary>The refresh token, or what it descends from, was revoked.</summary>
    RefreshTokenRevoked = 402,
    /// <summary>The refresh token was used before; with this use all that came of it is revoked (RFC 9700 §4.14.2).</summary>
    RefreshTokenReused = 403,
}
