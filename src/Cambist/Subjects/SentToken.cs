namespace Cambist;

/// <summary>A token as it was sent, what it was declared to be, and what it is where it is a JWT.</summary>
internal sealed class SentToken
{
    readonly VerifiedTokens? _verified;
    readonly byte[]? _digest;
    VerifiedToken? _kept;

    /// <param name="value">The token.</param>
    /// <param name="tokenType">Its declared type, under one name for each.</param>
    /// <param name="role">What it is in the request.</param>
    /// <param name="verified">Where the token is looked up before it is read, and kept once it is verified; null reads and verifies it in any case.</param>
    public SentToken(TokenText value, string tokenType, TokenRole role, VerifiedTokens? verified = null)
    {
        (Value, TokenType, Role, _verified) = (value, tokenType, role, verified);
        _kept = verified?.Find(value.Utf8.Span, out _digest);
        if (_kept is not null)
        {
            Jws = _kept.Content;
            return;
        }

        Jws = CompactJws.TryParse(value.Utf8, out var jws, out var fault) ? jws : null;
        Fault = fault;
    }

    public TokenText Value { get; }

    /// <summary>The declared type, under one name for each.</summary>
    public string TokenType { get; }

    public TokenRole Role { get; }

    /// <summary>The client that sent it.</summary>
    public RegisteredClient? Caller { get; init; }

    /// <summary>What the token says where it is a JWT, a stranger's word until <see cref="IsSignedBy"/> said yes; null where it is none.</summary>
    public JwtContent? Jws { get; }

    /// <summary>Why it is no JWT.</summary>
    public JwsFault Fault { get; }

    /// <summary>
    /// Whether this key signed the JWT. It is the one that the header means now, found as for any token: where it is the very object that
    /// verified this token before, that was said already; under any other the token is verified like a new one.
    /// </summary>
    public bool IsSignedBy(VerificationKey key)
    {
        if (_kept is { } kept && ReferenceEquals(kept.Key, key))
        {
            _verified!.Count(wasKept: true);
            return true;
        }

        if ((Jws as CompactJws ?? ReadAgain()) is not { } jws || !jws.IsSignedBy(key)) return false;
        if ((_kept?.Digest ?? _digest) is { } digest) _kept = _verified!.Keep(digest, jws, key);
        _verified?.Count(wasKept: false);
        return true;
    }

    /// <summary>The lineage root that it has as a token of this issuer, under our lineage key. An HMAC of all of it, so it is kept with the token, too.</summary>
    public string RootOf(ReadOnlyMemory<byte> lineageKey, string issuer) => _kept?.FindRoot(lineageKey, issuer) ?? MakeRoot(lineageKey, issuer);

    string MakeRoot(ReadOnlyMemory<byte> lineageKey, string issuer)
    {
        var root = Lineage.RootOf(lineageKey, issuer, RootBytes.Span);
        _kept?.KeepRoot(lineageKey, issuer, root);
        return root;
    }

    /// <summary>What the root is made of: all of the token, but of a JWT the signed bytes alone, since the signature can be another and still verify.</summary>
    ReadOnlyMemory<byte> RootBytes => Jws is CompactJws read ? read.SigningInput : Jws is null ? Value.Utf8 : Value.Utf8[..Value.Utf8.Span.LastIndexOf((byte)'.')];

    CompactJws? ReadAgain() => CompactJws.TryParse(Value.Utf8, out var jws, out _) ? jws : null;
}
