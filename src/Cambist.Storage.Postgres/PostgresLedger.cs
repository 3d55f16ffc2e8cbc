namespace Cambist.Storage.Postgres;

sealed class PostgresLedger(GroupCommit commits, RevocationWriter revocations, Connections connections, Purge purge) : ILedger
{
    const string Covering = $"""
        SELECT {RevocationRows.Columns} FROM unnest($1::smallint[], $2::bytea[], $3::bigint[]) WITH ORDINALITY AS p (k, v, since, place)
        JOIN cambist.revocations r ON r.kind = p.k AND r.value = p.v AND r.at >= p.since ORDER BY p.place LIMIT 1
        """;

    const string Used = "SELECT 1 FROM cambist.one_time_keys WHERE key = $1 AND kind = $2";

    public ValueTask<CommitResult> CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) => commits.CommitAsync(entry, cancellationToken);

    public async ValueTask<Revocation> RevokeAsync(Revocation revocation, CancellationToken cancellationToken) =>
        (await revocations.RevokeAsync(new(revocation), cancellationToken))!;

    public ValueTask<Revocation?> RevokeAsync(Revocation revocation, LedgerEntry entry, CancellationToken cancellationToken) =>
        new(revocations.RevokeAsync(new(revocation, entry, DecisionRows.JsonOf(entry)), cancellationToken));

    public ValueTask<Revocation?> IsRevokedAsync(TokenLineage lineage, CancellationToken cancellationToken)
    {
        var names = RevocationRows.Of(lineage).ToArray();
        return connections.ReadAsync(
            ask => ask.Add(Covering)
                .With(Array.ConvertAll(names, n => (short)n.Kind)).With(Array.ConvertAll(names, n => n.Value)).With(Array.ConvertAll(names, n => n.Since)),
            async row => await row.ReadAsync(cancellationToken) ? RevocationRows.Read(row, 0) : null,
            cancellationToken);
    }

    public ValueTask<bool> IsUsedAsync(OneTimeKey key, CancellationToken cancellationToken) =>
        connections.ReadAsync(ask => ask.Add(Used).With(key.Key.ToArray()).With((short)key.Kind), async row => await row.ReadAsync(cancellationToken), cancellationToken);

    public async ValueTask PurgeAsync(CancellationToken cancellationToken) => await purge.RunAsync(cancellationToken);
}
