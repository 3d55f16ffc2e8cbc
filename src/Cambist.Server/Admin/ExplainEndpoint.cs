using System.Collections.Immutable;
using Cambist.AspNetCore;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary><c>POST /admin/v1/explain</c>: what a request would be answered, step by step. Nothing is issued or spent; that somebody asked is on record.</summary>
static class ExplainEndpoint
{
    public const string Action = "admin.explain";

    const int LongestBody = 48 * 1024; // two tokens as long as any may be, and what goes with them
    const int LongestToken = 24 * 1024;
    const int LongestName = 2048;
    static readonly string[] Grants = ["token_exchange", "refresh_token"];

    /// <summary>Members that are fields of the request's form, too.</summary>
    static readonly string[] OfForm =
    [
        Parameters.SubjectToken, Parameters.SubjectTokenType, Parameters.ActorToken, Parameters.ActorTokenType,
        Parameters.Resource, Parameters.Audience, Parameters.Scope, Parameters.RequestedTokenType,
    ];

    public static void Map(AdminApi api) => api.Map(
        new("POST", "/explain", "What a request would be answered, step by step; nothing is issued or spent") { Scope = "audit", Body = "ExplainRequest", Answer = "Explanation" },
        ExplainAsync);

    static async Task<AdminAnswer> ExplainAsync(AdminRequest request)
    {
        var (body, refusal) = await JsonBody.ReadAsync(request.Http.Request, LongestBody, leavesOutEmpty: true);
        if (body is null) return refusal!;
        var (grant, asked, wrong) = Read(body);
        if (asked is null) return wrong!;

        var explanation = await request.Engine.ExplainAsync(asked, grant, CancellationToken.None);
        var id = asked.Credentials.ClientId!;
        var client = request.Registry.Clients.ContainsKey(id) ? id : Strangers.UnknownClient;
        var verdict = explanation.IsAllowed ? "allowed" : explanation.Reason.WireName();
        var result = await request.Engine.Store.Ledger.CommitAsync(request.By.Did(Action, $"explained a request of {client}: {verdict}", request.Registry), CancellationToken.None);
        return result.Status == CommitStatus.Committed ? AdminAnswer.Ok(ExplanationJson.Of(explanation)) : AdminApi.Unknown();
    }

    static (string Grant, ExchangeRequest? Asked, AdminAnswer? Wrong) Read(JsonBody body)
    {
        var client = body.Name("client", LongestName, isRequired: true);
        var isRefresh = body.Name("grant", LongestName) is { } grant && IsRefresh(grant, body);
        var token = body.Name("subject_token", LongestToken, isRequired: true);
        var type = body.Name("subject_token_type", LongestName, isRequired: !isRefresh);
        var actor = body.Name("actor_token", LongestToken);
        var actorType = body.Name("actor_token_type", LongestName);
        var resources = body.Texts("resource", LongestName) ?? [];
        var audiences = body.Texts("audience", LongestName) ?? [];
        var scopes = Scopes(body);
        var requestedType = body.Name("requested_token_type", LongestName);
        if (actor is null != actorType is null) body.Wrong("actor_token and actor_token_type go together");
        if (isRefresh && (actor ?? requestedType) is not null) body.Wrong("a refresh takes no actor_token and no requested_token_type");
        if (isRefresh && type is not null && TokenType(type) != TokenTypes.RefreshToken) body.Wrong("a refresh has a refresh token as its subject_token, so leave subject_token_type out");
        if (1 + OfForm.Sum(body.Fields) is var fields && fields > FormReader.MostFields) body.Wrong(RequestedExchange.TooManyFields(fields));
        if (body.Done() is { } wrong) return ("", null, wrong);

        return (isRefresh ? GrantTypes.RefreshToken : GrantTypes.TokenExchange, new()
        {
            Credentials = new() { ClientId = client },
            SubjectToken = token!,
            SubjectTokenType = TokenType(type ?? TokenKindNames.RefreshToken),
            ActorToken = TokenText.FromOptional(actor),
            ActorTokenType = actorType is null ? null : TokenType(actorType),
            Targets = resources.Length + audiences.Length == 0 ? RequestedTargets.None : new(resources, audiences),
            Scopes = scopes,
            RequestedTokenType = requestedType is null ? null : TokenType(requestedType),
        }, null);
    }

    static bool IsRefresh(string grant, JsonBody body)
    {
        if (!Grants.Contains(grant)) body.Wrong($"grant must be {string.Join(" or ", Grants)}");
        return grant == Grants[1];
    }

    static ImmutableArray<string>? Scopes(JsonBody body)
    {
        if (body.Name("scope", LongestToken) is not { } text) return null;
        if (ScopeText.TryParse(text, out var scopes)) return scopes;
        body.Wrong("scope must be scope tokens separated by single spaces (RFC 6749, section 3.3)");
        return null;
    }

    /// <summary>The registry's short name, or the URN itself.</summary>
    static string TokenType(string name) => TokenKindNames.OfSubjects.Contains(name) ? TokenKindNames.Urn(name) : name;
}
