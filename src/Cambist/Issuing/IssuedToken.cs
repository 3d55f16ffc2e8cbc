using System.Collections.Immutable;
using System.Text.Json;

namespace Cambist;

/// <summary>What step 8 decided: everything about the token but its signature.</summary>
internal sealed record TokenToIssue
{
    public required Target Target { get; init; }

    public required RegisteredClient Client { get; init; }

    public required string Subject { get; init; }

    public required SubjectKind Kind { get; init; }

    public required ImmutableArray<string> Scopes { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long IssuedAt { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public required long ExpiresAt { get; init; }

    /// <summary>The lineage id of the token it descends from; null for none.</summary>
    public string? ParentId { get; init; }

    /// <summary>The subject token, whose claims are copied as the registry says; null for client credentials.</summary>
    public ResolvedToken? From { get; init; }

    /// <summary>An actor to put outermost; null where nobody is added.</summary>
    public string? NewActor { get; init; }

    /// <summary>The names of its <c>act</c> chain, newest first.</summary>
    public IReadOnlyList<string> ActorChain
    {
        get
        {
            var older = From?.Act?.Names ?? [];
            return NewActor is { } actor ? [actor, .. older] : older;
        }
    }

    /// <summary>The rule, for its claims; null for client credentials.</summary>
    public Rule? Rule { get; init; }

    /// <summary>The refresh token that goes along; null where none does.</summary>
    public RefreshToIssue? Refresh { get; init; }

    /// <summary>What customizers add, none of it reserved; null where there are none.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Added { get; set; }

    /// <summary>Token type URN of the answer.</summary>
    public string TokenType { get; init; } = Protocol.TokenTypes.AccessToken;
}

/// <summary>A token as the client gets it, its lineage id, and what of it must be stored: nothing of a signed one.</summary>
internal sealed record IssuedToken(ReadOnlyMemory<byte> Value, string Id, StoredToken? Stored = null)
{
    /// <summary>The refresh token that goes along.</summary>
    public IssuedToken? Refresh { get; init; }
}

/// <summary>A refresh token that was decided.</summary>
/// <param name="ExpiresAt">Seconds since 1970.</param>
/// <param name="Redeemed">The one that it takes the place of; null at the exchange that gives the first.</param>
internal sealed record RefreshToIssue(long ExpiresAt, RefreshGrant? Redeemed);
