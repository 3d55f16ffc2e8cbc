using Cambist.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cambist.AspNetCore;

/// <summary><c>POST /token</c>: reads the request, hands it to the engine, writes the answer and the one log line.</summary>
sealed class TokenEndpoint(CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, ILogger<TokenEndpoint> log)
{
    public async Task HandleAsync(HttpContext http)
    {
        var profile = engine.Registry.Current.ErrorCodes;
        try
        {
            if (!HttpMethods.IsPost(http.Request.Method))
            {
                await RefuseUnreadAsync(http, Reason.MethodNotAllowed, profile);
                return;
            }

            if (plainHttp.IsRefused(http))
            {
                await RefuseUnreadAsync(http, Reason.PlainHttpRefused, profile);
                return;
            }

            var (form, unreadable) = await FormReader.ReadAsync(http.Request);
            if (form is null)
            {
                await RefuseUnreadAsync(http, unreadable!.Reason, profile);
                return;
            }

            var outcome = await DecideAsync(http, form);
            DecisionLog.Write(log, outcome);
            await TokenResponses.WriteAsync(http, outcome, form[Parameters.GrantType] == GrantTypes.TokenExchange, profile);
        }
        catch (StoreUnavailableException e)
        {
            log.LogError(e, "The store cannot be used now; answered 503");
            await TokenResponses.WriteErrorAsync(http, Reason.StoreUnavailable, profile);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            // Kestrel gave up on the body: too large, too slow, or broken off. It hangs up after the answer, which says so.
            http.Response.Headers.Connection = "close";
            await RefuseUnreadAsync(http, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? Reason.RequestTooLarge : Reason.FormMalformed, profile);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && http.RequestAborted.IsCancellationRequested)
        {
            // The client is gone; there is nobody to answer.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            log.LogError(e, "A fault of the server; answered 500, nothing was issued");
            await TokenResponses.WriteErrorAsync(http, Reason.InternalError, profile);
        }
    }

    /// <summary>Answers what cannot be read, and so names no client: it is counted.</summary>
    Task RefuseUnreadAsync(HttpContext http, Reason reason, ErrorProfile profile) =>
        TokenResponses.WriteAsync(http, engine.Unservable.RefuseUnread(reason, clientAddress.Of(http)), isExchange: false, profile);

    async ValueTask<Outcome> DecideAsync(HttpContext http, FormFields form)
    {
        // Several Authorization headers are joined by a comma, which is no base64, and so fail as a wrong one would.
        var authorization = http.Request.Headers.Authorization;
        var credentials = TokenRequests.Credentials(form, authorization.Count == 0 ? null : authorization.ToString(), clientAddress.Of(http));

        // A decision that began is finished and recorded whether or not somebody still waits for it: the longest
        // it waits is for one fetch of an issuer's keys and for the store, both bounded, and the token of a request's abortion
        // is made for whoever asks for it.
        var cancel = CancellationToken.None;

        if (form.Repeated is { } repeated) return await engine.Unservable.RefuseAsync(credentials, new(Reason.ParameterRepeated, $"{repeated} is repeated"), cancel);
        if (form[Parameters.AuthorizationDetails] is not null)
            return await engine.Unservable.RefuseAsync(credentials, new(Reason.AuthorizationDetailsUnsupported, "authorization_details was sent"), cancel);
        if (http.Request.Headers.ContainsKey("DPoP")) return await engine.Unservable.RefuseAsync(credentials, new(Reason.DpopUnsupported, "a DPoP header was sent"), cancel);

        Denied? malformed;
        switch (form[Parameters.GrantType])
        {
            case GrantTypes.TokenExchange:
                malformed = TokenRequests.Exchange(form, credentials, out var exchange);
                if (malformed is null) return await engine.Exchange.ExchangeAsync(exchange!, cancel);
                break;
            case GrantTypes.ClientCredentials:
                malformed = TokenRequests.ClientCredentials(form, credentials, out var forItself);
                if (malformed is null) return await engine.ClientCredentials.IssueAsync(forItself!, cancel);
                break;
            case null:
                malformed = new(Reason.ParameterMissing, "grant_type is missing or empty");
                break;
            default:
                malformed = new(Reason.GrantTypeUnsupported, "grant_type is not one this server knows");
                break;
        }

        return await engine.Unservable.RefuseAsync(credentials, malformed, cancel);
    }
}
