using System.Collections.Immutable;
using System.Net;
using Cambist.Protocol;

namespace Cambist.AspNetCore;

/// <summary>Turns a form into requests that cannot be malformed: step 1 of an exchange.</summary>
static class TokenRequests
{
    public static PresentedCredentials Credentials(in FormFields form, string? authorization, IPAddress? address) => new()
    {
        Authorization = authorization,
        ClientId = form[Parameters.ClientId],
        ClientSecret = form[Parameters.ClientSecret],
        ClientAssertion = form[Parameters.ClientAssertion],
        ClientAssertionType = form[Parameters.ClientAssertionType],
        Address = address,
    };

    public static Denied? Exchange(in FormFields form, PresentedCredentials credentials, out ExchangeRequest? request)
    {
        request = null;
        if (form.SubjectToken is not { } subjectToken) return Missing(Parameters.SubjectToken);
        if (form[Parameters.SubjectTokenType] is not { } subjectTokenType) return Missing(Parameters.SubjectTokenType);
        var (actorToken, actorTokenType) = (form.ActorToken, form[Parameters.ActorTokenType]);
        if (actorToken is null != actorTokenType is null)
            return new(Reason.ParameterUnpaired, "actor_token and actor_token_type go together (RFC 8693 §2.1)");
        if (Scopes(form, out var scopes) is { } malformed) return malformed;

        request = new ExchangeRequest
        {
            Credentials = credentials,
            SubjectToken = subjectToken,
            SubjectTokenType = subjectTokenType,
            ActorToken = actorToken,
            ActorTokenType = actorTokenType,
            Targets = Targets(form),
            Scopes = scopes,
            RequestedTokenType = form[Parameters.RequestedTokenType],
        };
        return null;
    }

    public static Denied? ClientCredentials(in FormFields form, PresentedCredentials credentials, out ClientCredentialsRequest? request)
    {
        request = null;
        if (Scopes(form, out var scopes) is { } malformed) return malformed;
        request = new ClientCredentialsRequest { Credentials = credentials, Targets = Targets(form), Scopes = scopes };
        return null;
    }

    public static Denied? Refresh(in FormFields form, PresentedCredentials credentials, out RefreshRequest? request)
    {
        request = null;
        if (form.RefreshToken is not { } token) return new(Reason.ParameterMissing, "refresh_token is missing or empty (RFC 6749 §6)");
        if (Scopes(form, out var scopes) is { } malformed) return malformed;
        request = new RefreshRequest { Credentials = credentials, RefreshToken = token, Targets = Targets(form), Scopes = scopes };
        return null;
    }

    static RequestedTargets Targets(in FormFields form) =>
        form.Resources.IsEmpty && form.Audiences.IsEmpty ? RequestedTargets.None : new(form.Resources, form.Audiences);

    static Denied? Scopes(in FormFields form, out ImmutableArray<string>? scopes)
    {
        scopes = null;
        if (form[Parameters.Scope] is not { } text) return null;
        if (!ScopeText.TryParse(text, out var parsed)) return new(Reason.ScopeMalformed, "scope is not scope tokens separated by single spaces (RFC 6749 §3.3)");
        scopes = parsed;
        return null;
    }

    static Denied Missing(string parameter) => new(Reason.ParameterMissing, $"{parameter} is missing or empty (RFC 8693 §2.1)");
}
