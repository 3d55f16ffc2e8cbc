using System.Security.Cryptography;
using System.Text;

namespace Cambist.Yaml;

/// <summary>A registry file, read again and again, with the secrets, keys and policy tests that lie beside it.</summary>
/// <param name="path">The file.</param>
/// <param name="options">What surrounds it.</param>
/// <param name="tests">The folder of the policy tests that it must pass; null where none are run.</param>
sealed class RegistryFileLoader(string path, RegistryFileOptions options, string? tests = null) : IRegistryLoader
{
    const string Missing = "there is no such file; 'cambist new registry > cambist.yaml' writes a commented one to start from, and serve --registry (or Cambist:Registry) says where another is";

    readonly WatchedFiles _watched = new();

    // what the named files held when a document could last be used with them
    IReadOnlyDictionary<string, byte[]?> _usable = new Dictionary<string, byte[]?>();

    // an edit is read twice before it is taken, and its tests may be long
    LoadedRegistry? _tested;

    public LoadedRegistry Load()
    {
        _watched.Clear();
        string? fault = null;
        var content = _watched.Read(path, () => DocumentFile.Read(path, Missing, out fault));
        if (content is not null && DocumentFile.TextOf(content, out fault) is { } text)
        {
            var loaded = CompileText(path, text);
            return tests is null ? loaded : _tested = new PolicyTestFiles(tests, _watched).Run(loaded, options.Clock.GetUtcNow(), _tested);
        }

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
}
