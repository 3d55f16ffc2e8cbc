using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Npgsql;

namespace Cambist.Storage.Postgres;

/// <summary>
/// Entries that no key connects, recorded by one statement a table, each with a snapshot of its own behind the fence. What one statement
/// finds out the next ones know from settings that are local to the transaction: <c>cambist.refused</c> has the numbers of the entries
/// that are not to be recorded. So a pass is one round trip, whatever becomes of its entries.
/// </summary>
/// <param name="clock">What entries are dated by.</param>
/// <param name="isFirst">Of its transaction. Whether anything may be recorded is decided once, for all of it.</param>
sealed class EntryPass(LedgerClock clock, bool isFirst = true)
{
    // Nothing that comes after a revocation is dated before it, nor into what the search index has passed, nor before what this node
    // recorded, nor before the instant by which it was judged: a token's iat must not be later than its entry. That instant is the
    // database's too, but for the milliseconds of the way. Where it is not, where the node's own clock ($5) is too far off, or where the server
    // does not keep what it commits, all $4 entries are refused: nothing of them is left.
    static readonly string Stamp = $"""
        SELECT set_config('cambist.stamp', greatest(CASE WHEN is_trusted THEN greatest(now, $2) ELSE now END << 16, $3, (greatest(separated_at, search_cut) + 1) << 16)::text, true)::bigint,
               now, fault,
               set_config('cambist.refused', ARRAY(SELECT generate_series(1, $4) WHERE fault IS NOT NULL OR NOT is_trusted)::text, true)
        FROM cambist.marks, (SELECT {LedgerClock.Now} AS now, {Durability.Fault} AS fault) AS state, LATERAL (SELECT
          $2 - now BETWEEN -{LedgerClock.MostAstray} AND {LedgerClock.MostAstray} AND $5 - now BETWEEN -{LedgerClock.MostBehind} AND {LedgerClock.MostAhead} AS is_trusted) AS clocks
        """;

    // The same behind the closed fence, where the newest entry of all nodes is known: a revocation's own entry comes after whatever it was too late for.
    static readonly string StampOfRevocations = Stamp.Replace(
        "$3,", "$3, (SELECT ('x' || left(replace(id::text, '-', ''), 16))::bit(64)::bigint FROM cambist.decisions ORDER BY id DESC LIMIT 1),", StringComparison.Ordinal);

    const string Revoked = """
        WITH hit AS (
          SELECT DISTINCT ON (p.entry) p.entry, r.kind, r.value, r.at, r.reason, r.keep_until
          FROM unnest($1::int[], $2::smallint[], $3::bytea[], $4::bigint[]) WITH ORDINALITY AS p (entry, kind, value, since, place)
          JOIN cambist.revocations r ON r.kind = p.kind AND r.value = p.value AND r.at >= p.since
          ORDER BY p.entry, p.place),
        told AS MATERIALIZED (SELECT set_config('cambist.refused', (current_setting('cambist.refused')::int[] || (SELECT coalesce(array_agg(entry), '{}') FROM hit))::text, true))
        SELECT told.*, hit.* FROM told LEFT JOIN hit ON true
        """;

    // Sorted, or two nodes wait for each other. A key that another transaction is spending is waited for. What is told is told once, and not with
    // each row: it would grow with the square of the used keys.
    const string Consume = """
        WITH wanted AS MATERIALIZED (
          SELECT * FROM unnest($1::int[], $2::bytea[], $3::smallint[], $4::bigint[]) WITH ORDINALITY AS w (entry, key, kind, keep_until, place)
          WHERE entry <> ALL (current_setting('cambist.refused')::int[])),
        taken AS (
          INSERT INTO cambist.one_time_keys (key, kind, keep_until) SELECT key, kind, keep_until FROM wanted ORDER BY key, kind
          ON CONFLICT DO NOTHING RETURNING key, kind),
        used AS MATERIALIZED (
          SELECT DISTINCT ON (w.entry) w.entry, w.kind FROM wanted w LEFT JOIN taken t USING (key, kind) WHERE t.key IS NULL ORDER BY w.entry, w.place),
        told AS MATERIALIZED (
          SELECT set_config('cambist.refused', (current_setting('cambist.refused')::int[] || (SELECT coalesce(array_agg(entry), '{}') FROM used))::text, true),
                 set_config('cambist.returned', (SELECT coalesce(array_agg(w.place), '{}') FROM wanted w JOIN taken t USING (key, kind) WHERE w.entry IN (SELECT entry FROM used))::text, true))
        SELECT told.*, used.* FROM told LEFT JOIN used ON true
        """;

