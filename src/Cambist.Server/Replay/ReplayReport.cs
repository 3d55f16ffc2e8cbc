using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary>What a replay found, for people or programs.</summary>
sealed class ReplayReport(Terminal terminal, ReplayTally tally, LoadedRegistry draft, PastRevisions revisions, ReplayRequest asked)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly string BeforeTheRules = Doubt.RefusedBefore.WireName();
    static readonly ReplayVerdict[] Changes = [ReplayVerdict.NewlyAllowed, ReplayVerdict.NewlyRefused, ReplayVerdict.ChangedScopes, ReplayVerdict.DiffersAlready, ReplayVerdict.Undecidable];

    public void WriteText()
    {
        Line($"{Counted(tally.Decisions, "decision")} of exchanges and refreshes from {Times.Of(asked.From)} until {Times.Of(asked.Until)}{(asked.Client is { } client ? $" of {client}" : "")}, decided again under {draft.FileName} (revision {draft.Compilation.Registry!.Revision})");
        Line("");
        Count(1, "same", tally.Count(ReplayVerdict.Same));
        foreach (var verdict in Changes.Where(verdict => verdict != ReplayVerdict.DiffersAlready))
        {
            Count(1, InWords(verdict), Shown(verdict).Sum(pair => pair.Group.Count));
            foreach (var (cause, group) in Shown(verdict))
                if (cause.Length > 0) Count(2, cause, group.Count);
        }

        NoEffects();
        foreach (var verdict in Changes.Where(verdict => verdict != ReplayVerdict.DiffersAlready))
            foreach (var (cause, group) in Shown(verdict))
                Examples(verdict, cause, group);
    }

    /// <summary>The groups of a verdict but for requests that no rule was ever asked about: of these there is nothing to see.</summary>
    IEnumerable<(string Cause, ReplayTally.Group Group)> Shown(ReplayVerdict verdict) =>
        tally.Of(verdict).Where(pair => verdict != ReplayVerdict.Undecidable || pair.Cause != BeforeTheRules);

    /// <summary>What the draft has no part in, a line each.</summary>
    void NoEffects()
    {
        if (tally.Count(ReplayVerdict.DiffersAlready) is > 0 and var already)
            Line($"  {Counted(already, "decision")} more {(already == 1 ? "differs" : "differ")} already under the registry in force (revision {revisions.InForce}), and not through the draft: {string.Join(", ", tally.Of(ReplayVerdict.DiffersAlready).Select(pair => $"{pair.Cause.Replace('_', ' ')} {pair.Group.Count.ToString("N0", CultureInfo.InvariantCulture)}"))}.");
        if (revisions is { InForce: { } inForce, KnowsInForce: false }) Line($"  The registry in force (revision {inForce}) does not compile here, so what edits before the draft changed is counted with it; see --secrets-folder.");
        if (tally.Of(ReplayVerdict.Undecidable).FirstOrDefault(pair => pair.Cause == BeforeTheRules).Group is { Count: var early })
            Line($"  {Counted(early, "request")} never reached the rules (an expired token, a wrong signature, an unknown target), so no draft says anything of {(early == 1 ? "it" : "them")}.");
        if (tally.OtherRule > 0) Line($"  Of those allowed before and now, {tally.OtherRule.ToString("N0", CultureInfo.InvariantCulture)} by another rule.");
        if (tally.PassedOver > 0) Line($"  Passed over: {Counted(tally.PassedOver, "entry", "entries")} of other kinds (client credentials, administrators, what was only counted).");
    }

    void Examples(ReplayVerdict verdict, string cause, ReplayTally.Group group)
    {
        if (group.Examples.Count == 0) return;
        Line("");
        terminal.Output.WriteLine(terminal.Bold(cause.Length == 0 ? InWords(verdict) : $"{InWords(verdict)}: {cause}"));
        foreach (var (entry, replayed) in group.Examples)
        {
            Line($"  {entry.Id}  {entry.Client}  {entry.Subject?.Sub ?? "-"} → {replayed.Now?.Target ?? entry.Target ?? "-"}  rule {entry.Rule ?? "-"} → {(verdict == ReplayVerdict.Undecidable ? "?" : replayed.Now?.Rule ?? "-")}");
            if (replayed.Detail.Length > 0) Line($"      {replayed.Detail}");
        }
    }

    public void WriteJson()
    {
        var json = new JsonObject
        {
            ["registry"] = draft.FileName,
            ["registry_revision"] = draft.Compilation.Registry!.Revision,
            ["from"] = Times.Of(asked.From),
            ["until"] = Times.Of(asked.Until),
            ["decisions"] = tally.Decisions,
            ["passed_over"] = tally.PassedOver,
            ["same"] = tally.Count(ReplayVerdict.Same),
        };
        if (revisions.InForce is { } inForce) json["registry_in_force"] = inForce;
        if (asked.Client is { } client) json["client"] = client;
        foreach (var verdict in Changes) json[verdict.WireName()] = tally.Count(verdict);
        json["other_rule"] = tally.OtherRule;
        json["newly_refused_by_reason"] = Causes(ReplayVerdict.NewlyRefused);
        json["differs_already_by_verdict"] = Causes(ReplayVerdict.DiffersAlready);
        json["undecidable_by_cause"] = Causes(ReplayVerdict.Undecidable);
        json["examples"] = new JsonArray([.. Changes.SelectMany(verdict => tally.Of(verdict)).SelectMany(pair => pair.Group.Examples).Select(Example)]);
        terminal.Output.WriteLine(json.ToJsonString(Indented));
    }

    JsonObject Causes(ReplayVerdict verdict) => new(tally.Of(verdict).Select(pair => KeyValuePair.Create(pair.Cause, (JsonNode?)pair.Group.Count)));

    static JsonObject Example(ReplayTally.Example example)
    {
        var (entry, replayed) = example;
        var json = new JsonObject
        {
            ["verdict"] = replayed.Verdict.WireName(),
            ["cause"] = replayed.Cause.Length == 0 ? null : replayed.Cause,
            ["decision_id"] = entry.Id.ToString(),
            ["time"] = Times.Of(entry.Id.Milliseconds),
            ["client"] = entry.Client,
            ["subject"] = entry.Subject?.Sub,
            ["before"] = Side(EntryJson.OutcomeName(entry.Outcome), entry.Rule, entry.Target, entry.ScopesGiven),
            ["after"] = replayed switch
            {
                { Now: { } given } => Side("issued", given.Rule, given.Target, given.Scopes),
                { Verdict: ReplayVerdict.Undecidable } => null,
                _ => Side("refused", null, entry.Target, []),
            },
            ["detail"] = replayed.Detail,
        };
        return json;
    }

    static JsonObject Side(string outcome, string? rule, string? target, IEnumerable<string> scopes) =>
        new() { ["outcome"] = outcome, ["rule"] = rule, ["target"] = target, ["scopes"] = new JsonArray([.. scopes.Select(scope => (JsonNode)scope)]) };

    void Count(int depth, string name, long count) => Line($"{new string(' ', depth * 2)}{name.PadRight(34 - (depth * 2))}{count,12:N0}");

    void Line(FormattableString text) => Line(text.ToString(CultureInfo.InvariantCulture));

    void Line(string text) => terminal.Output.WriteLine(PrintableText.Of(text));

    static string InWords(ReplayVerdict verdict) => verdict.WireName().Replace('_', ' ');

    static string Counted(long number, string one, string? several = null) => $"{number.ToString("N0", CultureInfo.InvariantCulture)} {(number == 1 ? one : several ?? one + "s")}";
}
