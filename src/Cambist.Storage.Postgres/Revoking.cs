using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>One revocation, with the entry that says who did it.</summary>
/// <param name="Asked">As asked for.</param>
/// <param name="Entry">Recorded with it or not at all; null where nobody did.</param>
/// <param name="Json">What is kept of the entry.</param>
sealed record Revoking(Revocation Asked, LedgerEntry? Entry = null, ReadOnlyMemory<byte> Json = default);

/// <summary>Records revocations in a transaction that has closed the fence: nobody commits meanwhile, so what is read here is all there is.</summary>
static class RevokingStatements
{
    const string State = $"""
        SELECT {LedgerClock.Now}, separated_at, latest_expiry, latest_external_expiry, longest_life, (SELECT id FROM cambist.decisions ORDER BY id DESC LIMIT 1)
        FROM cambist.marks
        """;

    const string Earlier = $"SELECT {RevocationRows.Columns} FROM cambist.revocations WHERE (kind, value) IN (SELECT * FROM unnest($1::smallint[], $2::bytea[]))";

    const string Save = $"""
        INSERT INTO cambist.revocations ({RevocationRows.Columns}) SELECT * FROM unnest($1::smallint[], $2::bytea[], $3::bigint[], $4::bytea[], $5::bigint[]) ORDER BY 1, 2
        ON CONFLICT (kind, value) DO UPDATE SET at = excluded.at, reason = excluded.reason, keep_until = excluded.keep_until
        """;

    const string Separate = "UPDATE cambist.marks SET separated_at = $1";

    /// <summary>All whose entry is not refused. Their entries, none of which wants the key of another, are judged before any of them is revoked.</summary>
    /// <returns>Each as it was recorded; null where its entry is refused.</returns>
    public static async Task<Revocation?[]> RecordAsync(NpgsqlConnection connection, LedgerClock clock, IReadOnlyList<Revoking> revoking)
    {
        var pass = new EntryPass(clock);
        var place = new int[revoking.Count];
        var marks = default(RecordedMarks);
        for (var i = 0; i < place.Length; i++)
        {
            place[i] = -1;
            if (revoking[i].Entry is not { } entry) continue;
            place[i] = pass.Count;
            if (!pass.TryAdd(entry, revoking[i].Json)) throw new ArgumentException("Two entries want the same key.", nameof(revoking));
            marks = marks.With(entry);
        }

        await using var ask = new NpgsqlBatch(connection);
        if (pass.Count > 0) pass.AppendTo(ask, isRevoking: true);
        if (marks != default) marks.AppendTo(ask);
        ask.Add(State).WithNullable(clock.Instead);
        ask.Add(Earlier).With(revoking.Select(r => (short)r.Asked.Kind).ToArray()).With(revoking.Select(r => Sql.Utf8(r.Asked.Value)).ToArray());

        long at;
        RecordedLives lives;
        var recorded = new Dictionary<(RevocationKind, string), Revocation>();
        await using (var reader = await ask.ExecuteReaderAsync())
        {
            if (pass.Count > 0)
            {
                await pass.ReadAsync(reader);
                await reader.NextResultAsync();
            }

            await reader.ReadAsync();
            lives = new(reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
            var newest = reader.IsDBNull(5) ? 0 : DecisionRows.IdOf(reader.GetGuid(5)).Milliseconds;
            at = Math.Max(Math.Max(reader.GetInt64(0), reader.GetInt64(1)), newest);
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
            {
                var earlier = RevocationRows.Read(reader, 0);
                recorded[(earlier.Kind, earlier.Value)] = earlier;
            }
        }

        var results = new Revocation?[place.Length];
        var changed = new Dictionary<(RevocationKind, string), Revocation>();
        for (var i = 0; i < results.Length; i++)
        {
            if (place[i] >= 0 && pass.Results[place[i]].Status != CommitStatus.Committed) continue;
            var name = (revoking[i].Asked.Kind, revoking[i].Asked.Value);
            results[i] = changed[name] = recorded[name] = RevocationTerm.Recorded(revoking[i].Asked, at, lives, recorded.GetValueOrDefault(name));
        }

        if (changed.Count > 0) await SaveAsync(connection, [.. changed.Values], at);
        return results;
    }

    static async Task SaveAsync(NpgsqlConnection connection, Revocation[] revocations, long at)
    {
        await using var save = new NpgsqlBatch(connection);
        save.Add(Save)
            .With(Array.ConvertAll(revocations, r => (short)r.Kind)).With(Array.ConvertAll(revocations, r => Sql.Utf8(r.Value))).With(Array.ConvertAll(revocations, r => r.At))
            .With(Array.ConvertAll(revocations, r => Sql.Utf8(r.Reason))).With(Array.ConvertAll(revocations, r => r.KeepUntil));
        save.Add(Separate).With(at);
        await save.ExecuteNonQueryAsync();
    }
}
