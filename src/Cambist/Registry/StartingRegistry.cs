using System.Globalization;

namespace Cambist;

/// <summary>What a node starts with: the document on disk, or the last good revision its store has kept.</summary>
/// <param name="InForce">What is served.</param>
/// <param name="OnDisk">The document; the same one where it can be used.</param>
sealed record StartingRegistry(LoadedRegistry InForce, LoadedRegistry OnDisk)
{
    /// <summary>Chooses, and keeps the text of a document that is used.</summary>
    /// <exception cref="RegistryException">Neither can be used; it holds the errors of both.</exception>
    /// <exception cref="StoreUnavailableException">The store cannot be asked.</exception>
    public static async ValueTask<StartingRegistry> ChooseAsync(IRegistryLoader loader, LoadedRegistry onDisk, IRegistryStore store, TimeProvider clock, IEngineListener listener)
    {
        if (onDisk.Compilation.IsUsable)
        {
            var last = await store.FindLatestAsync(CancellationToken.None);
            if (last is not null && loader.IssuerOf(last.Text) is { } before && before != onDisk.Compilation.Registry!.Issuer)
                listener.On(RegistryEvents.OtherIssuer(before, onDisk.Compilation.Registry.Issuer));
            await store.SaveActivatedAsync(onDisk.AsActivated(clock), CancellationToken.None);
            return new(onDisk, onDisk);
        }

        var kept = await store.FindLatestAsync(CancellationToken.None) ?? throw new RegistryException(onDisk);
        var when = DateTimeOffset.FromUnixTimeMilliseconds(kept.ActivatedAt).ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        var inForce = loader.Compile("@" + kept.Revision, kept.Text);
        if (!inForce.Compilation.IsUsable)
            throw new RegistryException(onDisk, [$"The last good revision, {kept.Revision} of {when}, which the store has kept, cannot be used now either:", .. inForce.Errors]);

        listener.On(RegistryEvents.Refused(onDisk, $"the last good revision is served, {kept.Revision} of {when}, which the store has kept"));
        return new(inForce, onDisk);
    }
}
