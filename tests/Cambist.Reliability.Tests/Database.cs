using Cambist.Testing;

namespace Cambist.Reliability.Tests;

/// <summary>The PostgreSQL server of tests that need none of their own; each has a database of its own.</summary>
public sealed class Database : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartNewAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
