using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Step 2: who is asking. The client's registered method is the only one that counts (OAuth 2.1 §2.4), one method a request
/// (RFC 6749 §2.3), and whatever goes wrong looks the same from outside.
/// </summary>
/// <param name="keys">The keys of clients that publish theirs.</param>
internal sealed class ClientAuthenticator(IssuerKeys keys)
{
    /// <summary>Completes at once, without allocating, but where a client's keys must be fetched.</summary>
    public ValueTask<Result<RegisteredClient>> AuthenticateAsync(Walk walk, PresentedCredentials presented, CancellationToken cancellationToken)
    {
        var hasAssertion = presented.ClientAssertion is not null || presented.ClientAssertionType is not null;
        var ways = (presented.Authorization is null ? 0 : 1) + (presented.ClientSecret is null ? 0 : 1) + (hasAssertion ? 1 : 0);
        walk.Caller = new(presented.ClientId, presented.Address, IsGuess: false);
        if (hasAssertion) return ByAssertionAsync(walk, presented, isOnly: ways == 1, cancellationToken);
        return ways > 1 ? new(Ambiguous()) : new(AtOnce(walk, presented));
    }

    /// <summary>Beside another credential, or a client_id that names somebody else, an assertion authenticates nobody; a good one is spent all the same.</summary>
    async ValueTask<Result<RegisteredClient>> ByAssertionAsync(Walk walk, PresentedCredentials presented, bool isOnly, CancellationToken cancellationToken)
    {
        var result = await PrivateKeyJwt.AuthenticateAsync(walk, presented, keys, cancellationToken);
        if (!isOnly) return Ambiguous();
        if (!result.Gives(out var client, out _)) return result;
        if (presented.ClientId is { } said && said != client.Id) return Failed("client_id is not the assertion's sub"); // RFC 7521 §4.2
        walk.Client = client;
        return result;
    }

    static Denied Ambiguous() => new(Reason.ClientAuthenticationAmbiguous, "more than one of Authorization header, client_secret and client_assertion");

    /// <summary>The methods that need nothing but the registry. One file a method; each finds the client it speaks for and says whether it is that client.</summary>
    static Result<RegisteredClient> AtOnce(Walk walk, PresentedCredentials presented)
    {
        string? guessedId = null; // the id that came with a secret
        var result =
            presented.Authorization is not null ? ClientSecretBasic.Authenticate(walk.Registry, presented.Authorization, walk.Now, out guessedId)
            : presented.ClientSecret is not null ? ClientSecretPost.Authenticate(walk.Registry, guessedId = presented.ClientId, presented.ClientSecret, walk.Now)
            : PublicClient.Authenticate(walk.Registry, presented.ClientId);
        if (guessedId is not null) walk.Caller = new(guessedId, presented.Address, IsGuess: true);

        if (!result.Gives(out var client, out var denied)) return denied;
        if (presented.ClientId is not null && presented.ClientId != client.Id)
            return new Denied(Reason.ClientIdMismatch, "client_id names another client than the one that authenticated");
        walk.Client = client;
        return client;
    }

    /// <summary>For whoever asks about a client and is not it: the client of that name, as if it had authenticated.</summary>
    public static Result<RegisteredClient> Named(Walk walk, string? clientId)
    {
        if (clientId is null || !walk.Registry.Clients.TryGetValue(clientId, out var client)) return Failed("the registry has no client of this name");
        if (client.IsDisabled) return Failed($"clients.{client.Id} is disabled, and is answered like an unknown client");
        walk.Client = client;
        return client;
    }

    public static Denied Failed(string detail) => new(Reason.ClientAuthenticationFailed, detail);
}
