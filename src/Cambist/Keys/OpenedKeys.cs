using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Cambist;

/// <summary>The keys of a store at one version, opened; which of them sign and are published depends on the time.</summary>
sealed class OpenedKeys
{
    /// <summary>How far the clock of the node that made a key may be ahead of ours.</summary>
    const long ClockSkew = 5 * 60 * 1000;

    readonly ImmutableArray<(SealedKey Stored, SigningKey Key)> _signing;
    readonly JwsAlgorithm _algorithm;

    OpenedKeys(ImmutableArray<(SealedKey Stored, SigningKey Key)> signing, byte[]? lineageKey, JwsAlgorithm algorithm) =>
        (_signing, LineageKey, _algorithm) = (signing, lineageKey, algorithm);

    public byte[]? LineageKey { get; }

    /// <summary>Opens all keys but revoked ones, which nobody needs any more.</summary>
    /// <exception cref="KeySealException">One does not open.</exception>
    public static OpenedKeys Open(StoredKeys stored, KeySealer sealer, JwsAlgorithm algorithm, IEngineListener listener)
    {
        var signing = ImmutableArray.CreateBuilder<(SealedKey, SigningKey)>();
        byte[]? lineageKey = null;
        foreach (var one in stored.Keys)
        {
            if (one.RevokedAt is not null) continue;
            if (one.Use == StoredKeyUse.Lineage)
            {
                if (lineageKey is not null) throw new KeySealException("The store holds two lineage keys; revocations under one of them would be lost. Restore the store's keys.");
                lineageKey = sealer.Open(one.KeyId, one.Sealed.Span);
            }
            else if (JwsAlgorithm.All.TryGetValue(one.Algorithm, out var its))
            {
                signing.Add((one, Import(one, its, sealer)));
            }
            else
            {
                listener.On(new(EngineEventSeverity.Warning, "signing_key_skipped", $"The stored key {one.KeyId} is for {one.Algorithm}, which this release does not know; it neither signs nor is published here."));
            }
        }

        return new(signing.ToImmutable(), lineageKey, algorithm);
    }

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
        (SealedKey Stored, SigningKey Key)? active = null;
        var changes = long.MaxValue;
        foreach (var one in _signing)
        {
            if (one.Stored.SignsFrom > instant) changes = Math.Min(changes, one.Stored.SignsFrom);
            else if (one.Stored.SignsUntil is { } until && until > instant) changes = Math.Min(changes, until);
            if (MaySign(one, instant) && (active is not { } best || IsNewer(one.Stored, best.Stored))) active = one;
        }

        active ??= Soonest(instant + ClockSkew);
        var changesAt = changes <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds(changes) : DateTimeOffset.MaxValue;
        return new(active?.Key, [.. _signing.Select(one => one.Key)], LineageKey, changesAt);
    }

    bool MaySign((SealedKey Stored, SigningKey Key) one, long instant) =>
        one.Key.Algorithm == _algorithm && one.Stored.SignsFrom <= instant && !(one.Stored.SignsUntil <= instant);

    (SealedKey Stored, SigningKey Key)? Soonest(long latest)
    {
        (SealedKey Stored, SigningKey Key)? soonest = null;
        foreach (var one in _signing)
            if (MaySign(one, latest) && !(soonest?.Stored.SignsFrom <= one.Stored.SignsFrom)) soonest = one;
        return soonest;
    }

    // every node must choose the same key
    static bool IsNewer(SealedKey one, SealedKey other)
    {
        if (one.SignsFrom != other.SignsFrom) return one.SignsFrom > other.SignsFrom;
        if (one.CreatedAt != other.CreatedAt) return one.CreatedAt > other.CreatedAt;
        return string.CompareOrdinal(one.KeyId, other.KeyId) > 0;
    }
}
