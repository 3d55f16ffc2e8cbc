using Cambist.AspNetCore;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>A request of somebody who was authenticated and has the scope.</summary>
/// <param name="Http">The request.</param>
/// <param name="Engine">What it is about.</param>
/// <param name="By">Who sent it.</param>
sealed record AdminRequest(HttpContext Http, CambistEngine Engine, Administrator By)
{
    public Registry Registry => Engine.Registry.Current;

    /// <summary>A part of the path.</summary>
    public string Path(string name) => (string)Http.Request.RouteValues[name]!;

    /// <summary>A parameter of the query; null where it was not sent.</summary>
    public string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value] ? value : null;
}

/// <summary>
/// The admin API, on the management listener alone. Whatever is mapped here is authenticated, held against its scope, and answered
/// with a problem (RFC 9457) where it fails.
/// </summary>
sealed class AdminApi(IEndpointRouteBuilder endpoints, CambistEngine engine, PlainHttp plainHttp, ClientAddress clientAddress, ILogger<AdminApi> log)
{
    const string Root = "/admin/v1";
    readonly List<AdminOperation> _operations = [];
    static readonly Listeners.ServedOn OnManagement = new(Protocol: false, Management: true);

    public static void Map(WebApplication app)
    {
        var services = app.Services;
        var api = new AdminApi(
            app, services.GetRequiredService<CambistEngine>(), services.GetRequiredService<PlainHttp>(), services.GetRequiredService<ClientAddress>(), services.GetRequiredService<ILogger<AdminApi>>());
        ImpersonationEndpoints.Map(api);
        RevocationEndpoints.Map(api);
        TokenEndpoints.Map(api);
        DecisionEndpoints.Map(api);
        RegistryEndpoints.Map(api);
        IssuerEndpoints.Map(api);
        KeyEndpoints.Map(api, services.GetRequiredService<TimeProvider>());
        api.MapRead(OpenApiDocument.Operation, request => Task.FromResult(AdminAnswer.Ok(OpenApiDocument.Of(Root, api._operations, request.Registry.Issuer))));
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
        var what = request.Http.Request.Path.Value![Root.Length..];
        var result = await engine.Store.Ledger.CommitAsync(request.By.Did("admin.read", what, request.Registry), CancellationToken.None);
        return result.Status == CommitStatus.Committed ? answer : Unknown();
    }

    async Task HandleAsync(HttpContext http, AdminOperation operation, Func<AdminRequest, Task<AdminAnswer>> act)
    {
        try
        {
            await (await AnswerAsync(http, operation, act)).WriteAsync(http);
        }
        catch (StoreUnavailableException e)
        {
            log.LogError(e, "The store cannot be used now; answered 503");
            var away = AdminAnswer.Problem(StatusCodes.Status503ServiceUnavailable, "Store unavailable", "The store cannot be used now; try again later.", Reason.StoreUnavailable.WireName());
            await (away with { RetryAfter = TimeSpan.FromSeconds(1) }).WriteAsync(http);
        }
        catch (BadHttpRequestException e) when (!http.Response.HasStarted)
        {
            await AdminAnswer.Problem(e.StatusCode, "Bad request", "The body cannot be read: it is too large, too slow, or broken off.").WriteAsync(http);
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

        if (operation.Scope is { } scope && !by.Scopes.Contains(scope)) return await ForbidAsync(by, operation.Name, scope);
        foreach (var parameter in http.Request.Query)
        {
            if (!operation.Knows(parameter.Key)) return AdminAnswer.BadRequest(operation.Query.IsEmpty ? "This takes no query." : $"A parameter of the query is not known here; known: {string.Join(", ", operation.Query.Select(one => one.Name))}.");
            if (parameter.Value.Count != 1) return AdminAnswer.BadRequest($"{parameter.Key} is repeated.");
        }

        return await act(new(http, engine, by));
    }

    async Task<AdminAnswer> ForbidAsync(Administrator by, string name, string scope)
    {
        var registry = engine.Registry.Current;
        await engine.Store.Ledger.CommitAsync(by.WasRefused(name, new(Reason.ScopeNotGranted, $"the token lacks the scope {scope}"), registry), CancellationToken.None);
        var forbidden = AdminAnswer.Problem(StatusCodes.Status403Forbidden, "Forbidden", $"The token lacks the scope {scope} of {ReservedNames.AdminResource}.", Reason.ScopeNotGranted.WireName());
        return forbidden with { Challenge = BearerToken.Challenge("insufficient_scope", scope) };
    }

    /// <summary>A token that does not authenticate, whatever is wrong with it.</summary>
    public static AdminAnswer Unknown() => BearerToken.Unauthorized("The token is not valid here.", "invalid_token");
}
