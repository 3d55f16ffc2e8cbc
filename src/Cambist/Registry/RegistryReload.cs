namespace Cambist;

/// <summary>
/// Keeps the registry in force equal to its document: looks each second, swaps it whole, and stays with the last good one while
/// the document cannot be used. What changes is taken only once two looks in a row read the same bytes, of the document and of
/// every file it names: an editor may be half-way through writing it.
/// </summary>
sealed class RegistryReload
{
    readonly IRegistryLoader _loader;
    readonly RegistrySwap _swap;
    readonly IEngineListener _listener;
    readonly string _fileName;
    LoadedRegistry _inForce;
    LoadedRegistry? _refused;
    string _judged;
    string? _seen;
    string? _keptSeen;

    public RegistryReload(IRegistryLoader loader, StartingRegistry start, RegistrySwap swap, IEngineListener listener)
    {
        (_loader, _swap, _listener, _inForce) = (loader, swap, listener, start.InForce);
        _fileName = start.OnDisk.FileName;
        if (start.OnDisk != start.InForce) swap.Show(_refused = start.OnDisk);
        _judged = new Look(start.OnDisk, _refused is null ? null : start.InForce).Fingerprint;
    }

    /// <summary>The document, and where it cannot be used the one in force, compiled with the files of now.</summary>
    sealed record Look(LoadedRegistry OnDisk, LoadedRegistry? Kept)
    {
        public string Fingerprint => $"{OnDisk.Fingerprint} {Kept?.Fingerprint}";
    }

    public ActiveRegistry Registry => _swap.Active;

    /// <summary>Looks once.</summary>
    /// <exception cref="StoreUnavailableException">There is a new registry, and the store cannot keep it now; the next look tries again.</exception>
    /// <remarks>Whatever else it throws is a fault of ours: it is shown, and the files of the registry in force are followed nevertheless.</remarks>
    public async ValueTask LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_seen is null && !_loader.HasChanged()) return;
            _seen ??= ""; // whatever breaks now, the next look reads again
            await ReadAsync(cancellationToken);
        }
        catch (Exception e) when (e is not StoreUnavailableException && !cancellationToken.IsCancellationRequested)
        {
            _seen = "";
            _swap.ShowUnread(_fileName, e);
            await FollowFilesAsync(cancellationToken);
            throw;
        }
    }

    /// <summary>A secret that was taken out of its file must stop working though nobody knows what is wrong. Taken, too, once two looks read the same.</summary>
    async ValueTask FollowFilesAsync(CancellationToken cancellationToken)
    {
        var kept = Kept();
        if (kept.Compilation.IsUsable && kept.Fingerprint == _keptSeen && kept.Fingerprint != _inForce.Fingerprint) await SwapAsync(kept, cancellationToken);
        _keptSeen = kept.Fingerprint;
    }

    async ValueTask ReadAsync(CancellationToken cancellationToken)
    {
        var look = Read();
        var isStable = look.Fingerprint == _seen;
        _seen = look.Fingerprint;
        if (!isStable) return;

        if (look.Fingerprint != _judged) await JudgeAsync(look, cancellationToken);
        (_judged, _seen, _keptSeen) = (look.Fingerprint, null, null);
        _swap.ShowRead();
    }

    Look Read()
    {
        var onDisk = UnderOurName(_loader.Load());
        return new(onDisk, onDisk.Compilation.IsUsable ? null : Kept());
    }

    LoadedRegistry Kept() => _loader.Compile("@" + Registry.Current.Revision, _inForce.Text);

    async ValueTask JudgeAsync(Look look, CancellationToken cancellationToken)
    {
        if (look.OnDisk.Compilation.IsUsable)
        {
            if (look.OnDisk.Fingerprint != _inForce.Fingerprint) await SwapAsync(look.OnDisk, cancellationToken);
            else if (_refused is not null) _listener.On(RegistryEvents.Mended(look.OnDisk));
            _inForce = look.OnDisk;
            _swap.Show(_refused = null);
            return;
        }

        if (_refused is null || look.OnDisk.Text != _refused.Text || !look.OnDisk.Errors.SequenceEqual(_refused.Errors))
        {
            _swap.Show(_refused = look.OnDisk);
            _listener.On(RegistryEvents.Refused(look.OnDisk, $"revision {Registry.Current.Revision} stays in force"));
        }

        // A secret that was taken out of its file must stop working whatever else is wrong.
        if (look.Kept is { Compilation.IsUsable: true } kept && kept.Fingerprint != _inForce.Fingerprint) await SwapAsync(kept, cancellationToken);
    }

    async ValueTask SwapAsync(LoadedRegistry next, CancellationToken cancellationToken)
    {
        var before = Registry.Current;
        await _swap.SwapAsync(next, cancellationToken);
        _listener.On(RegistryEvents.Activated(before, Registry.Current));
        foreach (var warning in RegistryEvents.Warnings(next, _inForce)) _listener.On(warning);
        _inForce = next;
    }

    /// <summary>Refuses to become somebody else while tokens of ours are in use and the endpoints lie under our name.</summary>
    LoadedRegistry UnderOurName(LoadedRegistry loaded)
    {
        var (ours, wanted) = (Registry.Current.Issuer, loaded.Compilation.Registry?.Issuer ?? Registry.Current.Issuer);
        return wanted == ours ? loaded : loaded with
        {
            Compilation = new(null, [.. loaded.Compilation.Findings, new(FindingSeverity.Error, new(1, 1), "issuer",
                $"this server is {ours} and cannot become {wanted} while it runs: every token it has issued would be worth nothing at once. Write {ours} again, or restart the server to mean it")]),
        };
    }
}
