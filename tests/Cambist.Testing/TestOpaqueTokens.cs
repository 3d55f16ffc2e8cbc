using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Cambist.Testing;

/// <summary>Opaque tokens of a <see cref="TestIssuer"/>, and the introspection of them, for one client with a secret.</summary>
public sealed class TestOpaqueTokens
{
    /// <summary>The client that may introspect.</summary>
    public const string ClientId = "cambist here";

    /// <summary>Its secret, with characters that must be encoded.</summary>
    public const string ClientSecret = "s3cret: of+us/there%&";

    readonly TestIssuer _issuer;
    readonly ConcurrentDictionary<string, JsonObject> _tokens = new();

    internal TestOpaqueTokens(TestIssuer issuer) => _issuer = issuer;

    /// <summary>The last form that was asked with.</summary>
    public IReadOnlyDictionary<string, string>? Asked { get; private set; }

    /// <summary>Issues a token of five minutes; <paramref name="change"/> may add, change and remove members of what is said of it.</summary>
    public string Issue(string prefix, string subject, string audience, Action<JsonObject>? change = null)
    {
        var said = _issuer.AccessTokenClaims(subject, audience, "read", "somebody");
        (said["active"], said["token_type"]) = (true, "Bearer");
        change?.Invoke(said);
        var token = prefix + RandomNumberGenerator.GetHexString(32, lowercase: true);
        _tokens[token] = said;
        return token;
    }

    /// <summary>Withdraws a token.</summary>
    public void Revoke(string token) => _tokens.TryRemove(token, out _);

    internal async Task<string> AnswerAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization.ToString() != "Basic " + TestServer.BasicCredentials(ClientId, ClientSecret))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return """{"error":"invalid_client"}""";
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        Asked = form.ToDictionary(field => field.Key, field => field.Value.ToString());
        return _tokens.TryGetValue(form["token"].ToString(), out var said) ? said.ToJsonString() : """{"active":false}""";
    }
}
