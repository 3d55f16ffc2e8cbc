namespace Cambist.Tests.Keys;

public sealed class IssuerKeysTests : IssuerKeysFixture
{
    static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Keys_are_fetched_at_the_first_use_and_then_kept()
    {
        Idp.Asked.ShouldBeEmpty();
        var key = await FoundAsync(First);
        (await FoundAsync(First)).ShouldBeSameAs(key);
        Idp.Asked.ShouldBe([StubIssuer.OpenId, StubIssuer.Jwks]);
        Events.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_known_key_is_found_at_once_and_without_allocating()
    {
        await FoundAsync(First);
        for (var i = 0; i < 100; i++) IsFoundAtOnce(First, out _).ShouldBeTrue();

        var completed = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            if (IsFoundAtOnce(First, out _)) completed++;

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        completed.ShouldBe(1000);
    }

    [Fact]
    public async Task A_hundred_first_uses_share_one_fetch()
    {
        var gate = Idp.Hold(StubIssuer.Jwks);
        var uses = Enumerable.Range(0, 100).Select(_ => AskAsync(First).AsTask()).ToList();
        await UntilAsync(() => Idp.KeyFetches == 1);
        uses.ShouldAllBe(use => !use.IsCompleted);
        gate.SetResult();
        (await Task.WhenAll(uses)).ShouldAllBe(answer => answer.Outcome == IssuerKeyOutcome.Found);
        Idp.KeyFetches.ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_cancel_the_fetch_of_the_others()
    {
        var gate = Idp.Hold(StubIssuer.Jwks);
        using var leaving = new CancellationTokenSource();
        var left = Keys.FindAsync(Issuer, First.KeyId, First.Algorithm, Clock.Seconds, leaving.Token).AsTask();
        var stays = AskAsync(First).AsTask();
        await UntilAsync(() => Idp.KeyFetches == 1);
        await leaving.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => left);
        gate.SetResult();
        (await stays).Outcome.ShouldBe(IssuerKeyOutcome.Found);
    }

    [Fact]
    public async Task After_ten_minutes_a_use_goes_on_with_the_old_keys_and_they_are_fetched_beside_it()
    {
        await FoundAsync(First);
        Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        await FoundAsync(First);
        Idp.KeyFetches.ShouldBe(1);

        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(Second));
        var gate = Idp.Hold(StubIssuer.Jwks);
        await FoundAsync(First);
        await FoundAsync(First);
        await UntilAsync(() => Idp.KeyFetches == 2);
        gate.SetResult();
        await UntilAsync(() => Keys.Health(Issuer).KeyIds is [var kid] && kid == Second.KeyId);
        await FoundAsync(Second);
        (await AskAsync(First, Clock.Seconds - 1)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
    }

    [Fact]
    public async Task After_a_long_silence_a_dropped_key_gets_no_last_use()
    {
        await FoundAsync(First);
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(Second));
        Clock.Advance(TimeSpan.FromMinutes(20));
        (await AskAsync(First)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        await FoundAsync(Second);
    }

    [Fact]
    public async Task JK_07_In_an_outage_cached_keys_serve_for_24_hours_and_it_recovers_alone()
    {
        await FoundAsync(First);
        Idp.Fail(StubIssuer.Jwks);
        for (var hour = 0; hour < 23; hour++)
        {
            Clock.Advance(TimeSpan.FromHours(1));
            await FoundAsync(First);
            await UntilAsync(() => Events.All.Count == hour + 1);
        }

        Events.Names.ShouldAllBe(name => name == "issuer_keys_fetch_failed");
        Events.Last.Severity.ShouldBe(EngineEventSeverity.Warning);
        Events.Last.Message.ShouldContain("answered 500");
        Keys.Health(Issuer).Failures.ShouldBe(23);

        Clock.Advance(TimeSpan.FromHours(1));
        var answer = await AskAsync(First);
        answer.Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
        answer.RetryAfterSeconds.ShouldBe(30);
        Events.Last.Severity.ShouldBe(EngineEventSeverity.Error);

        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First));
        Clock.Advance(TimeSpan.FromSeconds(30));
        await FoundAsync(First);
        Events.Last.Name.ShouldBe("issuer_keys_fetched");
        Keys.Health(Issuer).LastFault.ShouldBeNull();
    }

    [Fact]
    public async Task In_an_outage_nobody_waits_for_the_issuer()
    {
        await FoundAsync(First);
        Idp.Fail(StubIssuer.Jwks);
        Clock.Advance(TimeSpan.FromHours(1));
        await FoundAsync(First);
        Clock.Advance(TimeSpan.FromHours(1));
        Idp.Hold(StubIssuer.OpenId);
        var answer = AskAsync(First);
        answer.IsCompleted.ShouldBeTrue();
        (await answer).Outcome.ShouldBe(IssuerKeyOutcome.Found);
    }

    [Fact]
    public async Task While_the_first_fetch_fails_tries_are_a_doubling_pause_apart_up_to_thirty_seconds()
    {
        Idp.Fail(StubIssuer.OpenId);
        foreach (var pause in new[] { 1, 2, 4, 8, 16, 30, 30 })
        {
            var before = Idp.Asked.Count;
            (await AskAsync(First)).RetryAfterSeconds.ShouldBe(pause);
            Idp.Asked.Count.ShouldBe(before + 1);

            Clock.Advance(TimeSpan.FromSeconds(pause) - TimeSpan.FromMilliseconds(1));
            var early = await AskAsync(First);
            early.Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
            early.RetryAfterSeconds.ShouldBe(1);
            Idp.Asked.Count.ShouldBe(before + 1);
            Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery());
        await FoundAsync(First);
    }

    [Fact]
    public async Task CA_22_AB_69_A_new_key_works_after_one_fetch_however_many_ask_for_it()
    {
        var old = await FoundAsync(First);
        Clock.Advance(Moment);
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First, Second));
        var gate = Idp.Hold(StubIssuer.Jwks);
        var uses = Enumerable.Range(0, 100).Select(i => AskAsync(i % 2 == 0 ? Second : First).AsTask()).ToList();
        await UntilAsync(() => Idp.KeyFetches == 2);
        gate.SetResult();
        (await Task.WhenAll(uses)).ShouldAllBe(answer => answer.Outcome == IssuerKeyOutcome.Found);
        Idp.KeyFetches.ShouldBe(2);
        (await FoundAsync(First)).ShouldBeSameAs(old, "an unchanged key stays the same object");
    }

    [Fact]
    public async Task JK_06_AB_66_A_thousand_unknown_kids_cause_one_fetch_in_thirty_seconds()
    {
        await FoundAsync(First);
        Clock.Advance(Moment);
        for (var i = 0; i < 1000; i++)
        {
            var answer = await Keys.FindAsync(Issuer, $"random-{i}", JwsAlgorithm.ES256, Clock.Seconds + 5, CancellationToken.None);
            if (i == 0) answer.Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
            else (answer.Outcome, answer.RetryAfterSeconds).ShouldBe((IssuerKeyOutcome.Unavailable, 30));
        }

        Idp.KeyFetches.ShouldBe(2);
        Clock.Advance(TimeSpan.FromSeconds(29));
        (await AskAsync(Second)).RetryAfterSeconds.ShouldBe(1);
        Clock.Advance(Moment);
        (await AskAsync(Second)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.KeyFetches.ShouldBe(3);
    }

    [Fact]
    public async Task An_unknown_kid_of_a_token_older_than_the_last_fetch_is_refused_without_asking()
    {
        await FoundAsync(First);
        (await AskAsync(Second, Clock.Seconds - 1)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.KeyFetches.ShouldBe(1);
        (await AskAsync(Second, Clock.Seconds)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.KeyFetches.ShouldBe(2, "issued in the second of the fetch, it may be later");
    }

    [Fact]
    public async Task A_first_fetch_that_knows_no_such_kid_is_answer_enough()
    {
        (await AskAsync(Second)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.KeyFetches.ShouldBe(1);
    }

    [Fact]
    public async Task A_token_issued_while_a_fetch_was_under_way_gets_one_of_its_own()
    {
        var gate = Idp.Hold(StubIssuer.Jwks);
        var first = AskAsync(First).AsTask();
        await UntilAsync(() => Idp.KeyFetches == 1);
        Clock.Advance(Moment);
        var second = AskAsync(Second).AsTask();
        gate.SetResult();
        await first;
        (await second).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.KeyFetches.ShouldBe(2);
    }

    [Fact]
    public async Task A_token_issued_while_a_fetch_for_an_unknown_kid_was_under_way_is_told_to_come_back()
    {
        await FoundAsync(First);
        Clock.Advance(Moment);
        var gate = Idp.Hold(StubIssuer.Jwks);
        var earlier = AskAsync(Second).AsTask();
        await UntilAsync(() => Idp.KeyFetches == 2);
        Clock.Advance(Moment);
        var later = AskAsync(Second).AsTask();
        gate.SetResult();
        (await earlier).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        var answer = await later;
        (answer.Outcome, answer.RetryAfterSeconds).ShouldBe((IssuerKeyOutcome.Unavailable, 29));
    }

    [Fact]
    public async Task After_a_failed_refresh_an_unknown_kid_waits_for_the_pause_too()
    {
        await FoundAsync(First);
        Idp.Fail(StubIssuer.OpenId);
        Clock.Advance(TimeSpan.FromMinutes(10));
        await FoundAsync(First);
        await UntilAsync(() => Keys.Health(Issuer).Failures == 1);
        (await AskAsync(Second)).RetryAfterSeconds.ShouldBe(1);
        Idp.Asked.Count(url => url == StubIssuer.OpenId).ShouldBe(2);
    }

    [Fact]
    public async Task A_fetch_for_an_unknown_kid_that_fails_is_no_refusal_and_spoils_nothing()
    {
        await FoundAsync(First);
        Clock.Advance(Moment);
        Idp.Fail(StubIssuer.Jwks);
        var answer = await AskAsync(Second);
        (answer.Outcome, answer.RetryAfterSeconds).ShouldBe((IssuerKeyOutcome.Unavailable, 30));
        await FoundAsync(First);
    }

    [Fact]
    public async Task A_kid_that_is_known_but_does_not_fit_and_a_missing_one_never_cause_a_fetch()
    {
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First, Second));
        await FoundAsync(First);
        Clock.Advance(Moment);
        (await Keys.FindAsync(Issuer, First.KeyId, JwsAlgorithm.RS256, Clock.Seconds, CancellationToken.None)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        (await Keys.FindAsync(Issuer, null, JwsAlgorithm.ES256, Clock.Seconds, CancellationToken.None)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.KeyFetches.ShouldBe(1);
    }

    [Fact]
    public async Task JK_09_Without_a_kid_the_only_key_that_fits_is_taken()
    {
        var answer = await Keys.FindAsync(Issuer, null, JwsAlgorithm.ES256, Clock.Seconds, CancellationToken.None);
        answer.Key!.KeyId.ShouldBe(First.KeyId);
    }

    [Fact]
    public async Task JK_08_Bad_keys_are_skipped_and_told_of_once()
    {
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First).Replace("[", """[{"kty":"oct","kid":"shared","k":"AAAA"},{"kty":"junk"},7,""", StringComparison.Ordinal));
        await FoundAsync(First);
        Events.Last.Name.ShouldBe("issuer_keys_skipped");
        Events.Last.Message.ShouldContain("shared");
        Events.Last.Message.ShouldNotContain("AAAA");
        Keys.Health(Issuer).Skipped.Length.ShouldBe(3);
        Clock.Advance(TimeSpan.FromMinutes(30));
        await FoundAsync(First);
        Idp.KeyFetches.ShouldBe(2);
        Events.All.Count.ShouldBe(1);
    }

    [Fact]
    public async Task An_empty_set_is_taken_at_its_word()
    {
        await FoundAsync(First);
        Idp.Serve(StubIssuer.Jwks, """{"keys":[]}""");
        Clock.Advance(TimeSpan.FromMinutes(30));
        (await AskAsync(First)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
    }

    [Fact]
    public async Task A_key_that_was_withdrawn_is_another_object_when_it_is_published_again()
    {
        var old = await FoundAsync(First);
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(Second));
        Clock.Advance(Moment);
        await FoundAsync(Second);

        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First));
        Clock.Advance(TimeSpan.FromSeconds(30));
        (await FoundAsync(First)).ShouldNotBeSameAs(old);
    }

    [Fact]
    public async Task What_is_known_outlives_a_reload_that_keeps_identifier_and_source()
    {
        var key = await FoundAsync(First);
        Issuer = Trust(StubIssuer.Identifier);
        Keys.Retain([Issuer], []);
        (await FoundAsync(First)).ShouldBeSameAs(key);
        Idp.KeyFetches.ShouldBe(1);

        Issuer = Trust(StubIssuer.Identifier, new IssuerKeySource.JwksUri(new("https://keys.example.com/new")));
        Idp.Serve("https://keys.example.com/new", StubIssuer.SetOf(Second));
        Keys.Retain([Issuer], []);
        (await AskAsync(First, Clock.Seconds - 1)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown, "a changed URL keeps no old keys");
        await FoundAsync(Second);

        Issuer = Trust(StubIssuer.Identifier);
        Keys.Health(Issuer).FetchedAt.ShouldBeNull();
    }

    [Fact]
    public async Task An_issuer_without_keys_knows_none()
    {
        Issuer = Trust(null);
        (await AskAsync(First)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Keys.Health(Issuer).FetchedAt.ShouldBeNull();
        Idp.Asked.ShouldBeEmpty();
    }

    /// <summary>A listener that breaks its promise, as a log whose disk is full does.</summary>
    sealed class ThrowingListener : IEngineListener
    {
        public void On(EngineEvent engineEvent) => throw new IOException("the disk is full");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_listener_that_throws_keeps_nobody_waiting_and_ends_no_fetching(bool skipsAKey)
    {
        if (skipsAKey) Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First).Replace("]}", ",{\"kty\":\"oct\"}]}", StringComparison.Ordinal));
        else Idp.Fail(StubIssuer.Jwks);
        using var http = new HttpMessageInvoker(Idp, disposeHandler: false);
        using var keys = new IssuerKeys(http, Clock, new ThrowingListener());
        var limit = TimeSpan.FromSeconds(10);

        var first = await keys.FindAsync(Issuer, First.KeyId, First.Algorithm, Clock.Seconds, CancellationToken.None).AsTask().WaitAsync(limit);
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First, Second));
        Clock.Advance(TimeSpan.FromMinutes(30));
        var later = await keys.FindAsync(Issuer, Second.KeyId, Second.Algorithm, Clock.Seconds, CancellationToken.None).AsTask().WaitAsync(limit);

        first.Outcome.ShouldBe(skipsAKey ? IssuerKeyOutcome.Found : IssuerKeyOutcome.Unavailable);
        later.Outcome.ShouldBe(IssuerKeyOutcome.Found);
    }
}
