using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>What is known of a request so far: what a refusal is recorded with. Filled step by step, read by the last one.</summary>
internal sealed class Walk(Registry registry, DateTimeOffset now, string action)
{
    /// <summary>The one snapshot that this request sees.</summary>
    public Registry Registry { get; } = registry;

    /// <summary>The one instant that this request sees.</summary>
    public DateTimeOffset Now { get; } = now;

    /// <summary>The grant type.</summary>
    public string Action { get; } = action;

    /// <summary>Whether a refresh token is redeemed (RFC 6749 §6), rather than anything exchanged.</summary>
    public bool IsRefresh => Action == GrantTypes.RefreshToken;

    /// <summary>Who the request says it is from.</summary>
    public Caller Caller { get; set; }

    public RegisteredClient? Client { get; set; }

    /// <summary>One-time keys that are spent whatever the outcome: those of the client's proof of itself.</summary>
    public IReadOnlyList<OneTimeKey> Spends { get; set; } = [];

    public ResolvedToken? Subject { get; set; }

    public ResolvedToken? Actor { get; set; }

    /// <summary>The token that no issuer is trusted for, where that refused it.</summary>
    public UntrustedToken? Untrusted { get; set; }

    public Target? Target { get; set; }

    public ImmutableArray<string>? ScopesAsked { get; set; }

    public DecisionInput? Input { get; set; }

    public SelectedRule? Selected { get; set; }

    public TokenToIssue? Token { get; set; }

    /// <summary>What the ledger was asked to record of an issued token.</summary>
    public LedgerEntry? Entry { get; set; }

    /// <summary>Closes what steps 2 to 5 found out into the input of steps 6 to 8.</summary>
    public DecisionInput Decide(ExchangeRequest request) => Input = new DecisionInput
    {
        Client = Client!,
        Subject = Subject!,
        Actor = Actor,
        Target = Target,
        Scopes = request.Scopes,
        RequestedTokenType = request.RequestedTokenType,
        Now = Now,
    };
}

/// <summary>A token of an issuer that is not trusted for it. Its own word, unverified: for comparing with the registry alone, and never told or recorded.</summary>
/// <param name="Issuer">Its <c>iss</c>.</param>
/// <param name="TokenType">Token type URN it was sent as.</param>
/// <param name="Role">What it was sent for.</param>
internal sealed record UntrustedToken(string Issuer, string TokenType, TokenRole Role);
