using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>How a client authenticates at the token endpoint (RFC 7591 §2, <c>token_endpoint_auth_method</c>).</summary>
public enum ClientAuthenticationMethod
{
    /// <summary>A public client: no credential of its own.</summary>
    None,

    /// <summary>A secret in the <c>Authorization</c> header (RFC 6749 §2.3.1).</summary>
    ClientSecretBasic,

    /// <summary>A secret in the form.</summary>
    ClientSecretPost,

    /// <summary>A signed assertion (RFC 7523 §2.2).</summary>
    PrivateKeyJwt,

    /// <summary>A certificate under a trusted authority (RFC 8705 §2.1).</summary>
    TlsClientAuth,

    /// <summary>A registered certificate (RFC 8705 §2.2).</summary>
    SelfSignedTlsClientAuth,
}

/// <summary>Who may call us.</summary>
public sealed class RegisteredClient
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The one way it authenticates.</summary>
    public required ClientAuthenticationMethod Authentication { get; init; }

    /// <summary>Its secrets, at most two live at a time.</summary>
    internal ImmutableArray<ClientSecret> Secrets { get; init; } = [];

    /// <summary>Its inline keys.</summary>
    internal JsonWebKeySet? Jwks { get; init; }

    /// <summary>Where its keys are published.</summary>
    public Uri? JwksUri { get; init; }

    /// <summary>The same as a source of keys, for a client that signs assertions; else null.</summary>
    internal IssuerKeySource? PublishedKeys =>
        JwksUri is null || Authentication != ClientAuthenticationMethod.PrivateKeyJwt ? null : field ??= new IssuerKeySource.JwksUri(JwksUri);

    /// <summary>The subject its certificate must have.</summary>
    public string? TlsSubject { get; init; }

    /// <summary>Its names at other issuers.</summary>
    public ImmutableArray<string> KnownAs { get; init; } = [];

    /// <summary>The resources it is the server of.</summary>
    public ImmutableArray<ProtectedResource> Serves { get; init; } = [];

    /// <summary>Every identifier of the resources it serves.</summary>
    public FrozenSet<string> ServedIdentifiers { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Scopes it can have for itself, by resource name.</summary>
    public FrozenDictionary<string, FrozenSet<string>> ClientCredentials { get; init; } = FrozenDictionary<string, FrozenSet<string>>.Empty;

    /// <summary>The grants it may use: what the document implies, narrowed by what it says.</summary>
    public required FrozenSet<string> Grants { get; init; }

    /// <summary>Switched off: answers like an unknown client.</summary>
    public bool IsDisabled { get; init; }

    /// <summary>Whether it has no credential of its own.</summary>
    public bool IsPublic => Authentication == ClientAuthenticationMethod.None;

    /// <summary>Whether a name in <c>aud</c> or <c>azp</c> of an external token means this client: its id or one of <see cref="KnownAs"/>.</summary>
    internal bool AnswersTo(string name) => name == Id || KnownAs.Contains(name);

    /// <inheritdoc cref="AnswersTo(string)"/>
    internal bool AnswersTo(Claim name)
    {
        if (name.IsString(Id)) return true;
        foreach (var known in KnownAs)
            if (name.IsString(known)) return true;
        return false;
    }
}

/// <summary>One secret of a client, as SHA-256 of its UTF-8 bytes. Generated secrets need no slow hash.</summary>
/// <param name="Sha256">32 bytes.</param>
/// <param name="ExpiresAt">When it stops working, or null.</param>
sealed record ClientSecret(ReadOnlyMemory<byte> Sha256, DateTimeOffset? ExpiresAt);