    // The fresh keys of an entry that has a used one.
    const string Return = """
        DELETE FROM cambist.one_time_keys k USING unnest($1::bytea[], $2::smallint[]) WITH ORDINALITY AS w (key, kind, place)
        WHERE w.place = ANY (current_setting('cambist.returned')::bigint[]) AND k.key = w.key AND k.kind = w.kind
        """;

    const string Keep = """
        INSERT INTO cambist.stored_tokens (hash, kind, id, expires_at, content)
        SELECT hash, kind, id, expires_at, content FROM unnest($1::int[], $2::bytea[], $3::smallint[], $4::bytea[], $5::bigint[], $6::bytea[]) AS t (entry, hash, kind, id, expires_at, content)
        WHERE entry <> ALL (current_setting('cambist.refused')::int[]) ORDER BY hash
        """;

    const string Record = """
        INSERT INTO cambist.decisions (id, entry)
        SELECT (lpad(to_hex(current_setting('cambist.stamp')::bigint + e.place), 16, '0') || lpad(to_hex(e.random), 16, '0'))::uuid, e.json
        FROM unnest($1::bigint[], $2::bytea[]) WITH ORDINALITY AS e (random, json, place)
        WHERE e.place <> ALL (current_setting('cambist.refused')::int[])
        """;

    readonly List<LedgerEntry> _entries = [];
    readonly List<byte[]> _json = [];
    readonly HashSet<(OneTimeKeyKind, Hash)> _keys = [];
    readonly Probes _probes = new();
    readonly Keys _consumed = new();
    readonly Tokens _stored = new();
    long[] _random = [];
    LedgerClock.Asked _asked;

    /// <summary>What became of each, once it was read; they hold once the transaction has committed.</summary>
    public CommitResult[] Results { get; private set; } = [];

    public int Count => _entries.Count;

    /// <summary>
    /// False where an entry that came before wants the same key: only its fate tells whether the key is used. That holds behind an entry
    /// that was not taken, too: of two that want a key the first gets it.
    /// </summary>
    public bool TryAdd(LedgerEntry entry, ReadOnlyMemory<byte> json)
    {
        var isFree = true;
        for (var i = 0; i < entry.Consumes.Count; i++) isFree &= _keys.Add(Hash.Of(entry.Consumes[i]));
        if (!isFree) return false;

        _entries.Add(entry);
        _json.Add(json.ToArray());
        for (var i = 0; i < entry.DependsOn.Count; i++) _probes.Add(_entries.Count, entry.DependsOn[i]);
        for (var i = 0; i < entry.Consumes.Count; i++) _consumed.Add(_entries.Count, entry.Consumes[i]);
        for (var i = 0; i < entry.Stores.Count; i++) _stored.Add(_entries.Count, entry.Stores[i]);
        return true;
    }

