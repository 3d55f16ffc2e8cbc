using System.CommandLine;

namespace Cambist.Server;

/// <summary><c>cambist explain</c>: a decision and its trace, found in the ledger by the id that a refusal carries.</summary>
static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        var id = new Argument<string>("DECISION_ID") { Description = "The decision_id of a refusal, or of a line of the log: 32 hex digits." };
        var storage = new Option<string?>("--storage") { Description = "The server's store: sqlite:PATH, Host=…;… or postgres://…; sqlite:data/cambist.db by default.", HelpName = "CONN" };
        var json = new Option<bool>("--json") { Description = "Prints the ledger entry as JSON." };
        var command = new Command("explain", """
            Shows a decision and its trace: what each step saw, the nearest rule, and why it was refused.
            Reads the store of a server, which may be running.
            For example: cambist explain 019e1f0c3a6b000091c0d1f5a2b7e344
            """) { id, storage, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(terminal, parsed.GetRequiredValue(id), parsed.GetValue(storage), parsed.GetValue(json), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(Terminal terminal, string text, string? storage, bool asJson, CancellationToken cancellationToken)
    {
        if (!DecisionId.TryParse(text, out var id))
            throw new FailedException("A decision's id is 32 hex digits: the decision_id of a refusal, or what stands behind 'decision' in the server's log.");
        var settings = ServerSettings.Read(new ConfigurationBuilder()
            .AddConfiguration(SettingsSources.OfCommands())
            .AddInMemoryCollection(storage is null ? [] : [new("Cambist:Storage", storage)])
            .Build());
        try
        {
            await using var store = StoreBeside.Open(settings);
            var entry = await store.Decisions.FindAsync(id, cancellationToken)
                ?? throw new FailedException($"The store {settings.StoreName} holds no decision {id}. See that it is the store of the server that answered; entries are deleted after Cambist:AuditRetention.");
            if (asJson) ExplainReport.WriteJson(terminal, entry);
            else ExplainReport.WriteText(terminal, entry);
            return 0;
        }
        catch (StoreUnavailableException e)
        {
            throw new FailedException(e.Message);
        }
    }
}
