using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>A ledger entry as the admin API shows it; what is absent is left out.</summary>
static class EntryJson
{
    public static JsonObject Of(LedgerEntry entry)
    {
        var json = new JsonObject
        {
            ["decision_id"] = entry.Id.ToString(),
            ["time"] = Times.Of(entry.Id.Milliseconds),
            ["outcome"] = OutcomeName(entry.Outcome),
        };
        if (entry.Reason != Reason.None) json["reason"] = entry.Reason.WireName();
        json["action"] = entry.Action;
        Add("client", entry.Client);
        Add("subject", Party(entry.Subject));
        Add("actor", Party(entry.Actor));
        if (entry.ActorChain.Count > 0) json["act"] = List(entry.ActorChain);
        Add("jti", entry.IssuedId);
        Add("target", entry.Target);
        if (entry.ScopesAsked is { } asked) json["scopes_asked"] = List(asked);
        if (entry.ScopesGiven.Count > 0) json["scopes_given"] = List(entry.ScopesGiven);
        Add("rule", entry.Rule);
        json["registry_revision"] = entry.RegistryRevision;
        if (entry.ExpiresAt is { } expiresAt) json["expires_at"] = Times.Of(expiresAt);
        Add("shadow", Shadow(entry.Shadow));
        Add("counted", Counted(entry.Counted));
        if (entry.Outcome == DecisionOutcome.AdminAct) Add("trace", Trace(entry)); // what was done, and why: short
        return json;

        void Add(string name, JsonNode? value)
        {
            if (value is not null) json[name] = value;
        }
    }

    /// <summary>The same with the trace, line by line, and the input that was decided.</summary>
    public static JsonObject WithTrace(LedgerEntry entry)
    {
        var json = Of(entry);
        if (Trace(entry) is { } trace) json["trace"] = trace;
        if (!entry.Input.IsEmpty) json["input"] = JsonNode.Parse(entry.Input.Span);
        return json;
    }

    /// <summary>Every outcome there is now.</summary>
    public static IEnumerable<string> OutcomeNames => Enum.GetValues<DecisionOutcome>().Select(OutcomeName);

    public static string OutcomeName(DecisionOutcome outcome) => outcome switch
    {
        DecisionOutcome.Issued => "issued",
        DecisionOutcome.Refused => "refused",
        DecisionOutcome.AdminAct => "admin",
        DecisionOutcome.Counted => "counted",
        _ => "unknown", // of a newer release
    };

    static JsonObject? Party(RecordedParty? party)
    {
        if (party is null) return null;
        var json = new JsonObject { ["issuer"] = party.Issuer };
        if (party.Sub.Length > 0) json["sub"] = party.Sub;
        if (party.Lineage is { } id) json["jti"] = id;
        return json;
    }

    static JsonObject? Shadow(ShadowVerdict? shadow)
    {
        if (shadow is null) return null;
        var json = new JsonObject { ["rule"] = shadow.Rule, ["target"] = shadow.Target, ["outcome"] = OutcomeName(shadow.Reason == Reason.None ? DecisionOutcome.Issued : DecisionOutcome.Refused) };
        if (shadow.Reason != Reason.None) json["reason"] = shadow.Reason.WireName();
        if (shadow.Scopes.Count > 0) json["scopes_given"] = List(shadow.Scopes);
        return json;
    }

    static JsonObject? Counted(CountedRequests? counted)
    {
        if (counted is null) return null;
        var json = new JsonObject { ["count"] = counted.Count, ["from"] = Times.Of(counted.From), ["until"] = Times.Of(counted.Until) };
        if (counted.Address is { } address) json["address"] = address;
        return json;
    }

    static JsonArray? Trace(LedgerEntry entry) => entry.Trace is { } trace ? List(trace.ReplaceLineEndings("\n").Split('\n')) : null;

    static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}
