using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Step 2: who is asking. The client's registered method is the only one that counts (OAuth 2.1 §2.4), one method a request
/// (RFC 6749 §2.3), and whatever goes wrong looks the same from outside.
/// </summary>
internal static class ClientAuthenticator
{
    public static Result<RegisteredClient> Authenticate(Walk walk, PresentedCredentials presented)
    {
        var result = Authenticate(walk.Registry, presented, walk.Now, out var guessedId);
        walk.Caller = new(guessedId ?? presented.ClientId, presented.Address, IsGuess: guessedId is not null);
        if (result.Gives(out var client, out _)) walk.Client = client;
        return result;
    }

    /// <param name="registry">Who is known.</param>
    /// <param name="presented">What the request carries.</param>
    /// <param name="now">Secrets expire.</param>
    /// <param name="guessedId">The id that came with a secret.</param>
    static Result<RegisteredClient> Authenticate(Registry registry, PresentedCredentials presented, DateTimeOffset now, out string? guessedId)
    {
        guessedId = null;
        var hasAssertion = presented.ClientAssertion is not null || presented.ClientAssertionType is not null;
        var ways = (presented.Authorization is null ? 0 : 1) + (presented.ClientSecret is null ? 0 : 1) + (hasAssertion ? 1 : 0);
        if (ways > 1) return new Denied(Reason.ClientAuthenticationAmbiguous, "more than one of Authorization header, client_secret and client_assertion");

        // One file a method; each finds the client it speaks for and says whether it is that client.
        var result =
            presented.Authorization is not null ? ClientSecretBasic.Authenticate(registry, presented.Authorization, now, out guessedId)
            : presented.ClientSecret is not null ? ClientSecretPost.Authenticate(registry, guessedId = presented.ClientId, presented.ClientSecret, now)
            : hasAssertion ? Failed("client assertions are not built yet")
            : PublicClient.Authenticate(registry, presented.ClientId);

        if (!result.Gives(out var client, out var denied)) return denied;
        return presented.ClientId is null || presented.ClientId == client.Id
            ? client
            : new Denied(Reason.ClientIdMismatch, "client_id names another client than the one that authenticated");
    }

    public static Denied Failed(string detail) => new(Reason.ClientAuthenticationFailed, detail);
}
