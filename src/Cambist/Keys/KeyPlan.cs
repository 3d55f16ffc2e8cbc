namespace Cambist;

/// <summary>
/// What the keys of a store ought to be, worked out from what they are: one signing key at a time for all nodes, its successor
/// published ahead, the old ones kept until the last token under them has expired. Works on a list of its own; whoever made the
/// plan puts it into the store, if nobody else was first.
/// </summary>
sealed class KeyPlan(StoredKeys stored, DateTimeOffset at, KeyMaker make)
{
    readonly List<SealedKey> _keys = [.. stored.Keys];
    readonly long _now = at.ToUnixTimeMilliseconds();

    /// <summary>All keys as they ought to be.</summary>
    public IReadOnlyList<SealedKey> Keys => _keys;

    /// <summary>Whether they are not as they ought to be.</summary>
    public bool HasChanged { get; private set; }

    /// <summary>What was done, for the operator.</summary>
    public List<EngineEvent> Deeds { get; } = [];

    /// <summary>The key that signs, or is planned to, when all that is planned has happened.</summary>
    public SealedKey? Newest => KeyTimes.NewestOf(Live);

    // Keys of algorithms that only a later release knows are left alone.
    IEnumerable<SealedKey> Live => _keys.Where(key => key.Use == StoredKeyUse.Signing && key.RevokedAt is null && JwsAlgorithm.All.ContainsKey(key.Algorithm));

    /// <summary>The key that signs now; null where none does.</summary>
    public SealedKey? Signing => KeyTimes.NewestOf(Live.Where(key => KeyTimes.SignsAt(key, _now)));

    /// <summary>The key that is planned to take over; null where none is.</summary>
    public SealedKey? Planned => Newest is { } newest && newest.SignsFrom > _now ? newest : null;

    /// <summary>What has to be done from time to time, and nothing where it has been done.</summary>
    /// <param name="policy">What the registry says.</param>
    /// <param name="hasNewPolicy">Whether the algorithm has to be looked at: once a policy, or two nodes with two registries would outbid each other for ever.</param>
    public void Tend(SigningPolicy policy, bool hasNewPolicy)
    {
        MakeLineageKey();
        DropExpired();
        SignNow(policy.Algorithm, KeyTimes.ClockSkew);
        var newest = Newest!;
        var soonest = _now + KeyTimes.Lead;
        var isDue = newest.SignsFrom <= _now && newest.SignsFrom + (long)policy.RotateEvery.TotalMilliseconds <= soonest;
        if (isDue || (hasNewPolicy && newest.Algorithm != policy.Algorithm.Name)) TakeOver(make.SigningKey(policy.Algorithm, at), soonest);
        NoteLongestLife((long)policy.LongestLife.TotalMilliseconds);
    }

    /// <summary>Seals every key under the newest line of the key file, so that older lines can be deleted from it.</summary>
    public void Reseal()
    {
        foreach (var key in _keys.Where(key => key.Use == StoredKeyUse.Lineage).Concat(Live).ToArray())
        {
            if (make.IsSealedByNewest(key)) continue;
            Replace(make.Reseal(key));
            Say("key_resealed", $"Sealed the key {key.KeyId} again, under the last line of the key file.");
        }
    }

    /// <summary>Has a new key published that takes over after the lead, or at once. What is planned already is not planned twice, only brought forward.</summary>
    public void Rotate(bool atOnce)
    {
        if (Planned is not null && !atOnce) return;
        TakeOver(Planned ?? make.SigningKey(JwsAlgorithm.All[Newest!.Algorithm], at), atOnce ? _now : _now + KeyTimes.Lead);
    }

    /// <summary>Takes a key out of use at once. Its private half goes; that it was there is remembered while tokens under it could be about.</summary>
    public void Revoke(string keyId)
    {
        var revoked = _keys.Single(key => key.KeyId == keyId);
        Replace(revoked with { RevokedAt = _now, Sealed = ReadOnlyMemory<byte>.Empty });
        Say("signing_key_revoked", $"Revoked the signing key {keyId}: it is not published any more, and tokens under it are refused.");

        // Where it was to take over, whoever signs goes on.
        if (Newest is { SignsUntil: { } until } newest && until > _now) Replace(newest with { SignsUntil = null });
        SignNow(JwsAlgorithm.All.GetValueOrDefault(revoked.Algorithm) ?? JwsAlgorithm.ES256, ahead: 0);
    }

    /// <summary>Sees to it that a key signs, now or as soon as the clocks of nodes may be apart.</summary>
    void SignNow(JwsAlgorithm algorithm, long ahead)
    {
        if (Live.Any(key => KeyTimes.SignsAt(key, _now) || KeyTimes.SignsAt(key, _now + ahead))) return;
        TakeOver(Planned ?? make.SigningKey(algorithm, at), _now);
    }

    void TakeOver(SealedKey next, long from)
    {
        foreach (var key in Live.Where(key => key.KeyId != next.KeyId && !(key.SignsUntil <= from)).ToArray()) Replace(key with { SignsUntil = from });
        var isNew = _keys.TrueForAll(key => key.KeyId != next.KeyId);
        next = next with { SignsFrom = from, SignsUntil = null };
        if (isNew) _keys.Add(next);
        Replace(next);

        var deed = isNew ? $"Made the signing key {next.KeyId} ({next.Algorithm})" : $"Brought the signing key {next.KeyId} ({next.Algorithm}) forward";
        Say(isNew ? "signing_key_created" : "signing_key_brought_forward", from <= _now
            ? $"{deed}; it signs from now on."
            : $"{deed}; it is published now and signs from {DateTimeOffset.FromUnixTimeMilliseconds(from):u}.");
    }

    void MakeLineageKey()
    {
        if (_keys.Exists(key => key.Use == StoredKeyUse.Lineage)) return;
        if (_keys.Count > 0)
            throw new KeySealException("The store holds signing keys but no lineage key; with a new one, what is revoked would no longer be recognised. Restore the store's keys.");
        _keys.Add(make.LineageKey(at));
        HasChanged = true;
    }

    void DropExpired()
    {
        foreach (var key in _keys.Where(key => key.Use == StoredKeyUse.Signing && KeyTimes.KeptUntil(key) <= _now).ToArray())
        {
            _keys.Remove(key);
            HasChanged = true;
            Say("signing_key_dropped", $"Dropped the signing key {key.KeyId}: the last token under it has expired.");
        }
    }

    // Raised while it signs and never lowered, so it covers every registry in force meanwhile, on every node and over restarts.
    void NoteLongestLife(long life)
    {
        foreach (var key in Live.Where(key => key.LongestLife < life && !(key.SignsUntil + KeyTimes.ClockSkew <= _now)).ToArray())
            Replace(key with { LongestLife = life });
    }

    void Replace(SealedKey key)
    {
        _keys[_keys.FindIndex(one => one.KeyId == key.KeyId)] = key;
        HasChanged = true;
    }

    void Say(string name, string message) => Deeds.Add(new(EngineEventSeverity.Information, name, message));
}
