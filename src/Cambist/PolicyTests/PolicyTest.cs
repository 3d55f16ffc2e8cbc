using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>A request, told by what its tokens say, and what must come of it.</summary>
sealed record PolicyTest
{
    public required string Name { get; init; }

    public required DocumentPosition Position { get; init; }

    public required RegisteredClient Client { get; init; }

    public required TestToken Subject { get; init; }

    public TestToken? Actor { get; init; }

    /// <summary>Names or identifiers of resources; empty where none is named.</summary>
    public ImmutableArray<string> Targets { get; init; } = [];

    /// <summary>The scopes asked for; null where none are.</summary>
    public ImmutableArray<string>? Scopes { get; init; }

    /// <summary>Token type URN; null where none is asked for.</summary>
    public string? RequestedTokenType { get; init; }

    /// <summary>The instant of the request; null for whenever the test runs.</summary>
    public DateTimeOffset? At { get; init; }

    public required Expectation Expected { get; init; }

    /// <summary>
    /// What was expected and what came, in one line; null where that is the same. Never throws: a file of tests must stop neither a check
    /// nor a server, so what breaks is a test that fails.
    /// </summary>
    public string? Miss(Registry registry, DateTimeOffset now)
    {
        try
        {
            return Expected.Miss(Decide(registry, now), registry);
        }
        catch (Exception e)
        {
            return PolicyTestSuite.Broken(e);
        }
    }

    /// <summary>
    /// Steps 2 to 8 of an exchange, and of step 9 the size, less the proofs: that the client is who it says, and that the tokens are genuine.
    /// </summary>
    public Result<Decision> Decide(Registry registry, DateTimeOffset now)
    {
        var at = At ?? now;
        if (Client.IsDisabled) return new Denied(Reason.ClientAuthenticationFailed, $"clients.{Client.Id} is disabled");
        if (Grants.Check(Client, GrantTypes.TokenExchange) is { } notAllowed) return notAllowed;
        if (!Subject.Resolve(TokenRole.Subject, Client, registry, at).Gives(out var subject, out var denied)) return denied;
        ResolvedToken? actor = null;
        if (Actor is not null && !Actor.Resolve(TokenRole.Actor, Client, registry, at).Gives(out actor, out denied)) return denied.OfActor();

        var walk = new Walk(registry, at, GrantTypes.TokenExchange) { Client = Client, Subject = subject, Actor = actor };
        if (Target.Read(walk, new RequestedTargets([], Targets)) is { } targetDenied) return targetDenied;
        if (!Decision.Of(InputOf(walk, at), registry).Gives(out var decision, out denied)) return denied;
        return AccessTokenWriter.CheckSize(decision.Token, registry) is { } tooLarge ? tooLarge : decision;
    }

    DecisionInput InputOf(Walk walk, DateTimeOffset at) => new()
    {
        Client = Client,
        Subject = walk.Subject!,
        Actor = walk.Actor,
        Target = walk.Target,
        Scopes = Scopes,
        RequestedTokenType = RequestedTokenType,
        Now = at,
    };
}
