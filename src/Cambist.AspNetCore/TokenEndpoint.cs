using Cambist.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cambist.AspNetCore;

/// <summary><c>POST /token</c>: reads the request, hands it to the engine, writes the answer and the one log line.</summary>
sealed class TokenEndpoint(CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, StoreOutage outage, ILogger<TokenEndpoint> log)
    : FormEndpoint(engine, plainHttp, clientAddress, outage, log)
{
    protected override string[] Known => FormFields.OfToken;

    protected override bool IsExchange(FormFields form) => form[Parameters.GrantType] == GrantTypes.TokenExchange;

    protected override async ValueTask<Outcome> DecideAsync(HttpContext http, FormFields form, PresentedCredentials credentials)
    {
        // A decision that began is finished and recorded whether or not somebody still waits for it: the longest
        // it waits is for one fetch of an issuer's keys, for the application's own code and for the store, all bounded, and the
        // token of a request's abortion is made for whoever asks for it.
        var cancel = CancellationToken.None;

        if (form.Repeated is { } repeated) return await Engine.Unservable.RefuseAsync(credentials, new(Reason.ParameterRepeated, $"{repeated} is repeated"), cancel);
        if (form[Parameters.AuthorizationDetails] is not null)
            return await Engine.Unservable.RefuseAsync(credentials, new(Reason.AuthorizationDetailsUnsupported, "authorization_details was sent"), cancel);
        if (http.Request.Headers.ContainsKey("DPoP")) return await Engine.Unservable.RefuseAsync(credentials, new(Reason.DpopUnsupported, "a DPoP header was sent"), cancel);

        Denied? malformed;
        switch (form[Parameters.GrantType])
        {
            case GrantTypes.TokenExchange:
                malformed = TokenRequests.Exchange(form, credentials, out var exchange);
                if (malformed is null) return await Engine.Exchange.ExchangeAsync(exchange!, cancel);
                break;
            case GrantTypes.ClientCredentials:
                malformed = TokenRequests.ClientCredentials(form, credentials, out var forItself);
                if (malformed is null) return await Engine.ClientCredentials.IssueAsync(forItself!, cancel);
                break;
            case GrantTypes.RefreshToken:
                malformed = TokenRequests.Refresh(form, credentials, out var refresh);
                if (malformed is null) return await Engine.Exchange.RefreshAsync(refresh!, cancel);
                break;
            case null:
                malformed = new(Reason.ParameterMissing, "grant_type is missing or empty");
                break;
            default:
                malformed = new(Reason.GrantTypeUnsupported, "grant_type is not one this server knows");
                break;
        }

        return await Engine.Unservable.RefuseAsync(credentials, malformed, cancel);
    }
}
