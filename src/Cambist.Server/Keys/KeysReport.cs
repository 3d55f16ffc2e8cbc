using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cambist.Server;

/// <summary>Shows signing keys, and what was done to them: as a table and sentences, or as JSON.</summary>
sealed class KeysReport(Terminal terminal, bool asJson)
{
    static readonly JsonSerializerOptions JsonForm = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public void Write(KeyAct act)
    {
        if (act.Refusal is { } refusal) throw new FailedException(refusal);
        if (asJson)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(new { done = act.Deeds, keys = act.Keys.Select(KeyJson.Of) }, JsonForm));
            return;
        }

        foreach (var deed in act.Deeds) terminal.Output.WriteLine(deed);
        if (act.Deeds.IsEmpty && act.Keys.FirstOrDefault(key => key.State == SigningKeyState.Next) is { } next)
            terminal.Output.WriteLine($"Nothing to do: {next.KeyId} signs from {Instant(next.Since)} already. To have it sign at once: cambist keys rotate --now");
    }

    public void Write(IReadOnlyList<ListedKey> keys)
    {
        if (asJson)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(new { keys = keys.Select(KeyJson.Of) }, JsonForm));
            return;
        }

        if (keys.Count == 0) terminal.Output.WriteLine("The store holds no signing key yet; a server makes one when it first starts.");
        else WriteRow("KID", "ALGORITHM", "STATE", "SIGNS FROM", "UNTIL", "PUBLISHED UNTIL");
        foreach (var key in keys) WriteRow(key.KeyId, key.Algorithm, KeyJson.StateOf(key), Instant(key.Since), Instant(key.Until), Instant(key.PublishedUntil));
    }

    void WriteRow(string kid, string algorithm, string state, string since, string until, string published) =>
        terminal.Output.WriteLine($"{kid,-43}  {algorithm,-9}  {state,-7}  {since,-20}  {until,-20}  {published}".TrimEnd());

    static string Instant(DateTimeOffset? instant) => instant is { } known ? KeyJson.Instant(known) : "-";
}
