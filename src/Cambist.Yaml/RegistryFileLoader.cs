using System.Security.Cryptography;
using System.Text;

namespace Cambist.Yaml;

/// <summary>A registry file, read again and again, with the secrets and keys that lie beside it.</summary>
sealed class RegistryFileLoader(string path, RegistryFileOptions options) : IRegistryLoader
{
    readonly WatchedFiles _watched = new();

    public LoadedRegistry Load()
    {
        _watched.Clear();
        string? fault = null;
        var content = _watched.Read(path, () => ReadFile(out fault));
        if (content is not null && TextOf(content, out fault) is { } text) return CompileText(path, text);
        return new(path, "", new(null, [new(FindingSeverity.Error, default, "document", fault!)]), [], $"{_watched.HashOf(path)} {fault}");
    }

    public LoadedRegistry Compile(string name, string text) => CompileText(path + name, text);

    public bool HasChanged() => _watched.HaveChanged();

    LoadedRegistry CompileText(string name, string text)
    {
        var secrets = new SecretsFolder(options.SecretsFolder ?? RegistryFile.FolderOf(path), _watched);
        var compilation = RegistryFile.CompileWith(secrets, text, options);
        var parts = secrets.Asked.SelectMany(file => new[] { file, _watched.HashOf(file) }).Prepend(text);
        return new(name, text, compilation, secrets.Asked, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)))));
    }

    byte[]? ReadFile(out string? fault)
    {
        try
        {
            fault = null;
            if (PlainFile.IsEmptyOrSpecial(path)) return [];
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var content = new byte[(int)Math.Min(file.CanSeek ? file.Length : RegistryDocument.MaxBytes, RegistryDocument.MaxBytes) + 4];
            var length = file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return content[..length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            fault = e is FileNotFoundException or DirectoryNotFoundException
                ? "there is no such file; 'cambist new registry > cambist.yaml' writes a commented one to start from, and serve --registry (or Cambist:Registry) says where another is"
                : "the file cannot be read; see its permissions, and that it is a file";
            return null;
        }
    }

    static string? TextOf(byte[] content, out string? fault)
    {
        fault = null;
        try
        {
            if (content.Length <= RegistryDocument.MaxBytes + 3) return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content); // 3 bytes for a byte order mark
            fault = DocumentText.TooLarge;
        }
        catch (DecoderFallbackException)
        {
            fault = "the file is not UTF-8; save it as UTF-8";
        }

        return null;
    }
}
