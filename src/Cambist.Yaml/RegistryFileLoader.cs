using System.Security.Cryptography;
using System.Text;

namespace Cambist.Yaml;

/// <summary>A registry file, read again and again, with the secrets and keys that lie beside it.</summary>
sealed class RegistryFileLoader(string path, RegistryFileOptions options) : IRegistryLoader
{
    readonly WatchedFiles _watched = new();

    // what the named files held when a document could last be used with them
    IReadOnlyDictionary<string, byte[]?> _usable = new Dictionary<string, byte[]?>();

    public LoadedRegistry Load()
    {
        _watched.Clear();
        string? fault = null;
        var content = _watched.Read(path, () => ReadFile(out fault));
        if (content is not null && TextOf(content, out fault) is { } text) return CompileText(path, text);
        return new(path, "", new(null, [new(FindingSeverity.Error, default, "document", fault!)]), [], $"{_watched.HashOf(path)} {fault}");
    }

    public LoadedRegistry Compile(string name, string text)
    {
        var loaded = CompileText(path + name, text);
        return loaded.Compilation.IsUsable ? loaded : WithUsableFiles(path + name, text) ?? loaded;
    }

    public string? IssuerOf(string text) => RegistryDocument.Parse(text).Document is DocumentMap map && map.Entries.FirstOrDefault(entry => entry.Key == "issuer")?.Value is DocumentScalar issuer ? issuer.Value : null;

    public bool HasChanged() => _watched.HaveChanged();

    LoadedRegistry CompileText(string name, string text, IReadOnlyDictionary<string, byte[]?>? instead = null)
    {
        var secrets = new SecretsFolder(options.SecretsFolder ?? RegistryFile.FolderOf(path), _watched, instead);
        var compilation = RegistryFile.CompileWith(secrets, text, options);
        if (compilation.IsUsable) _usable = secrets.Contents;
        var parts = secrets.Contents.SelectMany(file => new[] { file.Key, WatchedFiles.HashOf(file.Value) }).Prepend(text);
        return new(name, text, compilation, secrets.Asked, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)))));
    }

    /// <summary>
    /// The same with the files that break it as they last were, and all others as they are now: a secret that was taken out of
    /// its file must stop working whatever is wrong with another file.
    /// </summary>
    LoadedRegistry? WithUsableFiles(string name, string text)
    {
        var before = _usable.Where(file => WatchedFiles.HashOf(file.Value) != _watched.HashOf(file.Key)).ToDictionary();
        if (CompileText(name, text, before) is not { Compilation.IsUsable: true } usable) return null;
        foreach (var file in before.Keys.ToArray())
        {
            var content = before[file];
            before.Remove(file);
            if (CompileText(name, text, before) is { Compilation.IsUsable: true } newer) usable = newer;
            else before.Add(file, content);
        }

        return usable;
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
