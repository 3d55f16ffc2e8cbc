using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Cambist.Server;

/// <summary>
/// The OpenAPI document (3.1) of the admin API: paths from what is mapped, schemas from <c>openapi-components.json</c>, which a test
/// holds against real answers.
/// </summary>
static partial class OpenApiDocument
{
    const string Bootstrap = "bootstrap_token";
    const string AccessToken = "access_token";

    public static readonly AdminOperation Operation = new("GET", "/openapi.json", "This document") { Answer = "OpenApi" };

    public static JsonObject Of(string root, IEnumerable<AdminOperation> operations, string issuer)
    {
        var paths = new JsonObject();
        foreach (var operation in operations)
        {
            var path = root + operation.Path;
            if (paths[path] is not JsonObject item) paths[path] = item = PathItem(operation);
            item[operation.Method.ToLowerInvariant()] = Describe(operation);
        }

        var components = Components();
        components["securitySchemes"] = SecuritySchemes(issuer);
        return new()
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Cambist admin API",
                ["version"] = typeof(OpenApiDocument).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0],
            },
            ["paths"] = paths,
            ["components"] = components,
        };
    }

    static JsonObject PathItem(AdminOperation operation)
    {
        var item = new JsonObject();
        var parameters = new JsonArray();
        foreach (Match name in PathParameter().Matches(operation.Path))
            parameters.Add(new JsonObject { ["name"] = name.Groups[1].Value, ["in"] = "path", ["required"] = true, ["schema"] = new JsonObject { ["type"] = "string" } });
        if (parameters.Count > 0) item["parameters"] = parameters;
        return item;
    }

    static JsonObject Describe(AdminOperation operation)
    {
        var json = new JsonObject { ["summary"] = operation.Summary };
        if (!operation.Query.IsEmpty) json["parameters"] = new JsonArray([.. operation.Query.Select(Parameter)]);
        if (operation.Body is { } body) json["requestBody"] = new JsonObject { ["required"] = true, ["content"] = Content("application/json", body) };
        json["responses"] = Responses(operation);
        json["security"] = new JsonArray(
            new JsonObject { [Bootstrap] = new JsonArray() },
            new JsonObject { [AccessToken] = operation.Scope is { } scope ? new JsonArray(scope) : new JsonArray() });
        return json;
    }

    static JsonObject Parameter(QueryParameter parameter)
    {
        var schema = new JsonObject { ["type"] = parameter.Most is null ? "string" : "integer" };
        if (parameter.Most is { } most) (schema["minimum"], schema["maximum"]) = (1, most);
        if (!parameter.Words.IsEmpty) schema["enum"] = new JsonArray([.. parameter.Words.Select(word => (JsonNode)word)]);
        if (parameter.IsInstant) schema["format"] = "date-time";
        return new() { ["name"] = parameter.Name, ["in"] = "query", ["description"] = parameter.Description, ["schema"] = schema };
    }

    static JsonObject Responses(AdminOperation operation)
    {
        var success = new JsonObject { ["description"] = operation.Summary };
        if (operation.Answer is { } answer) success["content"] = Content("application/json", answer);
        var responses = new JsonObject
        {
            [$"{operation.Status}"] = success,
            ["400"] = Problem("The request is malformed, or came over plain http"),
            ["401"] = Problem("No token, or none that is valid here"),
            ["429"] = Problem("Too many wrong tokens came from this address"),
            ["500"] = Problem("A fault of the server"),
            ["503"] = Problem("The store cannot be used now"),
        };
        if (operation.Scope is not null) responses["403"] = Problem("The token lacks the scope");
        if (operation.MayBeAbsent) responses["404"] = Problem("There is none, or no longer");
        if (operation.Body is null) return responses;
        responses["413"] = Problem("The body is too large");
        responses["415"] = Problem("The body is not application/json");
        return responses;
    }

    static JsonObject Problem(string description) => new() { ["description"] = description, ["content"] = Content("application/problem+json", "Problem") };

    static JsonObject Content(string type, string schema) =>
        new() { [type] = new JsonObject { ["schema"] = new JsonObject { ["$ref"] = "#/components/schemas/" + schema } } };

    static JsonObject SecuritySchemes(string issuer) => new()
    {
        [Bootstrap] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "The bootstrap token; it may do everything." },
        [AccessToken] = new JsonObject
        {
            ["type"] = "oauth2",
            ["description"] = "An access token of this server for cambist-admin, neither delegated nor impersonated; by client credentials, or by token exchange (RFC 8693) at the same URL.",
            ["flows"] = new JsonObject
            {
                ["clientCredentials"] = new JsonObject
                {
                    ["tokenUrl"] = issuer.TrimEnd('/') + "/token",
                    ["scopes"] = new JsonObject
                    {
                        ["registry"] = "Read the registry and how it stands with its issuers",
                        ["impersonation"] = "Mint, list and cancel impersonation tokens",
                        ["tokens"] = "See and revoke tokens",
                        ["audit"] = "Read decisions",
                        ["keys"] = "Read the signing keys' states",
                    },
                },
            },
        },
    };

    static JsonObject Components()
    {
        using var stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi-components.json")!;
        return JsonNode.Parse(stream)!.AsObject();
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter();
}
