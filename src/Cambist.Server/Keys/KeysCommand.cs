using System.CommandLine;

namespace Cambist.Server;

/// <summary><c>cambist keys</c>: the signing keys of a store, beside a running server or with none.</summary>
static class KeysCommand
{
    const int LongestReason = 1000;

    public static Command Create(Terminal terminal)
    {
        var store = new StoreOptions();

        var list = new Command("list", "Shows the signing keys.");
        list.SetAction((parsed, cancellationToken) => RunAsync(parsed, store, terminal, async (acts, report) => report.Write(await acts.ListAsync(cancellationToken))));

        var now = new Option<bool>("--now") { Description = "The new key signs at once; APIs that do not ask for an unknown kid refuse its tokens until they read the key set again." };
        var reason = new Option<string?>("--reason") { Description = "Why; kept in the ledger.", HelpName = "TEXT" };
        var rotate = new Command("rotate", "Publishes a new key, which signs an hour later.") { now, reason };
        rotate.SetAction((parsed, cancellationToken) => RunAsync(parsed, store, terminal, async (acts, report) =>
            report.Write(await acts.RotateAsync(parsed.GetValue(now), Environment.UserName, ReasonOf(parsed, reason), cancellationToken))));

        var kid = new Argument<string>("KID") { Description = "The key's kid, as list shows it." };
        var revoke = new Command("revoke", "Takes a key out of use at once; tokens under it are refused.") { kid, reason };
        revoke.SetAction((parsed, cancellationToken) => RunAsync(parsed, store, terminal, async (acts, report) =>
            report.Write(await acts.RevokeAsync(parsed.GetRequiredValue(kid), Environment.UserName, ReasonOf(parsed, reason), cancellationToken))));

        return new Command("keys", "Lists, rotates and revokes the signing keys of a store.") { store.Storage, store.KeyFile, store.Json, list, rotate, revoke };
    }

    sealed record StoreOptions
    {
        public Option<string?> Storage { get; } = new("--storage") { Description = "The store: sqlite:PATH, Host=…;… or postgres://…", HelpName = "CONN", Recursive = true };

        public Option<string?> KeyFile { get; } = new("--key-file") { Description = "The server's key file; read only where a key is made.", HelpName = "FILE", Recursive = true };

        public Option<bool> Json { get; } = new("--json") { Description = "Writes JSON.", Recursive = true };
    }

    static async Task<int> RunAsync(ParseResult parsed, StoreOptions options, Terminal terminal, Func<KeyActs, KeysReport, Task> act)
    {
        var settings = ServerSettings.OfCommand((nameof(ServerSettings.Storage), parsed.GetValue(options.Storage)), (nameof(ServerSettings.KeyFile), parsed.GetValue(options.KeyFile)));
        try
        {
            await using var store = StoreBeside.Open(settings);
            await act(new KeyActs(store, settings.KeyFilePath, new Warnings(terminal)), new KeysReport(terminal, parsed.GetValue(options.Json)));
            return 0;
        }
        catch (Exception e) when (e is StoreUnavailableException or KeySealException)
        {
            throw new FailedException(e.Message);
        }
    }

    static string? ReasonOf(ParseResult parsed, Option<string?> reason) => parsed.GetValue(reason) is { Length: > LongestReason }
        ? throw new FailedException($"The reason is longer than {LongestReason} characters. Shorten it; a ticket's number will do.")
        : parsed.GetValue(reason);
}
