using System.CommandLine;

namespace Cambist.Server;

/// <summary><c>cambist new</c>: things to start from, written to standard output.</summary>
static class NewCommand
{
    public static Command Create(Terminal terminal) => new("new", "Writes something to start from.")
    {
        RegistryCommand(terminal),
        NewIssuerCommand.Create(terminal),
        SecretCommand(terminal),
        NewClientKeyCommand.Create(terminal),
        KeyFileCommand(terminal),
    };

    static Command RegistryCommand(Terminal terminal)
    {
        var command = new Command("registry", "A commented registry to start from: cambist new registry > cambist.yaml");
        command.SetAction(_ => terminal.Output.Write(StartingRegistry()));
        return command;
    }

    static Command SecretCommand(Terminal terminal)
    {
        var json = new Option<bool>("--json") { Description = "Prints {\"secret\": …, \"sha256\": …}." };
        var command = new Command("secret", """
            A client secret, shown once, with its hash. The client keeps the secret; the registry gets the hash:
            clients: { web: { secrets: { sha256: HASH } } }
            For secrets: { file: web-secret } the file holds the secret alone: cambist new secret | sed -n 's/^secret *//p' > web-secret
            """) { json };
        command.SetAction(parsed =>
        {
            var secret = ClientSecret.New();
            terminal.Output.WriteLine(parsed.GetValue(json) ? $$"""{"secret":"{{secret}}","sha256":"{{ClientSecret.HashOf(secret)}}"}""" : ClientSecret.Printed(secret));
        });
        return command;
    }

    static Command KeyFileCommand(Terminal terminal)
    {
        var command = new Command("key-file", """
            A line of a key file (Cambist:KeyFile), which seals our private keys in the store: (umask 077; cambist new key-file > cambist.key)
            On SQLite the server makes one by itself.
            """);
        command.SetAction(_ => terminal.Output.WriteLine(KeyFile.NewLine()));
        return command;
    }

    static string StartingRegistry()
    {
        using var stream = typeof(NewCommand).Assembly.GetManifestResourceStream("starting-registry.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
