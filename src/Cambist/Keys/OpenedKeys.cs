using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Cambist;

/// <summary>The keys of a store at one version, opened; which of them sign and are published depends on the time.</summary>
sealed class OpenedKeys
{
    readonly ImmutableArray<PublishedKey> _signing;

    OpenedKeys(ImmutableArray<PublishedKey> signing, byte[]? lineageKey) => (_signing, LineageKey) = (signing, lineageKey);

    public byte[]? LineageKey { get; }

    /// <summary>Opens all keys but revoked ones, which nobody needs any more, and those that are open already.</summary>
    /// <param name="stored">What the store holds.</param>
    /// <param name="sealer">Opens them.</param>
    /// <param name="earlier">What was opened before; a <c>kid</c> names one key for ever, however it is sealed meanwhile.</param>
    /// <param name="listener">Hears of keys that only a later release knows.</param>
    /// <exception cref="KeySealException">One does not open.</exception>
    public static OpenedKeys Open(StoredKeys stored, KeySealer sealer, OpenedKeys? earlier, IEngineListener listener)
    {
        var signing = ImmutableArray.CreateBuilder<PublishedKey>();
        byte[]? lineageKey = null;
        foreach (var one in stored.Keys)
        {
            if (one.RevokedAt is not null) continue;
            if (one.Use == StoredKeyUse.Lineage)
            {
                if (lineageKey is not null) throw new KeySealException("The store holds two lineage keys; revocations under one of them would be lost. Restore the store's keys.");
                lineageKey = earlier?.LineageKey ?? sealer.Open(one.KeyId, one.Sealed.Span);
            }
            else if (JwsAlgorithm.All.TryGetValue(one.Algorithm, out var its))
            {
                signing.Add(new(earlier?.Find(one.KeyId) ?? Import(one, its, sealer), one));
            }
            else
            {
                listener.On(new(EngineEventSeverity.Warning, "signing_key_skipped", $"The stored key {one.KeyId} is for {one.Algorithm}, which this release does not know; it neither signs nor is published here."));
            }
        }

        return new(signing.ToImmutable(), lineageKey);
    }

    /// <summary>All of them but these.</summary>
    public OpenedKeys Without(IEnumerable<SealedKey> gone)
    {
        var names = gone.Select(key => key.KeyId).ToHashSet();
        return new(_signing.RemoveAll(one => names.Contains(one.Key.KeyId)), LineageKey);
    }

    SigningKey? Find(string keyId) => _signing.FirstOrDefault(one => one.Key.KeyId == keyId)?.Key;

    static SigningKey Import(SealedKey stored, JwsAlgorithm algorithm, KeySealer sealer)
    {
        var privateKey = sealer.Open(stored.KeyId, stored.Sealed.Span);
        try
        {
            var key = SigningKey.Import(algorithm, privateKey);
            return key.KeyId == stored.KeyId ? key : throw new KeySealException($"The stored key {stored.KeyId} is another key than its name says. Restore the store's keys.");
        }
        catch (CryptographicException damaged)
        {
            throw new KeySealException($"The stored key {stored.KeyId} is no key for {algorithm}. Restore the store's keys.", damaged);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(privateKey);
        }
    }

    /// <summary>What signs and is published at an instant.</summary>
    public KeySet At(DateTimeOffset now)
    {
        var instant = now.ToUnixTimeMilliseconds();
        var published = _signing.Where(one => KeyTimes.KeptUntil(one.Stored) > instant).ToImmutableArray();
        var active = KeyTimes.NewestOf(published.Select(one => one.Stored).Where(key => KeyTimes.SignsAt(key, instant))) ?? Soonest(published, instant);
        var changes = published
            .SelectMany(one => new[] { one.Stored.SignsFrom, one.Stored.SignsUntil ?? long.MaxValue, KeyTimes.KeptUntil(one.Stored) })
            .Where(change => change > instant)
            .DefaultIfEmpty(long.MaxValue)
            .Min();
        return new(
            active is null ? null : published.First(one => one.Stored == active).Key,
            published,
            LineageKey,
            changes <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(changes) : DateTimeOffset.MaxValue);
    }

    // Where nobody signs yet, our clock may be behind that of the node which made the key.
    static SealedKey? Soonest(ImmutableArray<PublishedKey> published, long instant) =>
        published.Select(one => one.Stored).Where(key => KeyTimes.SignsAt(key, instant + KeyTimes.ClockSkew)).MinBy(key => key.SignsFrom);
}

/// <summary>A key of ours that is published, and the times that the store gives it.</summary>
sealed record PublishedKey(SigningKey Key, SealedKey Stored)
{
    /// <summary>
    /// Whether its private half can have been in use in a second of <c>iat</c>: whoever steals it later cannot make tokens with it,
    /// nor whoever steals it before it signs.
    /// </summary>
    public bool MayHaveSignedAt(long iatSeconds) => KeyTimes.MayHaveSignedAt(Stored, iatSeconds);
}
