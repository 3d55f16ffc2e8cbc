using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>What became of a request at the token endpoint.</summary>
public abstract record Outcome
{
    private protected Outcome() { }

    /// <summary>A token was issued, and its entry is on disk.</summary>
    /// <param name="Token">The token; never logged.</param>
    /// <param name="IssuedTokenType">Its token type URN.</param>
    /// <param name="ExpiresIn">Its remaining life, in seconds.</param>
    /// <param name="Scopes">What it gives.</param>
    /// <param name="Entry">What was recorded.</param>
    public sealed record Issued(ReadOnlyMemory<byte> Token, string IssuedTokenType, long ExpiresIn, ImmutableArray<string> Scopes, LedgerEntry Entry) : Outcome
    {
        /// <summary>Keeps the token out of logs.</summary>
        public override string ToString() => $"Issued {Entry.Id}";
    }

    /// <summary>The request was refused; nothing was issued.</summary>
    /// <param name="Reason">What the client is told.</param>
    /// <param name="RetryAfter">When trying again can help.</param>
    /// <param name="Entry">What was recorded, with the precise reason; null where the request was only counted: nobody authenticated, or a public client sent too much that proves nothing.</param>
    public sealed record Refused(Reason Reason, TimeSpan? RetryAfter = null, LedgerEntry? Entry = null) : Outcome
    {
        /// <summary>The codes of the registry that refused it; null where every profile has the same.</summary>
        public ErrorProfile? ErrorCodes { get; init; }
    }
}
