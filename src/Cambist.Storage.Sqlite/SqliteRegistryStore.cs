namespace Cambist.Storage.Sqlite;

sealed class SqliteRegistryStore(GroupCommit commits, LedgerWriter writer, ReadConnections reads) : IRegistryStore
{
    // A place is given anew each time: the revision activated last has the highest.
    const string Save = """
        INSERT INTO registry_revisions (place, revision, text, activated_at)
        VALUES ((SELECT ifnull(max(place), 0) + 1 FROM registry_revisions), ?, ?, ?)
        ON CONFLICT (revision) DO UPDATE SET place = excluded.place, text = excluded.text, activated_at = excluded.activated_at
        """;

    const string Latest = "SELECT revision, text, activated_at FROM registry_revisions ORDER BY place DESC LIMIT 1";
    const string ById = "SELECT revision, text, activated_at FROM registry_revisions WHERE revision = ?";
    const string AdminToken = "SELECT value FROM meta WHERE name = 'admin_token_sha256'";
    const string SaveAdminToken = "INSERT INTO meta (name, value) VALUES ('admin_token_sha256', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

    public async ValueTask SaveActivatedAsync(RegistryRevision revision, CancellationToken cancellationToken) =>
        await commits.RunAsync(
            ids =>
            {
                writer.Activate(
                    database => database.Prepared(Save).Bind(1, revision.Revision).Bind(2, revision.Text).Bind(3, revision.ActivatedAt).Run(), revision.LongestLife, ids);
                return true;
            },
            cancellationToken);

    public ValueTask<RegistryRevision?> FindLatestAsync(CancellationToken cancellationToken) =>
        reads.ReadAsync(0, static (database, _) => One(database.Prepared(Latest)), cancellationToken);

    public ValueTask<RegistryRevision?> FindAsync(string revision, CancellationToken cancellationToken) =>
        reads.ReadAsync(revision, static (database, revision) => One(database.Prepared(ById).Bind(1, revision)), cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> FindAdminTokenHashAsync(CancellationToken cancellationToken) =>
        reads.ReadAsync<int, ReadOnlyMemory<byte>?>(0, static (database, _) => Hash(database.Prepared(AdminToken)), cancellationToken);

    public async ValueTask SaveAdminTokenHashAsync(ReadOnlyMemory<byte> sha256, CancellationToken cancellationToken) =>
        await ChangeAsync(database => database.Prepared(SaveAdminToken).Bind(1, sha256.Span).Run(), cancellationToken);

    Task ChangeAsync(Action<Database> change, CancellationToken cancellationToken) =>
        commits.RunAsync(
            ids => writer.Change(
                database =>
                {
                    change(database);
                    return true;
                },
                ids),
            cancellationToken);

    static RegistryRevision? One(Statement select)
    {
        try
        {
            return select.Step() ? new(select.Text(0)!, select.Text(1)!, select.Number(2)) : null;
        }
        finally
        {
            select.Reset();
        }
    }

    static ReadOnlyMemory<byte>? Hash(Statement select)
    {
        try
        {
            if (!select.Step()) return null;
            return select.Blob(0).ToArray();
        }
        finally
        {
            select.Reset();
        }
    }
}
