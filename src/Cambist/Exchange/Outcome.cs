using System.Collections.Immutable;
using Cambist.Protocol;

namespace Cambist;

/// <summary>What became of a request.</summary>
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
        /// <summary>The refresh token that goes along; null where none does. Never logged.</summary>
        public ReadOnlyMemory<byte>? RefreshToken { get; init; }

        /// <summary>Keeps the token out of logs.</summary>
        public override string ToString() => $"Issued {Entry.Id}";
    }

    /// <summary>What there is to say of a token (RFC 7662 §2.2).</summary>
    /// <param name="IsActive">Whether it is good, and the caller one who may know.</param>
    /// <param name="Answer">The JSON object; exactly <c>{"active":false}</c> for any other.</param>
    public sealed record Introspected(bool IsActive, ReadOnlyMemory<byte> Answer) : Outcome;

    /// <summary>A token is revoked, or was none of ours (RFC 7009 §2.2).</summary>
    /// <param name="Entry">What was recorded; null where there was nothing to revoke.</param>
    public sealed record Revoked(LedgerEntry? Entry) : Outcome
    {
        internal static readonly Revoked Nothing = new((LedgerEntry?)null);
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
