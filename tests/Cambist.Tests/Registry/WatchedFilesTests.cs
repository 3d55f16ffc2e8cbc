using Cambist.Yaml;

namespace Cambist.Tests;

public sealed class WatchedFilesTests : IDisposable
{
    static readonly DateTime LongAgo = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-watched-");
    readonly WatchedFiles _watched = new();
    int _reads;

    public void Dispose() => _folder.Delete(recursive: true);

    string PathOf(string name) => Path.Combine(_folder.FullName, name);

    string Write(string name, string content, DateTime? at = null)
    {
        var path = PathOf(name);
        File.WriteAllText(path, content);
        if (at is { } time) File.SetLastWriteTimeUtc(path, time);
        return path;
    }

    void Read(string path) => _watched.Read(path, () =>
    {
        _reads++;
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    });

    [Fact]
    public void A_file_whose_time_and_length_stay_is_not_read_again()
    {
        Read(Write("a", "text", LongAgo));
        for (var i = 0; i < 5; i++) _watched.HaveChanged().ShouldBeFalse();
        _reads.ShouldBe(1);
    }

    [Fact]
    public void A_file_that_was_merely_touched_is_read_once_and_is_the_same()
    {
        var path = Write("a", "text", LongAgo);
        Read(path);
        File.SetLastWriteTimeUtc(path, LongAgo.AddDays(1));
        for (var i = 0; i < 5; i++) _watched.HaveChanged().ShouldBeFalse();
        _reads.ShouldBe(2);
    }

    [Fact]
    public void A_file_of_another_content_has_changed()
    {
        Read(Write("a", "text", LongAgo));
        Write("a", "tex!", LongAgo.AddSeconds(1));
        _watched.HaveChanged().ShouldBeTrue();
        _watched.HaveChanged().ShouldBeTrue("until it is read again");
    }

    [Fact]
    public void A_change_within_the_grain_of_the_file_systems_clock_is_seen()
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        Read(Write("a", "text", now));
        Write("a", "tex!", now);
        _watched.HaveChanged().ShouldBeTrue();
    }

    [Fact]
    public void A_file_that_comes_or_goes_has_changed()
    {
        Read(PathOf("a"));
        _watched.HaveChanged().ShouldBeFalse();
        Write("a", "");
        _watched.HaveChanged().ShouldBeTrue();
        Read(PathOf("a"));
        File.Delete(PathOf("a"));
        _watched.HaveChanged().ShouldBeTrue();
    }

    [Fact]
    public void A_file_that_reads_otherwise_within_one_look_has_changed()
    {
        Read(Write("a", "text"));
        Read(Write("a", "other"));
        _watched.HaveChanged().ShouldBeTrue();
        _watched.Clear();
        Read(PathOf("a"));
        _watched.HaveChanged().ShouldBeFalse();
    }

    [Fact]
    public void A_link_counts_as_what_it_leads_to()
    {
        Write("one", "text", LongAgo);
        Write("two", "text of another length", LongAgo);
        File.CreateSymbolicLink(PathOf("link"), "one");
        Read(PathOf("link"));
        _watched.HaveChanged().ShouldBeFalse();
        File.Delete(PathOf("link"));
        File.CreateSymbolicLink(PathOf("link"), "two");
        _watched.HaveChanged().ShouldBeTrue();
    }

    [Fact]
    public void A_circle_of_links_is_a_file_that_is_not_there()
    {
        File.CreateSymbolicLink(PathOf("a"), "b");
        File.CreateSymbolicLink(PathOf("b"), "a");
        _watched.Read(PathOf("a"), () => null);
        _watched.HaveChanged().ShouldBeFalse();
    }
}
