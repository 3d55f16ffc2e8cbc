namespace Cambist;

/// <summary>Whether there is a key for a token.</summary>
enum IssuerKeyOutcome
{
    /// <summary>No key of the issuer is meant by this <c>kid</c> and algorithm: the token is refused.</summary>
    Unknown,

    /// <summary>There is one.</summary>
    Found,

    /// <summary>That cannot be said now: 503, try again.</summary>
    Unavailable,
}

/// <summary>A key for a token, or why there is none.</summary>
readonly record struct IssuerKeyAnswer
{
    /// <summary>Whether there is a key.</summary>
    public IssuerKeyOutcome Outcome { get; private init; }

    /// <summary>The key where it was found, else null.</summary>
    public VerificationKey? Key { get; private init; }

    /// <summary>Seconds until it is worth trying again (<c>Retry-After</c>) where the answer is not available now; else 0.</summary>
    public int RetryAfterSeconds { get; private init; }

    /// <summary>The token is to be refused.</summary>
    public static IssuerKeyAnswer Unknown => default;

    /// <summary>This key.</summary>
    public static IssuerKeyAnswer Found(VerificationKey key) => new() { Outcome = IssuerKeyOutcome.Found, Key = key };

    /// <summary>Not now.</summary>
    public static IssuerKeyAnswer Unavailable(int retryAfterSeconds) => new() { Outcome = IssuerKeyOutcome.Unavailable, RetryAfterSeconds = retryAfterSeconds };
}
