using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary>What <c>cambist reach</c> found, to be read by people or programs.</summary>
sealed record ReachReport(Registry Registry, ProtectedResource Resource, string? Scope, ImmutableArray<ReachedClient> Clients, ImmutableArray<string> WhyNobody)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    string What => Scope is null ? Resource.Name : $"{Resource.Name} with {Scope}";

    public void WriteText(Terminal terminal)
    {
        void Line(string text) => terminal.Output.WriteLine(PrintableText.Of(text));
        if (Clients.IsEmpty)
        {
            Line($"nobody can ever end up with a token for {What}");
            foreach (var obstacle in WhyNobody) Line($"  {obstacle}");
            return;
        }

        Line($"{(Clients.Length == 1 ? "1 client" : $"{Clients.Length} clients")} can end up with a token for {What}");
        foreach (var client in Clients)
        {
            Line("");
            Line($"{client.Client} [{string.Join(", ", client.Scopes)}]");
            foreach (var chain in client.Chains)
            {
                Line($"  {chain.Begins}");
                foreach (var step in chain.Steps) Line($"    → {(step.Rule is null ? "" : $"{ReachChain.Exchange(step)} → ")}{ReachChain.Gives(step)}");
            }

            if (client.More > 0) Line($"  and {(client.HasUncounted ? "at least " : "")}{client.More} more");
        }
    }

    public void WriteJson(Terminal terminal) => terminal.Output.WriteLine(new JsonObject
    {
        ["resource"] = Resource.Name,
        ["scope"] = Scope,
        ["revision"] = Registry.Revision,
        ["clients"] = Array(Clients.Select(client => new JsonObject
        {
            ["client"] = client.Client,
            ["scopes"] = Array(client.Scopes.Select(Text)),
            ["chains"] = Array(client.Chains.Select(Chain)),
            ["more"] = client.More,
        })),
        ["why_nobody"] = Array(WhyNobody.Select(Text)),
    }.ToJsonString(Indented));

    static JsonObject Chain(ReachChain chain) => new()
    {
        ["begins"] = chain.Begins,
        ["origin"] = chain.Origin.Name,
        ["steps"] = Array(chain.Steps.Select(step => new JsonObject
        {
            ["client"] = step.To.Client.Id,
            ["rule"] = step.Rule?.Name,
            ["line"] = step.Rule?.Position.Line,
            ["subject_token_type"] = step.Type.Length == 0 ? null : step.Type,
            ["provisos"] = Array(ReachChain.Provisos(step).Select(Text)),
            ["resource"] = step.To.Resource.Name,
            ["scopes"] = Array(step.Given.Keys.Select(Text)),
        })),
    };

    static JsonNode Text(string text) => JsonValue.Create(text);

    static JsonArray Array(IEnumerable<JsonNode> items) => [.. items];
}
