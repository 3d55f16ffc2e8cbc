namespace Cambist;

/// <summary>
/// What a Cambist is made of: where its registry, its store and the key that seals its private keys come from. Storage and
/// YAML packages extend it (<c>UseSqlite</c>, <c>UseRegistryFile</c>).
/// </summary>
public sealed class CambistBuilder
{
    Func<IServiceProvider, TimeProvider, Store>? _store;
    Func<IServiceProvider, LoadedRegistry>? _registry;
    Func<IServiceProvider, KeySealer>? _sealer;

    /// <summary>Opens the store.</summary>
    public CambistBuilder UseStore(Func<IServiceProvider, TimeProvider, Store> open)
    {
        _store = open;
        return this;
    }

    /// <summary>Loads the registry.</summary>
    public CambistBuilder UseRegistry(Func<IServiceProvider, LoadedRegistry> load)
    {
        _registry = load;
        return this;
    }

    /// <summary>Seals private keys at rest. A storage package with a folder of its own sets this where nobody has.</summary>
    public CambistBuilder UseKeySealer(Func<IServiceProvider, KeySealer> open, bool replace = true)
    {
        if (replace || _sealer is null) _sealer = open;
        return this;
    }

    /// <summary>Loads, opens and puts together. Called once, by the hosting package.</summary>
    /// <exception cref="RegistryException">The registry has errors; all of them are in it.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be opened.</exception>
    /// <exception cref="InvalidOperationException">No registry or no store was named.</exception>
    public CambistEngine Build(IServiceProvider services, TimeProvider clock, HttpMessageInvoker issuerHttp, IEngineListener listener)
    {
        var load = _registry ?? throw new InvalidOperationException("Cambist has no registry: call UseRegistryFile(\"cambist.yaml\").");
        var open = _store ?? throw new InvalidOperationException("Cambist has no store: call UseSqlite(\"data/cambist.db\").");
        var seal = _sealer ?? throw new InvalidOperationException("Cambist has no key to seal its private keys with: call UseKeyFile(\"cambist.key\").");

        var loaded = load(services);
        if (!loaded.Compilation.IsUsable) throw new RegistryException(loaded);
        var store = open(services, clock);
        return CambistEngine.Start(loaded, store, seal(services), clock, issuerHttp, listener);
    }
}

/// <summary>A registry document that was read and compiled.</summary>
/// <param name="FileName">What to call it in messages.</param>
/// <param name="Text">Its text.</param>
/// <param name="Compilation">What became of it.</param>
public sealed record LoadedRegistry(string FileName, string Text, RegistryCompilation Compilation);

/// <summary>A registry that cannot be used; the message holds every error, one a line.</summary>
public sealed class RegistryException(LoadedRegistry registry) : Exception(
    string.Join(Environment.NewLine, registry.Compilation.Findings.Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => finding.In(registry.FileName))))
{
    /// <summary>What was loaded.</summary>
    public LoadedRegistry Registry { get; } = registry;
}
