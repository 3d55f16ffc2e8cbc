using System.Text;

namespace Cambist.Yaml;

/// <summary>Reads registries from files, with the secrets and keys that lie beside them.</summary>
public static class RegistryFile
{
    /// <summary>Reads and compiles a registry file. A file that cannot be read is a finding like any other.</summary>
    public static LoadedRegistry Load(string path, RegistryFileOptions options)
    {
        var (text, fault) = ReadText(path);
        return text is null
            ? new(path, "", new(null, [DocumentFault(fault!)]), [])
            : Compile(path, text, options.SecretsFolder ?? FolderOf(path), options);
    }

    /// <summary>Compiles the text of a registry, such as a revision the store has kept.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="folder">Where the files it names lie, unless the options say.</param>
    /// <param name="options">What surrounds it.</param>
    public static LoadedRegistry Compile(string name, string text, string folder, RegistryFileOptions options)
    {
        var secrets = new SecretsFolder(options.SecretsFolder ?? folder);
        var parsed = RegistryDocument.Parse(text);
        var compilation = RegistryCompiler.Compile(new()
        {
            Text = text,
            Document = parsed.Document,
            ParserFindings = parsed.Findings,
            ConfiguredIssuer = options.ConfiguredIssuer,
            DefaultIssuer = options.DefaultIssuer,
            AllowHttp = options.AllowHttp,
            Now = options.Clock.GetUtcNow(),
            ReadFile = secrets.Read,
        });
        return new(name, text, compilation, secrets.Asked);
    }

    /// <summary>The folder a registry file lies in.</summary>
    internal static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(path);

    static (string? Text, string? Fault) ReadText(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[(int)Math.Min(file.CanSeek ? file.Length : RegistryDocument.MaxBytes, RegistryDocument.MaxBytes) + 4];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            if (length > RegistryDocument.MaxBytes + 3) return (null, DocumentText.TooLarge); // 3 bytes for a byte order mark
            return (new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content, 0, length), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, "the file is not UTF-8; save it as UTF-8");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return (null, e is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file; 'cambist new registry > cambist.yaml' writes a commented one to start from, and serve --registry (or Cambist:Registry) says where another is"
                : "the file cannot be read; see its permissions, and that it is a file");
        }
    }

    static RegistryFinding DocumentFault(string message) => new(FindingSeverity.Error, default, "document", message);
}
