namespace Cambist.Tests.Keys;

public sealed class FileIssuerKeysTests : IssuerKeysFixture
{
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-jwks-");
    int _looks;

    public FileIssuerKeysTests()
    {
        Issuer = Trust("urn:ci", new IssuerKeySource.JwksFile(Path));
        Keys = NewKeys(readFile: (path, version) =>
        {
            _looks++;
            return VersionedFile.ReadIfChanged(path, version);
        });
    }

    string Path => System.IO.Path.Combine(_folder.FullName, "jwks.json");

    // lengths differ with the padding, so that a coarse file clock does not hide a change
    void Write(string text, int padding = 0) => File.WriteAllText(Path, text + new string(' ', padding));

    [Fact]
    public async Task It_is_read_at_the_first_use_and_looked_at_once_a_second_at_most()
    {
        Write(StubIssuer.SetOf(First));
        var key = await FoundAsync(First);
        Write(StubIssuer.SetOf(First, Second), 1);
        (await AskAsync(Second, Clock.Seconds - 1)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        (await FoundAsync(First)).ShouldBeSameAs(key);
        _looks.ShouldBe(1);

        Clock.Advance(Look);
        (await FoundAsync(First)).ShouldBeSameAs(key);
        await FoundAsync(Second);
        _looks.ShouldBe(2);

        Write(StubIssuer.SetOf(Second), 2);
        Clock.Advance(Look);
        (await AskAsync(First, Clock.Seconds - 1)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_kid_that_may_be_new_makes_it_look_at_once()
    {
        Write(StubIssuer.SetOf(First));
        var key = await FoundAsync(First);
        Write(StubIssuer.SetOf(First, Second), 1);
        await FoundAsync(Second);
        (await FoundAsync(First)).ShouldBeSameAs(key);
        _looks.ShouldBe(2);
        (await Keys.FindAsync(Issuer, "nobody's", JwsAlgorithm.ES256, Clock.Seconds, CancellationToken.None)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
    }

    [Fact]
    public async Task An_absent_file_is_unavailable_until_it_is_there_and_is_told_of_once()
    {
        for (var i = 0; i < 3; i++)
        {
            var answer = await AskAsync(First);
            (answer.Outcome, answer.RetryAfterSeconds).ShouldBe((IssuerKeyOutcome.Unavailable, 1));
            Clock.Advance(Look);
        }

        Events.Names.ShouldBe(["issuer_keys_file_unusable"]);
        Events.Last.Severity.ShouldBe(EngineEventSeverity.Error);
        Write(StubIssuer.SetOf(First));
        await FoundAsync(First);
        Keys.Health(Issuer).LastFault.ShouldBeNull();
    }

    [Fact]
    public async Task A_bad_edit_keeps_the_last_good_keys_for_24_hours()
    {
        Write(StubIssuer.SetOf(First));
        await FoundAsync(First);
        Write("{\"keys\":");
        Clock.Advance(Look);
        await FoundAsync(First);
        Events.Last.Severity.ShouldBe(EngineEventSeverity.Warning);
        Clock.Advance(TimeSpan.FromHours(23));
        await FoundAsync(First);
        Events.All.Count.ShouldBe(1);
        Clock.Advance(TimeSpan.FromHours(1));
        (await AskAsync(First)).Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
        Write(StubIssuer.SetOf(First), 9);
        Clock.Advance(Look);
        await FoundAsync(First);
    }

    [Fact]
    public async Task A_file_that_stays_as_it_is_never_goes_stale()
    {
        Write(StubIssuer.SetOf(First));
        var key = await FoundAsync(First);
        Clock.Advance(TimeSpan.FromDays(30));
        (await FoundAsync(First)).ShouldBeSameAs(key);
    }

    [Fact]
    public async Task A_file_that_comes_back_unchanged_is_taken_again()
    {
        Write(StubIssuer.SetOf(First));
        await FoundAsync(First);
        File.Move(Path, Path + ".away");
        Clock.Advance(Look);
        await FoundAsync(First);
        File.Move(Path + ".away", Path);
        Clock.Advance(TimeSpan.FromDays(2));
        await FoundAsync(First);
        Keys.Health(Issuer).Failures.ShouldBe(0);
    }

    [Fact]
    public async Task A_link_that_is_turned_to_another_folder_is_noticed()
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (var (name, key) in new[] { ("one", First), ("two", Second) })
            File.WriteAllText(System.IO.Path.Combine(_folder.CreateSubdirectory(name).FullName, "jwks.json"), StubIssuer.SetOf(key) + (name == "two" ? " " : ""));
        var data = System.IO.Path.Combine(_folder.FullName, "..data");
        Directory.CreateSymbolicLink(data, "one");
        File.CreateSymbolicLink(Path, "..data/jwks.json");
        await FoundAsync(First);
        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "two");
        Clock.Advance(Look);
        await FoundAsync(Second);
    }

    [Fact]
    public async Task A_file_beyond_256_KiB_is_refused()
    {
        Write(StubIssuer.SetOf(First), 256 * 1024);
        (await AskAsync(First)).Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
        Events.Last.Message.ShouldContain("256 KiB");
    }

    [Fact]
    public async Task A_named_pipe_is_no_file_and_no_request_waits_for_its_writer()
    {
        if (OperatingSystem.IsWindows()) return; // its pipes have no place among files
        using (var made = System.Diagnostics.Process.Start("mkfifo", [Path])) await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        var asked = Task.Factory.StartNew(() => AskAsync(First).AsTask(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        (await asked.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
        Events.Last.Message.ShouldContain("a pipe");

        File.Delete(Path);
        Write(StubIssuer.SetOf(First));
        Clock.Advance(Look);
        await FoundAsync(First);
    }

    [Fact]
    public async Task A_known_key_is_found_without_allocating()
    {
        Write(StubIssuer.SetOf(First));
        await FoundAsync(First);
        for (var i = 0; i < 100; i++) IsFoundAtOnce(First, out _).ShouldBeTrue();
        var completed = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            if (IsFoundAtOnce(First, out _)) completed++;
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        completed.ShouldBe(1000);
    }
}
