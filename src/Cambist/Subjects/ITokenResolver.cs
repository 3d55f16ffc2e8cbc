namespace Cambist;

/// <summary>What a token may be in a request; issuers are trusted per role.</summary>
internal enum TokenRole
{
    Subject,
    Actor,
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
