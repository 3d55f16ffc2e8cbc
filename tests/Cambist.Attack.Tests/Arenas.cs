using Cambist.Attack.Tests;
using Cambist.Testing;

// They are disposed in this order: the report comes when the worlds have been looked through.
[assembly: AssemblyFixture(typeof(Arenas))]
[assembly: AssemblyFixture(typeof(HuntReport))]

namespace Cambist.Attack.Tests;

/// <summary>The arena that most attacks share: nobody changes anything in it.</summary>
public sealed class Arenas : IAsyncLifetime
{
    public Arena Main { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Main = await Arena.StartAsync();

    public ValueTask DisposeAsync() => Main.DisposeAsync();
}
