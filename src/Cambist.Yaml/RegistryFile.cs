namespace Cambist.Yaml;

/// <summary>Reads registries from files, with the secrets and keys that lie beside them.</summary>
public static class RegistryFile
{
    /// <summary>Reads and compiles a registry file. A file that cannot be read is a finding like any other. Policy tests beside it are not run.</summary>
    public static LoadedRegistry Load(string path, RegistryFileOptions options) => Loader(path, options).Load();

    /// <summary>A loader of a registry file, to be asked again and again.</summary>
    public static IRegistryLoader Loader(string path, RegistryFileOptions options) => new RegistryFileLoader(path, options);

    /// <summary>Compiles the text of a registry.</summary>
    /// <param name="name">What to call it in messages.</param>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="folder">Where the files it names lie, unless the options say.</param>
    /// <param name="options">What surrounds it.</param>
    public static LoadedRegistry Compile(string name, string text, string folder, RegistryFileOptions options) =>
        new RegistryFileLoader(name, options with { SecretsFolder = options.SecretsFolder ?? folder }).Compile("", text);

    /// <summary>
    /// Runs the policy tests of a folder, every <c>*.test.yaml</c> in it, on a registry that was loaded. Where one fails or has errors, the
    /// registry that is returned is not usable; one that has errors itself is not tested.
    /// </summary>
    /// <param name="loaded">The registry.</param>
    /// <param name="folder">The folder; empty for the working folder.</param>
    /// <param name="now">The instant of requests that say none.</param>
    public static LoadedRegistry Test(LoadedRegistry loaded, string folder, DateTimeOffset now) => new PolicyTestFiles(folder, new WatchedFiles()).Run(loaded, now);

    /// <summary>Compiles a text with the files of a folder.</summary>
    internal static RegistryCompilation CompileWith(SecretsFolder secrets, string text, RegistryFileOptions options)
    {
        var parsed = RegistryDocument.Parse(text);
        return RegistryCompiler.Compile(new()
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
    }

    /// <summary>The folder a registry file lies in.</summary>
    internal static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(path);
}
