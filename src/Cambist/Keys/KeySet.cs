using System.Buffers;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>Our keys at one moment: immutable, swapped whole.</summary>
public sealed class KeySet
{
    readonly SigningKey? _active;
    readonly ImmutableArray<PublishedKey> _published;

    internal KeySet(SigningKey? active, ImmutableArray<PublishedKey> published, ReadOnlyMemory<byte> lineageKey, DateTimeOffset changesAt)
    {
        _active = active;
        _published = published;
        Published = [.. published.Select(one => one.Key)];
        LineageKey = lineageKey;
        ChangesAt = changesAt;
        PublishedJwks = WriteJwks(Published);
    }

    /// <summary>Whether a key may sign now; where not, the server is not ready.</summary>
    public bool CanSign => _active is not null;

    /// <summary>The key that signs now.</summary>
    /// <exception cref="StoreUnavailableException">None may: the last one's time ran out or it was revoked, and no new one could be made yet.</exception>
    public SigningKey Active => _active ?? throw new StoreUnavailableException("No signing key may sign now, and no new one could be made yet.");

    /// <summary>Every key that is published, those that sign later or no longer sign included; never a revoked one.</summary>
    public ImmutableArray<SigningKey> Published { get; }

    /// <summary>Derives the lineage root of external tokens; 32 bytes.</summary>
    internal ReadOnlyMemory<byte> LineageKey { get; }

    /// <summary>The JWK set of the published keys (RFC 7517 §5), UTF-8.</summary>
    public ReadOnlyMemory<byte> PublishedJwks { get; }

    /// <summary>When another key takes over, this one stops or an old one is dropped; the end of time where nothing is planned.</summary>
    internal DateTimeOffset ChangesAt { get; }

    /// <summary>The published key of this <c>kid</c>; null where there is none.</summary>
    internal PublishedKey? Find(string keyId)
    {
        foreach (var one in _published)
            if (one.Key.KeyId == keyId) return one;
        return null;
    }

    static byte[] WriteJwks(ImmutableArray<SigningKey> keys)
    {
        var json = new ArrayBufferWriter<byte>(1024);
        json.Write("{\"keys\":["u8);
        for (var i = 0; i < keys.Length; i++)
        {
            if (i > 0) json.Write(","u8);
            json.Write(keys[i].PublicJwk.Span);
        }

        json.Write("]}"u8);
        return json.WrittenSpan.ToArray();
    }
}
