using System.Buffers.Text;
using System.Security.Cryptography;
using Cambist.Protocol;

namespace Cambist;

/// <summary>What administrators do with impersonation tokens: mint, list, cancel. Each act is an entry of the ledger, made with it or not at all.</summary>
internal sealed class ImpersonationActs(ITokenStore tokens, ILedger ledger, ActiveRegistry registry, TimeProvider clock)
{
    public const string MintAction = "impersonation_tokens.mint";
    public const string CancelAction = "impersonation_tokens.cancel";

    /// <summary>The longest that a token can wait to be redeemed.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(600);

    /// <summary>Mints a token, or refuses on record: where it could never be redeemed, or stands for a client.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be written now; nothing was minted.</exception>
    public async ValueTask<Result<MintedAnswer>> MintAsync(Administrator by, MintRequest request, CancellationToken cancellationToken)
    {
        var snapshot = registry.Current;
        var now = clock.GetUtcNow();
        if (!Create(by, request, now).Gives(out var made, out var denied)) return denied;
        var (token, stored) = made;

        var subject = MintedToken.Read(stored).Resolve();
        if ((ImpersonationTokens.CheckName(request.Subject, snapshot) ?? Minting.Check(subject, snapshot, now)) is { } refused)
        {
            await ledger.CommitAsync(by.WasRefused(MintAction, refused, snapshot) with { Subject = PartyOf(subject, lineage: null) }, cancellationToken);
            return refused;
        }

        var entry = by.Did(MintAction, Describe(request), snapshot) with { Subject = PartyOf(subject, stored.Id), IssuedId = stored.Id, ExpiresAt = stored.ExpiresAt };
        var result = await tokens.MintAsync(stored, entry, cancellationToken);
        return result.Status == CommitStatus.Committed
            ? new MintedAnswer(token, stored.Id, (long)request.ExpiresIn.TotalSeconds)
            : new Denied(Reason.ClientAuthenticationFailed, "the administrator's token was revoked meanwhile");
    }

    /// <summary>Those that are neither expired nor cancelled, by id.</summary>
    public async ValueTask<IReadOnlyList<MintedToken>> ListAsync(string? afterId, int limit, CancellationToken cancellationToken) =>
        [.. (await tokens.ListImpersonationTokensAsync(afterId, limit, cancellationToken)).Select(MintedToken.Read)];

    /// <summary>Cancels one: it is unknown from now on, and what it gave before ends.</summary>
    /// <returns>False where no unexpired one has this id.</returns>
    public ValueTask<bool> CancelAsync(Administrator by, string id, string? reason, CancellationToken cancellationToken)
    {
        var entry = by.Did(CancelAction, $"cancelled {id}{(reason is null ? "" : $"\nreason: {reason}")}", registry.Current) with { Subject = new(ReservedNames.Impersonation, "", id), DependsOn = [] };
        return tokens.CancelAsync(id, entry, cancellationToken);
    }

    sealed record Made(string Token, StoredToken Stored);

    static Result<Made> Create(Administrator by, MintRequest request, DateTimeOffset now)
    {
        if (MintedToken.Write(request, by.Party, now.ToUnixTimeMilliseconds()) is not { } content)
            return new Denied(Reason.RequestTooLarge, "The claims are nested too deep, or too large");
        var token = ImpersonationTokens.Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        return new Made(token, new(ImpersonationTokens.HashOf(token), StoredTokenKind.ImpersonationToken, Lineage.NewRoot(), (now + request.ExpiresIn).ToUnixTimeMilliseconds(), content));
    }

    static RecordedParty PartyOf(ResolvedToken subject, string? lineage) => new(subject.IssuerName, subject.Subject, lineage);

    static string Describe(MintRequest request) =>
        $"minted an impersonation token of {request.Subject} for {request.Client ?? "any client"} at {(request.Targets is { } targets ? string.Join(", ", targets) : "any target")}, {request.ExpiresIn.TotalSeconds} s\nreason: {request.Reason}";
}
