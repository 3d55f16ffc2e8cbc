using System.Security.Cryptography;
using Cambist.AspNetCore;
using Cambist.Yaml;

namespace Cambist.Server;

/// <summary>
/// What a server with this registry would answer, without one: the engine with nothing running beside it. With a store it judges our own
/// tokens, too, and what is used up and revoked; it reads the store and writes nothing to it, whether or not a server has it open.
/// </summary>
sealed class OfflineExplain : IAsyncDisposable
{
    readonly CambistEngine _engine;
    readonly IssuerHttp _issuerHttp;
    readonly bool _hasStore;

    OfflineExplain(CambistEngine engine, IssuerHttp issuerHttp, bool hasStore) => (_engine, _issuerHttp, _hasStore) = (engine, issuerHttp, hasStore);

    /// <summary>The registry.</summary>
    public Registry Registry => _engine.Registry.Current;

    /// <summary>Opens it.</summary>
    /// <param name="settings">Registry, secrets folder, store and key file as <c>serve</c> has them.</param>
    /// <param name="hasStore">Whether to read the store that the settings name; else there is none, and no token of ours can be judged.</param>
    /// <param name="listener">Hears why an issuer's keys cannot be had.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FailedException">The registry cannot be used, there is no store, or its keys do not open; it says what to do.</exception>
    public static async Task<OfflineExplain> OpenAsync(ServerSettings settings, bool hasStore, IEngineListener listener, CancellationToken cancellationToken)
    {
        IRegistryLoader Loader() => RegistryFile.Loader(settings.Registry, settings.RegistryOptions());
        var loader = Loader();
        var registry = loader.Load();
        if (!registry.Compilation.IsUsable) throw new FailedException(new RegistryException(registry).Message);
        var issuerHttp = new IssuerHttp();
        Store? store = null;
        try
        {
            store = hasStore ? StoreBeside.Open(settings) : MemoryStore.Create(TimeProvider.System);
            var sealer = hasStore ? await SealerAsync(store, settings, listener, cancellationToken) : OfNobody();
            var engine = await CambistEngine.OpenToExplainAsync(new(loader, Loader()), registry, store, sealer, issuerHttp.Invoker, settings.AllowHttp, listener, cancellationToken);
            return new(engine, issuerHttp, hasStore);
        }
        catch (Exception e)
        {
            if (store is not null) await store.DisposeAsync();
            issuerHttp.Dispose();
            if (e is StoreUnavailableException or KeySealException) throw new FailedException(e.Message);
            throw;
        }
    }

    /// <summary>What the request would be answered; see <see cref="CambistEngine.ExplainAsync(ExchangeRequest, string, CancellationToken)"/>.</summary>
    /// <exception cref="FailedException">The store cannot be read now.</exception>
    public async Task<Explanation> ExplainAsync(ExchangeRequest request, string grant, CancellationToken cancellationToken)
    {
        try
        {
            var explanation = await _engine.ExplainAsync(request, grant, cancellationToken);
            return _hasStore || explanation.Steps[(int)DecisionStep.ResolveSubject - 1].Verdict != StepVerdict.Refused && explanation.Steps[(int)DecisionStep.ResolveActor - 1].Verdict != StepVerdict.Refused
                || !(IsOurs(request.SubjectToken) || IsOurs(request.ActorToken))
                ? explanation
                : explanation with { Remedies = [WantsStore, .. explanation.Remedies] };
        }
        catch (StoreUnavailableException e)
        {
            throw new FailedException(e.Message);
        }
    }

    static readonly Remedy WantsStore = new(RemedyPlace.Request,
        "A token of ours can only be judged with the store that its keys and its state are in: name it with --storage, or ask the server with --server; without them nothing can be said of this one.");

    bool IsOurs(TokenText? sent) => sent is { } token
        && (OurPrefixes.All.Any(prefix => token.StartsWith(prefix))
            || (CompactJws.TryParse(token.Utf8, out var jws, out _) && jws.Payload.TryGet("iss", out var iss) && iss.IsString(Registry.Issuer)));

    /// <summary>Opens the store's keys; those of a store that no server was started on yet are nobody's.</summary>
    static async Task<KeySealer> SealerAsync(Store store, ServerSettings settings, IEngineListener listener, CancellationToken cancellationToken) =>
        (await store.Keys.ReadAsync(cancellationToken)).Keys.Count == 0 ? OfNobody() : KeyFile.ReadOrCreate(settings.KeyFilePath, mayCreate: false, listener);

    static KeySealer OfNobody() => new([RandomNumberGenerator.GetBytes(KeySealer.KeyBytes)]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _issuerHttp.Dispose();
    }
}
