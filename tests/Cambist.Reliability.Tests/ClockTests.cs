using System.Globalization;
using System.Net;
using Cambist.Testing;

namespace Cambist.Reliability.Tests;

/// <summary>A node whose clock is wrong, or jumps (libfaketime), beside one that is right.</summary>
public sealed class ClockTests(Database database) : IAsyncLifetime
{
    const int Right = 0;
    const int Wrong = 1;

    readonly string _offset = Path.GetTempFileName();
    Cluster _cluster = null!;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllTextAsync(_offset, "+0\n", Cancellation);
        _cluster = await Cluster.StartAsync(await database.Server.CreateDatabaseAsync(), environment: node => node == Right ? [] : new()
        {
            ["LD_PRELOAD"] = Library(),
            ["FAKETIME_TIMESTAMP_FILE"] = _offset,
            ["FAKETIME_CACHE_DURATION"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        File.Delete(_offset);
    }

    [Fact]
    public async Task AB_86_a_clock_that_jumps_five_minutes_either_way_lets_no_expired_token_pass_and_recovers_by_itself()
    {
        string Lasting(int seconds, int old) => _cluster.IdToken(claims => (claims["iat"], claims["exp"]) = ((long)claims["iat"]! - old, (long)claims["iat"]! + seconds));
        var expired = Lasting(seconds: -61, old: 600);
        var token = (await _cluster.SignInAsync(Right)).AccessToken;
        (await _cluster.SignInAsync(Wrong, expired)).Reason.ShouldBe("subject_expired");

        await JumpAsync("-300", answer => answer.Status == HttpStatusCode.ServiceUnavailable);
        foreach (var tried in new[] { expired, Lasting(seconds: -1, old: 600), Lasting(seconds: 300, old: 299) }) (await _cluster.SignInAsync(Wrong, tried)).Status.ShouldNotBe(HttpStatusCode.OK);
        (await _cluster.SignInAsync(Wrong)).Headers.RetryAfter.ShouldNotBeNull();
        (await _cluster.IntrospectAsync(Wrong, token)).Body.ShouldNotContain("\"active\":true");

        await JumpAsync("+330", answer => answer.Status == HttpStatusCode.ServiceUnavailable, Lasting(seconds: 3600, old: 60));
        await JumpAsync("+290", answer => answer.Status == HttpStatusCode.OK, Lasting(seconds: 3600, old: 60));
        (await _cluster.SignInAsync(Wrong, Lasting(seconds: 200, old: 60))).Status.ShouldBe(HttpStatusCode.OK, "the database's clock counts");
        (await _cluster.SignInAsync(Wrong, expired)).Reason.ShouldBe("subject_expired");

        await JumpAsync("+0", answer => answer.Status == HttpStatusCode.OK);
        (await _cluster.IntrospectAsync(Wrong, token)).Json["active"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Theory]
    [InlineData(-45)]
    [InlineData(290)]
    public async Task With_a_clock_that_is_off_ids_stay_unique_and_a_revocation_reaches_what_either_node_gave(int seconds)
    {
        string LongLived(string sub) => _cluster.IdToken(claims => (claims["sub"], claims["iat"], claims["exp"]) = (sub, (long)claims["iat"]! - 60, (long)claims["iat"]! + 3600));
        var offset = seconds.ToString("+0;-0", CultureInfo.InvariantCulture);
        await JumpAsync(offset, answer => answer.Status == HttpStatusCode.OK, LongLived("nobody"));
        await Task.Delay(TimeSpan.FromSeconds(1.5), Cancellation); // libfaketime looks once a second

        for (var round = 0; round < 10; round++)
        {
            var sub = $"alice-{round}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _cluster.SignInAsync(i % 2, LongLived(sub))));
            answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
            answers.ShouldAllBe(answer => Math.Abs((long)answer.Claims["iat"]! - TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()) < 10);
            var revoked = await _cluster.AdminAsync(round % 2, HttpMethod.Post, "revocations", new() { ["subject"] = sub, ["reason"] = "a test" });
            revoked.Status.ShouldBe(HttpStatusCode.OK, revoked.Body);
            DateTimeOffset.Parse((string)revoked.Json["revoked_at"]!, CultureInfo.InvariantCulture).ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromSeconds(10));
            foreach (var answer in answers)
            {
                (await _cluster.IntrospectAsync(Right, answer.AccessToken)).Body.ShouldBe("""{"active":false}""");
                (await _cluster.IntrospectAsync(Wrong, answer.AccessToken)).Body.ShouldBe("""{"active":false}""");
                (await _cluster.GoOnAsync(round % 2, answer.AccessToken)).Status.ShouldNotBe(HttpStatusCode.OK);
            }
        }

        await using var store = Ledger.Open(_cluster.Connection);
        (await Ledger.IssuedAsync(store)).Ids.Count.ShouldBeGreaterThanOrEqualTo(200); // it reads each id once
    }

    [Theory]
    [InlineData("+3600")]
    [InlineData("+8640000")]
    [InlineData("-3600")]
    public async Task A_node_whose_clock_is_wrong_changes_no_key_and_the_tokens_of_the_others_live(string offset)
    {
        var token = (await _cluster.SignInAsync(Right)).AccessToken;
        var keys = (await _cluster.AdminAsync(Right, HttpMethod.Get, "keys")).Body;

        await JumpAsync(offset, answer => answer.Status == HttpStatusCode.ServiceUnavailable);
        await Task.Delay(TimeSpan.FromSeconds(3), Cancellation); // its upkeep has looked a few times

        (await _cluster.AdminAsync(Right, HttpMethod.Get, "keys")).Body.ShouldBe(keys);
        (await _cluster.IntrospectAsync(Right, token)).Json["active"]!.GetValue<bool>().ShouldBeTrue();
    }

    /// <summary>Sets the clock of the wrong node and waits until it is seen.</summary>
    async Task JumpAsync(string offset, Func<Answer, bool> isSeen, string? idToken = null)
    {
        await File.WriteAllTextAsync(_offset, offset + "\n", Cancellation);
        var tries = 0;
        for (Answer answer; !isSeen(answer = await _cluster.SignInAsync(Wrong, idToken)); await Task.Delay(50, Cancellation)) (++tries).ShouldBeLessThan(200, answer.Body);
    }

    static string Library() =>
        Directory.GetDirectories("/usr/lib").Select(folder => Path.Combine(folder, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("libfaketime is not installed; ./test.sh installs it.");
}
