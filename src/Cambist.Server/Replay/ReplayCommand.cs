using System.CommandLine;
using System.CommandLine.Parsing;
using Cambist.Yaml;

namespace Cambist.Server;

/// <summary><c>cambist replay</c>: what a draft of the registry would have changed about the decisions on record.</summary>
static class ReplayCommand
{
    const string DefaultSince = "24h";

    static readonly string[] FailOn = ["newly-refused", "newly-allowed", "any"];

    public static Command Create(Terminal terminal)
    {
        var registry = new Option<string>("--registry") { Description = "The draft, YAML or JSON.", HelpName = "DRAFT", Required = true };
        var storage = new Option<string?>("--storage") { Description = "The server's store: sqlite:PATH, Host=…;… or postgres://…; sqlite:data/cambist.db by default.", HelpName = "CONN" };
        var secrets = new Option<string?>("--secrets-folder") { Description = "Where the files named in the draft lie; Cambist:SecretsFolder, else the draft's folder.", HelpName = "DIR" };
        var since = new Option<string>("--since") { Description = "From when on: so long ago (24h, 7d), or an instant such as 2030-01-31T09:30:00Z.", HelpName = "WHEN", DefaultValueFactory = _ => DefaultSince };
        var until = new Option<string?>("--until") { Description = "Until when, in the same way; now by default.", HelpName = "WHEN" };
        var client = new Option<string?>("--client") { Description = "Only decisions of this client.", HelpName = "ID" };
        var examples = new Option<int>("--examples") { Description = "The most examples of a group.", HelpName = "N", DefaultValueFactory = _ => 5 };
        var failOn = new Option<string?>("--fail-on") { Description = "Exit code 1 where there is one: newly-refused, newly-allowed, or any (changed scopes, too). What differs already under the registry in force is none.", HelpName = "WHAT" };
        var json = new Option<bool>("--json") { Description = "Prints the counts and examples as JSON." };
        examples.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && !(int.TryParse(text, out var number) && number is >= 0 and <= 1000)) result.AddError("--examples is a whole number from 0 to 1000.");
        });
        failOn.AcceptOnlyFromAmong(FailOn);
        var command = new Command("replay", """
            Decides recorded exchanges and refreshes again under a draft of the registry, and says what would be newly allowed, newly refused or
            given other scopes, and what cannot be said. Reads the store of a server, which may be running, and writes nothing.
            For example: cambist replay --registry draft.yaml --since 24h
            """) { registry, storage, secrets, since, until, client, examples, failOn, json };
        command.Validators.Add(all =>
        {
            var (now, begin, end) = (terminal.Clock.GetUtcNow(), Given(all, since), Given(all, until));
            if (From(begin, now) is not { } from) all.AddError(NoInstant(since, begin!));
            else if (Until(end, now) is not { } to) all.AddError(NoInstant(until, end!));
            else if (from >= to) all.AddError("--since must be before --until.");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var now = terminal.Clock.GetUtcNow();
            var asked = new ReplayRequest
            {
                From = From(parsed.GetValue(since), now)!.Value,
                Until = Until(parsed.GetValue(until), now)!.Value,
                Client = parsed.GetValue(client),
                Examples = parsed.GetValue(examples),
            };
            return RunAsync(terminal, parsed.GetRequiredValue(registry), parsed.GetValue(storage), parsed.GetValue(secrets), asked, parsed.GetValue(failOn), parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    static async Task<int> RunAsync(Terminal terminal, string file, string? storage, string? secretsFolder, ReplayRequest asked, string? failOn, bool asJson, CancellationToken cancellationToken)
    {
        var settings = ServerSettings.OfCommand((nameof(ServerSettings.Storage), storage));
        var options = settings.RegistryOptions();
        options = options with { SecretsFolder = secretsFolder ?? options.SecretsFolder ?? Path.GetDirectoryName(Path.GetFullPath(file)) };
        var draft = RegistryFile.Load(file, options);
        if (draft.Compilation.Registry is not { } registry) throw new FailedException(string.Join(Environment.NewLine, draft.Errors));

        try
        {
            await using var store = StoreBeside.Open(settings);
            var revisions = new PastRevisions(store.Registries, registry, text => RegistryFile.Compile("past", text, options.SecretsFolder!, options).Compilation.Registry);
            await revisions.LookAsync(cancellationToken);
            var tally = await new ReplayRun(store.Decisions, revisions, asked).RunAsync(new ProgressLine(terminal, asked.From, asked.Until), cancellationToken);
            var report = new ReplayReport(terminal, tally, draft, revisions, asked);
            if (asJson) report.WriteJson();
            else report.WriteText();
            return Fails(tally, failOn) ? 1 : 0;
        }
        catch (StoreUnavailableException e)
        {
            throw new FailedException(e.Message);
        }
    }

    static bool Fails(ReplayTally tally, string? failOn) =>
        (failOn is "newly-refused" or "any" && tally.Count(ReplayVerdict.NewlyRefused) > 0)
        || (failOn is "newly-allowed" or "any" && tally.Count(ReplayVerdict.NewlyAllowed) > 0)
        || (failOn is "any" && tally.Count(ReplayVerdict.ChangedScopes) > 0);

    /// <summary>What was typed; a default is none of that.</summary>
    static string? Given(CommandResult all, Option option) => all.GetResult(option) is { Tokens: [{ Value: var text }] } ? text : null;

    static long? From(string? text, DateTimeOffset now) => InstantOf(text ?? DefaultSince, now);

    static long? Until(string? text, DateTimeOffset now) => text is null ? now.ToUnixTimeMilliseconds() + 1 : InstantOf(text, now);

    /// <summary>Milliseconds since 1970; null where the text is neither a time ago nor an instant.</summary>
    static long? InstantOf(string text, DateTimeOffset now) =>
        Durations.TryParse(text, out var ago, out _) ? (now - ago).ToUnixTimeMilliseconds()
        : Times.TryRead(text, out var instant) ? instant
        : null;

    static string NoInstant(Option option, string text) => $"{option.Name} is \"{PrintableText.Of(text)}\"; write how long ago (24h, 7d), or an instant such as 2030-01-31T09:30:00Z.";
}
