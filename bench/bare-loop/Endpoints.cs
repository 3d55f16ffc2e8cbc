using System.IO.Pipelines;

namespace Cambist.BareLoop;

/// <summary>The one endpoint that each mode has.</summary>
static class Endpoints
{
    public static void MapExchange(this WebApplication app, BasicClient caller, SubjectVerifier subjects, AccessTokenSigner issued) =>
        app.MapPost("/token", async context =>
        {
            if (!caller.Matches(context.Request.Headers.Authorization.ToString()))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }
            var form = await context.Request.ReadFormAsync();
            string? token = form["subject_token"];
            if (form["grant_type"] != "urn:ietf:params:oauth:grant-type:token-exchange" || token is null || subjects.Verify(token) is not { } subject)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }
            await context.Response.SendAsync(issued.Answer(subject));
        });

    public static void MapForm(this WebApplication app, byte[] answer) =>
        app.MapPost("/token", async context =>
        {
            await context.Request.ReadFormAsync();
            await context.Response.SendAsync(answer);
        });

    public static void MapIntrospection(this WebApplication app, BasicClient caller, TokenIntrospector tokens) =>
        app.MapPost("/introspect", async context =>
        {
            if (!caller.Matches(context.Request.Headers.Authorization.ToString()))
            {
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                return;
            }
            var form = await context.Request.ReadFormAsync();
            string? token = form["token"];
            if (token is null)
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
                return;
            }
            await context.Response.SendAsync(tokens.Answer(token));
        });

    static ValueTask<FlushResult> SendAsync(this HttpResponse response, byte[] json)
    {
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";
        response.ContentLength = json.Length;
        return response.BodyWriter.WriteAsync(json);
    }
}
