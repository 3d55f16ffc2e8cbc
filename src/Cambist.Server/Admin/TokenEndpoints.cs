using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary><c>/admin/v1/tokens/{jti}</c>: what the ledger knows of a token, its ancestors and its descendants; and its end.</summary>
static class TokenEndpoints
{
    const string Path = "/tokens/{jti}";
    const string Scope = "tokens";
    const int MostRelatives = 1000;

    public static void Map(AdminApi api)
    {
        api.MapRead(new("GET", Path, "A token's entry with its ancestors and descendants") { Scope = Scope, Answer = "Token", MayBeAbsent = true }, FindAsync);
        api.Map(new("DELETE", Path, "Revokes it and all beneath it") { Scope = Scope, Query = [QueryParameter.Reason], Status = StatusCodes.Status204NoContent }, RevokeAsync);
    }

    static async Task<AdminAnswer> FindAsync(AdminRequest request)
    {
        var id = request.Path("jti");
        if (!Lineage.IsWellFormed(id)) return NoId();

        // Whoever shares the first segment is of the family; newest first.
        var family = await request.Engine.Store.Decisions.PageAsync(new() { Lineage = id.Split('.')[0] }, default, MostRelatives + 1, request.Http.RequestAborted);
        var isComplete = family.Count <= MostRelatives;
        var issued = family.Take(MostRelatives).Where(entry => entry.IssuedId is not null).Reverse().ToArray();
        if (isComplete && !issued.Any(entry => Lineage.IsUnder(entry.IssuedId!, id))) return AdminAnswer.NotFound("The ledger has no token of this id, or no longer.");

        var json = new JsonObject { ["jti"] = id, ["complete"] = isComplete };
        if (Array.Find(issued, entry => entry.IssuedId == id) is { } itself) json["entry"] = EntryJson.Of(itself);
        json["ancestors"] = List(issued.Where(entry => entry.IssuedId != id && Lineage.IsUnder(id, entry.IssuedId!)));
        json["descendants"] = List(issued.Where(entry => entry.IssuedId != id && Lineage.IsUnder(entry.IssuedId!, id)));
        await RevocationJson.AddAsync(json, id, [.. issued.Where(entry => Lineage.IsUnder(id, entry.IssuedId!))], request);
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
