using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Yaml;

namespace Cambist.Server;

/// <summary>
/// <c>cambist explain</c>: why a decision was made, found by the id that a refusal carries; or what an exchange that nobody asked for
/// yet would be answered, and why. On files, or by a running server.
/// </summary>
sealed class ExplainCommand
{
    readonly Argument<string?> _id = new("DECISION_ID") { Description = "The decision_id of a refusal, or of a line of the log: 32 hex digits.", Arity = ArgumentArity.ZeroOrOne };
    readonly Option<string?> _registry = new("--registry") { Description = "The registry to decide under; the one that serve would read by default.", HelpName = "FILE" };
    readonly Option<string?> _storage = new("--storage") { Description = "The server's store, which is only read: sqlite:PATH, Host=…;… or postgres://…; sqlite:data/cambist.db by default. Without one, tokens of ours cannot be judged under --registry.", HelpName = "CONN" };
    readonly Option<string?> _server = new("--server") { Description = "Asks a running server instead: the URL of its management listener, such as http://127.0.0.1:8081.", HelpName = "URL" };
    readonly Option<string?> _adminToken = new("--admin-token") { Description = "Its admin token: @FILE, or -. On this machine the one beside the store by default.", HelpName = "@FILE" };
    readonly Option<bool> _allowHttp = new("--allow-http") { Description = "Sends tokens to --server over plain http off loopback, too." };
    readonly Option<bool> _json = new("--json") { Description = "Prints JSON, as the admin API answers." };
    readonly RequestOptions _request = new();

    public static Command Create(Terminal terminal) => new ExplainCommand().Build(terminal);

    Command Build(Terminal terminal)
    {
        _adminToken.Validators.Add(given => GivenText.MustBePlace(given, "A token"));
        var command = new Command("explain", """
            Shows why a decision was made, step by step: what was seen, each rule that was tried, and what would allow what was
            refused. With a DECISION_ID, one on record. With a request, what it would be answered: nothing is issued or spent, and
            no decision recorded; exit code 1 where it would be refused. A client that fails to authenticate gets no DECISION_ID: the
            server's log says each minute which check failed (failed_requests).
            For example: cambist explain 019e1f0c3a6b000091c0d1f5a2b7e344
                         cambist explain --registry draft.yaml --client ci --subject-token @token.txt --subject-token-type id_token --audience deploy-api
            """) { _id };
        _request.AddTo(command);
        foreach (var option in (Option[])[_registry, _storage, _server, _adminToken, _allowHttp, _json]) command.Add(option);
        command.Validators.Add(Judge);
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, terminal, cancellationToken));
        return command;
    }

    void Judge(CommandResult all)
    {
        bool Given(Option option) => RequestOptions.IsGiven(all, option);
        var isOfRequest = _request.All.Any(Given);
        if (all.GetResult(_id) is { Tokens.Count: > 0 })
        {
            if (isOfRequest || Given(_registry)) all.AddError("A DECISION_ID is of a request that was decided: give it alone, or with --storage or --server.");
        }
        else if (!isOfRequest)
        {
            all.AddError("Give the DECISION_ID of a refusal, or a request: --client ID --subject-token @FILE --subject-token-type TYPE.");
        }
        else
        {
            foreach (var option in (Option[])[_request.Client, _request.SubjectToken, _request.SubjectTokenType])
                if (!Given(option)) all.AddError($"{option.Name} is missing.");
        }

        if (Given(_server) && (Given(_registry) || Given(_storage))) all.AddError("--server has its own registry and store: leave --registry and --storage out.");
        if (!Given(_server) && (Given(_adminToken) || Given(_allowHttp))) all.AddError("--admin-token and --allow-http are for --server URL.");
    }

    async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        var settings = ServerSettings.OfCommand((nameof(ServerSettings.Storage), parsed.GetValue(_storage)), (nameof(ServerSettings.Registry), parsed.GetValue(_registry)));
        var report = new ExplainReport(terminal, parsed.GetValue(_json));
        if (parsed.GetValue(_id) is { } text)
        {
            var id = DecisionId.TryParse(text, out var read) ? read
                : throw new FailedException("A decision's id is 32 hex digits: the decision_id of a refusal, or what stands behind 'decision' in the server's log.");
            report.WriteRecorded(await RecordedAsync(parsed, settings, id, terminal, cancellationToken));
            return 0;
        }

        var asked = await _request.ReadAsync(parsed, terminal, cancellationToken);
        return report.WriteSupposed(await SupposedAsync(parsed, settings, asked, terminal, cancellationToken)) ? 0 : 1;
    }

    /// <summary>The entry as the admin API shows it, whoever is asked.</summary>
    async Task<JsonObject> RecordedAsync(ParseResult parsed, ServerSettings settings, DecisionId id, Terminal terminal, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_server) is { } url)
        {
            using var api = await ApiAsync(parsed, url, settings, terminal, cancellationToken);
            return await api.DecisionAsync(id, cancellationToken);
        }

        try
        {
            await using var store = StoreBeside.Open(settings);
            var entry = await store.Decisions.FindAsync(id, cancellationToken)
                ?? throw new FailedException($"The store {settings.StoreName} holds no decision {id}. See that it is the store of the server that answered; entries are deleted after Cambist:AuditRetention.");
            var json = EntryJson.WithTrace(entry);
            if (Explanation.OfEntry(entry, await RegistryOfAsync(entry, store, settings, cancellationToken)) is { } explanation) json["explanation"] = ExplanationJson.Of(explanation);
            return json;
        }
        catch (StoreUnavailableException e)
        {
            throw new FailedException(e.Message);
        }
    }

    /// <summary>The registry that decided, with the files it names as they are now; null where its text or they are gone.</summary>
    static async Task<Registry?> RegistryOfAsync(LedgerEntry entry, Store store, ServerSettings settings, CancellationToken cancellationToken) =>
        await store.Registries.FindAsync(entry.RegistryRevision, cancellationToken) is { } kept
            ? RegistryFile.Loader(settings.Registry, settings.RegistryOptions()).Compile("@" + entry.RegistryRevision, kept.Text).Compilation.Registry
            : null;

    async Task<Explanation> SupposedAsync(ParseResult parsed, ServerSettings settings, RequestedExchange asked, Terminal terminal, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(_server) is { } url)
        {
            using var api = await ApiAsync(parsed, url, settings, terminal, cancellationToken);
            return ExplainReport.Understood(await api.ExplainAsync(asked.Json(), cancellationToken));
        }

        // the store of this folder belongs to the registry of this folder; another registry's must be named
        var hasStore = parsed.GetValue(_storage) is not null || (parsed.GetValue(_registry) is null && StoreBeside.Exists(settings));
        await using var offline = await OfflineExplain.OpenAsync(settings, hasStore, new Warnings(terminal), cancellationToken);
        return await offline.ExplainAsync(asked.ToRequest(), GrantTypes.TokenExchange, cancellationToken);
    }

    async Task<ManagementApi> ApiAsync(ParseResult parsed, string url, ServerSettings settings, Terminal terminal, CancellationToken cancellationToken)
    {
        var token = parsed.GetValue(_adminToken) is { } place ? await GivenText.ReadAsync(place, "admin token", terminal, cancellationToken) : null;
        return ManagementApi.At(url, token, settings, parsed.GetValue(_allowHttp));
    }
}
