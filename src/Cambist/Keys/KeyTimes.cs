namespace Cambist;

/// <summary>The instants of a key of ours, and which of two keys goes first: the same on every node. All in milliseconds since 1970.</summary>
static class KeyTimes
{
    /// <summary>
    /// How long a key is published before it signs: an hour. Resource servers that keep our key set for the 5 minutes that
    /// <c>/jwks</c> allows, or ask again for an unknown <c>kid</c> once in 5 minutes, have long seen it by then.
    /// </summary>
    public const long Lead = 60 * 60 * 1000;

    /// <summary>The shortest time for which a key may sign: the next one must be seen meanwhile, and so must a fault.</summary>
    public const long ShortestTurn = 2 * Lead;

    /// <summary>How far the clocks of two nodes may be apart.</summary>
    public const long ClockSkew = 5 * 60 * 1000;

    /// <summary>How long after <c>exp</c> a resource server may still take a token; Microsoft's handler allows 5 minutes.</summary>
    const long Leeway = 5 * 60 * 1000;

    /// <summary>Until when a key is published, or a revoked one remembered: until the last token under it has expired everywhere.</summary>
    public static long KeptUntil(SealedKey key) =>
        (key.RevokedAt ?? key.SignsUntil) is { } end ? end + key.LongestLife + ClockSkew + Leeway : long.MaxValue;

    /// <summary>Whether a key signs at an instant.</summary>
    public static bool SignsAt(SealedKey key, long instant) => key.SignsFrom <= instant && !(key.SignsUntil <= instant);

    /// <summary>Whether a node, as far as clocks may be apart, can have signed with a key in a second of <c>iat</c>.</summary>
    public static bool MayHaveSignedAt(SealedKey key, long iatSeconds) =>
        iatSeconds >= (key.SignsFrom - ClockSkew) / 1000 && !((key.SignsUntil + ClockSkew) / 1000 < iatSeconds);

    /// <summary>The one that takes over from the others; null where there is none.</summary>
    public static SealedKey? NewestOf(IEnumerable<SealedKey> keys)
    {
        SealedKey? newest = null;
        foreach (var key in keys)
            if (newest is null || IsNewer(key, newest)) newest = key;
        return newest;
    }

    static bool IsNewer(SealedKey one, SealedKey other)
    {
        if (one.SignsFrom != other.SignsFrom) return one.SignsFrom > other.SignsFrom;
        if (one.CreatedAt != other.CreatedAt) return one.CreatedAt > other.CreatedAt;
        return string.CompareOrdinal(one.KeyId, other.KeyId) > 0;
    }
}
