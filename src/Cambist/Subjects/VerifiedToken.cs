namespace Cambist;

/// <summary>
/// What is kept of a token that was verified: what it says, and the key that verified it. Not the token, and not its signature: nobody can
/// be impersonated with what lies here. Only the root is added later.
/// </summary>
internal sealed class VerifiedToken(byte[] digest, JwtContent content, VerificationKey key)
{
    volatile Root? _root;

    sealed record Root(ReadOnlyMemory<byte> LineageKey, string Issuer, string Value);

    /// <summary>SHA-256 of the whole token as it was sent.</summary>
    public byte[] Digest => digest;

    /// <summary>What it says.</summary>
    public JwtContent Content => content;

    /// <summary>The very object that verified it.</summary>
    public VerificationKey Key => key;

    /// <summary>Whether this is the token of that digest.</summary>
    public bool IsOf(ReadOnlySpan<byte> other) => other.SequenceEqual(digest);

    /// <summary>Its lineage root, where it was kept and was made under this very key for this issuer.</summary>
    public string? FindRoot(ReadOnlyMemory<byte> lineageKey, string issuer) =>
        _root is { } root && root.LineageKey.Equals(lineageKey) && root.Issuer == issuer ? root.Value : null;

    /// <summary>Keeps its lineage root.</summary>
    public void KeepRoot(ReadOnlyMemory<byte> lineageKey, string issuer, string value) => _root = new(lineageKey, issuer, value);
}
