using System.CommandLine;

namespace Cambist.Server;

/// <summary><c>cambist reach</c>: who can ever end up with a token for a resource, through which chain and which rules.</summary>
static class ReachCommand
{
    const int WrongUsage = 2;
    const int MostNames = 20;

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "The registry, YAML or JSON; - reads standard input. By default the one that serve would read: Cambist:Registry, else cambist.yaml.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var registry = new Option<string?>("--registry") { Description = "The same as FILE.", HelpName = "FILE" };
        var resource = new Option<string>("--resource") { Description = "The resource, by its name or an identifier.", HelpName = "X", Required = true };
        var scope = new Option<string?>("--scope") { Description = "Only tokens that hold this scope.", HelpName = "S" };
        var secrets = new Option<string?>("--secrets-folder") { Description = "Where the files named in the registry lie; Cambist:SecretsFolder, else the registry's folder.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Prints {resource, scope, revision, clients: [{client, scopes, chains, more}], why_nobody: […]}." };
        var command = new Command("reach", """
            Shows who can ever end up with a token for a resource, over any chain of exchanges, and under which rules.
            Nobody is left out; what claims would have to say is printed, and taken to be so.
            For example: cambist reach cambist.yaml --resource billing --scope pay
            """) { file, registry, resource, scope, secrets, json };
        command.Validators.Add(parsed =>
        {
            if (parsed.GetValue(file) is not null && parsed.GetValue(registry) is not null) parsed.AddError("the registry is given twice: as FILE and as --registry.");
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            terminal, new(parsed.GetValue(file) ?? parsed.GetValue(registry), parsed.GetValue(secrets), parsed.GetRequiredValue(resource), parsed.GetValue(scope), parsed.GetValue(json)), cancellationToken));
        return command;
    }

    sealed record Asked(string? File, string? SecretsFolder, string Resource, string? Scope, bool AsJson);

    static async Task<int> RunAsync(Terminal terminal, Asked asked, CancellationToken cancellationToken)
    {
        var settings = ServerSettings.Read(SettingsSources.OfCommands());
        var loaded = await CheckCommand.LoadAsync(terminal, asked.File ?? settings.Registry, settings, asked.SecretsFolder, cancellationToken);
        if (loaded.Compilation.Registry is not { } registry) throw new FailedException(string.Join(Environment.NewLine, loaded.Errors.Select(PrintableText.Of)));
        if (!registry.ResourcesByAnyName.TryGetValue(asked.Resource, out var resource))
            return Misused(terminal, $"there is no resource '{asked.Resource}'{Meant(asked.Resource, registry.Resources.Keys.Where(name => name != ReservedNames.AdminResource))}");
        if (asked.Scope is { } scope && !resource.Scopes.Contains(scope))
            return Misused(terminal, $"{resource.Name} has no scope '{scope}'{Meant(scope, resource.Scopes)}");

        var reachability = new Reachability(registry);
        var clients = reachability.To(resource, asked.Scope);
        var report = new ReachReport(registry, resource, asked.Scope, clients, clients.IsEmpty ? reachability.WhyNobody(resource, asked.Scope) : []);
        if (asked.AsJson) report.WriteJson(terminal);
        else report.WriteText(terminal);
        return 0;
    }

    static int Misused(Terminal terminal, string what)
    {
        terminal.Error.WriteLine(PrintableText.Of($"cambist: {what}. Try: cambist reach --help"));
        return WrongUsage;
    }

    static string Meant(string written, IEnumerable<string> known) => Spelling.Nearest(written, known) is { } nearest ? $"; perhaps {nearest} is meant" : Known([.. known.Order(StringComparer.Ordinal)]);

    static string Known(string[] names) =>
        names.Length == 0 ? "; there is none" : $"; there {(names.Length == 1 ? "is" : "are")} {string.Join(", ", names.Take(MostNames))}{(names.Length > MostNames ? $" and {names.Length - MostNames} more" : "")}";
}
