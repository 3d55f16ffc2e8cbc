using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-84 and AB-85: what the server writes to its console and keeps in its files, after honest and hostile requests.</summary>
public sealed class HuntTests(HuntWorld world) : IClassFixture<HuntWorld>
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Each of them would forge a line, colour it, or fill in a template, if it got into a log.</summary>
    static readonly string[] Injections =
    [
        "pwned\r\ninfo: Cambist.AspNetCore.TokenEndpoint[1]\r\n      issued: client pwned", "pwned\ncrit: pwned", "pwned\u001b[2J\u001b[31mred", "pwned\u009b31m",
        "pwned{Reason}{0}{{1}}{", "pwned%0d%0acrit: pwned", "pwned\u2028crit: pwned", "pwned\u202Etxet", "pwned\0", "pwned\b\b\b\b\b", "${jndi:ldap://pwned}", "pwned\u0085crit",
    ];

    [Fact]
    public async Task AB_84_nothing_a_client_sends_gets_into_a_log_line()
    {
        var refusals = new HashSet<string>();
        var last = await world.ExchangeAsync("none", "id_token");
        void Note(Answer answer)
        {
            answer.Body.ShouldNotContain("pwned");
            if (answer.DecisionId is null) return;
            refusals.Add(answer.DecisionId);
            last = answer;
        }

        foreach (var text in Injections)
        {
            foreach (var name in new[] { "scope", "audience", "resource", "requested_token_type", "client_id", "actor_token_type", "client_assertion_type", "authorization_details", "foo" })
                Note(await world.ExchangeAsync(world.IdToken(), "id_token", (name, text)));
            Note(await world.ExchangeAsync(text, "access_token"));
            Note(await world.ExchangeAsync(world.IdToken(), text));
            Note(await world.PostAsync([("grant_type", text)]));
            Note(await world.PostAsync([.. TestServer.ExchangeForm(world.IdToken(), "id_token"), ("client_id", text), ("client_secret", text)], authorization: null));
            Note(await world.PostAsync([.. TestServer.ExchangeForm(world.IdToken(), "id_token")], "Basic " + TestServer.BasicCredentials(text, text)));
            Note(await world.ExchangeAsync(world.IdToken(claims => (claims["sub"], claims["email"], claims["groups"]) = (text, text, new JsonArray(text))), "id_token", ("audience", "billing")));
            Note(await world.ExchangeAsync(world.IdToken(claims => claims["aud"] = new JsonArray("web", text)), "id_token"));
            Note(await world.ExchangeAsync(TestJwt.Sign(new JsonObject { ["alg"] = "ES256", ["kid"] = text }.ToJsonString(), Login("alice").ToJsonString(), Keys.Es256).ToString(), "id_token"));

            var agent = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal);
            await RawHttp.SendAsync(world.Server.Issuer, RawHttp.Post(world.Server.Issuer, $"grant_type={Uri.EscapeDataString(agent)}", $"User-Agent: {agent}\r\nX-Request-Id: {agent}\r\ntraceparent: {agent}\r\nReferer: {agent}\r\n"), Cancellation);
        }

        Note(await world.ExchangeAsync("none", "id_token"));
        var output = await world.OutputAfterAsync(last);
        output.ShouldNotContain("pwned");
        output.ShouldNotMatch("[\\x00-\\x09\\x0B-\\x1F\\x7F-\\x9F\\u2028-\\u202E]");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldAllBe(line => line.StartsWith("      ", StringComparison.Ordinal) || Regex.IsMatch(line, "^(trce|dbug|info|warn|fail|crit): [A-Za-z.]+\\[[0-9]+\\]$"));
        foreach (var id in refusals) lines.Count(line => line.Contains(id, StringComparison.Ordinal)).ShouldBe(1);
    }

    JsonObject Login(string subject) => world.Login.IdTokenClaims(subject, "web");

    [Fact]
    public async Task AB_85_no_secret_and_no_token_is_in_the_log_the_files_or_an_error()
    {
        string Sent(string token)
        {
            world.Server.Wire.Add("planted", token);
            return token;
        }

        var wrong = Sent("a-wrong-secret-77c1");
        var granted = await world.ExchangeAsync(world.IdToken(), "id_token");
        (await world.ExchangeAsOrdersAsync(granted.AccessToken)).Error.ShouldBeNull();

        var refused = 0;
        void Refused(Answer answer)
        {
            answer.Error.ShouldNotBeNull();
            refused++;
        }

        Refused(await world.ExchangeAsync(world.Login.AccessToken("alice", "https://orders.example.com", "read", "web"), "access_token"));
        Refused(await world.ExchangeAsync(world.IdToken(claims => claims["email"] = "alice@example.com"), "id_token", ("audience", "billing")));
        Refused(await world.ExchangeAsync(world.IdToken(key: Keys.Strange), "id_token"));
        Refused(await world.ExchangeAsync(world.IdToken(claims => claims["exp"] = 1), "id_token"));
        Refused(await world.ExchangeAsync(Sent("opaque-token-90d1c55e"), "access_token"));
        Refused(await world.ExchangeAsync(Sent("sub_2f7a60aa0c8b4d12"), "urn:ietf:params:oauth:token-type:access_token"));
        Refused(await world.ExchangeAsync(world.IdToken(), "id_token", ("actor_token", world.IdToken()), ("actor_token_type", IdTokenType)));
        Refused(await world.ExchangeAsync(world.IdToken(), "id_token", Assertions.Form(world.IdToken())));
        Refused(await world.ExchangeAsync(world.IdToken(), "id_token", ("client_secret", Sent("a-second-secret-51b0"))));
        Refused(await world.ExchangeAsync(world.IdToken(), "id_token", ("scope", Sent("scope-that-is-a-secret-4e19")), ("subject_token", world.IdToken())));
        Refused(await world.ExchangeAsync(world.IdToken(), Sent(world.IdToken())));
        Refused(await world.ExchangeAsync(world.IdToken(), "id_token", ("requested_token_type", Sent("a-secret-in-the-wrong-place-d81f"))));
        Refused(await world.ExchangeAsync(world.IdToken(), "id_token", ("requested_token_type", Sent(world.IdToken()))));
        Refused(await world.PostAsync([("grant_type", Sent(world.IdToken())), ("client_id", Sent(world.IdToken()))]));
        Refused(await world.PostAsync([.. TestServer.ExchangeForm(world.IdToken(), "id_token")], "Basic " + TestServer.BasicCredentials("web", wrong)));
        Refused(await world.PostAsync([.. TestServer.ExchangeForm(world.IdToken(), "id_token")], "Bearer " + Sent(world.IdToken())));
        Refused(await world.ExchangeAsOrdersAsync(granted.AccessToken, wrong));
        Refused(await world.PostAsync([.. TestServer.ExchangeForm(world.IdToken(), "id_token")], change: request => request.Headers.Add("DPoP", Sent(world.IdToken()))));
        Refused(await world.PostAsync([("x", "y")], path: $"/token?client_secret={HuntWorld.WebSecret}&subject_token={world.IdToken()}"));
        await RawHttp.SendAsync(world.Server.Issuer, $"POST /token HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {Sent(TestServer.BasicCredentials("web", HuntWorld.WebSecret))}\0\r\n\r\n", Cancellation);
        await RawHttp.SendAsync(world.Server.Issuer, $"GET /{Sent(world.IdToken())} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", Cancellation);

        // A decision later than all of these, so that the console has said all it will say.
        var output = await world.OutputAfterAsync(await world.ExchangeAsync("none", "id_token"));
        output.ShouldContain("issued: client web");
        foreach (var path in new[] { "/metrics", "/health/ready", "/jwks" })
            foreach (var address in new[] { world.Server.Management, world.Server.Issuer })
                (await world.Server.Http.GetAsync(address + path, Cancellation)).Dispose();
        world.Server.Wire.Said.Count.ShouldBeGreaterThanOrEqualTo(refused + 4);
        world.Server.Wire.Values.Count.ShouldBeGreaterThan(30);
        world.Server.Hunt();
    }

    /// <summary>AB-20, AB-45, AB-55: what is large or many leaves nothing behind.</summary>
    [Fact]
    public async Task AB_55_memory_stays_flat_under_large_and_many_inputs()
    {
        var attacks = Costs.Of(world.Login);
        async Task RoundsAsync(int rounds)
        {
            for (var i = 0; i < rounds; i++)
                foreach (var attack in attacks.Values)
                    (await world.PostAsync([.. attack()])).Error.ShouldNotBeNull();
        }

        await RoundsAsync(12); // until pools and code are as large as they get
        var before = world.ResidentBytes;
        await RoundsAsync(25);
        (world.ResidentBytes - before).ShouldBeLessThan(48 * 1024 * 1024);
    }
}
