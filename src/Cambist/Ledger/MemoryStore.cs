namespace Cambist;

/// <summary>
/// A store that lives and dies with the process: for tests and for trying things out. It keeps every promise of the ports
/// but durability, on one node, and forgets nothing that expires.
/// </summary>
public static class MemoryStore
{
    /// <summary>An empty store.</summary>
    public static Store Create(TimeProvider clock)
    {
        var ledger = new MemoryLedger(clock);
        return new(ledger, ledger, new MemoryKeys(ledger), ledger, new MemoryRegistries(ledger.Lives), clock, ledger);
    }
}

/// <summary>The parts that must agree with each other share one lock.</summary>
sealed class MemoryLedger(TimeProvider clock) : ILedger, ITokenStore, IDecisionLog, IAsyncDisposable
{
    readonly Lock _gate = new();
    readonly DecisionIdSequence _ids = new(clock);
    readonly List<LedgerEntry> _entries = [];
    readonly HashSet<(OneTimeKeyKind, string)> _used = [];
    readonly Dictionary<string, StoredToken> _tokens = new(StringComparer.Ordinal);
    readonly Dictionary<(RevocationKind, string), Revocation> _revocations = [];
    bool _closed;

    public MemoryLives Lives { get; } = new();

    public ValueTask<CommitResult> CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) =>
        Locked(() => Commit(entry), cancellationToken);

    public ValueTask<Revocation> RevokeAsync(Revocation revocation, CancellationToken cancellationToken) =>
        Locked(() => Revoke(revocation), cancellationToken);

    public ValueTask<Revocation?> RevokeAsync(Revocation revocation, LedgerEntry entry, CancellationToken cancellationToken) =>
        Locked(() => Commit(entry).Status == CommitStatus.Committed ? Revoke(revocation) : null, cancellationToken);

    public ValueTask<Revocation?> IsRevokedAsync(TokenLineage lineage, CancellationToken cancellationToken) =>
        Locked(() => RevocationOf(lineage), cancellationToken);

    public ValueTask<bool> IsUsedAsync(OneTimeKey key, CancellationToken cancellationToken) =>
        Locked(() => _used.Contains((key.Kind, Convert.ToHexString(key.Key.Span))), cancellationToken);

    public async ValueTask PurgeAsync(CancellationToken cancellationToken) => await Locked(() => true, cancellationToken);

    public async ValueTask CheckAsync(CancellationToken cancellationToken) => await Locked(() => true, cancellationToken);

    public ValueTask<StoredToken?> FindAsync(ReadOnlyMemory<byte> hash, CancellationToken cancellationToken) =>
        Locked(() => _tokens.GetValueOrDefault(Convert.ToHexString(hash.Span)), cancellationToken);

    public ValueTask<CommitResult> MintAsync(StoredToken token, LedgerEntry entry, CancellationToken cancellationToken)
    {
        if (token.Kind != StoredTokenKind.ImpersonationToken) throw new ArgumentException("Only impersonation tokens are minted.", nameof(token));
        return CommitAsync(entry with { Stores = [token] }, cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoredToken>> ListImpersonationTokensAsync(string? afterId, int limit, CancellationToken cancellationToken) =>
        Locked<IReadOnlyList<StoredToken>>(
            () => [.. LiveImpersonationTokens().Where(t => string.CompareOrdinal(t.Id, afterId) > 0).OrderBy(t => t.Id, StringComparer.Ordinal).Take(Math.Max(limit, 0))],
            cancellationToken);

    public ValueTask<bool> CancelAsync(string id, LedgerEntry entry, CancellationToken cancellationToken) =>
        Locked(
            () =>
            {
                if (LiveImpersonationTokens().FirstOrDefault(t => t.Id == id) is not { } token) return false;
                if (Commit(entry).Status != CommitStatus.Committed) return false;
                _tokens.Remove(Convert.ToHexString(token.Hash.Span));
                Revoke(new(RevocationKind.Lineage, id, 0, entry.Trace ?? "cancelled", token.ExpiresAt));
                return true;
            },
            cancellationToken);

    public ValueTask<LedgerEntry?> FindAsync(DecisionId id, CancellationToken cancellationToken) =>
        Locked(() => _entries.Find(entry => entry.Id == id), cancellationToken);

    public ValueTask<DecisionPage> PageAsync(DecisionFilter filter, DecisionId before, int limit, CancellationToken cancellationToken) =>
        Locked(
            () => DecisionPage.Of([.. Enumerable.Reverse(_entries).Where(entry => (before.IsNone || entry.Id < before) && filter.Fits(entry)).Take(Math.Max(limit, 0))], limit),
            cancellationToken);

    public ValueTask DisposeAsync()
    {
        lock (_gate) _closed = true;
        return default;
    }

    CommitResult Commit(LedgerEntry entry)
    {
        foreach (var lineage in entry.DependsOn)
            if (RevocationOf(lineage) is { } revocation) return CommitResult.Revoked(revocation);

        var keys = new HashSet<(OneTimeKeyKind, string)>();
        foreach (var key in entry.Consumes)
        {
            var used = (key.Kind, Convert.ToHexString(key.Key.Span));
            if (_used.Contains(used) || !keys.Add(used)) return CommitResult.AlreadyUsed(key.Kind);
        }

        Store(entry.Stores);
        _used.UnionWith(keys);
        var id = _ids.Next();
        _entries.Add(entry with { Id = id, Input = entry.Input.ToArray(), Consumes = [], Stores = [], ExternalUntil = 0, DependsOn = [] });
        Lives.Note(expiry: entry.ExpiresAt ?? 0, externalExpiry: entry.ExternalUntil);
        return CommitResult.Committed(id);
    }

    void Store(IReadOnlyList<StoredToken> tokens)
    {
        var hashes = new HashSet<string>(StringComparer.Ordinal);
        if (tokens.Any(token => IsStored(token) || !hashes.Add(Convert.ToHexString(token.Hash.Span))))
            throw new LedgerEntryRejectedException("A token to store is stored already.");
        foreach (var token in tokens)
        {
            _tokens.Add(Convert.ToHexString(token.Hash.Span), token with { Hash = token.Hash.ToArray(), Content = token.Content.ToArray() });
            Lives.Note(expiry: token.ExpiresAt);
        }
    }

    bool IsStored(StoredToken token) =>
        _tokens.ContainsKey(Convert.ToHexString(token.Hash.Span)) ||
        (token.Kind == StoredTokenKind.ImpersonationToken && _tokens.Values.Any(t => t.Kind == token.Kind && t.Id == token.Id));

    Revocation Revoke(Revocation revocation)
    {
        var name = (revocation.Kind, revocation.Value);
        return _revocations[name] = RevocationTerm.Recorded(revocation, _ids.Separate(), Lives.Current, _revocations.GetValueOrDefault(name));
    }

    Revocation? RevocationOf(TokenLineage lineage)
    {
        if (_revocations.Count == 0) return null;
        for (var dot = lineage.Id.IndexOf('.', StringComparison.Ordinal); ; dot = lineage.Id.IndexOf('.', dot + 1))
        {
            var ancestor = dot < 0 ? lineage.Id : lineage.Id[..dot];
            if (_revocations.TryGetValue((RevocationKind.Lineage, ancestor), out var revocation)) return revocation;
            if (dot < 0) break;
        }

        return Covering(RevocationKind.Subject, lineage.Subject) ?? Covering(RevocationKind.Client, lineage.Client) ?? Covering(RevocationKind.Issuer, lineage.Issuer);

        Revocation? Covering(RevocationKind kind, string? value) =>
            value is not null && _revocations.TryGetValue((kind, value), out var revocation) && lineage.IsCoveredBy(revocation.At) ? revocation : null;
    }

    IEnumerable<StoredToken> LiveImpersonationTokens()
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return _tokens.Values.Where(t => t.Kind == StoredTokenKind.ImpersonationToken && t.ExpiresAt > now);
    }

    ValueTask<T> Locked<T>(Func<T> act, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        lock (_gate)
        {
            try
            {
                return _closed ? ValueTask.FromException<T>(new StoreUnavailableException("The store is closed.")) : new(act());
            }
            catch (LedgerEntryRejectedException e)
            {
                return ValueTask.FromException<T>(e);
            }
        }
    }
}
