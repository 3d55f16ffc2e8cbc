using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// A ledger entry as stores keep it: one JSON object in UTF-8, without its id. Absent members are null or empty. A reader
/// skips members it does not know, so that a node can read what the next release wrote.
/// </summary>
public static class LedgerEntryJson
{
    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>A writer with the settings this format needs.</summary>
    public static Utf8JsonWriter CreateWriter(IBufferWriter<byte> output) => new(output, Options);

    /// <summary>Writes what is kept of an entry.</summary>
    /// <param name="writer">From <see cref="CreateWriter"/>; not flushed.</param>
    /// <param name="entry">The entry; its <see cref="LedgerEntry.Input"/> is taken as it is.</param>
    public static void Write(Utf8JsonWriter writer, LedgerEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString(Name.Outcome, OutcomeName(entry.Outcome));
        if (entry.Reason != Reason.None) writer.WriteString(Name.Reason, entry.Reason.WireName());
        writer.WriteString(Name.Action, entry.Action);
        WriteText(writer, Name.Client, entry.Client);
        WriteParty(writer, Name.Subject, entry.Subject);
        WriteParty(writer, Name.Actor, entry.Actor);
        WriteList(writer, Name.Chain, entry.ActorChain);
        WriteText(writer, Name.Jti, entry.IssuedId);
        WriteText(writer, Name.Target, entry.Target);
        WriteList(writer, Name.Asked, entry.ScopesAsked, evenIfEmpty: true);
        WriteList(writer, Name.Given, entry.ScopesGiven);
        WriteText(writer, Name.Rule, entry.Rule);
        writer.WriteString(Name.Registry, entry.RegistryRevision);
        if (entry.ExpiresAt is { } expiresAt) writer.WriteNumber(Name.Expires, expiresAt);
        WriteText(writer, Name.Trace, entry.Trace);
        WriteShadow(writer, entry.Shadow);
        WriteCounted(writer, entry.Counted);
        if (entry.InputToRecord is { } unwritten)
        {
            writer.WritePropertyName(Name.Input);
            unwritten.WriteTo(writer);
        }
        else if (!entry.Input.IsEmpty)
        {
            writer.WritePropertyName(Name.Input);
            writer.WriteRawValue(entry.Input.Span, skipInputValidation: true); // our own encoding of DecisionInput
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads what <see cref="Write"/> wrote, in this release or the next.</summary>
    /// <exception cref="JsonException">This is no entry.</exception>
    public static LedgerEntry Read(DecisionId id, ReadOnlySpan<byte> json) => LedgerEntryReader.Read(id, json);

    /// <summary>How an outcome is written.</summary>
    public static string OutcomeName(DecisionOutcome outcome) => outcome switch
    {
        DecisionOutcome.Issued => "issued",
        DecisionOutcome.Refused => "refused",
        DecisionOutcome.AdminAct => "admin",
        DecisionOutcome.Counted => "counted",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "No such outcome."),
    };

    static void WriteText(Utf8JsonWriter writer, JsonEncodedText name, string? value)
    {
        if (value is not null) writer.WriteString(name, value);
    }

    static void WriteParty(Utf8JsonWriter writer, JsonEncodedText name, RecordedParty? party)
    {
        if (party is null) return;
        writer.WriteStartObject(name);
        writer.WriteString(Name.Issuer, party.Issuer);
        writer.WriteString(Name.Sub, party.Sub);
        WriteText(writer, Name.Lineage, party.Lineage);
        writer.WriteEndObject();
    }

    static void WriteShadow(Utf8JsonWriter writer, ShadowVerdict? shadow)
    {
        if (shadow is null) return;
        writer.WriteStartObject(Name.Shadow);
        writer.WriteString(Name.Rule, shadow.Rule);
        writer.WriteString(Name.Target, shadow.Target);
        if (shadow.Reason != Reason.None) writer.WriteString(Name.Reason, shadow.Reason.WireName());
        WriteList(writer, Name.Given, shadow.Scopes);
        writer.WriteEndObject();
    }

    static void WriteCounted(Utf8JsonWriter writer, CountedRequests? counted)
    {
        if (counted is null) return;
        writer.WriteStartObject(Name.Counted);
        writer.WriteNumber(Name.Count, counted.Count);
        WriteText(writer, Name.Address, counted.Address);
        writer.WriteNumber(Name.From, counted.From);
        writer.WriteNumber(Name.Until, counted.Until);
        writer.WriteEndObject();
    }

    static void WriteList(Utf8JsonWriter writer, JsonEncodedText name, IReadOnlyList<string>? values, bool evenIfEmpty = false)
    {
        if (values is null || (values.Count == 0 && !evenIfEmpty)) return;
        writer.WriteStartArray(name);
        for (var i = 0; i < values.Count; i++) writer.WriteStringValue(values[i]);
        writer.WriteEndArray();
    }

    /// <summary>Member names: short, and still read without a key.</summary>
    static class Name
    {
        public static readonly JsonEncodedText Outcome = JsonEncodedText.Encode("outcome");
        public static readonly JsonEncodedText Reason = JsonEncodedText.Encode("reason");
        public static readonly JsonEncodedText Action = JsonEncodedText.Encode("action");
        public static readonly JsonEncodedText Client = JsonEncodedText.Encode("client");
        public static readonly JsonEncodedText Subject = JsonEncodedText.Encode("subject");
        public static readonly JsonEncodedText Actor = JsonEncodedText.Encode("actor");
        public static readonly JsonEncodedText Issuer = JsonEncodedText.Encode("issuer");
        public static readonly JsonEncodedText Sub = JsonEncodedText.Encode("sub");
        public static readonly JsonEncodedText Lineage = JsonEncodedText.Encode("lineage");
        public static readonly JsonEncodedText Chain = JsonEncodedText.Encode("chain");
        public static readonly JsonEncodedText Jti = JsonEncodedText.Encode("jti");
        public static readonly JsonEncodedText Target = JsonEncodedText.Encode("target");
        public static readonly JsonEncodedText Asked = JsonEncodedText.Encode("asked");
        public static readonly JsonEncodedText Given = JsonEncodedText.Encode("given");
        public static readonly JsonEncodedText Rule = JsonEncodedText.Encode("rule");
        public static readonly JsonEncodedText Registry = JsonEncodedText.Encode("registry");
        public static readonly JsonEncodedText Expires = JsonEncodedText.Encode("exp");
        public static readonly JsonEncodedText Trace = JsonEncodedText.Encode("trace");
        public static readonly JsonEncodedText Shadow = JsonEncodedText.Encode("shadow");
        public static readonly JsonEncodedText Counted = JsonEncodedText.Encode("counted");
        public static readonly JsonEncodedText Count = JsonEncodedText.Encode("count");
        public static readonly JsonEncodedText Address = JsonEncodedText.Encode("address");
        public static readonly JsonEncodedText From = JsonEncodedText.Encode("from");
        public static readonly JsonEncodedText Until = JsonEncodedText.Encode("until");
        public static readonly JsonEncodedText Input = JsonEncodedText.Encode("input");
    }
}
