using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Cambist.AspNetCore;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>An exchange that somebody has in mind, as it was typed.</summary>
sealed record RequestedExchange(string? Client, string SubjectToken, string SubjectTokenType)
{
    public string? ActorToken { get; init; }

    public string? ActorTokenType { get; init; }

    public IReadOnlyList<string> Resources { get; init; } = [];

    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>Scopes, separated by spaces; null where none was asked for.</summary>
    public string? Scope { get; init; }

    public string? RequestedTokenType { get; init; }

    /// <summary>The parameters of the request (RFC 8693 §2.1), without those of the client.</summary>
    public IEnumerable<KeyValuePair<string, string>> Form()
    {
        yield return new(Parameters.GrantType, GrantTypes.TokenExchange);
        yield return new(Parameters.SubjectToken, SubjectToken);
        yield return new(Parameters.SubjectTokenType, SubjectTokenType);
        if (ActorToken is not null) yield return new(Parameters.ActorToken, ActorToken);
        if (ActorTokenType is not null) yield return new(Parameters.ActorTokenType, ActorTokenType);
        foreach (var resource in Resources) yield return new(Parameters.Resource, resource);
        foreach (var audience in Audiences) yield return new(Parameters.Audience, audience);
        if (Scope is not null) yield return new(Parameters.Scope, Scope);
        if (RequestedTokenType is not null) yield return new(Parameters.RequestedTokenType, RequestedTokenType);
    }

    /// <summary>The same as the engine takes it, from a client that need not show who it is.</summary>
    /// <exception cref="FailedException">Its scope is no scope, or no form of ours could hold it.</exception>
    public ExchangeRequest ToRequest()
    {
        if (Form().Count() is var fields && fields > FormReader.MostFields) throw new FailedException(TooManyFields(fields));
        ImmutableArray<string> scopes = [];
        if (Scope is not null && !ScopeText.TryParse(Scope, out scopes)) throw new FailedException("--scope is not scopes separated by single spaces (RFC 6749 §3.3)");
        return new()
        {
            Credentials = new() { ClientId = Client },
            SubjectToken = SubjectToken,
            SubjectTokenType = SubjectTokenType,
            ActorToken = TokenText.FromOptional(ActorToken),
            ActorTokenType = ActorTokenType,
            Targets = Resources.Count + Audiences.Count == 0 ? RequestedTargets.None : new([.. Resources], [.. Audiences]),
            Scopes = Scope is null ? null : scopes,
            RequestedTokenType = RequestedTokenType,
        };
    }

    /// <summary>Why a request of so many fields, <c>grant_type</c> among them, is none.</summary>
    public static string TooManyFields(int fields) => $"The request has {fields} fields; a form may have {FormReader.MostFields}";

    /// <summary>The same as the admin API takes it.</summary>
    public JsonObject Json()
    {
        var json = new JsonObject { ["client"] = Client };
        foreach (var parameter in Form().Where(parameter => parameter.Key != Parameters.GrantType).GroupBy(parameter => parameter.Key, parameter => parameter.Value))
            json[parameter.Key] = parameter.Key is Parameters.Resource or Parameters.Audience ? new JsonArray([.. parameter.Select(value => (JsonNode)value)]) : parameter.Single();
        return json;
    }

    /// <summary>Keeps the tokens out of whatever prints it.</summary>
    public override string ToString() => nameof(RequestedExchange);
}
