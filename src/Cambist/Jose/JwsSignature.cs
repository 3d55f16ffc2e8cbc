namespace Cambist;

/// <summary>The third part of a compact JWS, still encoded: decoded where it is looked at, on the stack, so that nothing of it is kept.</summary>
static class JwsSignature
{
    /// <summary>As much as RSA-4096 makes; a longer one is decoded into memory of its own.</summary>
    const int UsualBytes = 512;

    /// <summary>Whether it is canonical base64url.</summary>
    public static bool IsCanonical(ReadOnlySpan<byte> text)
    {
        var length = CanonicalBase64Url.DecodedLength(text.Length);
        var signature = length <= UsualBytes ? stackalloc byte[UsualBytes] : new byte[length];
        return CanonicalBase64Url.TryDecode(text, signature[..length]);
    }

    /// <summary>Whether it is this key's, by exactly this algorithm, which must fit the key.</summary>
    public static bool IsOf(ReadOnlySpan<byte> text, VerificationKey key, JwsAlgorithm algorithm, ReadOnlySpan<byte> signingInput)
    {
        var length = CanonicalBase64Url.DecodedLength(text.Length);
        var signature = length <= UsualBytes ? stackalloc byte[UsualBytes] : new byte[length];
        return CanonicalBase64Url.TryDecode(text, signature[..length]) && key.Verify(algorithm, signingInput, signature[..length]);
    }
}
