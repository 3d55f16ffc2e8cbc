using System.Collections.Immutable;

namespace Cambist;

/// <summary>
/// What a Cambist is made of: where its registry, its store and the key that seals its private keys come from. Storage and
/// YAML packages extend it (<c>UseSqlite</c>, <c>UseRegistryFile</c>).
/// </summary>
public sealed class CambistBuilder
{
    Func<IServiceProvider, TimeProvider, Store>? _store;
    Func<IServiceProvider, TimeProvider, LoadedRegistry>? _registry;
    Func<Store, IEngineListener, KeySealer>? _sealer;

    /// <summary>Opens the store.</summary>
    public CambistBuilder UseStore(Func<IServiceProvider, TimeProvider, Store> open)
    {
        _store = open;
        return this;
    }

    /// <summary>Loads the registry.</summary>
    public CambistBuilder UseRegistry(Func<IServiceProvider, TimeProvider, LoadedRegistry> load)
    {
        _registry = load;
        return this;
    }

    /// <summary>Seals private keys at rest with the keys of this file; see <see cref="KeyFile"/>. Wins over a storage package's own choice.</summary>
    public CambistBuilder UseKeyFile(string path)
    {
        _sealer = (_, listener) => KeyFile.ReadOrCreate(path, mayCreate: false, listener);
        return this;
    }

    /// <summary>For a storage package with a folder of its own: a key file there, made on first start, unless another was named.</summary>
    public CambistBuilder UseDefaultKeyFile(string path)
    {
        // Beside keys that another file sealed a new one would open nothing, and hide that the old one is missing.
        _sealer ??= (store, listener) => KeyFile.ReadOrCreate(path, mayCreate: !HasKeys(store), listener);
        return this;
    }

    static bool HasKeys(Store store) => store.Keys.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult().Keys.Count > 0;

    /// <summary>Loads, opens and puts together. Called once, by the hosting package.</summary>
    /// <exception cref="RegistryException">The registry has errors; all of them are in it.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be opened.</exception>
    /// <exception cref="KeySealException">The key file is missing, or does not open the store's keys.</exception>
    /// <exception cref="InvalidOperationException">No registry or no store was named.</exception>
    /// <param name="services">What the factories ask for.</param>
    /// <param name="clock">The clock of everything.</param>
    /// <param name="issuerHttp">Fetches issuers' documents; see <see cref="IssuerKeys"/>.</param>
    /// <param name="allowHttp">Whether issuers' documents may come over http from off loopback.</param>
    /// <param name="listener">Hears what happens beside the requests.</param>
    public CambistEngine Build(IServiceProvider services, TimeProvider clock, HttpMessageInvoker issuerHttp, bool allowHttp, IEngineListener listener)
    {
        var load = _registry ?? throw new InvalidOperationException("Cambist has no registry: call UseRegistryFile(\"cambist.yaml\").");
        var open = _store ?? throw new InvalidOperationException("Cambist has no store: call UseSqlite(\"data/cambist.db\").");
        var seal = _sealer ?? throw new InvalidOperationException("Cambist has no key to seal its private keys with: call UseKeyFile(\"cambist.key\").");

        var loaded = load(services, clock);
        if (!loaded.Compilation.IsUsable) throw new RegistryException(loaded);
        var store = open(services, clock);
        try
        {
            return CambistEngine.Start(loaded, store, seal(store, listener), clock, issuerHttp, allowHttp, listener);
        }
        catch
        {
            store.DisposeAsync().AsTask().GetAwaiter().GetResult(); // else whoever tries again finds it in use
            throw;
        }
    }
}

/// <summary>A registry document that was read and compiled.</summary>
/// <param name="FileName">What to call it in messages.</param>
/// <param name="Text">Its text.</param>
/// <param name="Compilation">What became of it.</param>
/// <param name="Files">Absolute paths of the files it names, there or not: what else to watch.</param>
public sealed record LoadedRegistry(string FileName, string Text, RegistryCompilation Compilation, ImmutableArray<string> Files);

/// <summary>A registry that cannot be used; the message holds every error, one a line.</summary>
public sealed class RegistryException(LoadedRegistry registry) : Exception(
    string.Join(Environment.NewLine, registry.Compilation.Findings.Where(finding => finding.Severity == FindingSeverity.Error).Select(finding => finding.In(registry.FileName))))
{
    /// <summary>What was loaded.</summary>
    public LoadedRegistry Registry { get; } = registry;
}
