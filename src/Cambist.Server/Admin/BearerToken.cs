using Microsoft.Extensions.Primitives;

namespace Cambist.Server;

/// <summary>The token of a request to a protected API (RFC 6750 §2.1): the <c>Authorization</c> header, and nowhere else.</summary>
static class BearerToken
{
    const int Longest = 16 * 1024;

    /// <summary>The token; or null with the answer: 401 without an error code where none was sent, 400 where it was sent wrongly (§3.1).</summary>
    public static string? Read(HttpRequest request, out AdminAnswer? refusal)
    {
        refusal = null;
        var authorization = request.Headers.Authorization;
        if (authorization.Count == 0 || (authorization.Count == 1 && !IsBearer(authorization)))
        {
            refusal = Unauthorized("Send the bootstrap token, or an access token for cambist-admin, as Authorization: Bearer.", error: null);
            return null;
        }

        var token = authorization.Count == 1 ? authorization[0]!["Bearer".Length..].Trim(' ') : "";
        if (token.Length is > 0 and <= Longest && IsToken68(token) && !request.Query.ContainsKey("access_token")) return token;
        refusal = AdminAnswer.Problem(StatusCodes.Status400BadRequest, "Bad request", "Send one token, in one Authorization: Bearer header, and in no other place.") with { Challenge = Challenge("invalid_request") };
        return null;
    }

    public static AdminAnswer Unauthorized(string detail, string? error) =>
        AdminAnswer.Problem(StatusCodes.Status401Unauthorized, "Unauthorized", detail) with { Challenge = Challenge(error) };

    public static string Challenge(string? error, string? scope = null) =>
        "Bearer realm=\"cambist-admin\"" + (error is null ? "" : $", error=\"{error}\"") + (scope is null ? "" : $", scope=\"{scope}\"");

    static bool IsBearer(StringValues authorization) =>
        authorization[0] is { } header && header.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase) && (header.Length == "Bearer".Length || header["Bearer".Length] == ' ');

    /// <summary>RFC 9110 §11.2; also what a bootstrap token may consist of.</summary>
    public static bool IsToken68(string text)
    {
        var end = text.TrimEnd('=');
        foreach (var c in end)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '~' or '+' or '/')) return false;
        return end.Length > 0;
    }
}
