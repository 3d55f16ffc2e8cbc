using System.Security.Cryptography;

namespace Cambist;

/// <summary>
/// Our own keys: opened from the store, made on the first start. <see cref="Current"/> is what a request reads, once.
/// </summary>
public sealed class KeyRing
{
    const int Attempts = 10;

    readonly IKeyStore _store;
    readonly KeySealer _sealer;
    readonly TimeProvider _clock;
    readonly IEngineListener _listener;
    State _state;

    KeyRing(IKeyStore store, KeySealer sealer, TimeProvider clock, IEngineListener listener, State state) =>
        (_store, _sealer, _clock, _listener, _state) = (store, sealer, clock, listener, state);

    sealed record State(OpenedKeys Keys, KeySet Current);

    /// <summary>Opens the keys of a store; makes the signing key and the lineage key where there are none yet.</summary>
    /// <exception cref="KeySealException">A key does not open: the message names the setting to look at.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, or other nodes kept changing it.</exception>
    internal static async Task<KeyRing> OpenAsync(
        IKeyStore store, KeySealer sealer, SigningPolicy policy, TimeProvider clock, IEngineListener listener, CancellationToken cancellationToken)
    {
        var keys = await OpenOrMakeAsync(store, sealer, policy, clock, listener, cancellationToken);
        return new(store, sealer, clock, listener, new(keys, keys.At(clock.GetUtcNow())));
    }

    /// <summary>The keys now. Costs a look at the clock.</summary>
    public KeySet Current
    {
        get
        {
            var state = Volatile.Read(ref _state);
            var now = _clock.GetUtcNow();
            return now < state.Current.ChangesAt ? state.Current : MoveOn(state, now);
        }
    }

    /// <summary>The public keys as a JWK set (RFC 7517 §5), UTF-8.</summary>
    public ReadOnlyMemory<byte> PublishedJwks => Current.PublishedJwks;

    /// <summary>The published key of this <c>kid</c>; null where there is none.</summary>
    internal VerificationKey? Find(string keyId) => Current.Find(keyId);

    /// <summary>
    /// Reads the store again: keys that another node made, rotated or revoked, and a new key where the policy's algorithm has
    /// none that may sign. The keys of before stay in use where this throws.
    /// </summary>
    /// <exception cref="KeySealException">A key does not open.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    internal async Task RefreshAsync(SigningPolicy policy, CancellationToken cancellationToken)
    {
        var keys = await OpenOrMakeAsync(_store, _sealer, policy, _clock, _listener, cancellationToken);
        Volatile.Write(ref _state, new(keys, keys.At(_clock.GetUtcNow())));
    }

    KeySet MoveOn(State old, DateTimeOffset now)
    {
        var state = old with { Current = old.Keys.At(now) };
        Interlocked.CompareExchange(ref _state, state, old); // a refresh that was faster knows more
        return state.Current;
    }

    static async Task<OpenedKeys> OpenOrMakeAsync(
        IKeyStore store, KeySealer sealer, SigningPolicy policy, TimeProvider clock, IEngineListener listener, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var stored = await store.ReadAsync(cancellationToken);
            var keys = OpenedKeys.Open(stored, sealer, policy.Algorithm, listener);
            if (keys.LineageKey is null && stored.Keys.Count > 0)
                throw new KeySealException("The store holds signing keys but no lineage key; with a new one, what is revoked would no longer be recognised. Restore the store's keys.");

            var now = clock.GetUtcNow();
            if (keys.LineageKey is not null && keys.At(now).CanSign) return keys;

            List<SealedKey> wanted = [.. stored.Keys];
            if (keys.LineageKey is null) wanted.Add(NewLineageKey(sealer, now));
            wanted.Add(NewSigningKey(sealer, policy.Algorithm, now));
            if (await store.TryReplaceAsync(stored.Version, wanted, cancellationToken)) // else another node was first
                listener.On(new(EngineEventSeverity.Information, "signing_key_created", $"Made the signing key {wanted[^1].KeyId} ({policy.Algorithm})."));
        }

        throw new StoreUnavailableException($"The store's keys were changed by others {Attempts} times while they were being read.");
    }

    static SealedKey NewSigningKey(KeySealer sealer, JwsAlgorithm algorithm, DateTimeOffset now)
    {
        var key = SigningKey.Create(algorithm);
        return NewKey(sealer, key.KeyId, StoredKeyUse.Signing, algorithm.Name, key.ExportPrivateKey(), now);
    }

    static SealedKey NewLineageKey(KeySealer sealer, DateTimeOffset now) =>
        NewKey(sealer, "lineage", StoredKeyUse.Lineage, "HS256", RandomNumberGenerator.GetBytes(32), now);

    static SealedKey NewKey(KeySealer sealer, string keyId, StoredKeyUse use, string algorithm, byte[] privateKey, DateTimeOffset now)
    {
        var instant = now.ToUnixTimeMilliseconds();
        var sealedKey = sealer.Seal(keyId, privateKey);
        CryptographicOperations.ZeroMemory(privateKey);
        return new(keyId, use, algorithm, CreatedAt: instant, SignsFrom: instant, SignsUntil: null, RevokedAt: null, sealedKey);
    }
}
