using System.Globalization;
using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary><c>/admin/v1/decisions</c>: the ledger, newest first; and one entry with the trace of why it was decided so.</summary>
static class DecisionEndpoints
{
    const string Scope = "audit";
    const int MostListed = 200;

    public static void Map(AdminApi api)
    {
        api.MapRead(
            new("GET", "/decisions", "The ledger, newest first")
            {
                Scope = Scope,
                Query =
                [
                    new("client", "The client's id."),
                    new("subject", "Our sub of the subject."),
                    new("lineage", "The id of a token, or its beginning up to a dot: it, those it descends from, and all beneath."),
                    new("outcome", "What became of it.") { Words = [.. EntryJson.OutcomeNames] },
                    new("reason", "A reason of the published list."),
                    new("from", "Not before this instant.") { IsInstant = true },
                    new("until", "Before this instant.") { IsInstant = true },
                    new("before", "The next of the page before."),
                    QueryParameter.Limit(MostListed),
                ],
                Answer = "Decisions",
            },
            ListAsync);
        api.MapRead(new("GET", "/decisions/{id}", "One entry, with its trace and why it was decided so") { Scope = Scope, Answer = "DecisionWithTrace", MayBeAbsent = true }, FindAsync);
    }

    static async Task<AdminAnswer> FindAsync(AdminRequest request)
    {
        if (!DecisionId.TryParse(request.Path("id"), out var id) || await request.Engine.Store.Decisions.FindAsync(id, request.Http.RequestAborted) is not { } entry)
            return AdminAnswer.NotFound("The ledger has no decision of this id, or no longer.");
        var json = EntryJson.WithTrace(entry);
        if (await request.Engine.ExplainAsync(entry, request.Http.RequestAborted) is { } explanation) json["explanation"] = ExplanationJson.Of(explanation);
        return AdminAnswer.Ok(json);
    }

    static async Task<AdminAnswer> ListAsync(AdminRequest request)
    {
        if (Filter(request, out var filter, out var before, out var limit) is { } fault) return AdminAnswer.BadRequest(fault);
        var indexedUntil = request.Engine.SearchIndex.Until;
        return AdminAnswer.Ok(Json(await Family.PageAsync(request.Engine.Store.Decisions, filter, before, limit, request.Http.RequestAborted), limit, indexedUntil));
    }

    /// <summary>The page, and what it does not have.</summary>
    internal static JsonObject Json(DecisionPage page, int limit, long? indexedUntil)
    {
        var json = new JsonObject { ["decisions"] = new JsonArray([.. page.Select(EntryJson.Of)]) };
        if (!page.Next.IsNone) json["next"] = page.Next.ToString();
        if (!page.Next.IsNone && page.Count < limit) json["searched_back_to"] = Times.Of(page.Next.Milliseconds);
        if (indexedUntil is { } until) json["indexed_until"] = Times.Of(until);
        return json;
    }

    static string? Filter(AdminRequest request, out DecisionFilter filter, out DecisionId before, out int limit)
    {
        (filter, before, limit) = (DecisionFilter.All, default, 50);
        DecisionOutcome? outcome = null;
        Reason? reason = null;
        long? from = null, until = null;
        if (request.Query("outcome") is { } name && (outcome = Enum.GetValues<DecisionOutcome>().Cast<DecisionOutcome?>().FirstOrDefault(one => EntryJson.OutcomeName(one!.Value) == name)) is null)
            return "outcome must be issued, refused, admin or counted.";
        if (request.Query("reason") is { } why && (reason = Reasons.Parse(why)) is null) return "reason is none of the published list.";
        if (request.Query("from") is { } since && !Read(since, out from)) return "from must be an instant such as 2030-01-31T09:30:00Z.";
        if (request.Query("until") is { } end && !Read(end, out until)) return "until must be an instant such as 2030-01-31T09:30:00Z.";
        if (from >= until) return "from must be before until.";
        if (request.Query("lineage") is { } id && !Lineage.IsWellFormed(id)) return "lineage must be the jti of a token, or its beginning up to a dot.";
        if (request.Query("before") is { } last && !(DecisionId.TryParse(last, out before) && !before.IsNone)) return "before must be a decision id: next of the page before.";
        if (request.Query("limit") is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is > 0 and <= MostListed))
            return $"limit must be a whole number from 1 to {MostListed}.";

        filter = new()
        {
            Client = request.Query("client"),
            Subject = request.Query("subject"),
            Lineage = request.Query("lineage"),
            Outcome = outcome,
            Reason = reason,
            From = from,
            Until = until,
        };
        return null;
    }

    static bool Read(string text, out long? instant)
    {
        instant = Times.TryRead(text, out var milliseconds) ? milliseconds : null;
        return instant is not null;
    }
}
