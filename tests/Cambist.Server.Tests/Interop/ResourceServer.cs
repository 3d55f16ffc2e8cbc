using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cambist.Server.Tests.Interop;

/// <summary>An API as its author would write it: ASP.NET Core with Microsoft’s bearer handler, told only our issuer and its own audience.</summary>
sealed class ResourceServer : IAsyncDisposable
{
    readonly WebApplication _app;

    ResourceServer(WebApplication app) => _app = app;

    /// <summary>Its one endpoint, which answers with the claims it was called with, each name once.</summary>
    public Uri Claims => new($"{_app.Urls.Single()}/claims");

    /// <summary>Starts one. Unless it <paramref name="asksAgain"/> for the key of an unknown <c>kid</c>, it lives on what it fetched first.</summary>
    public static async Task<ResourceServer> StartAsync(string authority, string audience, bool asksAgain = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddAuthorization();
        builder.Services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer(options =>
        {
            options.Authority = authority;
            options.Audience = audience;
            options.RefreshOnIssuerKeyNotFound = asksAgain;
            options.RequireHttpsMetadata = false; // the issuer is on loopback
            options.MapInboundClaims = false;
            options.TokenValidationParameters.ValidTypes = ["at+jwt"]; // RFC 9068 §4
        });
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGet("/claims", (HttpContext context) =>
            context.User.Claims.GroupBy(claim => claim.Type).ToDictionary(group => group.Key, group => group.First().Value))
            .RequireAuthorization();
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
