using System.Collections.Concurrent;

namespace Cambist.Tests.Ledger;

public sealed class GroupCommitTests
{
    static CancellationToken None => CancellationToken.None;

    /// <summary>Stops in each batch until it is let go on; keeps what it was given.</summary>
#pragma warning disable CA1001 // the semaphores hold nothing to dispose
    sealed class Writer : ILedgerBatchWriter
#pragma warning restore CA1001
    {
        readonly SemaphoreSlim _mayGoOn = new(0);

        public List<string[]> Batches { get; } = [];

        public SemaphoreSlim Entered { get; } = new(0);

        public Func<string[], Exception?> Fault { get; set; } = _ => null;

        public bool Blocks { get; set; }

        public bool IsAsync { get; set; }

        public void GoOn() => _mayGoOn.Release();

        public async ValueTask WriteAsync(ReadOnlyMemory<PendingEntry> batch, DecisionIdSequence ids)
        {
            var clients = batch.ToArray().Select(p => p.Entry.Client!).ToArray();
            if (IsAsync) await Task.Yield();
            lock (Batches) Batches.Add(clients);
            Entered.Release();
            if (Blocks) await _mayGoOn.WaitAsync();
            if (Fault(clients) is { } fault) throw fault;
            foreach (var pending in batch.ToArray()) pending.Result = CommitResult.AlreadyUsed((OneTimeKeyKind)int.Parse(pending.Entry.Client!));
        }
    }

    readonly Writer _writer = new();

    static LedgerEntry Entry(int number) => new() { Outcome = DecisionOutcome.Issued, Action = "a", Client = number.ToString(), RegistryRevision = "r" };

    GroupCommit Start(GroupCommitOptions? options = null) => new(_writer, new(TimeProvider.System), options);

    [Fact]
    public async Task A_batch_is_what_has_queued_while_the_one_before_was_written()
    {
        await using var commits = Start();
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        var queued = Enumerable.Range(1, 10).Select(i => commits.CommitAsync(Entry(i), None).AsTask()).ToArray();

        _writer.Blocks = false;
        _writer.GoOn();
        await first;
        var answers = await Task.WhenAll(queued);

        _writer.Batches.Select(b => string.Join(' ', b)).ShouldBe(["0", "1 2 3 4 5 6 7 8 9 10"]);
        answers.Select(a => (int)a.UsedKey!).ShouldBe(Enumerable.Range(1, 10));
    }

    [Fact]
    public async Task A_batch_is_no_longer_and_no_larger_than_its_bounds()
    {
        await using var commits = Start(new() { MaxBatch = 4, MaxBatchSize = 300 });
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        var large = new string('x', 400);
        var queued = Enumerable.Range(1, 8).Select(i => commits.CommitAsync(Entry(i) with { Trace = i > 6 ? large : null }, None).AsTask()).ToArray();

        _writer.Blocks = false;
        _writer.GoOn();
        await Task.WhenAll([first, .. queued]);

        _writer.Batches.Select(b => string.Join(' ', b)).ShouldBe(["0", "1 2 3 4", "5 6", "7", "8"]);
    }

    [Fact]
    public async Task Bad_entries_are_rejected_alone_and_the_others_of_their_batch_are_served()
    {
        _writer.Fault = clients => clients.Contains("13") || clients.Contains("77") ? new InvalidOperationException("bad data") : null;
        await using var commits = Start();
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        var queued = Enumerable.Range(1, 100).Select(i => commits.CommitAsync(Entry(i), None).AsTask()).ToArray();
        _writer.Blocks = false;
        _writer.GoOn();

        for (var i = 1; i <= 100; i++)
        {
            if (i is 13 or 77) (await Should.ThrowAsync<LedgerEntryRejectedException>(queued[i - 1])).InnerException!.Message.ShouldBe("bad data");
            else ((int)(await queued[i - 1]).UsedKey!).ShouldBe(i);
        }

        await first;
    }