    /// <param name="batch">What is sent.</param>
    /// <param name="isRevoking">Whether the fence is closed.</param>
    /// <param name="isRehearsal">Whether every statement is sent, with nothing to do for it: whether it may run.</param>
    public void AppendTo(NpgsqlBatch batch, bool isRevoking = false, bool isRehearsal = false)
    {
        _asked = clock.Ask();
        batch.Add(isRevoking ? StampOfRevocations : Stamp)
            .WithNullable(clock.Instead).With(_asked.Ledger).With(clock.LastStamp).With(isFirst ? _entries.Count : 0).With(_asked.Node);
        if (isRehearsal || _probes.Count > 0) batch.Add(Revoked).With(_probes.Entry).With(_probes.Kind).With(_probes.Value).With(_probes.Since);
        if (isRehearsal || _consumed.Count > 0)
        {
            batch.Add(Consume).With(_consumed.Entry).With(_consumed.Key).With(_consumed.Kind).With(_consumed.KeepUntil);
            batch.Add(Return).With(_consumed.Key).With(_consumed.Kind);
        }

        if (isRehearsal || _stored.Count > 0) batch.Add(Keep).With(_stored.Entry).With(_stored.Hash).With(_stored.Kind).With(_stored.Id).With(_stored.ExpiresAt).With(_stored.Content);
        _random = new long[_entries.Count];
        RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_random.AsSpan()));
        batch.Add(Record).With(_random).With(_json);
    }

    /// <summary>Reads the verdicts, from the stamp's result on.</summary>
    /// <exception cref="StoreUnavailableException">This node's clock is far from the database's, or the server does not keep what it commits. Nothing was recorded.</exception>
    public async Task ReadAsync(NpgsqlDataReader reader)
    {
        await reader.ReadAsync();
        var (stamp, now) = (reader.GetInt64(0), reader.GetInt64(1));
        if (isFirst) Check(reader, now);
        clock.Gave(stamp + _entries.Count);

        Results = new CommitResult[_entries.Count];
        for (var i = 0; i < Results.Length; i++) Results[i] = CommitResult.Committed(IdOf(stamp, i));
        if (_probes.Count > 0)
        {
            await reader.NextResultAsync();
            while (await reader.ReadAsync())
                if (!reader.IsDBNull(1)) Results[reader.GetInt32(1) - 1] = CommitResult.Revoked(RevocationRows.Read(reader, 2));
        }

        if (_consumed.Count == 0) return;
        await reader.NextResultAsync();
        while (await reader.ReadAsync())
            if (!reader.IsDBNull(2)) Results[reader.GetInt32(2) - 1] = CommitResult.AlreadyUsed((OneTimeKeyKind)reader.GetInt16(3));
    }

    /// <summary>As the statement did, of the same clocks.</summary>
    void Check(NpgsqlDataReader stamp, long now)
    {
        Durability.Check(stamp, 2);
        clock.Check(_asked, now);
    }

    DecisionId IdOf(long stamp, int index) => new(((UInt128)(ulong)(stamp + index + 1) << 64) | (ulong)_random[index]);

    sealed class Probes
    {
        public List<int> Entry { get; } = [];
        public List<short> Kind { get; } = [];
        public List<byte[]> Value { get; } = [];
        public List<long> Since { get; } = [];
        public int Count => Entry.Count;

        public void Add(int entry, TokenLineage lineage)
        {
            foreach (var (kind, value, since) in RevocationRows.Of(lineage))
            {
                Entry.Add(entry);
                Kind.Add((short)kind);
                Value.Add(value);
                Since.Add(since);
            }
        }
    }

    sealed class Keys
    {
        public List<int> Entry { get; } = [];
        public List<byte[]> Key { get; } = [];
        public List<short> Kind { get; } = [];
        public List<long> KeepUntil { get; } = [];
        public int Count => Entry.Count;

        public void Add(int entry, OneTimeKey key)
        {
            Entry.Add(entry);
            Key.Add(key.Key.ToArray());
            Kind.Add((short)key.Kind);
            KeepUntil.Add(key.KeepUntil + RevocationTerm.Slack);
        }
    }

    sealed class Tokens
    {
        public List<int> Entry { get; } = [];
        public List<byte[]> Hash { get; } = [];
        public List<short> Kind { get; } = [];
        public List<byte[]> Id { get; } = [];
        public List<long> ExpiresAt { get; } = [];
        public List<byte[]> Content { get; } = [];
        public int Count => Entry.Count;

        public void Add(int entry, StoredToken token)
        {
            Entry.Add(entry);
            Hash.Add(token.Hash.ToArray());
            Kind.Add((short)token.Kind);
            Id.Add(Sql.Utf8(token.Id));
            ExpiresAt.Add(token.ExpiresAt);
            Content.Add(token.Content.ToArray());
        }
    }
}

/// <summary>The 32 bytes of a key, compared by value.</summary>
readonly record struct Hash(UInt128 High, UInt128 Low)
{
    public static (OneTimeKeyKind, Hash) Of(OneTimeKey key) =>
        (key.Kind, new(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(key.Key.Span), System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(key.Key.Span[16..])));
}
