using Npgsql;

namespace Cambist.Storage.Postgres;

sealed class PostgresLedger(GroupCommit commits, RevocationWriter revocations, Connections connections, LedgerClock clock, Purge purge) : ILedger
{
    const string Covering = $"""
        SELECT {LedgerClock.Now}, {RevocationRows.Columns} FROM (SELECT 1) AS always LEFT JOIN (
          unnest($2::smallint[], $3::bytea[], $4::bigint[]) WITH ORDINALITY AS p (k, v, since, place)
          JOIN cambist.revocations r ON r.kind = p.k AND r.value = p.v AND r.at >= p.since) ON true ORDER BY p.place LIMIT 1
        """;

    const string HardlyWait = "SET LOCAL lock_timeout = 1000"; // a probe waits for two seconds
    const string Used = "SELECT 1 FROM cambist.one_time_keys WHERE key = $1 AND kind = $2";

    public ValueTask<CommitResult> CommitAsync(LedgerEntry entry, CancellationToken cancellationToken) => commits.CommitAsync(entry, cancellationToken);

    public async ValueTask<Revocation> RevokeAsync(Revocation revocation, CancellationToken cancellationToken) =>
        (await revocations.RevokeAsync(new(revocation), cancellationToken))!;

    public ValueTask<Revocation?> RevokeAsync(Revocation revocation, LedgerEntry entry, CancellationToken cancellationToken) =>
        new(revocations.RevokeAsync(new(revocation, entry, DecisionRows.JsonOf(entry)), cancellationToken));

    public ValueTask<Revocation?> IsRevokedAsync(TokenLineage lineage, CancellationToken cancellationToken)
    {
        var names = RevocationRows.Of(lineage).ToArray();
        var asked = clock.Ask();
        return connections.ReadAsync(
            ask => ask.Add(Covering).WithNullable(clock.Instead)
                .With(Array.ConvertAll(names, n => (short)n.Kind)).With(Array.ConvertAll(names, n => n.Value)).With(Array.ConvertAll(names, n => n.Since)),
            async row =>
            {
                await row.ReadAsync(cancellationToken);
                clock.Check(asked, row.GetInt64(0)); // whether it has expired was judged by then
                return row.IsDBNull(1) ? null : RevocationRows.Read(row, 1);
            },
            cancellationToken);
    }

    public ValueTask<bool> IsUsedAsync(OneTimeKey key, CancellationToken cancellationToken) =>
        connections.ReadAsync(ask => ask.Add(Used).With(key.Key.ToArray()).With((short)key.Kind), async row => await row.ReadAsync(cancellationToken), cancellationToken);

    public async ValueTask PurgeAsync(CancellationToken cancellationToken) => await purge.RunAsync(cancellationToken);

    /// <summary>
    /// Whether a commit would succeed now: all that one needs (a primary that keeps what it commits, the fence, rights, locks, this node's clock)
    /// is tried with no entry, in a transaction that is taken back.
    /// </summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken) =>
        await connections.UseAsync(
            async connection =>
            {
                var nothing = new EntryPass(clock);
                await using var batch = new NpgsqlBatch(connection);
                batch.Add(Sql.Begin);
                batch.Add(HardlyWait);
                batch.Add(Sql.ShareFence);
                nothing.AppendTo(batch, isRehearsal: true);
                batch.Add(RecordedMarks.Rehearsal);
                batch.Add("ROLLBACK");
                await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
                await reader.NextResultAsync(cancellationToken); // the fence's
                await nothing.ReadAsync(reader);
                while (await reader.NextResultAsync(cancellationToken)) { }
            },
            cancellationToken);
}
