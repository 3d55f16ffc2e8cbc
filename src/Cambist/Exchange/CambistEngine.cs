namespace Cambist;

/// <summary>A running Cambist: registry, store and keys put together. What an edge talks to.</summary>
public sealed class CambistEngine : IAsyncDisposable
{
    readonly FailureSummary _failures;
    readonly Upkeep _upkeep;

    CambistEngine(Store store, RegistryReload reload, KeyRing keys, IssuerKeys issuerKeys, IntrospectionRequests introspection, Extensions extensions, TimeProvider clock, IEngineListener listener)
    {
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
        ], store.Ledger, check);
        var callers = new CallerGate(clients, recorder);
        var presented = new PresentedTokens(refresh, opaque, own);

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
        _failures = new FailureSummary(strangers.Tally, store.Ledger, registry, listener);
        _upkeep = new Upkeep(clock, listener,
        [
            new Chore("reading the registry again", TimeSpan.FromSeconds(1), reload.LookAsync),
            new Chore("looking after our signing keys", TimeSpan.FromSeconds(1), cancellationToken => keys.TendAsync(registry.Current.Signing, cancellationToken)),
            new Chore("summarising failed requests", FailureSummary.Every, _failures.WriteAsync),
            new Chore("removing from the store what has had its time", TimeSpan.FromSeconds(5), store.Ledger.PurgeAsync),
            new Chore("indexing decisions for searches", TimeSpan.FromSeconds(1), SearchIndex.TendAsync),
        ]);
        _upkeep.Start();
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

    /// <summary>How far the index behind searches is.</summary>
    internal SearchIndex SearchIndex { get; }

    /// <summary>The store.</summary>
    public Store Store { get; }

    /// <summary>
    /// Opens the keys (and makes them in a new store), and is ready to decide. Blocks: it runs once, before anything is served.
    /// </summary>
    internal static CambistEngine Start(
        IRegistryLoader loader, StartingRegistry start, Store store, KeySealer sealer, TimeProvider clock, HttpMessageInvoker issuerHttp, bool allowHttp, Extensions extensions, IEngineListener listener)
    {
        foreach (var warning in RegistryEvents.Warnings(start.InForce)) listener.On(warning);

        foreach (var mismatch in extensions.Mismatches(start.InForce.Compilation.Registry!)) listener.On(mismatch);

        var active = new ActiveRegistry(start.InForce.Compilation.Registry!, clock.GetUtcNow());
        var keys = KeyRing.OpenAsync(store.Keys, sealer, active.Current.Signing, clock, listener, CancellationToken.None).GetAwaiter().GetResult();
        var issuerKeys = new IssuerKeys(issuerHttp, clock, listener, new IssuerKeysOptions { AllowHttp = allowHttp });
        var reload = new RegistryReload(loader, start, new RegistrySwap(active, store.Registries, issuerKeys, clock), listener);
        return new CambistEngine(store, reload, keys, issuerKeys, new IntrospectionRequests(issuerHttp, clock, listener), extensions, clock, listener);
    }

    /// <summary>Closes the store, after what is queued has been written.</summary>
    public async ValueTask DisposeAsync()
    {
        await _upkeep.DisposeAsync();
        SearchIndex.Dispose();
        await _failures.WriteLastAsync();
        IssuerKeys.Dispose();
        await Store.DisposeAsync();
    }
}
