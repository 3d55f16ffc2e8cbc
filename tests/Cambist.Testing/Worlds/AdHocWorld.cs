
namespace Cambist.Testing;

/// <summary>A world for one test.</summary>
public sealed class AdHocWorld : World
{
    readonly Func<TestIssuer, string> _registry;

    AdHocWorld(Func<TestIssuer, string> registry, FakeClock? clock, IReadOnlyList<TestKey>? keys, IReadOnlyDictionary<string, string>? files) =>
        (_registry, Clock, LoginKeys, Files) = (registry, clock, keys ?? [Keys.Es256], files);

    public override FakeClock? Clock { get; }

    protected override string Registry => _registry(Login);

    protected override IReadOnlyList<TestKey> LoginKeys { get; }

    protected override IReadOnlyDictionary<string, string>? Files { get; }

    /// <summary>Starts one. <paramref name="registry"/> gets the provider and gives the text without <c>issuer</c> and <c>error_codes</c>.</summary>
    public static async Task<AdHocWorld> StartAsync(Func<TestIssuer, string> registry, FakeClock? clock = null, IReadOnlyList<TestKey>? keys = null, IReadOnlyDictionary<string, string>? files = null)
    {
        var world = new AdHocWorld(registry, clock, keys, files);
        try
        {
            await world.InitializeAsync();
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }
}
