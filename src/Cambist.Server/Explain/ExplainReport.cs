using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>Shows a ledger entry, to be read by people or programs.</summary>
static class ExplainReport
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteText(Terminal terminal, LedgerEntry entry)
    {
        void Line(string name, string? value)
        {
            if (value is not null) terminal.Output.WriteLine($"{name,-9} {PrintableText.Of(value)}");
        }

        Line("decision", $"{entry.Id}  {Instant(entry.Id.Milliseconds)}");
        Line("outcome", Outcome(entry));
        Line("action", entry.Action);
        Line("client", entry.Client);
        Line("subject", Party(entry.Subject));
        Line("actor", Party(entry.Actor));
        Line("act", entry.ActorChain.Count == 0 ? null : string.Join(" for ", entry.ActorChain));
        Line("target", entry.Target);
        Line("asked", entry.ScopesAsked is { } asked ? string.Join(' ', asked) : null);
        Line("given", entry.ScopesGiven.Count == 0 ? null : string.Join(' ', entry.ScopesGiven));
        Line("jti", entry.IssuedId);
        Line("expires", entry.ExpiresAt is { } expires ? Instant(expires) : null);
        Line("rule", entry.Rule);
        Line("shadow", Shadow(entry.Shadow));
        Line("registry", $"revision {entry.RegistryRevision}");
        if (entry.Counted is { } counted)
            Line("counted", $"{counted.Count} from {counted.Address ?? "several addresses"}, {Instant(counted.From)} to {Instant(counted.Until)}");

        if (entry.Trace is null) return;
        terminal.Output.WriteLine();
        terminal.Output.WriteLine(terminal.Bold("trace"));
        foreach (var line in entry.Trace.Split('\n')) terminal.Output.WriteLine($"  {PrintableText.Of(line.TrimEnd('\r'))}");
    }

    public static void WriteJson(Terminal terminal, LedgerEntry entry)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = LedgerEntryJson.CreateWriter(buffer)) LedgerEntryJson.Write(writer, entry);
        var json = JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
        json.Insert(0, "id", entry.Id.ToString());
        json.Insert(1, "time", DateTimeOffset.FromUnixTimeMilliseconds(entry.Id.Milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        terminal.Output.WriteLine(json.ToJsonString(Indented));
    }

    static string Outcome(LedgerEntry entry)
    {
        var outcome = entry.Outcome switch
        {
            DecisionOutcome.AdminAct => "done by an administrator",
            var other => other.ToString().ToLowerInvariant(),
        };
        return entry.Reason == Reason.None ? outcome : $"{outcome}: {entry.Reason.WireName()}";
    }

    static string? Shadow(ShadowVerdict? shadow) => shadow switch
    {
        null => null,
        { Reason: Reason.None } => $"rule {shadow.Rule}, were it live, would issue {Scoped(shadow)}",
        _ => $"rule {shadow.Rule}, were it live, would refuse {shadow.Target}: {shadow.Reason.WireName()}",
    };

    static string Scoped(ShadowVerdict shadow) => string.Join(' ', shadow.Scopes.Prepend(shadow.Target + (shadow.Scopes.Count == 0 ? "" : ":")));

    static string? Party(RecordedParty? party) => party is null ? null : $"{party.Sub}, from {party.Issuer}";

    static string Instant(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
