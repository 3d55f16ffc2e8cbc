using Cambist.Attack.Tests;

[assembly: AssemblyFixture(typeof(Arenas))]

namespace Cambist.Attack.Tests;

/// <summary>The arena that most attacks share: nobody changes anything in it.</summary>
public sealed class Arenas : IAsyncLifetime
{
    public Arena Main { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Main = await Arena.StartAsync();

    public ValueTask DisposeAsync() => Main.DisposeAsync();
}
