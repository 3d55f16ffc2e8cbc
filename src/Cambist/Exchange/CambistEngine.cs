namespace Cambist;

/// <summary>A running Cambist: registry, store and keys put together. What an edge talks to.</summary>
public sealed class CambistEngine : IAsyncDisposable
{
    readonly FailureSummary _failures;
    readonly Upkeep _upkeep;
    readonly PastRegistries _pastRegistries;

    CambistEngine(Store store, RegistryReload reload, PastRegistries pastRegistries, KeyRing keys, IssuerKeys issuerKeys, IntrospectionRequests introspection, Extensions extensions, IEngineListener listener)
    {
        var clock = store.Clock;
        var registry = reload.Registry;
        var strangers = new Strangers(clock);
        var clients = new ClientAuthenticator(issuerKeys);
        var check = new RevocationCheck(store.Ledger, store.Decisions);
        var recorder = new DecisionRecorder(store.Ledger, check, strangers);
        var writer = new AccessTokenWriter(keys);
        var code = new ApplicationCode(clock, listener);
        var (refresh, opaque, own) = (new RefreshTokens(store.Tokens), new OpaqueTokens(store.Tokens), new OwnTokens(keys));
        var tokens = new TokenResolution(
        [
            new ImpersonationTokens(store.Tokens), refresh, opaque, own, new TrustedIssuers(issuerKeys, keys),
            new RemoteIntrospection(introspection, keys), new CustomResolvers(extensions.Resolvers, keys, code),
        ], VerifiedTokens, store.Ledger, check);
        var callers = new CallerGate(clients, recorder);
        var presented = new PresentedTokens(VerifiedTokens, refresh, opaque, own);

        (Store, Registry, Keys, IssuerKeys, IssuerIntrospection) = (store, registry, keys, issuerKeys, introspection);
        Exchange = new TokenExchange(registry, clients, tokens, new Customizers(extensions.Customizers, code), writer, recorder, clock);
        ClientCredentials = new ClientCredentialsGrant(registry, clients, writer, recorder, clock);
        Introspection = new TokenIntrospection(registry, callers, presented, store.Ledger, check, clock);
        Revocation = new TokenRevocation(registry, callers, presented, store.Ledger, check, recorder, clock);
        Unservable = new UnservableRequests(registry, clients, recorder, clock);

        Administrators = new AdminAccess(store, registry, own, check, strangers, clock);
        Impersonation = new ImpersonationActs(store.Tokens, store.Ledger, registry, clock);
        Revocations = new RevocationActs(store.Ledger, registry);
        RevocationCheck = check;

        SearchIndex = new SearchIndex(store.Decisions, clock);
        _pastRegistries = pastRegistries;
        _failures = new FailureSummary(strangers.Tally, store.Ledger, registry, listener);
        _upkeep = new Upkeep(clock, listener,
        [
            new Chore("reading the registry again", TimeSpan.FromSeconds(1), reload.LookAsync),
            new Chore("looking after our signing keys", TimeSpan.FromSeconds(1), cancellationToken => keys.TendAsync(registry.Current.Signing, cancellationToken)),
            new Chore("summarising failed requests", FailureSummary.Every, _failures.WriteAsync),
            new Chore("removing from the store what has had its time", TimeSpan.FromSeconds(5), store.Ledger.PurgeAsync),
            new Chore("indexing decisions for searches", TimeSpan.FromSeconds(1), SearchIndex.TendAsync),
        ]);
    }

    /// <summary>Token exchange.</summary>
    public TokenExchange Exchange { get; }

    /// <summary>Client credentials.</summary>
    public ClientCredentialsGrant ClientCredentials { get; }

    /// <summary>Introspection.</summary>
    public TokenIntrospection Introspection { get; }

    /// <summary>Revocation by the client that has the token.</summary>
    public TokenRevocation Revocation { get; }

    /// <summary>Requests that can only be refused.</summary>
    public UnservableRequests Unservable { get; }

    /// <summary>Who may use the admin API.</summary>
    internal AdminAccess Administrators { get; }

    /// <summary>What administrators do with impersonation tokens.</summary>
    internal ImpersonationActs Impersonation { get; }

    /// <summary>What administrators revoke.</summary>
    internal RevocationActs Revocations { get; }

    /// <summary>What is revoked.</summary>
    internal RevocationCheck RevocationCheck { get; }

    /// <summary>The registry in force.</summary>
    public ActiveRegistry Registry { get; }

    /// <summary>Our keys.</summary>
    public KeyRing Keys { get; }

    /// <summary>The keys of others.</summary>
    internal IssuerKeys IssuerKeys { get; }

    /// <summary>Questions to issuers of opaque tokens.</summary>
    internal IntrospectionRequests IssuerIntrospection { get; }

