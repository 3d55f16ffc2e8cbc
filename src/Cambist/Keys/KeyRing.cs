namespace Cambist;

/// <summary>
/// Our own keys: opened from the store, made on the first start, rotated while the server runs. <see cref="Current"/> is what
/// a request reads, once.
/// </summary>
public sealed class KeyRing
{
    const int Attempts = 10;

    readonly IKeyStore _store;
    readonly KeySealer _sealer;
    readonly TimeProvider _clock;
    readonly IEngineListener _listener;
    State _state;

    KeyRing(IKeyStore store, KeySealer sealer, TimeProvider clock, IEngineListener listener) =>
        (_store, _sealer, _clock, _listener, _state) = (store, sealer, clock, listener, null!);

    sealed record State(StoredKeys Stored, OpenedKeys Keys, KeySet Current, SigningPolicy Policy);

    /// <summary>Opens the keys of a store; makes the signing key and the lineage key where there are none yet, and seals all of them under the newest sealing key.</summary>
    /// <exception cref="KeySealException">A key does not open: the message names the setting to look at.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be reached, or other nodes kept changing it.</exception>
    internal static async Task<KeyRing> OpenAsync(
        IKeyStore store, KeySealer sealer, SigningPolicy policy, TimeProvider clock, IEngineListener listener, CancellationToken cancellationToken)
    {
        var ring = new KeyRing(store, sealer, clock, listener);
        await ring.RefreshAsync(policy, cancellationToken);
        return ring;
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

    /// <summary>
    /// Done each second: takes over what another node or the <c>keys</c> command changed, and does to the keys what is due. Where
    /// nothing is, it costs one small read. The keys of before, less those that were revoked, stay in use where this throws.
    /// </summary>
    /// <param name="policy">What the registry in force says; another one than last time takes effect here, if nobody was faster.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeySealException">A new key does not open.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    internal async ValueTask TendAsync(SigningPolicy policy, CancellationToken cancellationToken)
    {
        var state = Volatile.Read(ref _state);
        if (policy == state.Policy && await _store.ReadVersionAsync(cancellationToken) == state.Stored.Version)
        {
            var plan = Plan(state.Stored);
            plan.Tend(policy, hasNewPolicy: false);
            if (!plan.HasChanged) return;
        }

        await RefreshAsync(policy, cancellationToken);
    }

    /// <summary>
    /// Reads the store again, and brings its keys to what the policy says: another algorithm gets a key that takes over once it
    /// has been published for an hour.
    /// </summary>
    /// <exception cref="KeySealException">A key does not open.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be reached.</exception>
    internal async Task RefreshAsync(SigningPolicy policy, CancellationToken cancellationToken)
    {
        var before = Volatile.Read(ref _state);
        var (isOurs, isOthers) = (before is null, false);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var stored = await _store.ReadAsync(cancellationToken);
            isOthers |= !isOurs && stored.Version != before!.Stored.Version;
            var keys = Open(stored, before);
            var state = new State(stored, keys, keys.At(_clock.GetUtcNow()), before?.Policy ?? policy);
            if (before is not null) Volatile.Write(ref _state, state); // what others did counts, even if we cannot write now

            var plan = Plan(stored);
            if (before is null) plan.Reseal();
            plan.Tend(policy, hasNewPolicy: policy.Algorithm != before?.Policy.Algorithm);
            if (!plan.HasChanged)
            {
                Volatile.Write(ref _state, state with { Policy = policy });
                if (isOthers) Say($"Our keys were changed in the store: {Describe(state.Current)}.");
                return;
            }

            if (!await _store.TryReplaceAsync(stored.Version, plan.Keys, entry: null, cancellationToken)) continue; // another node was first
            foreach (var deed in plan.Deeds) _listener.On(deed);
            isOurs = true;
        }

        throw new StoreUnavailableException($"The store's keys were changed by others {Attempts} times while they were being read.");
    }

    OpenedKeys Open(StoredKeys stored, State? before)
    {
        try
        {
            return OpenedKeys.Open(stored, _sealer, before?.Keys, _listener);
        }
        catch (KeySealException) when (before is not null)
        {
            // What was revoked stops whatever else is wrong. The version stays that of before, so it is tried again.
            var left = before.Keys.Without(stored.Keys.Where(key => key.RevokedAt is not null));
            Volatile.Write(ref _state, before with { Keys = left, Current = left.At(_clock.GetUtcNow()) });
            throw;
        }
    }

    KeyPlan Plan(StoredKeys stored) => new(stored, _clock.GetUtcNow(), new KeyMaker(() => _sealer));

    KeySet MoveOn(State old, DateTimeOffset now)
    {
        var state = old with { Current = old.Keys.At(now) };
        Interlocked.CompareExchange(ref _state, state, old); // a refresh that was faster knows more
        return state.Current;
    }

    void Say(string message) => _listener.On(new(EngineEventSeverity.Information, "signing_keys_changed", message));

    static string Describe(KeySet keys) => $"{(keys.CanSign ? keys.Active.KeyId : "none")} signs, {keys.Published.Length} are published";
}
