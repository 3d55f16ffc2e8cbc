using System.Collections.Immutable;

namespace Cambist;

/// <summary>What an impersonation token is to be: read strictly at the edge, not yet held against the registry.</summary>
internal sealed record MintRequest
{
    /// <summary>Our name for whom it stands for.</summary>
    public required string Subject { get; init; }

    /// <summary>Why; for the record, and <c>context.reason</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The one client that can redeem it; null for any that a rule allows.</summary>
    public string? Client { get; init; }

    /// <summary>Names of the resources it can be redeemed for; null for any that a rule allows.</summary>
    public ImmutableArray<string>? Targets { get; init; }

    /// <summary><c>may_act</c>: an object of the strings <c>sub</c> and maybe <c>iss</c>.</summary>
    public Claim? MayAct { get; init; }

    /// <summary>An object, seen as <c>context.*</c>.</summary>
    public Claim? Claims { get; init; }

    /// <summary>How long it can be redeemed.</summary>
    public TimeSpan ExpiresIn { get; init; } = ImpersonationActs.LongestLife;
}

/// <summary>A minted token; the only time that anybody sees it.</summary>
internal sealed record MintedAnswer(string Token, string Id, long ExpiresIn)
{
    /// <summary>Keeps the token out of logs.</summary>
    public override string ToString() => $"Minted {Id}";
}
