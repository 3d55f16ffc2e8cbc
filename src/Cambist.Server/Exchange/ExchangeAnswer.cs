using System.Text.Json;

namespace Cambist.Server;

/// <summary>What a token endpoint answered, read: a token (RFC 8693 §2.2.1) or a refusal (RFC 6749 §5.2).</summary>
sealed record ExchangeAnswer(RemoteAnswer Remote, JsonElement Json)
{
    /// <summary>The token; null where it was refused.</summary>
    public string? Token => Remote.Status == 200 ? DecodedToken.StringOf(Json, "access_token") : null;

    /// <summary>The OAuth error; null where it was not refused, or in no way that OAuth knows.</summary>
    public string? Error => Remote.Status == 200 ? null : DecodedToken.StringOf(Json, "error");

    /// <summary>Reads an answer.</summary>
    /// <exception cref="FailedException">It is neither; the message shows nothing of it.</exception>
    public static ExchangeAnswer Read(RemoteAnswer remote)
    {
        var json = remote.Json() ?? throw new FailedException($"the server answered {remote.Described}, and no JSON object; is the URL that of a token endpoint?");
        var read = new ExchangeAnswer(remote, json);
        if (remote.Status == 200)
        {
            if (read.Token is not null && json.TryGetProperty("error", out _)) throw new FailedException("the server answered 200 with both a token and an error, which is neither (RFC 6749 §5.2); the token is not taken");
            if (read.Token is not { Length: > 0 } token) throw new FailedException("the server answered 200 without an access_token (RFC 8693 §2.2.1); is the URL that of a token endpoint?");

            // RFC 6749 §A.12; what a terminal would obey is no token
            if (token.AsSpan().ContainsAnyExceptInRange('!', '~')) throw new FailedException("the server's access_token holds characters that no token has; it is not shown");
            return read;
        }

        return read.Error is { Length: > 0 } ? read : throw new FailedException($"the server answered {remote.Described}, and no OAuth error (RFC 6749 §5.2); is the URL that of a token endpoint?");
    }
}
