using System.Net;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests;

/// <summary>A server whose registry gives tokens for the admin API to everybody whom it can, and the document that describes it.</summary>
public sealed class AdminWorld : World
{
    const string AllScopes = "[registry, impersonation, tokens, audit, keys]";
    const string ScopesByDelegation = "{ registry: true, impersonation: true, tokens: true, audit: true, keys: true }";

    /// <summary>The OpenAPI document, as the server serves it.</summary>
    public JsonObject Document { get; private set; } = null!;

    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read] }
        clients:
          {{Client("web")}}
          {{Client("support")}}
          {{Client("orders", "serves: orders")}}
          {{Client("ops", $"client_credentials: {{ cambist-admin: {AllScopes} }}")}}
        rules:
          - { name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: read, cambist-admin: {{AllScopes}} } }
          - { name: delegated, clients: orders, targets: { cambist-admin: {{ScopesByDelegation}} } }
          - { name: impersonated, clients: support, subject: { issuer: impersonation }, actor: none, targets: { orders: read, cambist-admin: {{AllScopes}} } }
        """;

    /// <inheritdoc/>
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var answer = await Common.AdminGetAsync("/openapi.json");
        answer.Status.ShouldBe(HttpStatusCode.OK, answer.Body);
        Document = answer.Json;
    }

    /// <summary>Every operation of the document.</summary>
    public IEnumerable<AdminCall> Calls => Document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject(), (path, item) => (path.Key, item))
        .Where(one => one.item.Key != "parameters")
        .Select(one => new AdminCall(one.item.Key.ToUpperInvariant(), one.Key, one.item.Value!.AsObject()));

    /// <summary>An access token of the client ops for itself, with these scopes alone.</summary>
    public async Task<string> TokenAsync(params IEnumerable<string> scopes) =>
        (await Common.ForItselfAsync("ops", ("audience", "cambist-admin"), ("scope", string.Join(' ', scopes)))).AccessToken;

    /// <summary>Sends a request to an operation, with <paramref name="id"/> where its path has a part to fill.</summary>
    public async Task<Answer> SendAsync(AdminCall call, string? authorization, HttpContent? content = null, string query = "", string id = "AAAAAAAAAAAAAAAAAAAAAA")
    {
        var path = call.Path.Replace("{id}", id, StringComparison.Ordinal).Replace("{jti}", id, StringComparison.Ordinal);
        using var request = new HttpRequestMessage(new(call.Method), Common.Management + path + query) { Content = content };
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await Common.SendAsync(request);
    }
}

/// <summary>An operation of the admin API, as its document describes it.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path, with <c>{names}</c>.</param>
/// <param name="Described">What the document says of it.</param>
public sealed record AdminCall(string Method, string Path, JsonObject Described)
{
    /// <summary>The scope it needs; null where any will do.</summary>
    public string? Scope => (string?)Described["security"]!.AsArray().Select(one => one!["access_token"]).Single(one => one is not null)!.AsArray().SingleOrDefault();

    /// <summary>The names of the parameters of its query.</summary>
    public IEnumerable<string> Query => Described["parameters"]?.AsArray().Select(parameter => (string)parameter!["name"]!) ?? [];

    /// <summary>The schema of its answer with this status; null where it is not described.</summary>
    public JsonObject? ResponseOf(HttpStatusCode status) => Described["responses"]![$"{(int)status}"]?.AsObject();

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Path}";
}
