using Cambist.Testing;

namespace Cambist.Conformance.Tests;

/// <summary>A world for one test.</summary>
public sealed class AdHocWorld : World
{
    readonly Func<TestIssuer, string> _registry;

    AdHocWorld(Func<TestIssuer, string> registry, FakeClock? clock, IReadOnlyList<TestKey>? keys) =>
        (_registry, Clock, LoginKeys) = (registry, clock, keys ?? [Keys.Es256]);

    public override FakeClock? Clock { get; }

    protected override string Registry => _registry(Login);

    protected override IReadOnlyList<TestKey> LoginKeys { get; }

    /// <summary>Starts one. <paramref name="registry"/> gets the provider and gives the text without <c>issuer</c> and <c>error_codes</c>.</summary>
    public static async Task<AdHocWorld> StartAsync(Func<TestIssuer, string> registry, FakeClock? clock = null, IReadOnlyList<TestKey>? keys = null)
    {
        var world = new AdHocWorld(registry, clock, keys);
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
