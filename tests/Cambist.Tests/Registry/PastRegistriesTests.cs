using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>Registries that decided what is on record are compiled of the texts that the store has kept.</summary>
public sealed class PastRegistriesTests
{
    static readonly LoadedRegistry Past = RegistryFile.Compile("past.yaml", Wrong.Base, ".", new());

    [Fact]
    public async Task One_that_many_ask_for_at_once_is_compiled_once()
    {
        var (loader, store) = (new CountingLoader(), new StoreThatWaitsFor(askers: 4));
        var registries = new PastRegistries(loader, new(PolicyTestText.Tested, RegistryText.Now), store);

        var found = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => registries.FindAsync(Past.Compilation.Registry!.Revision, TestContext.Current.CancellationToken).AsTask()));

        found.ShouldAllBe(registry => ReferenceEquals(registry, Past.Compilation.Registry));
        loader.Compiled.ShouldBe(1);
    }

    sealed class CountingLoader : IRegistryLoader
    {
        int _compiled;

        public int Compiled => _compiled;

        public LoadedRegistry Load() => Past;

        public LoadedRegistry Compile(string name, string text)
        {
            Interlocked.Increment(ref _compiled);
            return Past;
        }

        public bool HasChanged() => false;
    }

    /// <summary>Answers nobody before all have asked.</summary>
    sealed class StoreThatWaitsFor(int askers) : IRegistryStore
    {
        readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _asked;

        public async ValueTask<RegistryRevision?> FindAsync(string revision, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _asked) == askers) _all.SetResult();
            await _all.Task.WaitAsync(cancellationToken);
            return new(revision, Past.Text, 0);
        }

        public ValueTask SaveActivatedAsync(RegistryRevision revision, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<RegistryRevision?> FindLatestAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<ReadOnlyMemory<byte>?> FindAdminTokenHashAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask SaveAdminTokenHashAsync(ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
