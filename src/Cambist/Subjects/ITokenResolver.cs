using System.Text;

namespace Cambist;

/// <summary>What a token may be in a request; issuers are trusted per role.</summary>
internal enum TokenRole
{
    Subject,
    Actor,
}

/// <summary>A token as it was sent, what it was declared to be, and what it is where it is a JWT.</summary>
internal sealed class SentToken
{
    public SentToken(string value, string tokenType, TokenRole role)
    {
        (Value, TokenType, Role) = (value, tokenType, role);
        Jws = CompactJws.TryParse(value, out var jws, out var fault) ? jws : null;
        Fault = fault;
    }

    public string Value { get; }

    /// <summary>The declared type, under one name for each.</summary>
    public string TokenType { get; }

    public TokenRole Role { get; }

    /// <summary>The client that sent it.</summary>
    public RegisteredClient? Caller { get; init; }

    /// <summary>The token as a JWT, unverified; null where it is none.</summary>
    public CompactJws? Jws { get; }

    /// <summary>Why it is no JWT.</summary>
    public JwsFault Fault { get; }

    /// <summary>What its lineage root is made of: all of it, but of a JWT the signed bytes alone, since the signature can be another and still verify.</summary>
    public ReadOnlyMemory<byte> RootBytes => Jws is { } jws ? jws.SigningInput : Encoding.UTF8.GetBytes(Value);
}

/// <summary>
/// Knows one family of tokens. Answers "not mine" (null), a resolved token, or a refusal; resolvers are asked in a fixed
/// order and the first that does not say "not mine" decides. Refusals speak of the subject token; the caller turns them
/// around for an actor.
/// </summary>
internal interface ITokenResolver
{
    ValueTask<Result<ResolvedToken>?> ResolveAsync(SentToken token, Registry registry, DateTimeOffset now, CancellationToken cancellationToken);
}
