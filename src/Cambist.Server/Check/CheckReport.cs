using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cambist.Server;

/// <summary>What <c>cambist check</c> has to say. Errors go to standard error, worded as at start; the rest to standard output.</summary>
sealed record CheckReport(LoadedRegistry Loaded, SoughtTests? Sought, IReadOnlyList<RegistryFinding> Findings)
{
    public int Errors => Findings.Count(finding => finding.Severity == FindingSeverity.Error);

    int Warnings => Findings.Count - Errors;

    int ErrorsElsewhere => Findings.Count(IsElsewhere);

    public void WriteText(Terminal terminal)
    {
        foreach (var finding in Findings)
        {
            var isError = finding.Severity == FindingSeverity.Error;
            var line = PrintableText.Of(finding.In(Loaded.FileName));
            if (isError) terminal.Error.WriteLine(terminal.Red(line, terminal.ColoursError));
            else terminal.Output.WriteLine(terminal.Yellow($"warning: {line}", terminal.ColoursOutput));
        }

        terminal.Output.WriteLine(Summary());
        foreach (var file in Findings.Where(IsElsewhere).GroupBy(finding => finding.FileName)) terminal.Output.WriteLine(PrintableText.Of($"{file.Key}: {Counted(file.Count(), "error")}"));
        foreach (var line in Sought?.Lines(Loaded.PolicyTests) ?? []) terminal.Output.WriteLine(PrintableText.Of(line));
    }

    public void WriteJson(Terminal terminal)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (var finding in Findings) Write(writer, finding, finding.FileName ?? Loaded.FileName);
            writer.WriteEndArray();
        }

        terminal.Output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.ToArray()));
    }

    static void Write(Utf8JsonWriter writer, RegistryFinding finding, string file)
    {
        writer.WriteStartObject();
        writer.WriteString("severity", finding.Severity == FindingSeverity.Error ? "error" : "warning");
        writer.WriteString("file", file);
        if (finding.Position == default)
        {
            writer.WriteNull("line");
            writer.WriteNull("column");
        }
        else
        {
            writer.WriteNumber("line", finding.Position.Line);
            writer.WriteNumber("column", finding.Position.Column);
        }

        writer.WriteString("subject", finding.Subject);
        writer.WriteString("message", finding.Message);
        writer.WriteString("check", finding.Check); // null for what is no lint
        writer.WriteEndObject();
    }

    string Summary()
    {
        var found = $"{Counted(Errors - ErrorsElsewhere, "error")}, {Counted(Warnings, "warning")}";
        return Loaded.Compilation.Registry is not { } registry
            ? $"{Loaded.FileName}: {found}; a server does not start on it{(Errors == ErrorsElsewhere ? ", for its policy tests" : "")}"
            : $"{Loaded.FileName}: {found}; {Counted(registry.Issuers.Count, "issuer")}, {Counted(registry.Resources.Count(resource => resource.Key != ReservedNames.AdminResource), "resource")}, {Counted(registry.Clients.Count, "client")}, {Counted(registry.Rules.All.Length, "rule")}, revision {registry.Revision}{Advice(registry)}";
    }

    /// <summary>A file of policy tests, or their folder, has errors of its own, and so does a test that failed.</summary>
    bool IsElsewhere(RegistryFinding finding) => finding.Severity == FindingSeverity.Error && finding.FileName is { } file && file != Loaded.FileName;

    /// <summary>No warning, for it is no mistake (OAuth 2.1 §2.4.1: keys are recommended).</summary>
    static string Advice(Registry registry)
    {
        var secrets = registry.Clients.Values.Count(client => client.Authentication is ClientAuthenticationMethod.ClientSecretBasic or ClientAuthenticationMethod.ClientSecretPost);
        return secrets == 0 ? "" : $"; {Counted(secrets, "client")} with a secret, which a key would spare: cambist new client-key";
    }

    public static string Counted(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