    /// <summary>JWTs whose signature need not be checked again.</summary>
    internal VerifiedTokens VerifiedTokens { get; } = new();

    /// <summary>How far the index behind searches is.</summary>
    internal SearchIndex SearchIndex { get; }

    /// <summary>The store.</summary>
    public Store Store { get; }

    /// <summary>
    /// Opens the keys (and makes them in a new store), and is ready to decide. Blocks: it runs once, before anything is served.
    /// </summary>
    internal static CambistEngine Start(
        RegistryLoaders loaders, StartingRegistry start, Store store, KeySealer sealer, HttpMessageInvoker issuerHttp, bool allowHttp, Extensions extensions, IEngineListener listener)
    {
        var clock = store.Clock;
        foreach (var warning in RegistryEvents.Warnings(start.InForce)) listener.On(warning);

        foreach (var mismatch in extensions.Mismatches(start.InForce.Compilation.Registry!)) listener.On(mismatch);

        var keys = KeyRing.OpenAsync(store.Keys, sealer, start.InForce.Compilation.Registry!.Signing, clock, listener, CancellationToken.None).GetAwaiter().GetResult();
        var engine = PutTogether(loaders, start, store, keys, issuerHttp, allowHttp, extensions, listener);
        engine._upkeep.Start();
        return engine;
    }

    /// <summary>
    /// An engine that is only asked <see cref="ExplainAsync(ExchangeRequest, string, CancellationToken)"/>, beside a server or with none: it has no upkeep, and writes nothing to the
    /// store. Whatever would be due to the keys is done to a copy.
    /// </summary>
    /// <exception cref="KeySealException">A key does not open.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be read.</exception>
    internal static async Task<CambistEngine> OpenToExplainAsync(
        RegistryLoaders loaders, LoadedRegistry registry, Store store, KeySealer sealer, HttpMessageInvoker issuerHttp, bool allowHttp, IEngineListener listener, CancellationToken cancellationToken)
    {
        var clock = store.Clock;
        var copy = MemoryStore.Create(clock).Keys;
        await copy.TryReplaceAsync(0, (await store.Keys.ReadAsync(cancellationToken)).Keys, entry: null, cancellationToken);
        var keys = await KeyRing.OpenAsync(copy, sealer, registry.Compilation.Registry!.Signing, clock, listener, cancellationToken);
        return PutTogether(loaders, new(registry, registry), store, keys, issuerHttp, allowHttp, new([], []), listener);
    }

    static CambistEngine PutTogether(
        RegistryLoaders loaders, StartingRegistry start, Store store, KeyRing keys, HttpMessageInvoker issuerHttp, bool allowHttp, Extensions extensions, IEngineListener listener)
    {
        var clock = store.Clock;
        var active = new ActiveRegistry(start.InForce.Compilation.Registry!, clock.GetUtcNow());
        var issuerKeys = new IssuerKeys(issuerHttp, clock, listener, new IssuerKeysOptions { AllowHttp = allowHttp });
        var reload = new RegistryReload(loaders.InForce, start, new RegistrySwap(active, store.Registries, issuerKeys, clock), listener);
        return new CambistEngine(store, reload, new PastRegistries(loaders.Past, active, store.Registries), keys, issuerKeys, new IntrospectionRequests(issuerHttp, clock, listener), extensions, listener);
    }

    /// <summary>
    /// What an exchange or a refresh would be answered now, step by step. Nothing is issued or spent, and no decision is recorded.
    /// </summary>
    /// <param name="request">The request; of its credentials only <see cref="PresentedCredentials.ClientId"/> counts, and is believed.</param>
    /// <param name="grant">The grant type: token exchange, or that of a refresh token, which is the subject token then.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The ledger cannot be read now.</exception>
    internal ValueTask<Explanation> ExplainAsync(ExchangeRequest request, string grant, CancellationToken cancellationToken) =>
        Exchange.ExplainAsync(grant, request, IssuerKeys, cancellationToken);

    /// <summary>The same of a decision that is on record; null where the entry is of no request for a token.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    internal async ValueTask<Explanation?> ExplainAsync(LedgerEntry entry, CancellationToken cancellationToken) =>
        Explanation.OfEntry(entry, await _pastRegistries.FindAsync(entry.RegistryRevision, cancellationToken));

    /// <summary>Closes the store, after what is queued has been written.</summary>
    public async ValueTask DisposeAsync()
    {
        await _upkeep.DisposeAsync();
        SearchIndex.Dispose();
        VerifiedTokens.Dispose();
        await _failures.WriteLastAsync();
        IssuerKeys.Dispose();
        await Store.DisposeAsync();
    }
}
