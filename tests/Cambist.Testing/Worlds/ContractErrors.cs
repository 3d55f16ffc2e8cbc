using Cambist.Protocol;

namespace Cambist.Testing;

/// <summary>What a refusal must look like.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Common"><c>error</c> under <c>error_codes: common</c>.</param>
/// <param name="Rfc8693"><c>error</c> under <c>error_codes: rfc8693</c>.</param>
/// <param name="IsBeforeAuthentication">Whether nobody is authenticated then, so that there is no decision to name.</param>
public sealed record ExpectedError(int Status, string Common, string Rfc8693, bool IsBeforeAuthentication = false);

/// <summary>The table of errors, written down a second time, from the contract and not from the code.</summary>
public static class ContractErrors
{
    public static ExpectedError Of(Reason reason) => reason switch
    {
        >= Reason.RefreshTokenUnknown => Same(400, "invalid_grant"), // RFC 6749 §5.2, whatever the letter of RFC 8693 says of exchanges
        >= Reason.SubjectMalformed or Reason.NoRule or Reason.Denied or Reason.MayActMismatch or Reason.ActorMismatch or Reason.ActorIsMinter
            or Reason.ChainTooDeep or Reason.LineageTooDeep or Reason.TokenTooLarge or Reason.OnceUsedUp => new(400, "invalid_grant", "invalid_request"),
        Reason.SubjectTokenTypeUnsupported or Reason.ActorTokenTypeUnsupported or Reason.RequestedTokenTypeUnsupported => new(400, "unsupported_token_type", "invalid_request"),
        Reason.ParameterMissing or Reason.ParameterRepeated or Reason.ParameterUnpaired or Reason.AuthorizationDetailsUnsupported
            or Reason.DpopUnsupported or Reason.NotBuilt => Same(400, "invalid_request"),
        Reason.FormMalformed or Reason.PlainHttpRefused or Reason.ClientAuthenticationAmbiguous or Reason.ClientIdMismatch => Same(400, "invalid_request", isBefore: true),
        Reason.TargetMissing or Reason.TargetMalformed or Reason.TargetUnknown or Reason.OneTargetAtATime or Reason.TargetNotAllowed or Reason.TargetOutsideToken => Same(400, "invalid_target"),
        Reason.ScopeMalformed or Reason.ScopeNotGranted or Reason.NothingToGrant => Same(400, "invalid_scope"),
        Reason.GrantNotAllowed => Same(400, "unauthorized_client"),
        Reason.TokenNotOfCaller => Same(400, "invalid_grant"),
        Reason.TokenNotRevocable => Same(400, "unsupported_token_type"),
        Reason.GrantTypeUnsupported => Same(400, "unsupported_grant_type"),
        Reason.ClientAuthenticationFailed => Same(401, "invalid_client", isBefore: true),
        Reason.TooManyFailures => Same(429, "invalid_client", isBefore: true),
        Reason.MethodNotAllowed => Same(405, "invalid_request", isBefore: true),
        Reason.RequestTooLarge => Same(413, "invalid_request", isBefore: true),
        Reason.MediaTypeUnsupported => Same(415, "invalid_request", isBefore: true),
        Reason.IssuerKeysUnavailable or Reason.IssuerUnavailable => Same(503, "temporarily_unavailable"),
        Reason.ClientKeysUnavailable or Reason.StoreUnavailable => Same(503, "temporarily_unavailable", isBefore: true),
        Reason.InternalError => Same(500, "server_error"),
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "The contract's table has no line for it."),
    };

    static ExpectedError Same(int status, string code, bool isBefore = false) => new(status, code, code, isBefore);
}
