using Cambist.AspNetCore;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>
/// The admin API, on the management listener alone. Whatever is mapped here is authenticated, held against its scope, and answered
/// with a problem (RFC 9457) where it fails.
/// </summary>
sealed class AdminApi(IEndpointRouteBuilder endpoints, CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, StoreOutage outage, ILogger<AdminApi> log)
{
    const string Root = "/admin/v1";
    readonly List<AdminOperation> _operations = [];
    static readonly Listeners.ServedOn OnManagement = new(Protocol: false, Management: true);

    public static void Map(WebApplication app)
    {
        var services = app.Services;
        var api = new AdminApi(
            app, services.GetRequiredService<CambistEngine>(), services.GetRequiredService<PlainHttp>(), services.GetRequiredService<ClientAddress>(), services.GetRequiredService<StoreOutage>(), services.GetRequiredService<ILogger<AdminApi>>());
        ImpersonationEndpoints.Map(api);
        RevocationEndpoints.Map(api);
        TokenEndpoints.Map(api);
        DecisionEndpoints.Map(api);
        ExplainEndpoint.Map(api);
        RegistryEndpoints.Map(api);
        IssuerEndpoints.Map(api);
        KeyEndpoints.Map(api);
        api.MapRead(OpenApiDocument.Operation, request => Task.FromResult(AdminAnswer.Ok(OpenApiDocument.Of(Root, api._operations, request.Registry.Issuer))));
        app.Map(Root + "/{**path}", (HttpContext http) => UnknownOperation.Of(http.Request.Path.Value![Root.Length..], api._operations).WriteAsync(http)).WithMetadata(OnManagement);
    }

    /// <summary>Maps an act that writes its own entry.</summary>
    public void Map(AdminOperation operation, Func<AdminRequest, Task<AdminAnswer>> act)
    {
        _operations.Add(operation);
        endpoints.MapMethods(Root + operation.Path, [operation.Method], (HttpContext http) => HandleAsync(http, operation, act)).WithMetadata(OnManagement);
    }

    /// <summary>Maps an act that only reads: it is recorded, too, before it is answered.</summary>
    public void MapRead(AdminOperation operation, Func<AdminRequest, Task<AdminAnswer>> read) => Map(operation, request => ReadAsync(request, read));

    async Task<AdminAnswer> ReadAsync(AdminRequest request, Func<AdminRequest, Task<AdminAnswer>> read)
    {
        var answer = await read(request);
        if (answer.Status >= StatusCodes.Status400BadRequest) return answer;
        var what = request.Http.Request.Path.Value![Root.Length..] + request.Filters();
        var result = await engine.Store.Ledger.CommitAsync(request.By.Did("admin.read", what, request.Registry), CancellationToken.None);
        return result.Status == CommitStatus.Committed ? answer : Unknown();
    }

    async Task HandleAsync(HttpContext http, AdminOperation operation, Func<AdminRequest, Task<AdminAnswer>> act)
    {
        try
        {
            var answer = await AnswerAsync(http, operation, act);
            if (answer.Status < StatusCodes.Status400BadRequest) outage.Passed(); // it is on record
            await answer.WriteAsync(http);
        }
        catch (StoreUnavailableException e)
        {
            outage.Met(e);
            var away = AdminAnswer.Problem(StatusCodes.Status503ServiceUnavailable, "Store unavailable", "The store cannot be used now: what was asked for may not have been done; try again later.", Reason.StoreUnavailable.WireName());
            await (away with { RetryAfter = TimeSpan.FromSeconds(1) }).WriteAsync(http);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException && http.RequestAborted.IsCancellationRequested)
        {
            // Whoever asked is gone.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            log.LogError(e, "A fault of the server; answered 500");
            await AdminAnswer.Problem(StatusCodes.Status500InternalServerError, "Internal error", "A fault of the server; its log says more.", Reason.InternalError.WireName()).WriteAsync(http);
        }
    }

    async Task<AdminAnswer> AnswerAsync(HttpContext http, AdminOperation operation, Func<AdminRequest, Task<AdminAnswer>> act)
    {
        if (plainHttp.IsRefused(http)) return AdminAnswer.Problem(StatusCodes.Status400BadRequest, "Plain http", "Use https: tokens are not taken over plain http.", Reason.PlainHttpRefused.WireName());
        if (BearerToken.Read(http.Request, out var refusal) is not { } bearer) return refusal!;
        if (!(await engine.Administrators.AuthenticateAsync(bearer, clientAddress.Of(http), CancellationToken.None)).Gives(out var by, out var denied))
        {
            return denied.Reason != Reason.TooManyFailures
                ? Unknown()
                : AdminAnswer.Problem(StatusCodes.Status429TooManyRequests, "Too many failures", "Too many wrong tokens came from this address; try again later.", denied.Reason.WireName()) with { RetryAfter = denied.RetryAfter };
        }

        var request = new AdminRequest(http, engine, by);
        var answer = Forbidden(operation, by) ?? WrongQuery(operation, http.Request.Query) ?? await ActAsync(request, act);
        if (answer.Status >= StatusCodes.Status400BadRequest && !answer.IsRecorded) await RecordAsync(request, operation, answer);
        return answer;
    }

    static AdminAnswer? Forbidden(AdminOperation operation, Administrator by)
    {
        if (operation.Scope is not { } scope || by.Scopes.Contains(scope)) return null;
        var forbidden = AdminAnswer.Problem(StatusCodes.Status403Forbidden, "Forbidden", $"The token lacks the scope {scope} of {ReservedNames.AdminResource}.", Reason.ScopeNotGranted.WireName());
        return forbidden with { Challenge = BearerToken.Challenge("insufficient_scope", scope) };
    }

    static AdminAnswer? WrongQuery(AdminOperation operation, IQueryCollection query)
    {
        foreach (var parameter in query)
        {
            if (!operation.Knows(parameter.Key)) return AdminAnswer.BadRequest(operation.Query.IsEmpty ? "This takes no query." : $"A parameter of the query is not known here; known: {string.Join(", ", operation.Query.Select(one => one.Name))}.");
            if (parameter.Value.Count != 1) return AdminAnswer.BadRequest($"{parameter.Key} is repeated.");
            if (parameter.Value is [null or ""]) return AdminAnswer.BadRequest($"{parameter.Key} is empty: leave it out, or give it a value.");
        }

        return null;
    }

    static async Task<AdminAnswer> ActAsync(AdminRequest request, Func<AdminRequest, Task<AdminAnswer>> act)
    {
        try
        {
            return await act(request);
        }
        catch (BadHttpRequestException e)
        {
            return AdminAnswer.Problem(e.StatusCode, "Bad request", "The body cannot be read: it is too large, too slow, or broken off.");
        }
    }

    /// <summary>What an administrator was refused is on record like what they did; of what they sent, no more than the id in the path.</summary>
    async Task RecordAsync(AdminRequest request, AdminOperation operation, AdminAnswer answer)
    {
        var reason = Reasons.Parse((string?)answer.Body?["reason"] ?? "") ?? Reason.None;
        var refused = new Denied(reason, $"{request.What(operation)}\n{answer.Status} {answer.Body?["title"]}: {answer.Body?["detail"]}");
        await engine.Store.Ledger.CommitAsync(request.By.WasRefused(operation.Name, refused, request.Registry), CancellationToken.None);
    }

    /// <summary>A token that does not authenticate, whatever is wrong with it.</summary>
    public static AdminAnswer Unknown() => BearerToken.Unauthorized("The token is not valid here.", "invalid_token");
}
