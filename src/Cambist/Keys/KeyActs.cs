using System.Collections.Immutable;

namespace Cambist;

/// <summary>
/// What an operator does to the signing keys of a store: looks, rotates, revokes. Works beside running servers, which see it within
/// about a second, and with none. Every act is an entry of the ledger, made with it or not at all.
/// </summary>
/// <param name="store">The store; its clock says when what is done was done, and not that of whoever does it.</param>
/// <param name="keyFile">The key file of the servers (<c>Cambist:KeyFile</c>); read only where a key has to be made.</param>
/// <param name="listener">Hears of a key file that others may read.</param>
public sealed class KeyActs(Store store, string keyFile, IEngineListener listener)
{
    const int Attempts = 10;
    const string NoKeys = "The store holds no signing key yet; a server makes one when it first starts.";

    /// <summary>The signing keys, in the order in which they were made.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now.</exception>
    public async Task<IReadOnlyList<ListedKey>> ListAsync(CancellationToken cancellationToken) => await ListAsync(store, cancellationToken);

    /// <summary>The same without a key file, which listing does not need.</summary>
    internal static async Task<IReadOnlyList<ListedKey>> ListAsync(Store store, CancellationToken cancellationToken) =>
        List((await store.Keys.ReadAsync(cancellationToken)).Keys, store.Clock);

    /// <summary>Publishes a new key, which takes over after an hour, or at once. Where one is planned already, at once brings it forward, and else nothing is done.</summary>
    /// <param name="atOnce">Whether it signs before anybody can have seen it.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="reason">Why; for the ledger.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeySealException">The key file is missing, or not the one that the store's keys are sealed with.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be used now.</exception>
    public Task<KeyAct> RotateAsync(bool atOnce, string by, string? reason, CancellationToken cancellationToken) =>
        ActAsync("keys.rotate", by, reason, (stored, plan) =>
        {
            if (plan.Newest is null) return NoKeys;
            plan.Rotate(atOnce);
            return null;
        }, cancellationToken);

    /// <summary>Takes a key out of use at once: it is not published any more, and tokens under it are refused. A successor of the one that signs does so at once.</summary>
    /// <param name="keyId">Its <c>kid</c>.</param>
    /// <param name="by">Who does it.</param>
    /// <param name="reason">Why; for the ledger.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeySealException">The key file is missing, or not the one that the store's keys are sealed with.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be used now.</exception>
    public Task<KeyAct> RevokeAsync(string keyId, string by, string? reason, CancellationToken cancellationToken) =>
        ActAsync("keys.revoke", by, reason, (stored, plan) =>
        {
            var signing = stored.Keys.Where(key => key.Use == StoredKeyUse.Signing).ToArray();
            if (signing.Length == 0) return NoKeys;
            if (Array.Find(signing, key => key.KeyId == keyId) is not { } key) return $"The store holds no signing key {keyId}; it holds {string.Join(", ", signing.Select(one => one.KeyId))}.";
            if (key.RevokedAt is { } at) return $"The signing key {keyId} was revoked already, at {DateTimeOffset.FromUnixTimeMilliseconds(at):u}.";
            plan.Revoke(keyId);
            return null;
        }, cancellationToken);

    async Task<KeyAct> ActAsync(string action, string by, string? reason, Func<StoredKeys, KeyPlan, string?> act, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var stored = await store.Keys.ReadAsync(cancellationToken);
            var plan = new KeyPlan(stored, store.Clock.GetUtcNow(), new KeyMaker(() => OpenKeyFile(stored)));
            if (act(stored, plan) is { } refusal) return new(refusal, [], List(stored.Keys, store.Clock));
            if (!plan.HasChanged) return new(null, [], List(stored.Keys, store.Clock));

            ImmutableArray<string> deeds = [.. plan.Deeds.Select(deed => deed.Message)];
            var entry = new LedgerEntry
            {
                Outcome = DecisionOutcome.AdminAct,
                Action = action,
                Actor = new("os-user", by, null),
                Trace = string.Join('\n', reason is null ? deeds : [.. deeds, "reason: " + reason]),
                RegistryRevision = (await store.Registries.FindLatestAsync(cancellationToken))?.Revision ?? "none",
            };
            if (await store.Keys.TryReplaceAsync(stored.Version, plan.Keys, entry, cancellationToken)) return new(null, deeds, List(plan.Keys, store.Clock));
        }

        throw new StoreUnavailableException($"The store's keys were changed by others {Attempts} times meanwhile. Try again.");
    }

    // A key sealed under any other file would be one that no server can open; and so would one under a line that the servers have
    // not read yet. What they hold is what sealed the lineage key, which every start seals again.
    KeySealer OpenKeyFile(StoredKeys stored)
    {
        var sealer = KeyFile.ReadOrCreate(keyFile, mayCreate: false, listener);
        OpenedKeys.Open(stored, sealer, earlier: null, listener);
        return stored.Keys.FirstOrDefault(key => key.Use == StoredKeyUse.Lineage) is { } lineage ? sealer.SealingLike(lineage.Sealed.Span) : sealer;
    }

    static List<ListedKey> List(IReadOnlyList<SealedKey> keys, TimeProvider clock)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var signing = KeyTimes.NewestOf(keys.Where(key => key.Use == StoredKeyUse.Signing && key.RevokedAt is null && KeyTimes.SignsAt(key, now)));
        return [.. keys.Where(key => key.Use == StoredKeyUse.Signing).Select(key => new ListedKey(
            key.KeyId,
            key.Algorithm,
            key.RevokedAt is not null ? SigningKeyState.Revoked : key == signing ? SigningKeyState.Signing : key.SignsFrom > now ? SigningKeyState.Next : SigningKeyState.Retired,
            DateTimeOffset.FromUnixTimeMilliseconds(key.SignsFrom),
            (key.RevokedAt ?? key.SignsUntil) is { } until ? DateTimeOffset.FromUnixTimeMilliseconds(until) : null,
            key.RevokedAt is null && key.SignsUntil is not null ? DateTimeOffset.FromUnixTimeMilliseconds(KeyTimes.KeptUntil(key)) : null))];
    }
}

/// <summary>What became of an act.</summary>
/// <param name="Refusal">Why nothing was done, in a sentence that says what to do; null where it was, or had been before.</param>
/// <param name="Deeds">What was done, a sentence each; empty where there was nothing to do.</param>
/// <param name="Keys">The signing keys afterwards.</param>
public sealed record KeyAct(string? Refusal, ImmutableArray<string> Deeds, IReadOnlyList<ListedKey> Keys);

/// <summary>A signing key of a store.</summary>
/// <param name="KeyId">Its <c>kid</c>.</param>
/// <param name="Algorithm">Its JWS algorithm.</param>
/// <param name="State">What it does now.</param>
/// <param name="Since">When it began to sign, or will.</param>
/// <param name="Until">When it stopped or will stop to sign, or was revoked; null where nothing is planned.</param>
/// <param name="PublishedUntil">When it is dropped; null where nothing is planned, and for a revoked one.</param>
public sealed record ListedKey(string KeyId, string Algorithm, SigningKeyState State, DateTimeOffset Since, DateTimeOffset? Until, DateTimeOffset? PublishedUntil);

/// <summary>What a signing key does.</summary>
public enum SigningKeyState
{
    /// <summary>Published, and will take over.</summary>
    Next,

    /// <summary>Signs.</summary>
    Signing,

    /// <summary>Published until the last token under it has expired.</summary>
    Retired,

    /// <summary>Taken out of use at once.</summary>
    Revoked,
}
