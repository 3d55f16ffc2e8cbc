using System.Text;

namespace Cambist.Tests.Keys;

public sealed class KeyFileTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-key-file-");
    readonly HeardEvents _events = new();

    string Path => System.IO.Path.Combine(_folder.FullName, "cambist.key");

    public void Dispose() => _folder.Delete(recursive: true);

    KeySealer Read(string text)
    {
        File.WriteAllText(Path, text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return KeyFile.ReadOrCreate(Path, mayCreate: false, _events);
    }

    [Fact]
    public void An_absent_file_is_made_for_its_owner_only_and_read_again()
    {
        var one = KeyFile.ReadOrCreate(Path, mayCreate: true, _events);
        if (!OperatingSystem.IsWindows()) File.GetUnixFileMode(Path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _events.Names.ShouldBe(["key_file_created"]);
        _events.Last.Message.ShouldNotContain(File.ReadAllText(Path).Trim());

        var again = KeyFile.ReadOrCreate(Path, mayCreate: true, _events);
        again.Open("k", one.Seal("k", [1, 2])).ShouldBe([1, 2]);
        _events.All.Count.ShouldBe(1);
    }

    [Fact]
    public void Its_folder_is_made_too()
    {
        var path = System.IO.Path.Combine(_folder.FullName, "data", "cambist.key");
        KeyFile.ReadOrCreate(path, mayCreate: true, _events);
        File.Exists(path).ShouldBeTrue();
    }

    [Fact]
    public async Task Many_starts_at_once_agree_on_one_key()
    {
        using var gate = new ManualResetEventSlim();
        var starts = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() =>
        {
            gate.Wait();
            return KeyFile.ReadOrCreate(Path, mayCreate: true, _events);
        }, TaskCreationOptions.LongRunning)).ToArray();
        gate.Set();
        var sealers = await Task.WhenAll(starts);
        foreach (var sealer in sealers) sealers[0].Open("k", sealer.Seal("k", [7])).ShouldBe([7]);
        _events.Names.ShouldBe(["key_file_created"]);
    }

    [Fact]
    public void An_empty_file_left_by_a_killed_start_is_filled()
    {
        File.WriteAllText(Path, "");
        KeyFile.ReadOrCreate(Path, mayCreate: true, _events).Seal("k", [1]).ShouldNotBeEmpty();
        File.ReadAllText(Path).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_file_with_comments_only_is_never_filled()
    {
        File.WriteAllText(Path, "# nothing yet\n");
        Should.Throw<KeySealException>(() => KeyFile.ReadOrCreate(Path, mayCreate: true, _events)).Message.ShouldContain("holds no key");
        File.ReadAllText(Path).ShouldBe("# nothing yet\n");
    }

    [Fact]
    public void An_absent_file_that_may_not_be_made_is_refused_with_the_setting()
    {
        Should.Throw<KeySealException>(() => KeyFile.ReadOrCreate(Path, mayCreate: false, _events)).Message.ShouldContain("Cambist:KeyFile");
        File.Exists(Path).ShouldBeFalse();
        Should.Throw<KeySealException>(() => KeyFile.ReadOrCreate(System.IO.Path.Combine(_folder.FullName, "no", "folder"), mayCreate: false, _events));
    }

    [Fact]
    public void The_last_line_seals_and_every_line_opens()
    {
        var (old, current) = (KeyFile.NewLine(), KeyFile.NewLine());
        var sealedBefore = Read(old).Seal("k", [1]);
        var both = Read($"# made in May\n{old}\r\n\n  # and in June\n  {current}  \n");
        both.Open("k", sealedBefore).ShouldBe([1]);
        Read(current).Open("k", both.Seal("k", [2])).ShouldBe([2]);
    }

    [Theory]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==")]
    public void A_line_that_is_no_key_is_named_by_number_and_never_shown(string line)
    {
        var failure = Should.Throw<KeySealException>(() => Read($"# first\n{KeyFile.NewLine()}\n{line}\n"));
        failure.Message.ShouldContain("Line 3");
        failure.Message.ShouldNotContain(line);
    }

    [Fact]
    public void A_huge_file_is_no_key_file() => Should.Throw<KeySealException>(() => Read(new string('#', 70_000)));

    [Fact]
    public void A_folder_is_no_key_file() => Should.Throw<KeySealException>(() => KeyFile.ReadOrCreate(_folder.FullName, mayCreate: true, _events));

    [Fact]
    public void A_file_that_others_may_read_is_used_with_a_warning()
    {
        if (OperatingSystem.IsWindows()) return;
        File.WriteAllText(Path, KeyFile.NewLine());
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        KeyFile.ReadOrCreate(Path, mayCreate: false, _events).ShouldNotBeNull();
        _events.Last.Name.ShouldBe("key_file_readable_by_others");
        _events.Last.Severity.ShouldBe(EngineEventSeverity.Warning);
        _events.Last.Message.ShouldContain("chmod 600");
    }

    [Fact]
    public void A_new_line_is_the_base64_of_32_random_bytes()
    {
        Convert.FromBase64String(KeyFile.NewLine()).Length.ShouldBe(32);
        KeyFile.NewLine().ShouldNotBe(KeyFile.NewLine());
        Encoding.ASCII.GetByteCount(KeyFile.NewLine()).ShouldBe(44);
    }
}
