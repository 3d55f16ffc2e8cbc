using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary><c>/admin/v1/revocations</c>: an id, or all of a subject, a client or an issuer until now.</summary>
static class RevocationEndpoints
{
    const int LongestName = 255; // of a sub, a client's id, an issuer's name
    const int LongestText = 1000;

    public static void Map(AdminApi api) =>
        api.Map(new("POST", "/revocations", "Revokes an id, or all of a subject, a client or an issuer until now") { Scope = "tokens", Body = "RevocationRequest", Answer = "Revoked" }, RevokeAsync);

    static async Task<AdminAnswer> RevokeAsync(AdminRequest request)
    {
        var (body, refusal) = await JsonBody.ReadAsync(request.Http.Request);
        if (body is null) return refusal!;
        (RevocationKind Kind, string Name, string? Value)[] all =
        [
            (RevocationKind.Lineage, "id", body.Name("id", LongestText)),
            (RevocationKind.Subject, "subject", body.Name("subject", LongestName)),
            (RevocationKind.Client, "client", body.Name("client", LongestName)),
            (RevocationKind.Issuer, "issuer", body.Name("issuer", LongestName)),
        ];
        var reason = body.Text("reason", LongestText, isRequired: true);
        var named = all.Where(one => one.Value is not null).ToArray();
        if (named.Length != 1) body.Wrong("Name exactly one of id, subject, client and issuer");
        else if (Fault(named[0].Kind, named[0].Value!, request.Registry) is { } fault) body.Wrong(fault);
        if (body.Done() is { } wrong) return wrong;

        var (kind, name, value) = named[0];
        if (await request.Engine.Revocations.RevokeAsync(request.By, RevocationActs.CreateAction, kind, value!, reason!, CancellationToken.None) is not { } revoked) return AdminApi.Unknown();
        var json = new JsonObject { [name] = revoked.Value, ["revoked_at"] = Times.Of(revoked.At) };
        if (kind == RevocationKind.Client && !request.Registry.Clients.ContainsKey(value!)) json["warning"] = "The registry has no client of this id.";
        return AdminAnswer.Ok(json);
    }

    /// <summary>A slip that would revoke nothing and look as if it had.</summary>
    static string? Fault(RevocationKind kind, string value, Registry registry) => kind switch
    {
        RevocationKind.Lineage when !Lineage.IsWellFormed(value) => "id is no lineage id: the jti of a token of ours, or its beginning up to a dot",
        RevocationKind.Issuer when value != ReservedNames.Impersonation && !registry.Issuers.ContainsKey(value) =>
            $"issuer is no name of an issuer in the registry, nor {ReservedNames.Impersonation}; revoke an issuer before you take it out",
        _ => null,
    };
}
