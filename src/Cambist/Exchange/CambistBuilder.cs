namespace Cambist;

/// <summary>
/// What a Cambist is made of: where its registry, its store and the key that seals its private keys come from. Storage and
/// YAML packages extend it (<c>UseSqlite</c>, <c>UseRegistryFile</c>).
/// </summary>
public sealed class CambistBuilder
{
    Func<IServiceProvider, TimeProvider, Store>? _store;
    Func<bool> _hasStore = () => true;
    Func<IServiceProvider, TimeProvider, IRegistryLoader>? _registry;
    Func<Store, IEngineListener, KeySealer>? _sealer;
    readonly List<(string Name, Func<IServiceProvider, ISubjectTokenResolver> Create)> _resolvers = [];
    readonly List<Func<IServiceProvider, ITokenCustomizer>> _customizers = [];

    /// <summary>Opens the store.</summary>
    /// <param name="open">Opens it, and makes it where there is none.</param>
    /// <param name="exists">Whether there is one: none is made for a registry that cannot be used. Null where opening makes nothing.</param>
    public CambistBuilder UseStore(Func<IServiceProvider, TimeProvider, Store> open, Func<bool>? exists = null)
    {
        (_store, _hasStore) = (open, exists ?? (() => true));
        return this;
    }

    /// <summary>Loads the registry, and looks each second whether to load it again.</summary>
    public CambistBuilder UseRegistry(Func<IServiceProvider, TimeProvider, IRegistryLoader> loader)
    {
        _registry = loader;
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

    /// <summary>Adds a token kind of the application's own, under the name it has in the registry; asked last, in the order of the calls.</summary>
    /// <exception cref="ArgumentException">There is one of that name already.</exception>
    public CambistBuilder AddSubjectTokenResolver(string name, Func<IServiceProvider, ISubjectTokenResolver> create)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_resolvers.Exists(resolver => resolver.Name == name)) throw new ArgumentException($"There is a resolver '{name}' already.", nameof(name));
        _resolvers.Add((name, create));
        return this;
    }

    /// <summary>Adds code that may add claims to the tokens which exchanges give; it runs in the order of the calls.</summary>
    public CambistBuilder AddTokenCustomizer(Func<IServiceProvider, ITokenCustomizer> create)
    {
        _customizers.Add(create);
        return this;
    }

    static bool HasKeys(Store store) => store.Keys.ReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult().Keys.Count > 0;

    /// <summary>Loads, opens and puts together. Called once, by the hosting package.</summary>
    /// <exception cref="RegistryException">The registry has errors, and the store has kept none that can be used; all of them are in it.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be opened.</exception>
    /// <exception cref="KeySealException">The key file is missing, or does not open the store's keys.</exception>
    /// <exception cref="InvalidOperationException">No registry or no store was named.</exception>
    /// <param name="services">What the factories ask for.</param>
    /// <param name="clock">This machine's clock; the store's is the clock of everything (<see cref="Store.Clock"/>).</param>
    /// <param name="issuerHttp">Fetches issuers' documents; see <see cref="IssuerKeys"/>.</param>
    /// <param name="allowHttp">Whether issuers' documents may come over http from off loopback.</param>
    /// <param name="listener">Hears what happens beside the requests.</param>
    public CambistEngine Build(IServiceProvider services, TimeProvider clock, HttpMessageInvoker issuerHttp, bool allowHttp, IEngineListener listener)
    {
        var load = _registry ?? throw new InvalidOperationException("Cambist has no registry: call UseRegistryFile(\"cambist.yaml\").");
        var open = _store ?? throw new InvalidOperationException("Cambist has no store: call UseSqlite(\"data/cambist.db\").");
        var seal = _sealer ?? throw new InvalidOperationException("Cambist has no key to seal its private keys with: call UseKeyFile(\"cambist.key\").");

        var extensions = new Extensions([.. _resolvers.Select(resolver => (resolver.Name, resolver.Create(services)))], [.. _customizers.Select(create => create(services))]);
        var loader = load(services, clock);
        var onDisk = loader.Load();
        if (!onDisk.Compilation.IsUsable && !_hasStore()) throw new RegistryException(onDisk);
        var store = Open(() => open(services, clock), onDisk);
        try
        {
            var start = Open(() => StartingRegistry.ChooseAsync(loader, onDisk, store.Registries, store.Clock, listener).AsTask().GetAwaiter().GetResult(), onDisk);
            return CambistEngine.Start(new(loader, load(services, clock)), start, store, seal(store, listener), issuerHttp, allowHttp, extensions, listener);
        }
        catch
        {
            store.DisposeAsync().AsTask().GetAwaiter().GetResult(); // else whoever tries again finds it in use
            throw;
        }
    }

    /// <summary>Uses the store; where it is away and the document cannot be used, both are said.</summary>
    static T Open<T>(Func<T> use, LoadedRegistry onDisk)
    {
        try
        {
            return use();
        }
        catch (StoreUnavailableException e) when (!onDisk.Compilation.IsUsable)
        {
            throw new RegistryException(onDisk, [$"The store cannot be asked for the last good revision: {e.Message}"]);
        }
    }
}
