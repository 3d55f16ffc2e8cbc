using System.Collections.Concurrent;

namespace Cambist;

/// <summary>
/// The keys of trusted issuers. Only URLs that the registry names, or that such an issuer's own
/// discovery document names, are ever asked; a token never says where. What is known of an issuer outlives a reload of the
/// registry as long as its identifier and the source of its keys stay.
/// </summary>
/// <remarks>
/// Keys are fetched at the first use and refreshed beside the uses after 10 minutes; while an issuer is away they stay in use for
/// 24 hours. An unknown <c>kid</c> causes one fetch every 30 seconds at most.
/// </remarks>
sealed class IssuerKeys : IDisposable
{
    readonly ConcurrentDictionary<(string Issuer, IssuerKeySource Source), IssuerKeyState> _states = new();
    readonly Func<(string Issuer, IssuerKeySource Source), IssuerKeyState> _create;
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
        _create = key => key.Source is IssuerKeySource.JwksFile file
            ? new FileIssuerKeys(key.Issuer, file.Path, options, clock, listener)
            : new RemoteIssuerKeys(key.Issuer, key.Source, fetch, clock, listener, _stopping.Token);
    }

    /// <summary>
    /// The one key that a token's header means. Completes at once, without allocating, where the key is known and fresh.
    /// </summary>
    /// <param name="issuer">Whose token it is.</param>
    /// <param name="keyId"><c>kid</c>, or null where the header has none.</param>
    /// <param name="algorithm"><c>alg</c>, already found to be one the issuer may use.</param>
    /// <param name="issuedAt"><c>iat</c> in seconds since 1970, or null; still a stranger's word.</param>
    /// <param name="cancellationToken">Ends the waiting, never the fetch that others wait for too.</param>
    public ValueTask<IssuerKeyAnswer> FindAsync(TrustedIssuer issuer, string? keyId, JwsAlgorithm algorithm, long? issuedAt, CancellationToken cancellationToken) =>
        StateOf(issuer)?.FindAsync(keyId, algorithm, issuedAt, cancellationToken) ?? new(IssuerKeyAnswer.Unknown);

    /// <summary>
    /// Whether this very key object is in the issuer's current set: what a cache of verified tokens asks before it believes
    /// itself. Counts as a use, thus starts a refresh that is due; false where a use would wait for it.
    /// </summary>
    public bool Contains(TrustedIssuer issuer, VerificationKey key) => StateOf(issuer)?.Contains(key) == true;

    /// <summary>How it stands with an issuer's keys.</summary>
    public IssuerKeyHealth Health(TrustedIssuer issuer) => StateOf(issuer)?.Health ?? new(null, [], [], 0, null);

    /// <summary>Forgets issuers that a newly activated registry no longer has.</summary>
    public void Retain(IEnumerable<TrustedIssuer> issuers)
    {
        var kept = issuers.Where(issuer => issuer.Issuer is not null).Select(issuer => (issuer.Issuer!, issuer.Keys)).ToHashSet();
        foreach (var key in _states.Keys)
            if (!kept.Contains(key)) _states.TryRemove(key, out _);
    }

    /// <summary>Ends fetches under way.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    IssuerKeyState? StateOf(TrustedIssuer issuer) => issuer.Issuer is null ? null : _states.GetOrAdd((issuer.Issuer, issuer.Keys), _create);
}
