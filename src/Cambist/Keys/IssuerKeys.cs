using System.Collections.Concurrent;

namespace Cambist;

/// <summary>
/// The keys of others: of trusted issuers, and of clients that publish theirs. Only URLs that the registry names, or that such an
/// issuer's own discovery document names, are ever asked; a token never says where. See <see cref="KeyOwner"/>.
/// </summary>
/// <remarks>
/// Keys are fetched at the first use and refreshed beside the uses after 10 minutes; while an issuer is away they stay in use for
/// 24 hours. An unknown <c>kid</c> causes one fetch every 30 seconds at most.
/// </remarks>
sealed class IssuerKeys : IDisposable
{
    readonly ConcurrentDictionary<KeyOwner, IssuerKeyState> _states = new();
    readonly Func<KeyOwner, IssuerKeyState> _create;
    readonly CancellationTokenSource _stopping = new();

    /// <summary>Fetches through <paramref name="http"/>, whose handler must not follow redirects, send cookies or decompress.</summary>
    /// <param name="http">Best over a <see cref="SocketsHttpHandler"/> with <see cref="AddressPolicy.ConnectAsync"/> as its connect callback.</param>
    /// <param name="clock">The clock, for ages, pauses and the 5 s of a fetch.</param>
    /// <param name="listener">Hears <c>issuer_keys_fetch_failed</c>, <c>issuer_keys_fetched</c>, <c>issuer_keys_skipped</c>, <c>issuer_keys_file_unusable</c>.</param>
    /// <param name="options">Defaults where null.</param>
    public IssuerKeys(HttpMessageInvoker http, TimeProvider clock, IEngineListener listener, IssuerKeysOptions? options = null)
    {
        options ??= new();
        var fetch = new KeyFetch(http, options, clock);
        _create = owner => owner.Source is IssuerKeySource.JwksFile file
            ? new FileIssuerKeys(owner, file.Path, options, clock, listener)
            : new RemoteIssuerKeys(owner, fetch, clock, listener, _stopping.Token);
    }

    /// <summary>
    /// The one key that a token's header means: the same object as long as the issuer publishes it. Completes at once, without allocating, where the key is known and fresh.
    /// </summary>
    /// <param name="issuer">Whose token it is.</param>
    /// <param name="keyId"><c>kid</c>, or null where the header has none.</param>
    /// <param name="algorithm"><c>alg</c>, already found to be one the issuer may use.</param>
    /// <param name="issuedAt"><c>iat</c> in seconds since 1970, or null; still a stranger's word.</param>
    /// <param name="cancellationToken">Ends the waiting, never the fetch that others wait for too.</param>
    public ValueTask<IssuerKeyAnswer> FindAsync(TrustedIssuer issuer, string? keyId, JwsAlgorithm algorithm, long? issuedAt, CancellationToken cancellationToken) =>
        StateOf(issuer)?.FindAsync(keyId, algorithm, issuedAt, cancellationToken) ?? new(IssuerKeyAnswer.Unknown);

    /// <summary>The same for an assertion of a client that publishes its keys, at its <c>jwks_uri</c>.</summary>
    public ValueTask<IssuerKeyAnswer> FindAsync(RegisteredClient client, string? keyId, JwsAlgorithm algorithm, long? issuedAt, CancellationToken cancellationToken) =>
        StateOf(KeyOwner.Of(client))?.FindAsync(keyId, algorithm, issuedAt, cancellationToken) ?? new(IssuerKeyAnswer.Unknown);

    /// <summary>How it stands with an issuer's keys.</summary>
    public IssuerKeyHealth Health(TrustedIssuer issuer) => StateOf(issuer)?.Health ?? IssuerKeyHealth.None;

    /// <summary>Forgets issuers and clients that a newly activated registry no longer has.</summary>
    public void Retain(IEnumerable<TrustedIssuer> issuers, IEnumerable<RegisteredClient> clients)
    {
        var kept = issuers.Select(KeyOwner.Of).Concat(clients.Select(KeyOwner.Of)).OfType<KeyOwner>().ToHashSet();
        foreach (var owner in _states.Keys)
            if (!kept.Contains(owner)) _states.TryRemove(owner, out _);
    }

    /// <summary>Ends fetches under way.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    IssuerKeyState? StateOf(TrustedIssuer issuer) => StateOf(KeyOwner.Of(issuer));

    IssuerKeyState? StateOf(KeyOwner? owner) => owner is { } known ? _states.GetOrAdd(known, _create) : null;
}
