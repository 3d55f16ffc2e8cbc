namespace Cambist;

/// <summary>Whose keys, and where they come from. What is known of them outlives a reload of the registry as long as neither changes.</summary>
/// <param name="IsClient">Whether it is a client of ours, rather than an issuer.</param>
/// <param name="Name">The client's id, or the issuer's identifier.</param>
/// <param name="Source">Where its keys come from.</param>
readonly record struct KeyOwner(bool IsClient, string Name, IssuerKeySource Source)
{
    /// <summary>An issuer with keys; null for a custom resolver.</summary>
    public static KeyOwner? Of(TrustedIssuer issuer) => issuer.Issuer is { } identifier ? new(false, identifier, issuer.Keys) : null;

    /// <summary>A client that publishes the keys it authenticates with; null for any other.</summary>
    public static KeyOwner? Of(RegisteredClient client) => client.PublishedKeys is { } source ? new(true, client.Id, source) : null;

    /// <summary>What it means, for the operator, that its keys cannot be had.</summary>
    public string WithoutKeys => IsClient ? "It cannot authenticate" : "Its tokens cannot be verified";

    /// <summary>As messages name it.</summary>
    public override string ToString() => IsClient ? $"client {Name}" : Name;
}
