using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary><c>/admin/v1/registry</c>: what is in force on this node, and what should be and is not.</summary>
static class RegistryEndpoints
{
    public static void Map(AdminApi api) => api.MapRead(
        new("GET", "/registry", "The registry in force, and the errors of a document that was refused") { Scope = "registry", Answer = "Registry" }, ShowAsync);

    static async Task<AdminAnswer> ShowAsync(AdminRequest request)
    {
        var (registry, since, refused) = (request.Registry, request.Engine.Registry.Since, request.Engine.Registry.Refused);
        var json = new JsonObject
        {
            ["status"] = refused is null ? "ready" : "degraded",
            ["revision"] = registry.Revision,
            ["since"] = Times.Of(since),
            ["issuer"] = registry.Issuer,
        };
        if (refused is not null) json["refused"] = Describe(refused);
        json["issuers"] = Sorted(registry.Issuers.Keys);
        json["resources"] = Sorted(registry.Resources.Keys);
        json["clients"] = Sorted(registry.Clients.Keys);
        json["deny"] = List(registry.Deny.Select(deny => deny.Name));
        json["rules"] = List(registry.Rules.All.Select(rule => rule.Name));

        if (registry.HoldsSecret) json["text_withheld"] = "A client's secret stands in the document as { value: … }; it is shown where every secret is a file or a hash.";
        else if (await request.Engine.Store.Registries.FindAsync(registry.Revision, request.Http.RequestAborted) is { } kept) json["text"] = kept.Text;
        return AdminAnswer.Ok(json);
    }

    static JsonObject Describe(RegistryRefusal refused)
    {
        var json = new JsonObject { ["file"] = refused.FileName };
        if (refused.Revision is { } revision) json["revision"] = revision;
        json["since"] = Times.Of(refused.Since);
        json["errors"] = List(refused.Messages);
        return json;
    }

    static JsonArray Sorted(IEnumerable<string> names) => List(names.Order(StringComparer.Ordinal));

    static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}
