using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Whether what COMMIT answers is on disk, and on the synchronous standby where there is one. Each session asks for
/// <c>synchronous_commit=on</c> when it begins, which no setting of database, role or server overrules, then or later. The other two are
/// the server's alone, and can be changed while it runs, so they are looked at in each transaction.
/// </summary>
static class Durability
{
    /// <summary>What a session asks for. Less of it would be <c>remote_write</c> (the standby's memory), <c>local</c> (no standby) and <c>off</c> (no disk); <c>remote_apply</c> is more.</summary>
    public const string Asked = "-c synchronous_commit=on";

    /// <summary>The settings under which an answer could be lost; null where it cannot.</summary>
    public const string Fault = """
        CASE WHEN current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AND current_setting('synchronous_commit') IN ('on', 'remote_apply') THEN NULL
        ELSE format('fsync=%s, full_page_writes=%s, synchronous_commit=%s', current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')) END
        """;

    /// <param name="row">Has <see cref="Fault"/>.</param>
    /// <param name="column">Where.</param>
    /// <exception cref="StoreUnavailableException">There is one.</exception>
    public static void Check(NpgsqlDataReader row, int column)
    {
        if (row.IsDBNull(column)) return;
        throw new StoreUnavailableException(
            $"PostgreSQL runs with {row.GetString(column)}, so an answered exchange could be lost. Set the first two to on, and nothing in the connection's Options or a pooler for the third");
    }
}
