using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cambist.Server;

/// <summary>Shows decisions, to be read by people or programs: those on record, and those that nobody made.</summary>
sealed class ExplainReport(Terminal terminal, bool asJson)
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Shows an entry as the admin API gives it, with its explanation where it has one.</summary>
    /// <exception cref="FailedException">It is nothing that this release knows.</exception>
    public void WriteRecorded(JsonObject entry)
    {
        if (asJson)
        {
            WriteJson(entry);
            return;
        }

        var explanation = entry["explanation"] is JsonObject json ? Understood(json) : null;
        if (explanation is not null)
        {
            ExplanationPicture.WriteVerdict(terminal, explanation);
            terminal.Output.WriteLine();
        }

        foreach (var (name, value) in DecisionFacts.Of(entry)) terminal.Output.WriteLine($"{name,-9} {PrintableText.Of(value)}");
        if (explanation is not null) ExplanationPicture.WriteSteps(terminal, explanation, isRecorded: true);
        else WriteTrace(entry);
    }

    /// <summary>Shows what a request would be answered; says whether it would be allowed.</summary>
    public bool WriteSupposed(Explanation explanation)
    {
        if (asJson)
        {
            WriteJson(ExplanationJson.Of(explanation));
        }
        else
        {
            ExplanationPicture.WriteVerdict(terminal, explanation);
            ExplanationPicture.WriteSteps(terminal, explanation, isRecorded: false);
        }

        return explanation.IsAllowed;
    }

    /// <summary>An explanation out of a server's answer.</summary>
    /// <exception cref="FailedException">It is nothing that this release knows.</exception>
    public static Explanation Understood(JsonObject json)
    {
        try
        {
            return ExplanationJson.Read(json);
        }
        catch (FormatException)
        {
            throw new FailedException("The server explains it in a way that this release does not understand; --json shows what it says, and a cambist of its release reads it.");
        }
    }

    /// <summary>Of what is no request for a token: what an administrator did, or failures that were counted.</summary>
    void WriteTrace(JsonObject entry)
    {
        if (entry["trace"] is not JsonArray lines) return;
        terminal.Output.WriteLine();
        terminal.Output.WriteLine(terminal.Bold("trace"));
        foreach (var line in lines) terminal.Output.WriteLine($"  {PrintableText.Of(line!.ToString())}");
    }

    // in JSON an escape says the same, and a terminal obeys none
    void WriteJson(JsonObject json)
    {
        foreach (var line in json.ToJsonString(Indented).Split('\n')) terminal.Output.WriteLine(PrintableText.Of(line.TrimEnd('\r')));
    }
}
