using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>An <see cref="Explanation"/> as JSON: the answer of the admin API and of <c>--json</c>, and read back from it.</summary>
static class ExplanationJson
{
    public static JsonObject Of(Explanation explanation)
    {
        var json = new JsonObject { ["verdict"] = explanation.IsAllowed ? "allowed" : "refused" };
        if (!explanation.IsAllowed) json["reason"] = explanation.Reason.WireName();
        if (explanation.Detail is { } detail) json["detail"] = detail;
        json["registry_revision"] = explanation.RegistryRevision;
        json["steps"] = List(explanation.Steps, Step);
        if (!explanation.Rules.IsEmpty) json["rules"] = List(explanation.Rules, Rule);
        if (explanation.Grant is { } grant) json["grant"] = Grant(grant);
        if (!explanation.Remedies.IsEmpty) json["remedies"] = List(explanation.Remedies, RemedyJson);
        return json;
    }

    static JsonObject Step(ExplainedStep step)
    {
        var json = new JsonObject { ["step"] = (int)step.Step, ["name"] = NameOf(step.Step), ["verdict"] = NameOf(step.Verdict), ["seen"] = Texts(step.Seen) };
        if (step.Required is { } required) json["required"] = required;
        if (!step.Unverified.IsEmpty) json["unverified"] = Texts(step.Unverified);
        return json;
    }

    static JsonObject Rule(ExplainedRule rule) => new()
    {
        ["kind"] = NameOf(rule.Kind),
        ["name"] = rule.Name,
        ["line"] = rule.Line,
        ["fits"] = rule.Fits,
        ["checks"] = List(rule.Checks, check => new JsonObject { ["what"] = check.What, ["required"] = check.Required, ["seen"] = check.Seen, ["holds"] = check.Holds }),
    };

    static JsonObject Grant(ExplainedGrant grant)
    {
        var json = new JsonObject { ["rule"] = grant.Rule, ["target"] = grant.Target, ["audience"] = grant.Audience, ["sub"] = grant.Subject };
        if (!grant.Actors.IsEmpty) json["act"] = Texts(grant.Actors);
        json["scopes"] = Texts(grant.Scopes);
        json["expires_in"] = grant.ExpiresIn;
        json["token_type"] = grant.TokenType;
        json["refresh_token"] = grant.HasRefreshToken;
        return json;
    }

    static JsonObject RemedyJson(Remedy remedy)
    {
        var json = new JsonObject { ["place"] = NameOf(remedy.Place), ["change"] = remedy.Change };
        if (remedy.Caution is { } caution) json["caution"] = caution;
        return json;
    }

    /// <summary>Reads what <see cref="Of"/> wrote; a server's answer.</summary>
    /// <exception cref="FormatException">It is nothing that this release knows.</exception>
    public static Explanation Read(JsonNode json)
    {
        try
        {
            return new()
            {
                Reason = json["reason"] is { } reason ? Reasons.Parse(Text(reason)) ?? throw new FormatException("an unknown reason") : Reason.None,
                Detail = (string?)json["detail"],
                RegistryRevision = Text(json["registry_revision"]),
                Steps = Read(json["steps"], step => new ExplainedStep((DecisionStep)(int)step["step"]!, Named<StepVerdict>(step["verdict"]), Texts(step["seen"]), (string?)step["required"]) { Unverified = Texts(step["unverified"]) }),
                Rules = Read(json["rules"], rule => new ExplainedRule(
                    Named<TriedKind>(rule["kind"]), Text(rule["name"]), (int)rule["line"]!, (bool)rule["fits"]!,
                    Read(rule["checks"], check => new ExplainedCheck(Text(check["what"]), Text(check["required"]), Text(check["seen"]), (bool)check["holds"]!)))),
                Grant = json["grant"] is { } grant ? ReadGrant(grant) : null,
                Remedies = Read(json["remedies"], remedy => new Remedy(Named<RemedyPlace>(remedy["place"]), Text(remedy["change"]), (string?)remedy["caution"])),
            };
        }
        catch (Exception e) when (e is InvalidOperationException or NullReferenceException)
        {
            throw new FormatException("not an explanation of this release", e);
        }
    }

    static ExplainedGrant ReadGrant(JsonNode grant) => new()
    {
        Rule = Text(grant["rule"]),
        Target = Text(grant["target"]),
        Audience = Text(grant["audience"]),
        Subject = Text(grant["sub"]),
        Actors = Texts(grant["act"]),
        Scopes = Texts(grant["scopes"]),
        ExpiresIn = (long)grant["expires_in"]!,
        TokenType = Text(grant["token_type"]),
        HasRefreshToken = (bool)grant["refresh_token"]!,
    };

    static JsonArray List<T>(ImmutableArray<T> items, Func<T, JsonNode> of) => [.. items.Select(of)];

    static JsonArray Texts(ImmutableArray<string> texts) => List(texts, text => JsonValue.Create(text));

    static ImmutableArray<T> Read<T>(JsonNode? list, Func<JsonNode, T> of) => list is null ? [] : [.. list.AsArray().Select(item => of(item!))];

    static ImmutableArray<string> Texts(JsonNode? list) => Read(list, Text);

    static string Text(JsonNode? node) => node!.GetValue<string>();

    /// <summary>The name of a value in JSON.</summary>
    public static string NameOf<T>(T value) where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    static T Named<T>(JsonNode? name) where T : struct, Enum
    {
        var text = Text(name);
        foreach (var value in Enum.GetValues<T>())
            if (NameOf(value) == text) return value;
        throw new FormatException($"an unknown {typeof(T).Name}");
    }
}
