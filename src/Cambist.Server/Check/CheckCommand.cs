using System.CommandLine;
using System.Text;
using Cambist.Yaml;

namespace Cambist.Server;

/// <summary><c>cambist check</c>: what <c>serve</c> would say of a registry, and what it would not say but somebody should look at.</summary>
static class CheckCommand
{
    const int MaxInput = (4 * 1024 * 1024) + 16; // a little more than a registry may hold, so that it can say it is too large

    public static Command Create(Terminal terminal)
    {
        var file = new Argument<string?>("FILE")
        {
            Description = "The registry, YAML or JSON; - reads standard input. By default the one that serve would read: Cambist:Registry, else cambist.yaml.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var tests = new Option<string?>("--tests") { Description = "The folder of the policy tests (*.test.yaml) that it must pass; by default the registry's own.", HelpName = "DIR" };
        var secrets = new Option<string?>("--secrets-folder") { Description = "Where the files named in the registry lie; Cambist:SecretsFolder, else the registry's folder.", HelpName = "DIR" };
        var json = new Option<bool>("--json") { Description = "Prints the findings as a JSON array of {severity, file, line, column, subject, message, check}." };
        var command = new Command("check", """
            Validates a registry: every error with line and column, then policy tests that fail, then warnings, then a summary.
            Exit code 1 on an error or a failed test.
            The settings count as they do for serve (Cambist:Issuer, Cambist:Urls, Cambist:AllowHttp).
            For example: cambist check cambist.yaml
            """) { file, tests, secrets, json };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(terminal, parsed.GetValue(file), parsed.GetValue(tests), parsed.GetValue(secrets), parsed.GetValue(json), cancellationToken));
        return command;
    }

    static async Task<int> RunAsync(Terminal terminal, string? named, string? tests, string? secretsFolder, bool asJson, CancellationToken cancellationToken)
    {
        var settings = ServerSettings.Read(SettingsSources.OfCommands());
        var file = named ?? settings.Registry;
        if (tests is not null && !Directory.Exists(tests)) throw new FailedException($"there is no folder {tests}, where the policy tests should lie; see --tests");
        var loaded = await LoadAsync(terminal, file, settings, secretsFolder, cancellationToken);
        var sought = tests is null && file == "-" ? null : new SoughtTests(tests ?? Path.GetDirectoryName(file) ?? "", IsNamed: tests is not null);
        if (sought is not null) loaded = RegistryFile.Test(loaded, sought.Folder, terminal.Clock.GetUtcNow());

        // every error, then what the registry would load with; the order within stays that of the document
        var report = new CheckReport(loaded, sought, [.. loaded.Compilation.Findings.OrderByDescending(finding => finding.Severity)]);
        if (asJson) report.WriteJson(terminal);
        else report.WriteText(terminal);
        return report.Errors > 0 ? 1 : 0;
    }

    public static async Task<LoadedRegistry> LoadAsync(Terminal terminal, string file, ServerSettings settings, string? secretsFolder, CancellationToken cancellationToken)
    {
        var options = settings.RegistryOptions();
        if (secretsFolder is not null) options = options with { SecretsFolder = secretsFolder };
        if (options.SecretsFolder is { } folder && !Directory.Exists(folder))
            throw new FailedException($"there is no folder {folder}, where the files named in the registry should lie; see {(secretsFolder is null ? "Cambist:SecretsFolder" : "--secrets-folder")}");
        if (file != "-") return RegistryFile.Load(file, options);

        try
        {
            var content = new byte[MaxInput];
            var length = await terminal.Input.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken);
            return RegistryFile.Compile("stdin", new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content, 0, length), Environment.CurrentDirectory, options);
        }
        catch (DecoderFallbackException)
        {
            throw new FailedException("standard input is not UTF-8; save the registry as UTF-8");
        }
    }
}
