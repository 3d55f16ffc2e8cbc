using System.CommandLine;
using System.Security.Cryptography;
using System.Text;

namespace Cambist.Server;

/// <summary><c>cambist new</c>: things to start from, written to standard output.</summary>
static class NewCommand
{
    public static Command Create()
    {
        var registry = new Command("registry", "A commented registry to start from: cambist new registry > cambist.yaml");
        registry.SetAction(_ => Console.Write(Registry()));

        var secret = new Command("secret", "A client secret, shown once, with the hash that goes into the registry.");
        secret.SetAction(_ =>
        {
            var text = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            Console.WriteLine($"secret  {text}");
            Console.WriteLine($"sha256  {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}");
        });

        var keyFile = new Command("key-file", "A line of a key file (Cambist:KeyFile), which seals private keys: cambist new key-file > cambist.key");
        keyFile.SetAction(_ => Console.WriteLine(Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))));

        return new Command("new", "Writes something to start from.") { registry, secret, keyFile };
    }

    static string Registry()
    {
        using var stream = typeof(NewCommand).Assembly.GetManifestResourceStream("starting-registry.yaml")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