    [Fact]
    public async Task A_store_that_is_away_fails_the_batch_without_another_try_and_the_next_batch_goes_on()
    {
        _writer.Fault = clients => clients.Length > 1 ? new StoreUnavailableException("away") : null;
        await using var commits = Start();
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        var queued = Enumerable.Range(1, 3).Select(i => commits.CommitAsync(Entry(i), None).AsTask()).ToArray();
        _writer.Blocks = false;
        _writer.GoOn();

        foreach (var task in queued) await Should.ThrowAsync<StoreUnavailableException>(task);
        await first;
        (await commits.CommitAsync(Entry(4), None)).UsedKey.ShouldBe((OneTimeKeyKind)4);
        _writer.Batches.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Where_the_queue_stays_full_the_store_counts_as_unavailable()
    {
        await using var commits = Start(new() { Capacity = 2, MaxWait = TimeSpan.FromMilliseconds(20) });
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        Task[] queued = [commits.CommitAsync(Entry(1), None).AsTask(), commits.CommitAsync(Entry(2), None).AsTask()];

        await Should.ThrowAsync<StoreUnavailableException>(async () => await commits.CommitAsync(Entry(3), None));
        await Should.ThrowAsync<StoreUnavailableException>(() => commits.RunAsync(_ => 0, None));

        _writer.Blocks = false;
        _writer.GoOn();
        await Task.WhenAll([first, .. queued]);
        _writer.Batches.SelectMany(b => b).ShouldBe(["0", "1", "2"]);
    }

    [Fact]
    public async Task Who_waits_for_a_place_gets_the_next_that_comes_free()
    {
        await using var commits = Start(new() { Capacity = 1, MaxWait = TimeSpan.FromMinutes(1) });
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        var second = commits.CommitAsync(Entry(1), None).AsTask();
        var waiting = commits.CommitAsync(Entry(2), None).AsTask();
        waiting.IsCompleted.ShouldBeFalse();

        _writer.Blocks = false;
        _writer.GoOn();

        (await waiting).UsedKey.ShouldBe((OneTimeKeyKind)2);
        await Task.WhenAll(first, second);
    }

    [Fact]
    public async Task Giving_up_ends_the_waiting_and_nothing_else()
    {
        await using var commits = Start();
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        using var giveUp = new CancellationTokenSource();
        var queued = commits.CommitAsync(Entry(1), giveUp.Token).AsTask();

        await giveUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(queued);
        _writer.Blocks = false;
        _writer.GoOn();
        await first;
        await commits.CommitAsync(Entry(2), None);
        _writer.Batches.SelectMany(b => b).ShouldBe(["0", "1", "2"]);
    }

    /// <summary>A list whose owner gives up while the entry is being encoded: after the first look at the token, before the waiting begins.</summary>
    sealed class GivingUp(CancellationTokenSource source) : List<string>(["a"]), IReadOnlyList<string>
    {
        string IReadOnlyList<string>.this[int index]
        {
            get
            {
                source.Cancel();
                return this[index];
            }
        }
    }

    [Fact]
    public async Task An_entry_whose_caller_gave_up_before_waiting_is_not_used_again_while_it_is_queued()
    {
        await using var commits = Start();
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        using var giveUp = new CancellationTokenSource();
        await Should.ThrowAsync<OperationCanceledException>(async () => await commits.CommitAsync(Entry(1) with { ScopesAsked = new GivingUp(giveUp) }, giveUp.Token));

        var next = commits.CommitAsync(Entry(2), None).AsTask();
        _writer.Blocks = false;
        _writer.GoOn();

        await first;
        (await next).UsedKey.ShouldBe((OneTimeKeyKind)2);
        _writer.Batches.SelectMany(b => b).ShouldBe(["0", "1", "2"]);
    }

    [Fact]
    public async Task Disposal_writes_what_is_queued_and_takes_nothing_more()
    {
        var commits = Start();
        _writer.Blocks = true;
        var queued = Enumerable.Range(0, 5).Select(i => commits.CommitAsync(Entry(i), None).AsTask()).ToArray();
        await _writer.Entered.WaitAsync();
        var disposal = commits.DisposeAsync().AsTask();

        await Should.ThrowAsync<StoreUnavailableException>(async () => await commits.CommitAsync(Entry(9), None));
        _writer.Blocks = false;
        _writer.GoOn();
        await disposal;

        await Task.WhenAll(queued);
        _writer.Batches.SelectMany(b => b).ShouldBe(["0", "1", "2", "3", "4"]);
        await commits.DisposeAsync();
    }

    [Fact]
    public async Task A_writer_may_answer_later_on_another_thread()
    {
        _writer.IsAsync = true;
        await using var commits = Start();

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => commits.CommitAsync(Entry(i), None).AsTask()));

