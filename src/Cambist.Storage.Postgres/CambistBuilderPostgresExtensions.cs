using Cambist.Storage.Postgres;

namespace Cambist;

/// <summary>Puts Cambist on PostgreSQL.</summary>
public static class CambistBuilderPostgresExtensions
{
    /// <summary>
    /// Keeps ledger, tokens and keys in a PostgreSQL database, for any number of nodes. A key file must be named
    /// (<see cref="CambistBuilder.UseKeyFile"/>): the same one on each node.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connection"><c>Host=…;…</c> or <c>postgres://…</c>, see <see cref="PostgresStore.Open"/>.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="FormatException">The connection is not understood. The message never holds a value of it.</exception>
    public static CambistBuilder UsePostgres(this CambistBuilder builder, string connection, PostgresStoreOptions? options = null)
    {
        PostgresAddress.Parse(connection);
        return builder.UseStore((_, clock) => PostgresStore.Open(connection, clock, options));
    }
}
