using System.Text;
using System.Text.Json.Nodes;

namespace Cambist.Testing;

/// <summary>Calls of a server's admin API.</summary>
public static class AdminCalls
{
    /// <summary>The bootstrap token, as it lies beside the store.</summary>
    public static string AdminToken(this TestServer server) => File.ReadAllText(Path.Combine(server.Folder, "admin-token")).Trim();

    /// <summary>Sends a request to <c>/admin/v1</c> with the bootstrap token; <paramref name="json"/> is its body, if any.</summary>
    public static async Task<Answer> AdminAsync(this TestServer server, HttpMethod method, string path, string? json = null, string? token = null, Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, server.Management + "/admin/v1" + path);
        if (json is not null) request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + (token ?? server.AdminToken()));
        change?.Invoke(request);
        return await server.SendAsync(request);
    }

    /// <summary>Reads a document of the admin API.</summary>
    public static Task<Answer> AdminGetAsync(this TestServer server, string path) => server.AdminAsync(HttpMethod.Get, path);

    /// <summary>Posts a body to the admin API.</summary>
    public static Task<Answer> AdminPostAsync(this TestServer server, string path, JsonObject body, string? token = null) => server.AdminAsync(HttpMethod.Post, path, body.ToJsonString(), token);

    /// <summary>Asks for an impersonation token; <paramref name="change"/> adds to or takes from the request.</summary>
    public static Task<Answer> MintAsync(this TestServer server, string subject, Action<JsonObject>? change = null, string? token = null)
    {
        var body = new JsonObject { ["subject"] = subject, ["reason"] = "ticket 4711" };
        change?.Invoke(body);
        return server.AdminPostAsync("/impersonation-tokens", body, token);
    }
}
