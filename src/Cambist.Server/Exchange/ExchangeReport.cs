using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist.Server;

/// <summary>
/// What <c>cambist exchange</c> prints: on standard output what a script reads, the token alone or the whole answer; all else on
/// standard error. What the server says is shown as text, whatever a terminal would make of it.
/// </summary>
sealed class ExchangeReport(Terminal terminal, bool asJson, bool isVerbose)
{
    const int LongestText = 500;
    const long LongestLife = 100L * 365 * 86400;

    /// <summary>Reasons that this server gives without a decision to look up.</summary>
    static readonly string[] Counted = [Reason.ClientAuthenticationFailed.WireName(), Reason.TooManyFailures.WireName()];

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly Terminal _aside = terminal with { Output = terminal.Error, ColoursOutput = terminal.ColoursError };

    /// <summary>What is about to be sent.</summary>
    public void Sending(ExchangeServer server, RequestedExchange asked, string method)
    {
        if (!isVerbose) return;
        _aside.Output.WriteLine($"POST {server.TokenEndpoint.GetLeftPart(UriPartial.Path)}  as {(asked.Client is null ? "nobody" : $"client {PrintableText.Of(asked.Client)}")} ({method})");
        foreach (var (name, value) in asked.Form())
            _aside.Output.WriteLine($"  {name,-20}  {(name is Parameters.SubjectToken or Parameters.ActorToken ? "(decoded below)" : PrintableText.Of(value))}");
        Decode("subject token", asked.SubjectToken);
        if (asked.ActorToken is { } actor) Decode("actor token", actor);
        _aside.Output.WriteLine();
    }

    /// <summary>What came of it: whether there is a token.</summary>
    public bool Answered(ExchangeServer server, ExchangeAnswer answer)
    {
        if (asJson) foreach (var line in JsonSerializer.Serialize(answer.Json, Indented).Split('\n')) terminal.Output.WriteLine(PrintableText.Of(line.TrimEnd('\r'))); // in JSON an escape says the same
        if (answer.Token is not { } token)
        {
            terminal.Error.WriteLine(terminal.Red(Refusal(answer), terminal.ColoursError));
            return false;
        }

        if (!asJson) terminal.Error.WriteLine(Summary(answer.Json, server));
        if (isVerbose) Decode("new token", token);
        if (!asJson) terminal.Output.WriteLine(token);
        return true;
    }

    string Summary(JsonElement json, ExchangeServer server)
    {
        var kind = DecodedToken.StringOf(json, "issued_token_type") is { } type ? TokenTypeNames.Of(type) : "a token of no stated type (issued_token_type is missing, which RFC 8693 §2.2.1 wants)";
        var expiry = json.TryGetProperty("expires_in", out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && seconds is >= 0 and < LongestLife
            ? $"expires {TimeInWords.Of(terminal.Clock.GetUtcNow().AddSeconds(seconds), terminal.Clock.GetUtcNow())}"
            : "does not say when it expires";
        var scope = DecodedToken.StringOf(json, "scope") is { } scopes ? $", scope {Short(scopes)}" : "";
        var refresh = json.TryGetProperty("refresh_token", out _) ? "; a refresh token came along, which --json prints" : "";
        return $"issued by {server.Issuer ?? server.TokenEndpoint.GetLeftPart(UriPartial.Path)}: {Short(kind)}, {Short(DecodedToken.StringOf(json, "token_type") ?? "without token_type")}, {expiry}{scope}{refresh}";
    }

    static string Refusal(ExchangeAnswer answer)
    {
        var json = answer.Json;
        var described = DecodedToken.StringOf(json, "error_description") is { Length: > 0 } description ? $": {Short(description).TrimEnd('.')}" : "";
        var reason = DecodedToken.StringOf(json, "reason") is { Length: > 0 } stable ? $", reason {Short(stable)}" : "";
        var wait = answer.Remote.RetryAfterSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"; try again in {seconds} s") : "";
        var why = DecodedToken.StringOf(json, "decision_id") is { } text && DecisionId.TryParse(text, out var id)
            ? $". To see why, where the server runs: cambist explain {id}"
            : Counted.Contains(DecodedToken.StringOf(json, "reason")) ? ". Which check failed, the server's log says within a minute (failed_requests)" : "";
        return $"refused ({answer.Remote.Status} {Short(answer.Error!)}){described}{reason}{wait}{why}";
    }

    void Decode(string what, string token)
    {
        _aside.Output.WriteLine();
        _aside.Output.WriteLine(_aside.Bold(what));
        try
        {
            InspectCommand.Show(_aside, token, asJson: false);
        }
        catch (FailedException e)
        {
            _aside.Output.WriteLine(e.Message);
        }
    }

    static string Short(string text) => PrintableText.Of(text.Length <= LongestText ? text : Trace.Cut(text, LongestText) + "…");
}
