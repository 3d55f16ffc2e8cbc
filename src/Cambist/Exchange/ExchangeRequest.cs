using System.Collections.Immutable;
using System.Net;

namespace Cambist;

/// <summary>A token exchange request (RFC 8693 §2.1) that cannot be malformed: the edge read it strictly.</summary>
public sealed record ExchangeRequest
{
    /// <summary>How the client says who it is.</summary>
    public required PresentedCredentials Credentials { get; init; }

    /// <summary><c>subject_token</c>.</summary>
    public required TokenText SubjectToken { get; init; }

    /// <summary><c>subject_token_type</c>.</summary>
    public required string SubjectTokenType { get; init; }

    /// <summary><c>actor_token</c>; null where none was sent.</summary>
    public TokenText? ActorToken { get; init; }

    /// <summary><c>actor_token_type</c>; set exactly where <see cref="ActorToken"/> is.</summary>
    public string? ActorTokenType { get; init; }

    /// <summary>What the token is asked for.</summary>
    public RequestedTargets Targets { get; init; } = RequestedTargets.None;

    /// <summary>The scopes asked for, without repeats; null where <c>scope</c> was not sent.</summary>
    public ImmutableArray<string>? Scopes { get; init; }

    /// <summary><c>requested_token_type</c>; null where not sent.</summary>
    public string? RequestedTokenType { get; init; }

    /// <summary>Keeps the tokens out of logs and debuggers.</summary>
    public override string ToString() => nameof(ExchangeRequest);
}

/// <summary>A refresh request (RFC 6749 §6) that cannot be malformed.</summary>
public sealed record RefreshRequest
{
    /// <summary>How the client says who it is.</summary>
    public required PresentedCredentials Credentials { get; init; }

    /// <summary><c>refresh_token</c>.</summary>
    public required TokenText RefreshToken { get; init; }

    /// <summary>What the token is asked for: what the refresh token is for, or nothing.</summary>
    public RequestedTargets Targets { get; init; } = RequestedTargets.None;

    /// <summary>The scopes asked for, without repeats: of those first granted. Null where <c>scope</c> was not sent.</summary>
    public ImmutableArray<string>? Scopes { get; init; }

    /// <summary>The exchange that gave the token, asked for again: the refresh token stands for its subject.</summary>
    internal ExchangeRequest AsExchange() => new()
    {
        Credentials = Credentials,
        SubjectToken = RefreshToken,
        SubjectTokenType = Protocol.TokenTypes.RefreshToken,
        Targets = Targets,
        Scopes = Scopes,
    };

    /// <summary>Keeps the token out of logs and debuggers.</summary>
    public override string ToString() => nameof(RefreshRequest);
}

/// <summary>A client credentials request (RFC 6749 §4.4.2) that cannot be malformed.</summary>
public sealed record ClientCredentialsRequest
{
    /// <summary>How the client says who it is.</summary>
    public required PresentedCredentials Credentials { get; init; }

    /// <summary>What the token is asked for.</summary>
    public RequestedTargets Targets { get; init; } = RequestedTargets.None;

    /// <summary>The scopes asked for, without repeats; null where <c>scope</c> was not sent.</summary>
    public ImmutableArray<string>? Scopes { get; init; }
}

/// <summary>The values of <c>resource</c> and <c>audience</c>, in the order sent.</summary>
/// <param name="Resources">Values of <c>resource</c> (RFC 8707 §2).</param>
/// <param name="Audiences">Values of <c>audience</c> (RFC 8693 §2.1).</param>
public sealed record RequestedTargets(ImmutableArray<string> Resources, ImmutableArray<string> Audiences)
{
    /// <summary>Nothing was named.</summary>
    public static readonly RequestedTargets None = new([], []);

    /// <summary>Whether nothing was named.</summary>
    public bool IsEmpty => Resources.IsEmpty && Audiences.IsEmpty;
}

/// <summary>What a request carries to authenticate its client, as it was sent. Never logged.</summary>
public sealed record PresentedCredentials
{
    /// <summary>The <c>Authorization</c> header.</summary>
    public string? Authorization { get; init; }

    /// <summary><c>client_id</c>.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>client_secret</c>.</summary>
    public string? ClientSecret { get; init; }

    /// <summary><c>client_assertion</c>.</summary>
    public string? ClientAssertion { get; init; }

    /// <summary><c>client_assertion_type</c>.</summary>
    public string? ClientAssertionType { get; init; }

    /// <summary>Where the request came from, behind proxies that are trusted; null for a caller on this machine without an address.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Keeps secrets out of logs and debuggers.</summary>
    public override string ToString() => nameof(PresentedCredentials);
}
