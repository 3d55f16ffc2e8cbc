using Cambist;
using Cambist.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps Cambist's endpoints.</summary>
public static class CambistEndpointRouteBuilderExtensions
{
    static readonly string[] GetOrHead = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps the token endpoint, introspection, revocation, keys, both metadata documents and the health probes at the path of the registry's issuer, and
    /// at the root, for a proxy that strips that path.
    /// </summary>
    public static IEndpointConventionBuilder MapCambist(this IEndpointRouteBuilder endpoints)
    {
        var engine = endpoints.ServiceProvider.GetRequiredService<CambistEngine>();
        var token = endpoints.ServiceProvider.GetRequiredService<TokenEndpoint>();
        var introspection = endpoints.ServiceProvider.GetRequiredService<IntrospectionEndpoint>();
        var revocation = endpoints.ServiceProvider.GetRequiredService<RevocationEndpoint>();
        var documents = endpoints.ServiceProvider.GetRequiredService<PublicDocuments>();
        var path = EndpointPaths.Of(engine.Registry.Current.Issuer);

        var group = endpoints.MapGroup("");
        foreach (var root in (string[])(path.Length == 0 ? [""] : [path, ""]))
        {
            group.Map(root + EndpointPaths.Token, token.HandleAsync);
            group.Map(root + EndpointPaths.Introspection, introspection.HandleAsync);
            group.Map(root + EndpointPaths.Revocation, revocation.HandleAsync);
            group.MapMethods(root + EndpointPaths.Jwks, GetOrHead, documents.JwksAsync);
        }

        group.MapMethods(EndpointPaths.ServerMetadata(path), GetOrHead, documents.MetadataAsync);
        group.MapMethods(EndpointPaths.OpenIdConfiguration(path), GetOrHead, documents.MetadataAsync);
        group.MapCambistHealth();
        return group;
    }

    /// <summary>Maps the health probes alone, as on the management listener.</summary>
    public static IEndpointConventionBuilder MapCambistHealth(this IEndpointRouteBuilder endpoints)
    {
        var documents = endpoints.ServiceProvider.GetRequiredService<PublicDocuments>();
        var group = endpoints.MapGroup("");
        group.MapMethods(EndpointPaths.Live, GetOrHead, PublicDocuments.LiveAsync);
        group.MapMethods(EndpointPaths.Ready, GetOrHead, documents.ReadyAsync);
        return group;
    }
}
