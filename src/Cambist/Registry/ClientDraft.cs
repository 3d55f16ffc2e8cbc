using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>A client as written; what its grants are depends on the rules, which are read later.</summary>
sealed record ClientDraft(string Id, DocumentPosition Position, string Path)
{
    public ClientAuthenticationMethod Authentication { get; init; } = ClientAuthenticationMethod.ClientSecretBasic;

    public bool IsPublic => Authentication == ClientAuthenticationMethod.None;

    public ImmutableArray<ClientSecret> Secrets { get; init; } = [];

    public JsonWebKeySet? Jwks { get; init; }

    public Uri? JwksUri { get; init; }

    public string? TlsSubject { get; init; }

    public IReadOnlyList<DocumentScalar> KnownAs { get; init; } = [];

    public DocumentNode? ServesNode { get; init; }

    public ImmutableArray<ProtectedResource> Serves { get; init; } = [];

    public DocumentNode? ClientCredentialsNode { get; init; }

    public FrozenDictionary<string, FrozenSet<string>> ClientCredentials { get; init; } = FrozenDictionary<string, FrozenSet<string>>.Empty;

    /// <summary>Whether <see cref="Serves"/> and <see cref="ClientCredentials"/> were read without an error.</summary>
    public bool HasWholeResources { get; init; }

    /// <summary>The written list of grants; null where the document's implication stands.</summary>
    public IReadOnlyList<DocumentScalar>? Grants { get; init; }

    public bool IsDisabled { get; init; }

    /// <summary>The finished client.</summary>
    public RegisteredClient Build(FrozenSet<string> grants) => new()
    {
        Id = Id,
        Authentication = Authentication,
        Secrets = Secrets,
        Jwks = Jwks,
        JwksUri = JwksUri,
        TlsSubject = TlsSubject,
        KnownAs = [.. KnownAs.Select(name => name.Value)],
        Serves = Serves,
        ServedIdentifiers = Serves.SelectMany(resource => resource.Identifiers, (_, identifier) => identifier).ToFrozenSet(),
        ClientCredentials = ClientCredentials,
        Grants = grants,
        IsDisabled = IsDisabled,
    };
}
