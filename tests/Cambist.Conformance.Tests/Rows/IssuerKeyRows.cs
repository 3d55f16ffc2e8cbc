using System.Net;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>JK-04, JK-05 and JK-07: keys that change, move or come slowly.</summary>
public sealed class IssuerKeyRows
{
    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    static Task<Answer> SendAsync(World world, TestServer server, TestKey? key = null, Action<JsonObject>? change = null) =>
        server.SendIdTokenAsync("web", world.IdToken(change, key: key));

    [Fact]
    public async Task JK_04_an_answer_that_drips_is_given_up_after_5_seconds()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        var never = new TaskCompletionSource();
        own.Login.Jwks.HoldBody = never.Task;
        var asked = SendAsync(own, own.Common);
        await own.Login.Jwks.RequestsReachAsync(1, Cancel);
        own.Clock!.Advance(TimeSpan.FromSeconds(5));
        (await asked).Reason.ShouldBe("issuer_keys_unavailable");
        never.SetResult();
    }

    [Fact]
    public async Task JK_07_a_key_that_the_issuer_dropped_is_used_by_nobody_after_twenty_minutes_and_by_few_after_ten()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await own.GrantsAsync(server => SendAsync(own, server));
        own.Login.Publish(Keys.Es384);
        own.Clock!.Advance(TimeSpan.FromMinutes(20));
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(own, server, Keys.Es256, claims => claims["iat"] = claims.Number("iat") - 10));

        own.Login.Publish(Keys.Es256);
        own.Clock.Advance(TimeSpan.FromMinutes(10));
        var fetches = own.Login.Jwks.Requests;
        await own.GrantsAsync(server => SendAsync(own, server, Keys.Es384)); // goes on beside the fetch that it starts
        await own.Login.Jwks.RequestsReachAsync(fetches + 2, Cancel);
        await GoneAsync(own, Keys.Es384);
    }

    static async Task GoneAsync(World world, TestKey key)
    {
        while ((await SendAsync(world, world.Common, key, claims => claims["iat"] = claims.Number("iat") - 10)).Reason != "subject_key_unknown")
            Cancel.ThrowIfCancellationRequested();
    }

    [Fact]
    public async Task JK_05_a_jwks_uri_that_the_issuer_moved_is_found_again()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn, new FakeClock());
        await own.GrantsAsync(server => SendAsync(own, server));
        await using var moved = await TestIssuer.StartAsync([Keys.Strange.As(keyId: "moved")], clock: own.Clock);
        own.Login.DocumentJwksUri = moved.Issuer + "/jwks";
        own.Clock!.Advance(TimeSpan.FromMinutes(1));
        await own.GrantsAsync(server => SendAsync(own, server, Keys.Strange.As(keyId: "moved")));
        await own.RefusesAsync(Reason.SubjectKeyUnknown, server => SendAsync(own, server, change: claims => claims["iat"] = claims.Number("iat") - 10));
    }

    [Fact]
    public async Task A_jwks_file_that_was_replaced_counts_at_once()
    {
        var folder = Directory.CreateTempSubdirectory("cambist-jwks-");
        try
        {
            var file = Path.Combine(folder.FullName, "login.json");
            void Write(params TestKey[] keys)
            {
                File.WriteAllText(file + ".new", TestKey.PublicSet(keys).ToJsonString());
                File.Move(file + ".new", file, overwrite: true);
            }

            Write(Keys.Es256);
            var clock = new FakeClock();
            await using var login = await TestIssuer.StartAsync([Keys.Es256, Keys.Es384], clock: clock);
            await using var server = await TestServer.StartAsync(issuer => $"issuer: {issuer}\n{SmallRegistries.SignInWith(login, "jwks_file: login.json")}", clock,
                settings: new Dictionary<string, string?> { ["Cambist:SecretsFolder"] = folder.FullName });
            (await server.SendIdTokenAsync("web", login.IdToken("alice", "web"))).Status.ShouldBe(HttpStatusCode.OK);

            Write(Keys.Es384);
            (await server.SendIdTokenAsync("web", login.IdToken("alice", "web", key: Keys.Es384))).Status.ShouldBe(HttpStatusCode.OK);
            (await server.SendIdTokenAsync("web", login.IdToken("alice", "web"))).Reason.ShouldBe("subject_key_unknown");

            File.WriteAllText(file, "half a fi");
            clock.Advance(TimeSpan.FromSeconds(1));
            (await server.SendIdTokenAsync("web", login.IdToken("alice", "web", key: Keys.Es384))).Status.ShouldBe(HttpStatusCode.OK);
            login.Requests.ShouldBe(0);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
