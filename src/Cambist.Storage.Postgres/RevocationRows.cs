using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>Revocations, as commits, introspection and revokers look them up.</summary>
static class RevocationRows
{
    public const string Columns = "kind, value, at, reason, keep_until";

    public static Revocation Read(NpgsqlDataReader row, int column) => new(
        (RevocationKind)row.GetInt16(column), Sql.Text(row.GetFieldValue<byte[]>(column + 1)), row.GetInt64(column + 2),
        Sql.Text(row.GetFieldValue<byte[]>(column + 3)), row.GetInt64(column + 4));

    /// <summary>
    /// All that a revocation could name about a token, ancestors first, each with the instant from which on such a revocation covers it
    /// (<see cref="TokenLineage.IsCoveredBy"/> as a lower bound).
    /// </summary>
    public static IEnumerable<(RevocationKind Kind, byte[] Value, long Since)> Of(TokenLineage lineage)
    {
        for (var dot = lineage.Id.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = lineage.Id.IndexOf('.', dot + 1))
            yield return (RevocationKind.Lineage, Sql.Utf8(lineage.Id[..dot]), long.MinValue);
        yield return (RevocationKind.Lineage, Sql.Utf8(lineage.Id), long.MinValue);

        var since = lineage.IsExternal ? Math.DivRem(lineage.IssuedAt, 1000).Quotient * 1000 : lineage.IssuedAt;
        yield return (RevocationKind.Subject, Sql.Utf8(lineage.Subject), since);
        if (lineage.Client is { } client) yield return (RevocationKind.Client, Sql.Utf8(client), since);
        yield return (RevocationKind.Issuer, Sql.Utf8(lineage.Issuer), since);
    }
}
