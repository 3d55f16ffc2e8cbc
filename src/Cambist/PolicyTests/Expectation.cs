using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist;

/// <summary>What must come of a policy test's request.</summary>
abstract record Expectation
{
    /// <summary>What was expected and what came, in one line; null where that is the same.</summary>
    public abstract string? Miss(Result<Decision> came, Registry registry);

    protected static string Got(Denied denied) => $"got {denied.Reason.WireName()}: {denied.Detail}";

    protected static string Text(IEnumerable<string> names) => string.Join(' ', names) is { Length: > 0 } text ? text : "none";
}

/// <summary>A refusal for one reason.</summary>
sealed record ExpectedRefusal(Reason Reason) : Expectation
{
    public override string? Miss(Result<Decision> came, Registry registry)
    {
        if (!came.Gives(out var decision, out var denied))
            return denied.Reason == Reason ? null : $"expected {Reason.WireName()}, {Got(denied)}";
        var (rule, target) = decision.Selected;
        return $"expected {Reason.WireName()}, got allow: rule {rule.Name} (line {rule.Position.Line}) gives {decision.Token.Subject} a token for {target.Resource.Name}, scopes {Text(decision.Token.Scopes)}";
    }
}

/// <summary>A token; what is null of it is not compared.</summary>
sealed record ExpectedGrant : Expectation
{
    /// <summary>A set.</summary>
    public ImmutableArray<string>? Scopes { get; init; }

    public TimeSpan? Lifetime { get; init; }

    /// <summary>The names in <c>act</c>, newest first.</summary>
    public ImmutableArray<string>? Act { get; init; }

    public string? Rule { get; init; }

    public string? Sub { get; init; }

    public string? Audience { get; init; }

    /// <summary>Claims of the token; null stands for one that it lacks.</summary>
    public JsonObject Claims { get; init; } = [];

    public override string? Miss(Result<Decision> came, Registry registry)
    {
        if (!came.Gives(out var decision, out var denied)) return $"expected allow, {Got(denied)}";
        var misses = Misses(decision.Token, registry).ToArray();
        return misses.Length == 0 ? null : $"{string.Join("; ", misses)} (by rule {decision.Selected.Rule.Name}, line {decision.Selected.Rule.Position.Line})";
    }

    IEnumerable<string> Misses(TokenToIssue token, Registry registry)
    {
        var actors = token.ActorChain;
        var seconds = token.ExpiresAt - token.IssuedAt;

        if (Scopes is { } scopes && !scopes.ToHashSet().SetEquals(token.Scopes))
            yield return Differs("scopes", Text(scopes.Order(StringComparer.Ordinal)), Text(token.Scopes.Order(StringComparer.Ordinal)));
        if (Lifetime is { } lifetime && (long)lifetime.TotalSeconds != seconds)
            yield return Differs("lifetime", Durations.Format(lifetime), Durations.Format(TimeSpan.FromSeconds(seconds)));
        if (Act is { } act && !act.SequenceEqual(actors)) yield return Differs("act", Text(act), Text(actors));
        if (Rule is { } rule && rule != token.Rule!.Name) yield return Differs("rule", rule, token.Rule.Name);
        if (Sub is { } sub && sub != token.Subject) yield return Differs("sub", sub, token.Subject);
        if (Audience is { } audience && audience != token.Target.Audience) yield return Differs("audience", audience, token.Target.Audience);
        if (Claims.Count == 0) yield break;

        var issued = (JsonObject)JsonNode.Parse(AccessTokenWriter.WritePayload(token, TestToken.NoLineage, registry))!;
        foreach (var (name, value) in Claims)
        {
            issued.TryGetPropertyValue(name, out var written);
            if (!JsonNode.DeepEquals(value, written)) yield return Differs($"claim {name}", Json(value), Json(written));
        }
    }

    static string Differs(string what, string expected, string came) => $"expected {what} {expected}, got {came}";

    static string Json(JsonNode? value) => value?.ToJsonString(Shown) switch
    {
        null => "none",
        { Length: <= LongestShown } json => json,
        var json => Trace.Cut(json, LongestShown) + "…",
    };

    const int LongestShown = 128;

    static readonly JsonSerializerOptions Shown = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
