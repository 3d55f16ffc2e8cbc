using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// What each step saw, one line a step, for explain and for refusals. Made from what the walk knows when it ends, so that it
/// costs nothing when the answer is yes.
/// </summary>
internal static class Trace
{
    const int LongestTrace = 8 * 1024;
    const int LongestValue = 128;

    static readonly (string Label, DecisionStep Step)[] Labels =
        [("client", DecisionStep.Authenticate), ("subject", DecisionStep.ResolveSubject), ("actor", DecisionStep.ResolveActor), ("target", DecisionStep.Target)];

    public static string Of(Walk walk, Denied? denied)
    {
        var text = new StringBuilder();
        void Line(string line) => text.AppendLine(PrintableText.Of(line));

        foreach (var (label, step) in Labels)
            if (StepFacts.Of(walk, step).FirstOrDefault() is { } fact) Line($"{label}: {fact}");
        if (walk.Input is { } input)
        {
            foreach (var rule in RuleSelection.Candidates(input, walk.Registry))
            {
                Line($"rule {rule.Name} (line {rule.Position.Line}): {RuleFit.Explain(rule, input)}");
                if (rule == walk.Selected?.Rule || text.Length > LongestTrace) break;
            }
        }

        // The reason is what a trace is read for, so the steps make room for it.
        var reason = denied is null ? "" : Limit(PrintableText.Of($"{denied.Reason.WireName()}: {denied.Detail}"), LongestTrace / 2);
        return (Limit(text.ToString(), LongestTrace - Encoding.UTF8.GetByteCount(reason) - Environment.NewLine.Length).TrimEnd() + Environment.NewLine + reason).Trim();
    }

    /// <summary>A claim's value as a trace shows it.</summary>
    public static string Show(Claims claims, ClaimPath path)
    {
        if (!claims.TryGet(path, out var claim)) return "nothing (the claim is missing)";
        return Short(Encoding.UTF8.GetString(claim.RawJson));
    }

    /// <summary>A value of any length, cut at 128 characters.</summary>
    public static string Short(string value) => value.Length <= LongestValue ? value : Cut(value, LongestValue) + "…";

    static string Limit(string text, int longest)
    {
        while (Encoding.UTF8.GetByteCount(text) > longest) text = Cut(text, text.Length * 3 / 4);
        return text;
    }

    /// <summary>The first characters of text, without half of one at the end.</summary>
    public static string Cut(string text, int length) => text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}
