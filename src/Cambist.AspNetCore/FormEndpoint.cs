using Cambist.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cambist.AspNetCore;

/// <summary>An endpoint that takes a form over POST from an authenticated client: what they all do before and after the engine decides.</summary>
abstract class FormEndpoint(CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, StoreOutage outage, ILogger log)
{
    protected CambistEngine Engine => engine;

    /// <summary>The parameters that it knows, and that may not repeat; it ignores others.</summary>
    protected abstract string[] Known { get; }

    protected abstract ValueTask<Outcome> DecideAsync(HttpContext http, in FormFields form, PresentedCredentials credentials);

    protected abstract bool IsExchange(in FormFields form);

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

            var (body, unreadable) = await FormReader.ReadAsync(http.Request);
            if (unreadable is not null)
            {
                await RefuseUnreadAsync(http, unreadable.Reason, profile);
                return;
            }

            try
            {
                var form = new FormFields(Known, engine.Registry.Current);
                if (!FormReader.TryParse(body, ref form, out unreadable))
                {
                    await RefuseUnreadAsync(http, unreadable.Reason, profile);
                    return;
                }

                var isExchange = IsExchange(form);
                var outcome = await DecideAsync(http, form, Credentials(http, form));
                DecisionLog.Write(log, outcome);
                if (outcome is not Outcome.Refused { Entry: null }) outage.Passed();
                await TokenResponses.WriteAsync(http, outcome, isExchange, profile);
            }
            finally
            {
                http.Request.BodyReader.AdvanceTo(body.End);
            }
        }
        catch (StoreUnavailableException e)
        {
            outage.Met(e);
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
            log.LogError(e, "A fault of the server; answered 500");
            await TokenResponses.WriteErrorAsync(http, Reason.InternalError, profile);
        }
    }

    PresentedCredentials Credentials(HttpContext http, in FormFields form)
    {
        // Several Authorization headers are joined by a comma, which is no base64, and so fail as a wrong one would.
        var authorization = http.Request.Headers.Authorization;
        return TokenRequests.Credentials(form, authorization.Count == 0 ? null : authorization.ToString(), clientAddress.Of(http));
    }

    /// <summary>Answers what cannot be read, and so names no client: it is counted.</summary>
    Task RefuseUnreadAsync(HttpContext http, Reason reason, ErrorProfile profile) =>
        TokenResponses.WriteAsync(http, engine.Unservable.RefuseUnread(reason, clientAddress.Of(http)), isExchange: false, profile);
}
