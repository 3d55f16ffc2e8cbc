using System.Collections.Immutable;
using Cambist.Protocol;
using Spectre.Console;

namespace Cambist.Server;

/// <summary>
/// An explanation as a picture: the verdict in a line, the ten steps as a tree, the rules that were tried under theirs, and what
/// would allow it. Marks and words say all that colours say. What comes from tokens and registries is shown, never obeyed.
/// </summary>
sealed class ExplanationPicture
{
    /// <summary>Wider than any line: where no terminal is, lines end where they end.</summary>
    const int Unbounded = 1_000_000;

    const int MostNames = 5;

    readonly Explanation _explanation;
    readonly IAnsiConsole _console;
    readonly PictureMarks _marks;

    ExplanationPicture(Explanation explanation, Terminal terminal)
    {
        _explanation = explanation;
        _marks = terminal.WritesUnicode ? PictureMarks.Unicode : PictureMarks.Ascii;
        _console = AnsiConsole.Create(new()
        {
            Ansi = terminal.ColoursOutput ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.ColoursOutput ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new() { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(terminal.Output),
        });
        _console.Profile.Width = terminal.Width ?? Unbounded;
    }

    /// <summary>Writes the verdict.</summary>
    public static void WriteVerdict(Terminal terminal, Explanation explanation) => new ExplanationPicture(explanation, terminal).WriteVerdict();

    /// <summary>Writes all that leads to the verdict, and away from it.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="explanation">What happened, or would.</param>
    /// <param name="isRecorded">Whether it happened.</param>
    public static void WriteSteps(Terminal terminal, Explanation explanation, bool isRecorded)
    {
        var picture = new ExplanationPicture(explanation, terminal);
        picture.WriteTree(isRecorded ? "the ten steps" : $"the ten steps, under registry revision {explanation.RegistryRevision}", picture.Steps());
        if (explanation.Grant is { } grant) picture.WriteTree(isRecorded ? "it got" : "it would get", Grant(grant).Select(Leaf));
        if (!explanation.Remedies.IsEmpty) picture.WriteTree("to allow it", explanation.Remedies.Select(Remedy));
    }

    void WriteVerdict()
    {
        var (word, style) = _explanation.IsAllowed ? ("allowed", PictureMarks.Good) : ($"refused: {_explanation.Reason.WireName()}", PictureMarks.Bad);
        var line = new Paragraph(word, style);
        if (Verdict() is { } said) line.Append(PrintableText.Of($"{_marks.Dash}{said}"));
        _console.Write(line);
        _console.WriteLine();
    }

    string? Verdict() => _explanation is { IsAllowed: true, Grant: { } grant }
        ? $"{(grant.Scopes.IsEmpty ? "no scopes" : string.Join(' ', grant.Scopes))} at {grant.Target} for {grant.Subject}, by rule {grant.Rule}"
        : _explanation.Detail;

    void WriteTree(string heading, IEnumerable<TreeNode> nodes)
    {
        var tree = new Tree(new Text(PrintableText.Of(heading), PictureMarks.Heading)) { Guide = _marks.Guide };
        foreach (var node in nodes) tree.AddNode(node);
        _console.WriteLine();
        _console.Write(tree);
    }

    /// <summary>All ten; those that were not reached in one line.</summary>
    IEnumerable<TreeNode> Steps()
    {
        var unreached = _explanation.Steps.Where(step => step.Verdict == StepVerdict.NotReached).Select(step => (int)step.Step).ToImmutableArray();
        var reached = _explanation.Steps.Where(step => step.Verdict != StepVerdict.NotReached).Select(Step);
        if (unreached.IsEmpty) return reached;
        var numbers = unreached.Length == 1 ? $"{unreached[0],2}" : $"{unreached[0],2}{_marks.Range}{unreached[^1]}";
        return reached.Append(Line(_marks.Nothing, PictureMarks.Aside, $"{numbers} not reached", PictureMarks.Aside));
    }

    TreeNode Step(ExplainedStep step)
    {
        var (mark, style, words) = step.Verdict switch
        {
            StepVerdict.Passed => (_marks.Yes, PictureMarks.Good, (string?)null),
            StepVerdict.Refused => (_marks.No, PictureMarks.Bad, _explanation.Reason.WireName()),
            StepVerdict.NotNeeded => (_marks.Nothing, PictureMarks.Aside, step.Seen.IsEmpty ? "nothing to do" : null),
            _ => (_marks.Unknown, PictureMarks.Aside, step.Seen.IsEmpty ? "not on record" : null),
        };
        var node = Line(mark, style, $"{(int)step.Step,2} {NameOf(step.Step),-15} {string.Join("; ", words is null ? step.Seen : step.Seen.Insert(0, words))}", step.Verdict == StepVerdict.Passed ? null : style);
        if (step.Required is { Length: > 0 } required && required != _explanation.Detail) node.AddNode(Leaf($"required: {required}"));
        if (!step.Unverified.IsEmpty) node.AddNode(Unverified(step));
        if (step.Step == DecisionStep.Select)
            foreach (var tried in Tried()) node.AddNode(tried);
        return node;
    }

    static TreeNode Unverified(ExplainedStep step)
    {
        var node = new TreeNode(new Text("what was sent, not verified", PictureMarks.Caution));
        foreach (var fact in step.Unverified) node.AddNode(Leaf(fact));
        return node;
    }

    /// <summary>Deny entries that are not about the request in one line, then all else in its order.</summary>
    IEnumerable<TreeNode> Tried()
    {
        var idle = _explanation.Rules.Where(rule => rule is { Kind: TriedKind.Deny, Fits: false }).ToImmutableArray();
        var others = _explanation.Rules.Where(rule => rule is not { Kind: TriedKind.Deny, Fits: false }).Select(Tried);
        if (idle.IsEmpty) return others;
        var names = string.Join(", ", idle.Take(MostNames).Select(entry => entry.Name)) + (idle.Length > MostNames ? $", and {idle.Length - MostNames} more" : "");
        return others.Prepend(Line(_marks.Nothing, PictureMarks.Aside, idle.Length == 1 ? $"deny entry {names} is not about it" : $"deny entries {names} are not about it", PictureMarks.Aside));
    }

    /// <summary>The entries that hold are told together; the one that does not, with what it asks for and what there was.</summary>
    TreeNode Tried(ExplainedRule rule)
    {
        var (mark, style, verdict) = (rule.Kind, rule.Fits) switch
        {
            (TriedKind.Deny, true) => (_marks.No, PictureMarks.Bad, "forbids it"),
            (TriedKind.Shadow, _) => (_marks.Nothing, PictureMarks.Aside, rule.Fits ? "would fit, but is a shadow rule and decides nothing" : "is a shadow rule, and does not fit"),
            (_, true) => (_marks.Yes, PictureMarks.Good, "fits, and decides"),
            _ => (_marks.No, PictureMarks.Bad, "does not fit"),
        };
        var node = Line(mark, style, $"{(rule.Kind == TriedKind.Deny ? "deny entry" : "rule")} {rule.Name} (line {rule.Line}) {verdict}", rule.Fits && rule.Kind == TriedKind.Rule ? null : style);
        var failing = rule.Checks.FirstOrDefault(check => !check.Holds);
        var holding = rule.Checks.Where(check => check.Holds).ToImmutableArray();
        if (rule is { Kind: TriedKind.Deny, Fits: true })
            foreach (var check in holding) node.AddNode(Line(_marks.Yes, style, $"{Told(check)}: it matches"));
        else if (!holding.IsEmpty)
            node.AddNode(Line(_marks.Yes, PictureMarks.Good, string.Join(", ", holding.Select(check => check.What)), PictureMarks.Aside));
        if (failing is not null) node.AddNode(Line(mark, style, Told(failing)));
        return node;
    }

    static string Told(ExplainedCheck check) => $"{check.What} {check.Required}; {check.Seen}";

    static IEnumerable<string> Grant(ExplainedGrant grant)
    {
        yield return $"{TokenTypeNames.Of(grant.TokenType)} for {grant.Target}, aud {grant.Audience}{(grant.HasRefreshToken ? ", and a refresh token" : "")}";
        yield return $"sub {grant.Subject}{(grant.Actors.IsEmpty ? "" : $", act {string.Join(" for ", grant.Actors)}")}";
        yield return grant.Scopes.IsEmpty ? "no scopes" : $"scope {string.Join(' ', grant.Scopes)}";
        yield return $"expires {TimeInWords.Of(DateTimeOffset.UnixEpoch.AddSeconds(grant.ExpiresIn), DateTimeOffset.UnixEpoch)}";
    }

    static TreeNode Remedy(Remedy remedy, int index)
    {
        var place = remedy.Place switch
        {
            RemedyPlace.Request => "in the request",
            RemedyPlace.Registry => "in the registry",
            _ => "elsewhere",
        };
        var node = Leaf($"{index + 1}. {place}: {remedy.Change}");
        if (remedy.Caution is { } caution) node.AddNode(new TreeNode(new Text(PrintableText.Of($"but mind: {caution}"), PictureMarks.Caution)));
        return node;
    }

    static TreeNode Leaf(string text) => new(new Text(PrintableText.Of(text)));

    static TreeNode Line(string mark, Style style, string text, Style? textStyle = null) =>
        new(new Paragraph($"{mark} ", style).Append(PrintableText.Of(text.TrimEnd()), textStyle));

    /// <summary>In the words that JSON has for it.</summary>
    static string NameOf(DecisionStep step) => ExplanationJson.NameOf(step).Replace('_', ' ');
}
