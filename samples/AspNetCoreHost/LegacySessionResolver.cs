using System.Text.Json;
using Cambist;

namespace Sample;

/// <summary>
/// Takes sessions of an old system as subject tokens: <c>legacy-…</c>. What a session says is asked of that system; here it is a
/// dictionary. The registry's <c>issuers.legacy</c> says what becomes of it.
/// </summary>
sealed class LegacySessionResolver(TimeProvider clock) : ISubjectTokenResolver
{
    readonly Dictionary<string, string> _sessions = new() { ["legacy-7f0c1d5e9b3a4c62"] = "ada" };

    public ValueTask<ResolverAnswer?> ResolveAsync(TokenToResolve token, CancellationToken cancellationToken)
    {
        // Not ours: whoever comes next is asked, and where nobody knows the token it is refused.
        if (!token.Value.StartsWith("legacy-", StringComparison.Ordinal)) return new((ResolverAnswer?)null);
        if (!_sessions.TryGetValue(token.Value, out var user)) return new(ResolverAnswer.Refuse("there is no such session"));

        // The claims of a token, as a JWT would have them: who it is, until when, and for whom (here the client web).
        return new(ResolverAnswer.Accept(JsonSerializer.Serialize(new
        {
            sub = user,
            exp = clock.GetUtcNow().AddMinutes(30).ToUnixTimeSeconds(),
            aud = "web",
            tenant = "acme",
        })));
    }
}
