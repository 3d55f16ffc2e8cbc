using System.Globalization;
using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary><c>/admin/v1/impersonation-tokens</c>: mint, list, cancel.</summary>
static class ImpersonationEndpoints
{
    const string Path = "/impersonation-tokens";
    const string Scope = "impersonation";
    const int MostListed = 200;

    public static void Map(AdminApi api)
    {
        api.Map(new("POST", Path, "Mints a token with which a client acts as somebody, once") { Scope = Scope, Body = "MintRequest", Status = StatusCodes.Status201Created, Answer = "Minted" }, MintAsync);
        api.MapRead(
            new("GET", Path, "Those that are neither expired nor cancelled")
            {
                Scope = Scope,
                Query = [new("after", "The next of the page before."), QueryParameter.Limit(MostListed)],
                Answer = "ImpersonationTokens",
            },
            ListAsync);
        api.Map(
            new("DELETE", Path + "/{id}", "Cancels one, and ends what it gave") { Scope = Scope, Query = [QueryParameter.Reason], Status = StatusCodes.Status204NoContent, MayBeAbsent = true },
            CancelAsync);
    }

    static async Task<AdminAnswer> MintAsync(AdminRequest request)
    {
        var (body, refusal) = await JsonBody.ReadAsync(request.Http.Request);
        if (body is null) return refusal!;
        var (wanted, wrong) = Read(body, request.Registry);
        if (wanted is null) return wrong!;

        if (!(await request.Engine.Impersonation.MintAsync(request.By, wanted, CancellationToken.None)).Gives(out var minted, out var denied))
        {
            return denied.Reason == Reason.ClientAuthenticationFailed ? AdminApi.Unknown()
                : denied.Reason == Reason.RequestTooLarge ? AdminAnswer.BadRequest($"{denied.Detail}.")
                : AdminAnswer.Problem(StatusCodes.Status400BadRequest, "Not minted", $"Nobody could redeem it: {denied.Detail}.", denied.Reason.WireName()) with { IsRecorded = true };
        }

        return AdminAnswer.Created(new JsonObject
        {
            ["token"] = minted.Token,
            ["id"] = minted.Id,
            ["token_type"] = TokenTypes.ImpersonationToken,
            ["expires_in"] = minted.ExpiresIn,
        });
    }

    static (MintRequest? Wanted, AdminAnswer? Wrong) Read(JsonBody body, Registry registry)
    {
        var subject = body.Text("subject", MintChecks.LongestName, isRequired: true);
        var reason = body.Text("reason", MintChecks.LongestReason, isRequired: true);
        var client = body.Name("client", MintChecks.LongestName);
        var targets = body.Texts("targets", MintChecks.LongestName);
        var mayAct = body.Object("may_act");
        var claims = body.Object("claims");
        var expiresIn = body.Whole("expires_in", 1, (long)ImpersonationActs.LongestLife.TotalSeconds);
        if (client is not null) CheckClient(client, registry, body);
        if (targets is { } named) targets = [.. named.Select(name => ResourceOf(name, registry, body)).Distinct()];
        if (mayAct is { } who && MintChecks.OfMayAct(who, registry) is { } unmeetable) body.Wrong(unmeetable);
        if (claims is { } context && MintedToken.OurContext.Any(name => context.TryGet(name, out _)))
            body.Wrong($"claims holds {string.Join(" or ", MintedToken.OurContext)}, which this server writes itself");
        if (body.Done() is { } wrong) return (null, wrong);

        var wanted = new MintRequest { Subject = subject!, Reason = reason!, Client = client, Targets = targets, MayAct = mayAct, Claims = claims };
        return (expiresIn is { } seconds ? wanted with { ExpiresIn = TimeSpan.FromSeconds(seconds) } : wanted, null);
    }

    static void CheckClient(string id, Registry registry, JsonBody body)
    {
        if (!registry.Clients.TryGetValue(id, out var client)) body.Wrong("client is no client of the registry");
        else if (MintChecks.OfClient(client) is { } unable) body.Wrong($"client {unable}");
    }

    static string ResourceOf(string name, Registry registry, JsonBody body)
    {
        if (registry.ResourcesByAnyName.TryGetValue(name, out var resource)) return resource.Name;
        body.Wrong("targets names a resource that the registry does not know, by name or identifier");
        return name;
    }

    static async Task<AdminAnswer> ListAsync(AdminRequest request)
    {
        var limit = 50;
        if (request.Query("limit") is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is > 0 and <= MostListed))
            return AdminAnswer.BadRequest($"limit must be a whole number from 1 to {MostListed}.");

        var after = request.Query("after");
        if (after is not null && !(Lineage.IsWellFormed(after) && Lineage.SegmentsOf(after) == 1))
            return AdminAnswer.BadRequest("after must be the id of an impersonation token: next of the page before.");

        var tokens = await request.Engine.Impersonation.ListAsync(after, limit, request.Http.RequestAborted);
        var json = new JsonObject { ["impersonation_tokens"] = new JsonArray([.. tokens.Select(Describe)]) };
        if (tokens.Count == limit) json["next"] = tokens[^1].Id;
        return AdminAnswer.Ok(json);
    }

    static JsonNode Describe(MintedToken token)
    {
        token.Claims.TryGet("context", out var context);
        var json = new JsonObject
        {
            ["id"] = token.Id,
            ["subject"] = token.Subject,
            ["minted_by"] = token.Minter.Sub,
            ["minted_at"] = Times.Of(token.MintedAt),
            ["expires_at"] = Times.Of(token.ExpiresAt),
            ["context"] = JsonNode.Parse(context.RawJson),
        };
        if (token.Client is { } client) json["client"] = client;
        if (token.Targets is { } targets) json["targets"] = new JsonArray([.. targets.Select(target => (JsonNode)target)]);
        if (token.Claims.TryGet("may_act", out var mayAct)) json["may_act"] = JsonNode.Parse(mayAct.RawJson);
        return json;
    }

    static async Task<AdminAnswer> CancelAsync(AdminRequest request)
    {
        var reason = request.Query("reason");
        if (reason is not null && !PlainText.Is(reason, MintChecks.LongestReason)) return AdminAnswer.BadRequest($"reason {PlainText.MustBe(MintChecks.LongestReason)}.");
        return await request.Engine.Impersonation.CancelAsync(request.By, request.Path("id"), reason, CancellationToken.None)
            ? AdminAnswer.NoContent
            : AdminAnswer.NotFound("There is no impersonation token of this id that is neither expired nor cancelled. What it gave ends with DELETE /admin/v1/tokens/{id}.");
    }
}
