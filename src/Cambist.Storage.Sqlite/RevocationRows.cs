namespace Cambist.Storage.Sqlite;

/// <summary>Revocations, as both the writer and the readers look them up.</summary>
static class RevocationRows
{
    const string Select = "SELECT at, reason, keep_until FROM revocations WHERE kind = ? AND value = ?";

    const string Upsert = """
        INSERT INTO revocations (kind, value, at, reason, keep_until) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (kind, value) DO UPDATE SET at = excluded.at, reason = excluded.reason, keep_until = excluded.keep_until
        """;

    public static Revocation? Find(Database database, RevocationKind kind, ReadOnlySpan<char> value)
    {
        var select = database.Prepared(Select).Bind(1, (long)kind).Bind(2, value);
        try
        {
            return select.Step() ? new(kind, value.ToString(), select.Number(0), select.Text(1)!, select.Number(2)) : null;
        }
        finally
        {
            select.Reset();
        }
    }

    public static void Save(Database database, Revocation revocation) =>
        database.Prepared(Upsert)
            .Bind(1, (long)revocation.Kind).Bind(2, revocation.Value).Bind(3, revocation.At).Bind(4, revocation.Reason).Bind(5, revocation.KeepUntil)
            .Run();

    /// <summary>The revocation that a token falls under: of an ancestor, segment by segment, or of its subject, client or issuer.</summary>
    /// <param name="database">A connection; the caller chooses the snapshot.</param>
    /// <param name="lineage">The token.</param>
    /// <param name="kinds">The kinds of which there is any revocation at all.</param>
    public static Revocation? Covering(Database database, TokenLineage lineage, RevokedKinds kinds)
    {
        if (kinds.HasFlag(RevokedKinds.Lineage) && OfAncestor(database, lineage.Id) is { } ancestor) return ancestor;
        return Named(RevokedKinds.Subject, RevocationKind.Subject, lineage.Subject)
            ?? Named(RevokedKinds.Client, RevocationKind.Client, lineage.Client)
            ?? Named(RevokedKinds.Issuer, RevocationKind.Issuer, lineage.Issuer);

        Revocation? Named(RevokedKinds any, RevocationKind kind, string? value) =>
            value is not null && kinds.HasFlag(any) && Find(database, kind, value) is { } revocation && lineage.IsCoveredBy(revocation.At) ? revocation : null;
    }

    /// <summary>The kinds of which there is any revocation.</summary>
    public static RevokedKinds Kinds(Database database)
    {
        var kinds = RevokedKinds.None;
        for (var kind = RevocationKind.Lineage; kind <= RevocationKind.Issuer; kind++)
        {
            var select = database.Prepared("SELECT 1 FROM revocations WHERE kind = ? LIMIT 1").Bind(1, (long)kind);
            if (select.Step()) kinds |= Flag(kind);
            select.Reset();
        }

        return kinds;
    }

    public static RevokedKinds Flag(RevocationKind kind) => (RevokedKinds)(1 << (int)kind);

    static Revocation? OfAncestor(Database database, string id)
    {
        for (var dot = id.IndexOf('.', StringComparison.Ordinal); ; dot = id.IndexOf('.', dot + 1))
        {
            if (Find(database, RevocationKind.Lineage, dot < 0 ? id : id.AsSpan(0, dot)) is { } revocation) return revocation;
            if (dot < 0) return null;
        }
    }
}

/// <summary>A set of <see cref="RevocationKind"/>s.</summary>
[Flags]
enum RevokedKinds
{
    None = 0,
    Lineage = 1 << RevocationKind.Lineage,
    Subject = 1 << RevocationKind.Subject,
    Client = 1 << RevocationKind.Client,
    Issuer = 1 << RevocationKind.Issuer,
    All = Lineage | Subject | Client | Issuer,
}
