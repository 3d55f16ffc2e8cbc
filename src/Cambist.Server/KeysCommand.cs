using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cambist.Storage.Sqlite;

namespace Cambist.Server;

/// <summary><c>cambist keys</c>: the signing keys of a store, beside a running server or with none.</summary>
static class KeysCommand
{
    const int LongestReason = 1000;

    static readonly Option<string?> Storage = new("--storage") { Description = "The store: sqlite:PATH.", HelpName = "CONN", Recursive = true };
    static readonly Option<string?> KeyFileOption = new("--key-file") { Description = "The server's key file; read only where a key is made.", HelpName = "FILE", Recursive = true };
    static readonly Option<bool> Json = new("--json") { Description = "Writes JSON.", Recursive = true };
    static readonly JsonSerializerOptions JsonForm = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Command Create()
    {
        var list = new Command("list", "Shows the signing keys.");
        list.SetAction((parsed, cancellationToken) => RunAsync(parsed, async acts =>
        {
            Write(parsed, await acts.ListAsync(cancellationToken));
            return 0;
        }));

        var now = new Option<bool>("--now") { Description = "The new key signs at once; APIs that do not ask for an unknown kid refuse its tokens until they read the key set again." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept in the ledger.", HelpName = "TEXT" };
        var rotate = new Command("rotate", "Publishes a new key, which signs an hour later.") { now, reason };
        rotate.SetAction((parsed, cancellationToken) => RunAsync(parsed, async acts =>
        {
            var act = await acts.RotateAsync(parsed.GetValue(now), Environment.UserName, ReasonOf(parsed, reason), cancellationToken);
            var next = act.Keys.FirstOrDefault(key => key.State == SigningKeyState.Next);
            return Write(parsed, act, $"Nothing to do: {next?.KeyId} signs from {next?.Since:u} already. To have it sign at once: cambist keys rotate --now");
        }));

        var kid = new Argument<string>("KID") { Description = "The key's kid, as list shows it." };
        var revoke = new Command("revoke", "Takes a key out of use at once; tokens under it are refused.") { kid, reason };
        revoke.SetAction((parsed, cancellationToken) => RunAsync(parsed, async acts =>
            Write(parsed, await acts.RevokeAsync(parsed.GetRequiredValue(kid), Environment.UserName, ReasonOf(parsed, reason), cancellationToken), "")));

        return new Command("keys", "Lists, rotates and revokes the signing keys of a store.") { Storage, KeyFileOption, Json, list, rotate, revoke };
    }

    static async Task<int> RunAsync(ParseResult parsed, Func<KeyActs, Task<int>> act)
    {
        var builder = WebApplication.CreateSlimBuilder(); // for its settings: those of serve, in the same order
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Cambist:Storage"] = parsed.GetValue(Storage),
            ["Cambist:KeyFile"] = parsed.GetValue(KeyFileOption),
        }.Where(setting => setting.Value is not null));
        var settings = ServerSettings.Read(builder.Configuration);
        var path = settings.SqlitePath;
        if (!File.Exists(path) || new FileInfo(path).Length == 0)
            throw new FailedException($"There is no store at {path}, and none was made. Name the server's store with --storage sqlite:PATH, or run this in the folder that the server runs in.");
        try
        {
            await using var store = SqliteStore.Open(path, TimeProvider.System, new() { BesideServer = true });
            return await act(new KeyActs(store, settings.KeyFile ?? Path.Combine(Path.GetDirectoryName(path)!, "cambist.key"), TimeProvider.System, new Warnings()));
        }
        catch (Exception e) when (e is StoreUnavailableException or KeySealException)
        {
            throw new FailedException(e.Message);
        }
    }

    static string? ReasonOf(ParseResult parsed, Option<string?> reason) => parsed.GetValue(reason) is { Length: > LongestReason }
        ? throw new FailedException($"The reason is longer than {LongestReason} characters. Shorten it; a ticket's number will do.")
        : parsed.GetValue(reason);

    static int Write(ParseResult parsed, KeyAct act, string nothingDone)
    {
        if (act.Refusal is { } refusal) throw new FailedException(refusal);
        if (parsed.GetValue(Json)) Console.WriteLine(JsonSerializer.Serialize(new { done = act.Deeds, keys = act.Keys.Select(Shown) }, JsonForm));
        else if (act.Deeds.IsEmpty) Console.WriteLine(nothingDone);
        else foreach (var deed in act.Deeds) Console.WriteLine(deed);
        return 0;
    }

    static void Write(ParseResult parsed, IReadOnlyList<ListedKey> keys)
    {
        if (parsed.GetValue(Json))
        {
            Console.WriteLine(JsonSerializer.Serialize(new { keys = keys.Select(Shown) }, JsonForm));
            return;
        }

        if (keys.Count == 0) Console.WriteLine("The store holds no signing key yet; a server makes one when it first starts.");
        else WriteRow("KID", "ALGORITHM", "STATE", "SIGNS FROM", "UNTIL", "PUBLISHED UNTIL");
        foreach (var key in keys) WriteRow(key.KeyId, key.Algorithm, StateOf(key), Instant(key.Since), Instant(key.Until), Instant(key.PublishedUntil));
    }

    static void WriteRow(string kid, string algorithm, string state, string since, string until, string published) =>
        Console.WriteLine($"{kid,-43}  {algorithm,-9}  {state,-7}  {since,-20}  {until,-20}  {published}".TrimEnd());

    static object Shown(ListedKey key) => new
    {
        kid = key.KeyId,
        algorithm = key.Algorithm,
        state = StateOf(key),
        signs_from = Instant(key.Since),
        signs_until = key.Until is null ? null : Instant(key.Until),
        published_until = key.PublishedUntil is null ? null : Instant(key.PublishedUntil),
    };

    static string StateOf(ListedKey key) => key.State.ToString().ToLowerInvariant();

    static string Instant(DateTimeOffset? instant) => instant?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A key file that others may read is worth a line.</summary>
    sealed class Warnings : IEngineListener
    {
        public void On(EngineEvent engineEvent)
        {
            if (engineEvent.Severity != EngineEventSeverity.Information) Console.Error.WriteLine(engineEvent.Message);
        }
    }
}
