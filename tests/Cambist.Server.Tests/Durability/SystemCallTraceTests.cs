namespace Cambist.Server.Tests.Durability;

/// <summary>The reader of traces finds what it is there to find.</summary>
public sealed class SystemCallTraceTests
{
    const string Asked = """7 1.0 recvfrom(9<socket:[1]>, "POST /token HTTP/1.1\r\nHost: x", 4096, 0, NULL, NULL) = 700""";
    const string Written = """8 1.1 pwrite64(5</d/cambist.db-wal>, "entry", 5, 32) = 5""";
    const string Synced = "8 1.2 fsync(5</d/cambist.db-wal>) = 0";
    const string Sent = """7 1.3 sendto(9<socket:[1]>, "HTTP/1.1 200 OK\r\n\r\n{\"access_token\":\"e", 900, MSG_NOSIGNAL, NULL, 0) = 900""";

    [Fact]
    public void A_token_sent_after_its_entry_was_synced_is_well() =>
        Faults(Asked, Written, Synced, Sent).ShouldBeEmpty();

    [Fact]
    public void Calls_that_were_interrupted_are_followed_by_their_thread() =>
        Faults(
            "7 1.0 recvfrom(9<socket:[1]>,  <unfinished ...>",
            "6 1.0 recvfrom(8<socket:[2]>, 0x1, 1, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable)",
            """7 1.0 <... recvfrom resumed>"POST /token HTTP/1.1\r\n", 4096, 0, NULL, NULL) = 700""",
            Written,
            "8 1.2 fdatasync(5</d/cambist.db-wal> <unfinished ...>",
            "6 1.2 write(1<pipe:[3]>, \"x\", 1) = 1",
            "8 1.2 <... fdatasync resumed>) = 0",
            Sent).ShouldBeEmpty();

    [Fact]
    public void A_token_sent_without_a_sync_is_found() =>
        Faults(Asked, Written, Sent).ShouldHaveSingleItem().ShouldContain("not synced");

    [Fact]
    public void A_sync_that_failed_is_none() =>
        Faults(Asked, Written, "8 1.2 fsync(5</d/cambist.db-wal>) = -1 EIO (Input/output error)", Sent).ShouldHaveSingleItem().ShouldContain("not synced");

    [Fact]
    public void A_sync_of_another_file_is_none() =>
        Faults(Asked, Written, "8 1.2 fsync(5</d/cambist.db>) = 0", Sent).ShouldHaveSingleItem().ShouldContain("not synced");

    [Fact]
    public void A_sync_that_has_not_ended_is_none() =>
        Faults(Asked, Written, "8 1.2 fsync(5</d/cambist.db-wal> <unfinished ...>", Sent, "8 1.4 <... fsync resumed>) = 0").ShouldHaveSingleItem().ShouldContain("not synced");

    [Fact]
    public void A_sync_that_began_before_the_last_write_is_none() =>
        Faults(Asked, "6 1.0 fsync(5</d/cambist.db-wal> <unfinished ...>", Written, "6 1.2 <... fsync resumed>) = 0", Sent).ShouldHaveSingleItem().ShouldContain("not synced");

    [Fact]
    public void A_sync_before_the_request_is_none() =>
        Faults(Written, Synced, Asked, Sent).ShouldHaveSingleItem().ShouldContain("nothing was written");

    [Fact]
    public void A_second_token_needs_a_sync_of_its_own() =>
        Faults(Asked, Written, Synced, Sent, Asked, Sent).ShouldHaveSingleItem().ShouldContain("nothing was written");

    static List<string> Faults(params string[] lines)
    {
        var (tokens, faults) = SystemCallTrace.Read(lines);
        tokens.ShouldBe(lines.Count(line => line == Sent));
        return faults;
    }
}
