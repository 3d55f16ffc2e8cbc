using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary>Whether a token is revoked now, and by what: as it would be decided if it were shown.</summary>
static class RevocationJson
{
    /// <param name="json">Gets <c>revoked</c>, and where it is, <c>revocation</c>.</param>
    /// <param name="id">The token's.</param>
    /// <param name="path">The entries that issued it and those it descends from, oldest first, as far as the ledger has them.</param>
    /// <param name="request">Who asks.</param>
    public static async Task AddAsync(JsonObject json, string id, IReadOnlyList<LedgerEntry> path, AdminRequest request)
    {
        var (revocation, _) = await request.Engine.RevocationCheck.FindAsync(LineageOf(id, path, request.Registry), request.Http.RequestAborted);
        json["revoked"] = revocation is not null;
        if (revocation is null) return;
        json["revocation"] = new JsonObject
        {
            [NameOf(revocation.Kind)] = revocation.Value,
            ["revoked_at"] = Times.Of(revocation.At),
            ["reason"] = revocation.Reason,
        };
    }

    static string NameOf(RevocationKind kind) => kind switch
    {
        RevocationKind.Subject => "subject",
        RevocationKind.Client => "client",
        RevocationKind.Issuer => "issuer",
        _ => "id",
    };

    // Of one without an entry only its id is known, and it falls under no name. A client that got a token for itself is its subject.
    static TokenLineage LineageOf(string id, IReadOnlyList<LedgerEntry> path, Registry registry)
    {
        if (path is not [.., var itself] || itself.IssuedId != id) return new(id, "", null, "", long.MaxValue, IsExternal: false) { IsExact = true };
        var subject = itself.Subject?.Sub ?? itself.Client ?? "";
        var origin = path.Select(entry => entry.Subject?.Issuer).FirstOrDefault(issuer => issuer is not null and not ReservedNames.Self)
            ?? registry.Origins.Of(subject, path[0].Subject is null ? SubjectKind.Client : SubjectKind.User);
        return new(id, subject, itself.Client, origin, itself.Id.Milliseconds, IsExternal: false) { IsExact = true };
    }
}
