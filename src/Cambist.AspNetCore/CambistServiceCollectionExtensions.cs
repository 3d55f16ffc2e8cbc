using Cambist;
using Cambist.AspNetCore;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Cambist to an application.</summary>
public static class CambistServiceCollectionExtensions
{
    /// <summary>
    /// Adds a token exchange server. <paramref name="configure"/> must name a registry (<c>UseRegistryFile</c>) and a store
    /// (<c>UseSqlite</c>); both are opened when <c>MapCambist()</c> is called, which throws with every error in the registry.
    /// </summary>
    public static IServiceCollection AddCambist(this IServiceCollection services, Action<CambistBuilder> configure, Action<CambistHttpOptions>? configureHttp = null)
    {
        var builder = new CambistBuilder();
        configure(builder);
        var http = new CambistHttpOptions();
        configureHttp?.Invoke(http);

        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IEngineListener, LoggingEngineListener>();
        services.AddSingleton(http);
        services.AddSingleton<PlainHttp>();
        services.AddSingleton<ClientAddress>();
        services.AddSingleton<StoreOutage>();
        services.AddSingleton<TokenEndpoint>();
        services.AddSingleton<IntrospectionEndpoint>();
        services.AddSingleton<RevocationEndpoint>();
        services.AddSingleton<PublicDocuments>();
        services.AddSingleton(_ => new IssuerHttp());
        services.AddSingleton(provider => builder.Build(
            provider,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<IssuerHttp>().Invoker,
            http.AllowHttp,
            provider.GetRequiredService<IEngineListener>()));
        return services;
    }
}
