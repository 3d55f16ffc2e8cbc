using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Who a bearer of the admin API is: the bootstrap token, of which only the hash is kept, or an access token of ours for
/// <c>cambist-admin</c> that nobody was delegated or impersonated for.
/// </summary>
internal sealed class AdminAccess(Store store, ActiveRegistry registry, OwnTokens ownTokens, RevocationCheck revocations, Strangers strangers, TimeProvider clock)
{
    /// <summary>The administrator, or a refusal that was counted: of a right token never.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async ValueTask<Result<Administrator>> AuthenticateAsync(string bearer, IPAddress? address, CancellationToken cancellationToken)
    {
        var kept = await store.Registries.FindAdminTokenHashAsync(cancellationToken);
        if (kept is { } hash && CryptographicOperations.FixedTimeEquals(hash.Span, HashOf(bearer))) return Administrator.Bootstrap;

        var sent = new SentToken(bearer, TokenTypes.AccessToken, TokenRole.Subject);
        var result = await OfAccessTokenAsync(sent, cancellationToken);
        return result.Gives(out var administrator, out var denied) ? administrator : strangers.AtAdminApi(address, isGuess: sent.Jws is null, denied.Detail);
    }

    /// <summary>The store has a bootstrap token; it may be any.</summary>
    public async ValueTask<bool> HasBootstrapTokenAsync(CancellationToken cancellationToken) =>
        await store.Registries.FindAdminTokenHashAsync(cancellationToken) is { Length: > 0 };

    /// <summary>Whether this is the bootstrap token.</summary>
    public async ValueTask<bool> IsBootstrapTokenAsync(string token, CancellationToken cancellationToken) =>
        await store.Registries.FindAdminTokenHashAsync(cancellationToken) is { } kept && CryptographicOperations.FixedTimeEquals(kept.Span, HashOf(token));

    /// <summary>
    /// Keeps a bootstrap token, by its hash; null for none. One that it replaces opens nothing any more, and that is on record. Nothing
    /// is written where it is the one that is kept.
    /// </summary>
    /// <returns>Whether another was replaced.</returns>
    public async ValueTask<bool> KeepBootstrapTokenAsync(string? token, CancellationToken cancellationToken)
    {
        var hash = token is null ? [] : HashOf(token);
        var kept = await store.Registries.FindAdminTokenHashAsync(cancellationToken) ?? default;
        if (CryptographicOperations.FixedTimeEquals(kept.Span, hash)) return false;

        // The record first: a crash between the two leaves an entry too many, and no replacement that nobody can see.
        if (!kept.IsEmpty) await store.Ledger.CommitAsync(Replaced(token is null ? "the bootstrap token is off" : "the bootstrap token was replaced"), cancellationToken);
        await store.Registries.SaveAdminTokenHashAsync(hash, cancellationToken);
        return !kept.IsEmpty;
    }

    LedgerEntry Replaced(string what) => new()
    {
        Outcome = DecisionOutcome.AdminAct,
        Action = "bootstrap_token.replace",
        Actor = new("os-user", Environment.UserName, null),
        Trace = what + ", by the setting Cambist:AdminToken of the server that started",
        RegistryRevision = registry.Current.Revision,
    };

    async ValueTask<Result<Administrator>> OfAccessTokenAsync(SentToken sent, CancellationToken cancellationToken)
    {
        var snapshot = registry.Current;
        if (await ownTokens.ResolveAsync(sent, snapshot, clock.GetUtcNow(), cancellationToken) is not { } result) return Refused("it is no token of ours");
        if (!result.Gives(out var token, out var denied)) return denied;
        if (!token.Claims.TryGet("aud"u8, out var aud) || !aud.IsString(ReservedNames.AdminResource)) return Refused($"its aud is not {ReservedNames.AdminResource}");
        if (token.Act is not null || token.Kind == SubjectKind.Impersonated) return Refused("it is a delegated or impersonated one");
        if (token.Claims.TryGet("cnf"u8, out _)) return Refused("it is bound to a key");
        var (revocation, lineage) = await revocations.FindAsync(token.Lineage, cancellationToken);
        if (revocation is not null) return Refused("it was revoked");

        ImmutableArray<string> scopes = [.. token.HeldScopes!.Value.Where(held => held.Resource == ReservedNames.AdminResource).Select(held => held.Scope)];
        return new Administrator(new(ReservedNames.Self, token.Subject, lineage.Id), scopes, lineage);
    }

    static Denied Refused(string detail) => new(Reason.ClientAuthenticationFailed, detail);

    static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
