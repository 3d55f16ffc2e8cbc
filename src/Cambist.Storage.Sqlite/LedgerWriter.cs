namespace Cambist.Storage.Sqlite;

/// <summary>
/// The one connection of a server that writes, on the thread of its <see cref="GroupCommit"/>. Being alone is the fence: what
/// it checks cannot change before it commits.
/// </summary>
sealed class LedgerWriter(Database database, TimeProvider clock, TimeSpan? auditRetention, Checkpoints checkpoints) : ILedgerBatchWriter
{
    const string InsertBlock = "INSERT INTO decisions (first, last, count, block) VALUES (?, ?, ?, ?)";

    readonly EntryBlock _block = new();
    readonly Purge _purge = new(database, clock, auditRetention);
    readonly Lives _lives = new(database);

    // What is remembered of the store between transactions; read again when another process changed it, or ours failed.
    bool _remembers;
    long _storeVersion;
    RevokedKinds _revoked;

    // What the transaction at hand has added.
    int _keys;
    int _tokens;
    int _indexed;

    public ValueTask WriteAsync(ReadOnlyMemory<PendingEntry> batch, DecisionIdSequence ids)
    {
        Transact(
            ids,
            (writer: this, batch),
            static (state, ids) =>
            {
                foreach (var pending in state.batch.Span) pending.Result = state.writer.Add(pending.Entry, pending.Json.Span, ids);
                return state.writer._block.Count > 0;
            });
        return default;
    }

    /// <summary>Revokes by the ledger's instant.</summary>
    public Revocation Revoke(Revocation revocation, DecisionIdSequence ids)
    {
        var recorded = revocation;
        Transact(
            ids,
            this,
            (writer, ids) =>
            {
                recorded = writer.RevokeNow(revocation, ids);
                return true;
            });
        return recorded;
    }

    /// <summary>The same with an entry that says who did it: both, or neither.</summary>
    public Revocation? Revoke(Revocation revocation, LedgerEntry entry, ReadOnlyMemory<byte> json, DecisionIdSequence ids)
    {
        Revocation? recorded = null;
        Transact(
            ids,
            this,
            (writer, ids) =>
            {
                if (writer.Add(entry, json.Span, ids).Status != CommitStatus.Committed) return false;
                recorded = writer.RevokeNow(revocation, ids);
                return true;
            });
        return recorded;
    }

    /// <summary>
    /// Removes an impersonation token, revokes its id, so that a redemption on its way does not commit, and records who did it.
    /// </summary>
    public bool Cancel(string id, LedgerEntry entry, ReadOnlyMemory<byte> json, DecisionIdSequence ids) =>
        Transact(
            ids,
            this,
            (writer, ids) =>
            {
                var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
                if (TokenRows.FindLive(database, id, now) is not { } token) return false;
                if (writer.Add(entry, json.Span, ids).Status != CommitStatus.Committed) return false;
                TokenRows.Remove(database, id);
                writer.RevokeNow(new(RevocationKind.Lineage, id, 0, entry.Trace ?? "cancelled", token.ExpiresAt), ids);
                return true;
            });

    /// <summary>Anything else, in a transaction of its own: committed where it returns true.</summary>
    public bool Change(Func<Database, bool> change, DecisionIdSequence ids) => Transact(ids, change, (change, _) => change(database));

    /// <summary>The same with an entry that says who did it: both, or neither.</summary>
    public bool Change(LedgerEntry entry, ReadOnlyMemory<byte> json, Func<Database, bool> change, DecisionIdSequence ids) =>
        Transact(ids, this, (writer, ids) => change(database) && writer.Add(entry, json.Span, ids).Status == CommitStatus.Committed);

    /// <summary>The registry revision in force, and how long tokens under it live.</summary>
    public void Activate(Action<Database> save, long longestLife, DecisionIdSequence ids) =>
        Transact(
            ids,
            this,
            (writer, _) =>
            {
                save(database);
                writer._lives.MayLive(longestLife);
                return true;
            });

    /// <summary>Writes a step of the index behind searches, in a transaction of its own.</summary>
    /// <param name="write">Gives the bytes that it wrote.</param>
    /// <param name="ids">The sequence of the writer.</param>
    public bool Index(Func<Database, int> write, DecisionIdSequence ids) =>
        Transact(
            ids,
            (writer: this, write),
            (step, _) =>
            {
                step.writer._indexed = step.write(database);
                return true;
            });

