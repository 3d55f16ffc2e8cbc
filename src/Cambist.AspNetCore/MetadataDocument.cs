using System.Text.Json;
using Cambist.Protocol;

namespace Cambist.AspNetCore;

/// <summary>
/// Authorization server metadata (RFC 8414), served also where OpenID Connect clients look. Nothing is advertised that is off.
/// Every URL comes from the issuer in the registry, never from the request.
/// </summary>
static class MetadataDocument
{
    const string ByKey = "private_key_jwt";

    public static byte[] Of(Registry registry)
    {
        var issuer = registry.Issuer.TrimEnd('/');
        var methods = (string[])[.. MethodsOf(registry)];
        var withCredential = (string[])[.. methods.Where(method => method != "none")];
        var document = new Dictionary<string, object>
        {
            ["issuer"] = registry.Issuer,
            ["token_endpoint"] = issuer + EndpointPaths.Token,
            ["introspection_endpoint"] = issuer + EndpointPaths.Introspection,
            ["revocation_endpoint"] = issuer + EndpointPaths.Revocation,
            ["jwks_uri"] = issuer + EndpointPaths.Jwks,
            ["grant_types_supported"] = new[] { GrantTypes.TokenExchange, GrantTypes.ClientCredentials, GrantTypes.RefreshToken },
            ["response_types_supported"] = Array.Empty<string>(), // RFC 8414 §2 wants the member; there is no authorization endpoint
            ["token_endpoint_auth_methods_supported"] = methods,
            ["introspection_endpoint_auth_methods_supported"] = withCredential,
            ["revocation_endpoint_auth_methods_supported"] = methods,
            ["scopes_supported"] = registry.Resources.Values.Where(resource => resource.Name != ReservedNames.AdminResource).SelectMany(resource => resource.Scopes).Distinct().Order(StringComparer.Ordinal),
        };
        if (methods.Contains(ByKey))
        {
            foreach (var endpoint in (string[])["token", "introspection", "revocation"])
                document[$"{endpoint}_endpoint_auth_signing_alg_values_supported"] = JwsAlgorithm.OfClients.Select(algorithm => algorithm.Name);
        }

        return JsonSerializer.SerializeToUtf8Bytes(document);
    }

    static IEnumerable<string> MethodsOf(Registry registry) => registry.Clients.Values
        .Where(client => !client.IsDisabled).Select(client => MethodName(client.Authentication)).OfType<string>()
        .Append("client_secret_basic").Distinct().Order(StringComparer.Ordinal);

    static string? MethodName(ClientAuthenticationMethod method) => method switch
    {
        ClientAuthenticationMethod.ClientSecretBasic => "client_secret_basic",
        ClientAuthenticationMethod.ClientSecretPost => "client_secret_post",
        ClientAuthenticationMethod.PrivateKeyJwt => ByKey,
        ClientAuthenticationMethod.None => "none",
        _ => null, // parsed, not built yet
    };
}
