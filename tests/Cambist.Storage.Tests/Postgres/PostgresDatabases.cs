using Cambist.Storage.Postgres;
using Cambist.Storage.Tests.Postgres;
using Cambist.Testing;

[assembly: AssemblyFixture(typeof(PostgresDatabases))]

namespace Cambist.Storage.Tests.Postgres;

/// <summary>One PostgreSQL for the whole run; each test has a database of its own.</summary>
public sealed class PostgresDatabases : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartNewAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}

/// <summary>The suite, unchanged, on PostgreSQL.</summary>
public sealed class PostgresStoreTests(PostgresDatabases databases) : StoreTests
{
    protected override async ValueTask<Store> CreateAsync(TimeProvider clock) => PostgresStore.Open(await databases.Server.CreateDatabaseAsync(), clock);

    protected override async ValueTask<Store?> CreateAsync(TimeProvider clock, int mostReadAPage) => PostgresStore.Open(await databases.Server.CreateDatabaseAsync(), clock, new() { MostReadAPage = mostReadAPage });
}
