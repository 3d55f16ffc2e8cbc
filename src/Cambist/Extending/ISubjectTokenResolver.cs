using System.Text;

namespace Cambist;

/// <summary>
/// Knows a token kind of your own: sessions of an old system, tokens of a partner without keys. Asked last, about tokens that are
/// neither ours nor of an issuer in the registry, and only where the registry has <c>issuers: NAME: { resolver: true, … }</c> under its
/// name. One instance serves all requests at the same time.
/// </summary>
/// <remarks>
/// An exception, or no answer within 5 seconds, is a fault of the server: the request gets 500 <c>internal_error</c>, is recorded, and nothing is issued. So where a token
/// cannot be judged now, throw; and where it is bad, say <see cref="ResolverAnswer.Refuse"/>.
/// </remarks>
public interface ISubjectTokenResolver
{
    /// <summary>Judges one token.</summary>
    /// <param name="token">What was sent. Never log it.</param>
    /// <param name="cancellationToken">Cancelled after 5 seconds, when nobody waits for an answer any more.</param>
    /// <returns>Null where the token is not this resolver's: the next one is asked, and where all pass it is refused as unknown.</returns>
    ValueTask<ResolverAnswer?> ResolveAsync(TokenToResolve token, CancellationToken cancellationToken);
}

/// <summary>A token as it was sent.</summary>
/// <param name="Value">The token itself; a secret.</param>
/// <param name="TokenType">Its declared token type URN: access_token, id_token or jwt.</param>
/// <param name="IsActor">Whether it was sent as <c>actor_token</c>; asked only where the issuer's <c>roles</c> say <c>actor</c>.</param>
public sealed record TokenToResolve(string Value, string TokenType, bool IsActor)
{
    /// <summary>Keeps the token out of logs and debuggers.</summary>
    public override string ToString() => TokenType;
}

/// <summary>What a resolver says of a token that is its own.</summary>
public sealed class ResolverAnswer
{
    ResolverAnswer(ReadOnlyMemory<byte> claims, string? why) => (Claims, Why) = (claims, why);

    internal ReadOnlyMemory<byte> Claims { get; }

    internal string? Why { get; }

    /// <summary>
    /// The token is genuine. What it says, as a JSON object: at least <c>sub</c>, <c>exp</c>, <c>aud</c> (for whom it is: a client's id or
    /// <c>known_as</c>, a resource's identifier, or our own issuer) and whatever the issuer's <c>subject</c> names; <c>iat</c>, <c>nbf</c>,
    /// <c>scope</c>, <c>act</c>, <c>may_act</c> and <c>cnf</c> mean what they mean in a JWT. Judged like the claims of one.
    /// </summary>
    /// <param name="claims">The text of the object.</param>
    public static ResolverAnswer Accept(string claims) => new(Encoding.UTF8.GetBytes(claims), null);

    /// <summary>The token is this resolver's, and bad: expired, revoked, forged. Nobody else is asked.</summary>
    /// <param name="why">For the trace of the decision; not sent to the client. Never the token.</param>
    public static ResolverAnswer Refuse(string why) => new(default, why);
}
