namespace Cambist.Protocol;

/// <summary>Names of form parameters.</summary>
public static class Parameters
{
#pragma warning disable CS1591 // the names are the wire's own
    public const string GrantType = "grant_type";
    public const string SubjectToken = "subject_token";
    public const string SubjectTokenType = "subject_token_type";
    public const string ActorToken = "actor_token";
    public const string ActorTokenType = "actor_token_type";
    public const string Resource = "resource";
    public const string Audience = "audience";
    public const string Scope = "scope";
    public const string RequestedTokenType = "requested_token_type";
    public const string RefreshToken = "refresh_token";
    public const string ClientId = "client_id";
    public const string ClientSecret = "client_secret";
    public const string ClientAssertion = "client_assertion";
    public const string ClientAssertionType = "client_assertion_type";
    public const string Token = "token";
    public const string TokenTypeHint = "token_type_hint";
    public const string AuthorizationDetails = "authorization_details";
#pragma warning restore CS1591
}
