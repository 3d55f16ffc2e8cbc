using Cambist.Storage.Sqlite;

namespace Cambist;

/// <summary>Puts Cambist on SQLite.</summary>
public static class CambistBuilderSqliteExtensions
{
    /// <summary>
    /// Keeps ledger, tokens and keys in a SQLite file. Where no key file was named, <c>cambist.key</c> beside it seals the
    /// private keys, made with mode 0600 on first start.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The database file, relative to the working folder.</param>
    /// <param name="options">How to open it; null for the defaults.</param>
    public static CambistBuilder UseSqlite(this CambistBuilder builder, string path, SqliteStoreOptions? options = null) =>
        builder
            .UseStore((_, clock) => SqliteStore.Open(path, clock, options), exists: () => File.Exists(path))
            .UseDefaultKeyFile(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "cambist.key"));
}
