using Cambist.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cambist.AspNetCore;

/// <summary>An endpoint that is asked about one token.</summary>
abstract class PresentedTokenEndpoint(CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, StoreOutage outage, ILogger log)
    : FormEndpoint(engine, plainHttp, clientAddress, outage, log)
{
    protected override string[] Known => FormFields.OfPresentedToken;

    protected override bool IsExchange(in FormFields form) => false;

    protected override ValueTask<Outcome> DecideAsync(HttpContext http, in FormFields form, PresentedCredentials credentials)
    {
        var cancel = CancellationToken.None; // what began is finished, whether or not somebody still waits for it
        if (form.Repeated is { } repeated) return Engine.Unservable.RefuseAsync(credentials, new(Reason.ParameterRepeated, $"{repeated} is repeated"), cancel);
        return form.Token is { } token
            ? DecideAsync(new PresentedToken { Credentials = credentials, Token = token }, cancel)
            : Engine.Unservable.RefuseAsync(credentials, new(Reason.ParameterMissing, "token is missing or empty"), cancel);
    }

    protected abstract ValueTask<Outcome> DecideAsync(PresentedToken request, CancellationToken cancellationToken);
}

/// <summary><c>POST /introspect</c> (RFC 7662).</summary>
sealed class IntrospectionEndpoint(CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, StoreOutage outage, ILogger<IntrospectionEndpoint> log)
    : PresentedTokenEndpoint(engine, plainHttp, clientAddress, outage, log)
{
    protected override ValueTask<Outcome> DecideAsync(PresentedToken request, CancellationToken cancellationToken) =>
        Engine.Introspection.IntrospectAsync(request, cancellationToken);
}

/// <summary><c>POST /revoke</c> (RFC 7009).</summary>
sealed class RevocationEndpoint(CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, StoreOutage outage, ILogger<RevocationEndpoint> log)
    : PresentedTokenEndpoint(engine, plainHttp, clientAddress, outage, log)
{
    protected override ValueTask<Outcome> DecideAsync(PresentedToken request, CancellationToken cancellationToken) =>
        Engine.Revocation.RevokeAsync(request, cancellationToken);
}
