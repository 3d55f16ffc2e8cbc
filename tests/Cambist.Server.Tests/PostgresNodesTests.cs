using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>Two real servers on one PostgreSQL.</summary>
public sealed class PostgresNodesTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_nodes_share_keys_single_use_and_revocations_and_without_an_admin_token_there_is_none()
    {
        await using var database = await PostgresServer.StartNewAsync();
        var folder = Directory.CreateTempSubdirectory("cambist-nodes-");
        try
        {
            var keyFile = Path.Combine(folder.FullName, "cambist.key");
            await File.WriteAllTextAsync(keyFile, Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)) + "\n", Cancellation);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            const string Token = "an-admin-token-of-both-nodes-1234567";
            var environment = new Dictionary<string, string>
            {
                ["CAMBIST__STORAGE"] = database.ConnectionString(),
                ["CAMBIST__KEYFILE"] = keyFile,
                ["CAMBIST__ADMINTOKEN"] = Token,
            };
            await using var one = await StartAsync(environment);
            await using var other = await StartAsync(environment);

            (await one.Http.GetStringAsync($"{one.Issuer}/jwks", Cancellation)).ShouldBe(await other.Http.GetStringAsync($"{other.Issuer}/jwks", Cancellation));

            var token = await MintAsync(one, Token);
            var redeemed = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => RedeemAsync(i % 2 == 0 ? one : other, token)));
            redeemed.Count(r => r.Status == HttpStatusCode.OK).ShouldBe(1);
            var issued = redeemed.Single(r => r.Status == HttpStatusCode.OK).Token!;
            (await IsActiveAsync(other, issued)).ShouldBeTrue();

            using (var revoke = Admin(HttpMethod.Post, one, "revocations", Token, new { subject = "customer-7", reason = "a test" }))
            using (var revoked = await one.Http.SendAsync(revoke, Cancellation))
                revoked.IsSuccessStatusCode.ShouldBeTrue();
            (await IsActiveAsync(other, issued)).ShouldBeFalse();

            environment.Remove("CAMBIST__ADMINTOKEN");
            await using var third = await StartAsync(environment);
            File.Exists(Path.Combine(third.Folder, "admin-token")).ShouldBeFalse();
            using var mint = Admin(HttpMethod.Get, third, "impersonation-tokens", Token, null);
            using var refused = await third.Http.SendAsync(mint, Cancellation);
            refused.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
            foreach (var node in new[] { one, other, third })
            {
                node.Output.ShouldNotContain("Password");
                await database.DumpAsync(Path.Combine(node.Folder, "database")); // each is looked through for secrets when it ends
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static Task<ServerProcess> StartAsync(Dictionary<string, string> environment) => ServerProcess.StartAsync(
        _ => """
            issuer: http://localhost:7999
            resources: { orders: { identifiers: https://orders.example.com } }
            clients: { support: { secrets: { file: support-secret } } }
            rules: { name: as-customers, clients: support, subject: { issuer: impersonation, where: { sub: "customer-*" } }, targets: { orders: [] } }
            """,
        new Dictionary<string, string> { ["support-secret"] = "the-secret-of-support" }, environment, cancellation: Cancellation);

    static HttpRequestMessage Admin(HttpMethod method, ServerProcess server, string path, string token, object? body) => new(method, $"{server.Management}/admin/v1/{path}")
    {
        Headers = { Authorization = new("Bearer", token) },
        Content = body is null ? null : JsonContent.Create(body),
    };

    static async Task<string> MintAsync(ServerProcess server, string token)
    {
        using var request = Admin(HttpMethod.Post, server, "impersonation-tokens", token, new { subject = "customer-7", reason = "a test" });
        using var response = await server.Http.SendAsync(request, Cancellation);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!["token"]!;
    }

    static async Task<(HttpStatusCode Status, string? Token)> RedeemAsync(ServerProcess server, string token)
    {
        var (status, json) = await PostAsync(server, "/token", new()
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = token,
            ["subject_token_type"] = "urn:cambist:token-type:impersonation_token",
            ["resource"] = "https://orders.example.com",
        });
        return (status, (string?)json["access_token"]);
    }

    static async Task<bool> IsActiveAsync(ServerProcess server, string token) => (bool)(await PostAsync(server, "/introspect", new() { ["token"] = token })).Json["active"]!;

    static async Task<(HttpStatusCode Status, JsonNode Json)> PostAsync(ServerProcess server, string path, Dictionary<string, string> form)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Issuer + path) { Content = new FormUrlEncodedContent(form) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("support:the-secret-of-support"u8));
        using var response = await server.Http.SendAsync(request, Cancellation);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Cancellation))!);
    }
}
