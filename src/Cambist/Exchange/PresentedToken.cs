namespace Cambist;

/// <summary>A request about one token (RFC 7662 §2.1, RFC 7009 §2.1) that cannot be malformed. Its kind is told from the token itself, so a hint is not needed.</summary>
public sealed record PresentedToken
{
    /// <summary>How the client says who it is.</summary>
    public required PresentedCredentials Credentials { get; init; }

    /// <summary><c>token</c>.</summary>
    public required TokenText Token { get; init; }

    /// <summary>Keeps the token out of logs and debuggers.</summary>
    public override string ToString() => nameof(PresentedToken);
}
