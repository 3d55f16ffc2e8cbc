using Npgsql;

namespace Cambist.Storage.Postgres;

sealed class PostgresRegistryStore(Transactions transactions, Connections connections) : IRegistryStore
{
    // A place is given anew each time: the revision activated last has the highest.
    const string Save = """
        INSERT INTO cambist.registry_revisions (revision, place, text, activated_at) VALUES ($1, nextval('cambist.registry_places'), $2, $3)
        ON CONFLICT (revision) DO UPDATE SET place = nextval('cambist.registry_places'), text = excluded.text, activated_at = excluded.activated_at
        """;

    const string MayLive = "UPDATE cambist.marks SET longest_life = $1 WHERE longest_life < $1";
    const string Latest = "SELECT revision, text, activated_at FROM cambist.registry_revisions ORDER BY place DESC LIMIT 1";
    const string ById = "SELECT revision, text, activated_at FROM cambist.registry_revisions WHERE revision = $1";
    const string AdminToken = "SELECT sha256 FROM cambist.admin_token";
    const string SaveAdminToken = "INSERT INTO cambist.admin_token (sha256) VALUES ($1) ON CONFLICT (one) DO UPDATE SET sha256 = excluded.sha256";

    public async ValueTask SaveActivatedAsync(RegistryRevision revision, CancellationToken cancellationToken) =>
        await ChangeAsync(
            change =>
            {
                change.Add(Save).With(revision.Revision).With(revision.Text).With(revision.ActivatedAt);
                change.Add(MayLive).With(revision.LongestLife);
            },
            cancellationToken);

    public ValueTask<RegistryRevision?> FindLatestAsync(CancellationToken cancellationToken) => OneAsync(ask => ask.Add(Latest), cancellationToken);

    public ValueTask<RegistryRevision?> FindAsync(string revision, CancellationToken cancellationToken) => OneAsync(ask => ask.Add(ById).With(revision), cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> FindAdminTokenHashAsync(CancellationToken cancellationToken) =>
        connections.ReadAsync<ReadOnlyMemory<byte>?>(
            ask => ask.Add(AdminToken), async row => await row.ReadAsync(cancellationToken) ? row.GetFieldValue<byte[]>(0) : (ReadOnlyMemory<byte>?)null, cancellationToken);

    public async ValueTask SaveAdminTokenHashAsync(ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken) =>
        await ChangeAsync(change => change.Add(SaveAdminToken).With(sha256.ToArray()), cancellationToken);

    Task<bool> ChangeAsync(Action<NpgsqlBatch> append, CancellationToken cancellationToken) =>
        transactions.RunAsync(
            Sql.ShareFence,
            async connection =>
            {
                await using var change = new NpgsqlBatch(connection);
                append(change);
                await change.ExecuteNonQueryAsync();
                return true;
            },
            cancellationToken);

    ValueTask<RegistryRevision?> OneAsync(Action<NpgsqlBatch> ask, CancellationToken cancellationToken) =>
        connections.ReadAsync(
            ask, async row => await row.ReadAsync(cancellationToken) ? new RegistryRevision(row.GetString(0), row.GetString(1), row.GetInt64(2)) : null, cancellationToken);
}