    /// <summary>The first block behind one, asked between two transactions.</summary>
    public long? FirstAfter(long block) => Blocks.After(database, block);

    /// <summary>Removes some of what has had its time, in a transaction of its own.</summary>
    public bool Purge(DecisionIdSequence ids) =>
        Transact(
            ids,
            this,
            static (writer, _) =>
            {
                if (writer._purge.LargerStep()) writer._remembers = false;
                return true;
            });

    /// <summary>Begins as a transaction that writes, looks around, and writes nothing.</summary>
    public bool Look(DecisionIdSequence ids) => Transact(ids, this, static (_, _) => false);

    bool Transact<T>(DecisionIdSequence ids, T state, Func<T, DecisionIdSequence, bool> work)
    {
        RollBack(); // what an earlier failure may have left open
        database.Prepared("BEGIN IMMEDIATE").Run();
        try
        {
            LookAround(ids);
            _block.Clear();
            (_keys, _tokens, _indexed) = (0, 0, 0);
            if (!work(state, ids))
            {
                RollBack(); // a refusal changed nothing that is remembered
                return false;
            }

            AppendBlock();
            if (_purge.Step(_block.Bytes.Length, _keys, _tokens)) _remembers = false; // of what revocations there are
            database.Prepared("COMMIT").Run();
        }
        catch
        {
            _remembers = false;
            RollBack();
            throw;
        }

        checkpoints.AfterCommit(database, _block.Bytes.Length + _indexed);
        return true;
    }

    /// <summary>Inside the transaction, so that nothing can change between looking and writing.</summary>
    void LookAround(DecisionIdSequence ids)
    {
        var version = database.Prepared("PRAGMA data_version");
        version.Step();
        var storeVersion = version.Number(0);
        version.Reset();
        if (_remembers && storeVersion == _storeVersion) return;

        _storeVersion = storeVersion;
        _revoked = RevocationRows.Kinds(database);
        _lives.Read();
        var newest = database.AskNumber("SELECT last FROM decisions ORDER BY first DESC LIMIT 1");
        ids.StartAfter(RowId.LastOf(newest));
        ids.SeparateAt(Marks.Read(database, Marks.SeparatedAt));
        _remembers = true;
    }

    CommitResult Add(LedgerEntry entry, ReadOnlySpan<byte> json, DecisionIdSequence ids)
    {
        if (_revoked != RevokedKinds.None)
        {
            for (var i = 0; i < entry.DependsOn.Count; i++)
                if (RevocationRows.Covering(database, entry.DependsOn[i], _revoked) is { } revocation) return CommitResult.Revoked(revocation);
        }

        if (entry.Consumes.Count > 0 && TokenRows.Consume(database, entry.Consumes) is { } used) return CommitResult.AlreadyUsed(used);
        for (var i = 0; i < entry.Stores.Count; i++)
        {
            TokenRows.Add(database, entry.Stores[i]);
            _lives.Expires(entry.Stores[i].ExpiresAt);
        }

        _tokens += entry.Stores.Count;
        _keys += entry.Consumes.Count;
        _lives.Expires(entry.ExpiresAt ?? 0);
        _lives.ExternalExpires(entry.ExternalUntil);
        var id = ids.Next();
        _block.Add(id, json);
        return CommitResult.Committed(id);
    }

    Revocation RevokeNow(Revocation revocation, DecisionIdSequence ids)
    {
        var earlier = RevocationRows.Find(database, revocation.Kind, revocation.Value);
        var recorded = RevocationTerm.Recorded(revocation, ids.Separate(), _lives.Current, earlier);
        RevocationRows.Save(database, recorded);
        Marks.Save(database, Marks.SeparatedAt, recorded.At);
        _revoked |= RevocationRows.Flag(revocation.Kind);
        return recorded;
    }

    void AppendBlock()
    {
        if (_block.Count == 0) return;
        database.Prepared(InsertBlock)
            .Bind(1, RowId.Of(_block.First)).Bind(2, RowId.Of(_block.Last)).Bind(3, _block.Count).Bind(4, _block.Bytes)
            .Run();
    }

    void RollBack()
    {
        if (database.InTransaction) database.Prepared("ROLLBACK").Run();
    }
}