        answers.Select(a => (int)a.UsedKey!).ShouldBe(Enumerable.Range(0, 100));
    }

    [Fact]
    public async Task A_caller_that_blocks_does_not_hold_up_the_writer()
    {
        await using var commits = Start();
        var done = Task.Run(async () =>
        {
            await commits.CommitAsync(Entry(1), None);
            commits.CommitAsync(Entry(2), None).AsTask().GetAwaiter().GetResult(); // on the thread that answers
            return true;
        });

        (await done.WaitAsync(TimeSpan.FromMinutes(1))).ShouldBeTrue();
    }

    [Fact]
    public async Task Other_writes_take_their_turn_in_order()
    {
        await using var commits = Start();
        _writer.Blocks = true;
        var first = commits.CommitAsync(Entry(0), None).AsTask();
        await _writer.Entered.WaitAsync();
        var a = commits.CommitAsync(Entry(1), None).AsTask();
        var act = commits.RunAsync(_ => string.Join(' ', _writer.Batches.SelectMany(b => b)), None);
        var failing = commits.RunAsync<int>(_ => throw new InvalidOperationException("told"), None);
        var b = commits.CommitAsync(Entry(2), None).AsTask();
        _writer.Blocks = false;
        _writer.GoOn();

        (await act).ShouldBe("0 1");
        (await Should.ThrowAsync<InvalidOperationException>(failing)).Message.ShouldBe("told");
        await Task.WhenAll(first, a, b);
        _writer.Batches.Select(batch => string.Join(' ', batch)).ShouldBe(["0", "1", "2"]);
    }

    [Fact]
    public async Task An_entry_that_is_too_large_or_cannot_be_encoded_never_reaches_the_writer()
    {
        await using var commits = Start(new() { MaxEntrySize = 200 });

        await Should.ThrowAsync<LedgerEntryRejectedException>(async () => await commits.CommitAsync(Entry(1) with { Trace = new('x', 200) }, None));
        await Should.ThrowAsync<LedgerEntryRejectedException>(async () => await commits.CommitAsync(Entry(2) with { Outcome = 0 }, None));

        (await commits.CommitAsync(Entry(3), None)).UsedKey.ShouldBe((OneTimeKeyKind)3);
        _writer.Batches.ShouldHaveSingleItem().ShouldBe(["3"]);
    }

    [Fact]
    public async Task Nobody_ever_gets_the_answer_of_another_however_many_give_up()
    {
        await using var commits = Start();
        var wrong = new ConcurrentBag<int>();
        var served = 0;

        await Parallel.ForAsync(0, 8, None, async (worker, token) =>
        {
            for (var i = 0; i < 3000; i++)
            {
                var number = worker * 3000 + i;
                var giveUp = new CancellationTokenSource(); // not disposed: a racing hand may be on it
                var commit = commits.CommitAsync(Entry(number), giveUp.Token);
                if (i % 3 == 0) giveUp.Cancel();
                else if (i % 7 == 0) Race(giveUp);
                try
                {
                    if ((int)(await commit).UsedKey! != number) wrong.Add(number);
                    Interlocked.Increment(ref served);
                }
                catch (OperationCanceledException)
                {
                    if (i % 3 != 0 && i % 7 != 0) wrong.Add(number);
                }
            }
        });

        static void Race(CancellationTokenSource giveUp) => ThreadPool.QueueUserWorkItem(_ => giveUp.Cancel());

        wrong.ShouldBeEmpty();
        served.ShouldBeGreaterThan(8 * 3000 / 2);
        await commits.DisposeAsync();
        _writer.Batches.SelectMany(b => b).Select(int.Parse).Order().ShouldBe(Enumerable.Range(0, 8 * 3000));
    }
}
