using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary><c>/admin/v1/tokens/{jti}</c>: what the ledger knows of a token, its ancestors and its descendants; and its end.</summary>
static class TokenEndpoints
{
    const string Path = "/tokens/{jti}";
    const string Scope = "tokens";

    public static void Map(AdminApi api)
    {
        api.MapRead(new("GET", Path, "A token's entry with its ancestors and descendants") { Scope = Scope, Answer = "Token", MayBeAbsent = true }, FindAsync);
        api.Map(new("DELETE", Path, "Revokes it and all beneath it") { Scope = Scope, Query = [QueryParameter.Reason], Status = StatusCodes.Status204NoContent }, RevokeAsync);
    }

    static async Task<AdminAnswer> FindAsync(AdminRequest request)
    {
        var id = request.Path("jti");
        if (!Lineage.IsWellFormed(id)) return NoId();

        var (decisions, aborted) = (request.Engine.Store.Decisions, request.Http.RequestAborted);
        var itself = await Family.FindAsync(decisions, id, aborted);
        var descendants = await Family.DescendantsAsync(decisions, id, aborted);
        if (itself is null && descendants.Count == 0) return AdminAnswer.NotFound("The ledger has no token of this id, or no longer.");

        var ancestors = await Family.AncestorsAsync(decisions, id, aborted);
        var json = new JsonObject { ["jti"] = id };
        if (itself is not null) json["entry"] = EntryJson.Of(itself);
        json["ancestors"] = List(ancestors);
        json["descendants"] = List(descendants);
        await RevocationJson.AddAsync(json, id, itself is null ? [.. ancestors] : [.. ancestors, itself], request);
        return AdminAnswer.Ok(json);
    }

    static async Task<AdminAnswer> RevokeAsync(AdminRequest request)
    {
        var id = request.Path("jti");
        if (!Lineage.IsWellFormed(id)) return NoId();
        var reason = request.Query("reason") ?? "revoked at the admin API";
        if (!PlainText.Is(reason, 1000)) return AdminAnswer.BadRequest($"reason {PlainText.MustBe(1000)}.");
        return await request.Engine.Revocations.RevokeAsync(request.By, RevocationActs.RevokeTokenAction, RevocationKind.Lineage, id, reason, CancellationToken.None) is null ? AdminApi.Unknown() : AdminAnswer.NoContent;
    }

    static AdminAnswer NoId() => AdminAnswer.BadRequest("This is no id of a token: write the jti, such as it stands in the token.");

    static JsonArray List(IEnumerable<LedgerEntry> entries) => [.. entries.Select(EntryJson.Of)];
}
