namespace Cambist.LoadBench;

/// <summary>The servers that run, all of them at the same time; who is not asked only waits.</summary>
sealed class Cast(Tokens tokens) : IAsyncDisposable
{
    readonly Launches _launches = new(tokens);
    readonly Dictionary<Role, Server> _servers = [];
    IReadOnlyList<Launch>? _nodes;

    /// <summary>The database, where one was needed.</summary>
    public Postgres? Postgres { get; private set; }

    public Server this[Role role] => _servers[role];

    public IEnumerable<Server> Servers => _servers.Values;

    public bool Has(Role role) => _servers.ContainsKey(role);

    /// <summary>Starts who does not run yet.</summary>
    /// <param name="first">The request that it has to answer.</param>
    public async Task StartAsync(Role role, Request first, CancellationToken cancellationToken)
    {
        if (!Has(role)) _servers[role] = await Server.StartAsync(await LaunchAsync(role, cancellationToken), first, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values) await server.DisposeAsync();
        if (Postgres is not null) await Postgres.DisposeAsync();
    }

    async Task<Launch> LaunchAsync(Role role, CancellationToken cancellationToken) => role switch
    {
        Role.BareRsEs => Launches.BareLoop("rs-es", tokens.Login),
        Role.BareEsEs => Launches.BareLoop("es-es", tokens.Modern),
        Role.BareForm => Launches.BareLoop("form", tokens.Login),
        Role.BareIntrospect => await BareIntrospectAsync(cancellationToken),
        Role.OidcProvider => _launches.OidcProvider(),
        Role.Cambist => _launches.Cambist("cambist"),
        Role.LargeCambist => _launches.Cambist("cambist large", Registry.Large),
        Role.PostgresCambist => (await OnPostgresAsync("alone", ["cambist on postgres"], cancellationToken))[0],
        Role.FirstNode or Role.SecondNode => (await NodesAsync(cancellationToken))[role - Role.FirstNode],
        _ => throw new ArgumentOutOfRangeException(nameof(role)),
    };

    /// <summary>It verifies Cambist's own tokens, by the keys that Cambist publishes.</summary>
    async Task<Launch> BareIntrospectAsync(CancellationToken cancellationToken)
    {
        var cambist = this[Role.Cambist];
        var keys = Path.Combine(Folders.Work, "own-jwks.json");
        await File.WriteAllTextAsync(keys, await cambist.GetAsync("jwks", cancellationToken), cancellationToken);
        return Launches.BareLoop("introspect", keys, cambist.Address.AbsoluteUri.TrimEnd('/'), Request.Api);
    }

    async Task<IReadOnlyList<Launch>> NodesAsync(CancellationToken cancellationToken) => _nodes ??= await OnPostgresAsync("shared", ["cambist node 1", "cambist node 2"], cancellationToken);

    async Task<IReadOnlyList<Launch>> OnPostgresAsync(string database, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        Postgres ??= await Postgres.StartAsync(cancellationToken);
        return await _launches.CambistsAsync(database, Postgres, names, cancellationToken);
    }
}
