namespace Cambist;

/// <summary>
/// What loads, is checked in full, and is not carried out yet: a request that needs it is refused. Whoever builds a part
/// deletes its line.
/// </summary>
static class NotBuilt
{
    public const string TlsClientAuth = "auth: tls_client_auth";
    public const string SelfSignedTls = "auth: self_signed_tls_client_auth";
    public const string Proof = "proof";

    static readonly HashSet<string> Parts =
    [
        TlsClientAuth,
        SelfSignedTls,
        Proof,
    ];

    /// <summary>Warns where a part is not built.</summary>
    public static void Warn(NodeReader nodes, DocumentNode at, string part)
    {
        if (Parts.Contains(part)) nodes.Warning(at.Position, at.Path, $"'{part}' is not built yet: it is checked, and whatever needs it is refused");
    }
}
