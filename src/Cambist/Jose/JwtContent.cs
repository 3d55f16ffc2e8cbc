namespace Cambist;

/// <summary>
/// What a JWT says, read strictly: the members of its header that are of use, and its payload. It has none of the token's bytes to verify;
/// whether it is anybody's word, others know.
/// </summary>
class JwtContent
{
    readonly JoseHeader _header;

    private protected JwtContent(JoseHeader header, Claims payload) => (_header, Payload) = (header, payload);

    /// <summary>The payload.</summary>
    public Claims Payload { get; }

    /// <summary>The algorithm, where <c>alg</c> is one this server knows; null where it is another, or absent: then nothing verifies it.</summary>
    public JwsAlgorithm? Algorithm => _header.Algorithm;

    /// <summary><c>kid</c>, or null where there is none. 1 to 256 characters without control characters.</summary>
    public string? KeyId => _header.KeyId;

    /// <summary><c>typ</c> in lower case without <c>application/</c> (RFC 7515 §4.1.9), or null where there is none. Never empty.</summary>
    public string? Type => _header.Type;

    /// <summary>The same over bytes of its own, which keep nothing of the token alive: not its text, and not its signature.</summary>
    public JwtContent Copy() => new(_header, Payload.Copy());
}
