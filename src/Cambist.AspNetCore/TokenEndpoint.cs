using Cambist.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cambist.AspNetCore;

/// <summary><c>POST /token</c>: reads the request, hands it to the engine, writes the answer and the one log line.</summary>
sealed class TokenEndpoint(CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, StoreOutage outage, ILogger<TokenEndpoint> log)
    : FormEndpoint(engine, plainHttp, clientAddress, outage, log)
{
    protected override string[] Known => FormFields.OfToken;

    protected override bool IsExchange(in FormFields form) => form[Parameters.GrantType] == GrantTypes.TokenExchange;

    protected override ValueTask<Outcome> DecideAsync(HttpContext http, in FormFields form, PresentedCredentials credentials)
    {
        // A decision that began is finished and recorded whether or not somebody still waits for it: the longest
        // it waits is for one fetch of an issuer's keys, for the application's own code and for the store, all bounded, and the
        // token of a request's abortion is made for whoever asks for it.
        var cancel = CancellationToken.None;

        if (form.Repeated is { } repeated) return Refuse(new(Reason.ParameterRepeated, $"{repeated} is repeated"));
        if (form[Parameters.AuthorizationDetails] is not null) return Refuse(new(Reason.AuthorizationDetailsUnsupported, "authorization_details was sent"));
        if (http.Request.Headers.ContainsKey("DPoP")) return Refuse(new(Reason.DpopUnsupported, "a DPoP header was sent"));

        switch (form[Parameters.GrantType])
        {
            case GrantTypes.TokenExchange:
                return TokenRequests.Exchange(form, credentials, out var exchange) is { } noExchange ? Refuse(noExchange) : Engine.Exchange.ExchangeAsync(exchange!, cancel);
            case GrantTypes.ClientCredentials:
                return TokenRequests.ClientCredentials(form, credentials, out var forItself) is { } notForItself ? Refuse(notForItself) : Engine.ClientCredentials.IssueAsync(forItself!, cancel);
            case GrantTypes.RefreshToken:
                return TokenRequests.Refresh(form, credentials, out var refresh) is { } noRefresh ? Refuse(noRefresh) : Engine.Exchange.RefreshAsync(refresh!, cancel);
            case null:
                return Refuse(new(Reason.ParameterMissing, "grant_type is missing or empty"));
            default:
                return Refuse(new(Reason.GrantTypeUnsupported, "grant_type is not one this server knows"));
        }

        ValueTask<Outcome> Refuse(Denied malformed) => Engine.Unservable.RefuseAsync(credentials, malformed, cancel);
    }
}
