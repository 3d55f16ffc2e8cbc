using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary><c>/admin/v1/keys</c>: our signing keys, as <c>cambist keys list</c> shows them.</summary>
static class KeyEndpoints
{
    public static void Map(AdminApi api) => api.MapRead(
        new("GET", "/keys", "The signing keys of the store, in the order in which they were made") { Scope = "keys", Answer = "Keys" },
        async request =>
        {
            var keys = await KeyActs.ListAsync(request.Engine.Store, request.Http.RequestAborted);
            return AdminAnswer.Ok(new JsonObject { ["keys"] = new JsonArray([.. keys.Select(KeyJson.Of)]) });
        });
}
