using System.Buffers.Text;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Cambist.Testing;
using Microsoft.Extensions.Logging;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>The hunt that every server of these tests ends with finds what it is for, and does not repeat it.</summary>
public sealed class PlantedSecretTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static Task<TestServer> StartAsync() => TestServer.StartAsync(issuer => $$"""
        issuer: {{issuer}}
        resources: { billing: { identifiers: https://billing.example.com, scopes: read, token: { format: opaque } } }
        clients: { {{Client("orders", "client_credentials: { billing: read }")}} }
        """);

    /// <summary>A token that the server gave away.</summary>
    static async Task<string> TokenAsync(TestServer server) => (await server.ForItselfAsync("orders")).AccessToken;

    static async Task FindsAsync(TestServer server, string secret, params string[] named)
    {
        var found = await Should.ThrowAsync<SecretFoundException>(() => server.DisposeAsync().AsTask());
        foreach (var name in named) found.Message.ShouldContain(name);
        found.Message.ShouldNotContain(secret);
        found.Message.ShouldNotContain(secret[8..]);
    }

    [Fact]
    public async Task A_server_that_kept_everything_to_itself_passes()
    {
        await using var server = await StartAsync();
        await TokenAsync(server);
        server.Wire.Values.Select(secret => secret.Value).ShouldBe(["access_token", "client secret", "Basic"], ignoreOrder: true);
        await server.HuntAsync();
    }

    public static TheoryData<string, Func<string, string>> Spellings => new()
    {
        { "as it is", token => token },
        { "its end", token => token[^30..] },
        { "its middle", token => token[5..35] },
        { "in base64", token => Convert.ToBase64String(Encoding.UTF8.GetBytes($"orders:{token}")) },
        { "in base64url", token => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"a {token}")) },
    };

    [Theory, MemberData(nameof(Spellings), DisableDiscoveryEnumeration = true)]
    public async Task It_finds_a_token_in_a_log_line(string how, Func<string, string> spell)
    {
        var server = await StartAsync();
        var token = await TokenAsync(server);
        server.Log.CreateLogger("Planted").LogTrace("{How} {Token}", how, spell(token));
        await FindsAsync(server, token, "the log", "Planted");
    }

    [Theory, MemberData(nameof(Spellings), DisableDiscoveryEnumeration = true)]
    public async Task It_finds_a_token_in_a_file(string how, Func<string, string> spell)
    {
        var server = await StartAsync();
        var token = await TokenAsync(server);
        await File.WriteAllBytesAsync(Path.Combine(server.Folder, "notes"), [0, 255, .. Encoding.UTF8.GetBytes($"{how} {spell(token)}"), 0], Cancellation);
        await FindsAsync(server, token, "the file notes");
    }

    [Fact]
    public async Task It_finds_the_bytes_that_a_token_stands_for_in_a_file()
    {
        var server = await StartAsync();
        var token = await TokenAsync(server);
        await File.WriteAllBytesAsync(Path.Combine(server.Folder, "notes"), Base64Url.DecodeFromChars(token.AsSpan("cbt_".Length)), Cancellation);
        await FindsAsync(server, token, "the file notes", "decoded");
    }

    [Fact]
    public async Task It_finds_a_secret_that_the_ledger_recorded()
    {
        var server = await StartAsync();
        var secret = "a-secret-of-a-client-77c1";
        server.Wire.Add("client secret", secret);
        var entry = await server.SendFormAsync("orders", ("grant_type", "client_credentials"), ("audience", "nothing"));
        DecisionId.TryParse(entry.DecisionId, out var id).ShouldBeTrue();
        var recorded = await server.Engine.Store.Decisions.FindAsync(id, Cancellation);
        await server.Engine.Store.Ledger.CommitAsync(recorded! with { Id = new(id.Value + 1), Trace = $"it said {secret}" }, Cancellation);
        await FindsAsync(server, secret, "cambist.db");
    }

    [Fact]
    public async Task It_finds_the_admin_token_and_the_sealing_key_outside_their_files()
    {
        foreach (var (name, what) in new[] { ("admin-token", "admin token"), ("cambist.key", "sealing key") })
        {
            var server = await StartAsync();
            var secret = (await File.ReadAllLinesAsync(Path.Combine(server.Folder, name), Cancellation))[^1].Trim();
            File.Copy(Path.Combine(server.Folder, name), Path.Combine(server.Folder, "a-copy"));
            await FindsAsync(server, secret, "the file a-copy", what);
        }
    }

    [Fact]
    public async Task It_finds_a_secret_in_a_tag_of_a_metric_and_of_a_trace()
    {
        var server = await StartAsync();
        var (metric, trace) = ("a-planted-secret-of-1-metric", "a-planted-secret-of-1-trace");
        using var meter = new Meter("Planted");
        meter.CreateCounter<long>("planted").Add(1, KeyValuePair.Create("planted.metric", (object?)metric));
        using var source = new ActivitySource("Planted");
        source.StartActivity("planted")!.SetTag("planted.trace", trace).Dispose();
        server.Wire.Add("client secret", metric);
        server.Wire.Add("client secret", trace);
        await FindsAsync(server, metric, "planted.metric", "planted.trace");
    }

    [Fact]
    public async Task It_finds_a_secret_that_an_error_repeats()
    {
        var server = await StartAsync();
        server.Wire.Add("scope", "unsupported_grant_type"); // what the server says anyway
        (await server.SendFormAsync("orders", ("grant_type", "odd"))).Error.ShouldBe("unsupported_grant_type");
        await FindsAsync(server, "unsupported_grant_type", "an answer");
    }

    [Theory]
    [InlineData("eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.AAAA", "a JWT")]
    [InlineData("cbt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "an opaque token")]
    [InlineData("cbr_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "an opaque token")]
    [InlineData("sub_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "an opaque token")]
    [InlineData("{\"kty\":\"EC\",\"d\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}", "a private JWK")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----", "a private key")]
    public async Task It_knows_tokens_and_keys_that_nobody_sent_by_their_look(string text, string what)
    {
        var server = await StartAsync();
        server.Log.CreateLogger("Planted").LogTrace("{Text}", text);
        await FindsAsync(server, text, "the log", what);
    }

    [Fact]
    public async Task It_finds_a_percent_encoded_secret()
    {
        var server = await StartAsync();
        var secret = "a/secret+with=signs&more%7";
        server.Wire.Add("client secret", secret);
        server.Log.CreateLogger("Planted").LogTrace("{Secret}", Uri.EscapeDataString(secret));
        server.Log.CreateLogger("Encoded").LogTrace("{Secret}", WebUtility.UrlEncode(secret));
        await FindsAsync(server, secret, "Planted", "Encoded", "percent-encoded");
    }
}
