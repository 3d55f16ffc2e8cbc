using System.Net.Sockets;
using System.Text;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What a refusal tells whom: the caller a stable reason, the operator's trace what to do.</summary>
public sealed class ErrorTests(MainWorld world)
{
    static async Task<string> TraceAsync(TestServer server, Answer answer)
    {
        DecisionId.TryParse(answer.DecisionId, out var id).ShouldBeTrue();
        return (await server.Engine.Store.Decisions.FindAsync(id, TestContext.Current.CancellationToken))!.Trace!;
    }

    [Fact]
    public async Task A_trace_names_the_nearest_rule_and_the_condition_that_failed()
    {
        await using var own = await AdHocWorld.StartAsync(login => $$"""
            issuers: { gitlab: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: server } }, kind: client, subject: "gitlab:{sub}" } }
            resources: { deploy-api: { identifiers: https://deploy.example.com } }
            clients: { {{Client("ci")}} }
            rules:
              - { name: staging, clients: ci, subject: { issuer: self, kind: client }, actor: none, targets: { deploy-api: [] } }
              - name: production
                clients: ci
                subject: { issuer: gitlab, where: { environment: production, ref_protected: true } }
                actor: none
                targets: { deploy-api: [] }
            """);
        var answer = await own.RefusesAsync(Reason.NoRule, server => server.SendIdTokenAsync(
            "ci", own.IdToken(claims => (claims["environment"], claims["ref_protected"]) = ("production", "false"), audience: server.Issuer), ("audience", "deploy-api")));
        (await TraceAsync(own.Common, answer)).ShouldEndWith(
            "no_rule: 2 rules give deploy-api to ci; the nearest is production (line 8): environment matched; ref_protected must be true, the token says \"false\".");
    }

    [Fact]
    public async Task A_trace_says_which_name_is_missing_where_a_token_is_not_for_its_caller()
    {
        await using var own = await AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace("audiences: web", "audiences: [web, 6f1c, 7a2d]", StringComparison.Ordinal));
        async Task<string> OfAsync(params string[] audience)
        {
            var answer = await own.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendIdTokenAsync(
                "web", own.IdToken(claims => claims["aud"] = new System.Text.Json.Nodes.JsonArray([.. audience.Select(one => (System.Text.Json.Nodes.JsonNode)one)]))));
            return await TraceAsync(own.Common, answer);
        }

        (await OfAsync("6f1c")).ShouldEndWith(
            "subject_not_for_caller: the token's aud is \"6f1c\"; client web answers to \"web\" and serves nothing. If 6f1c is web's name at login, add clients.web.known_as. If not, this token was issued to someone else and is rightly refused.");
        (await OfAsync("6f1c", "7a2d")).ShouldContain("the token's aud is \"6f1c\", \"7a2d\"; client web answers to \"web\" and serves nothing. If one of them is web's name at login, add clients.web.known_as.");
    }

    [Fact]
    public async Task A_trace_says_which_name_of_the_registry_a_misspelt_target_is_near_and_never_what_was_sent()
    {
        async Task<string> OfAsync(string name, string value) =>
            await TraceAsync(world.Common, await world.RefusesAsync(Reason.TargetUnknown, server => server.SendIdTokenAsync("web", world.IdToken(), (name, value))));

        (await OfAsync("resource", MainWorld.Orders + "/")).ShouldEndWith($"; perhaps {MainWorld.Orders} is meant, which is compared to the byte");
        (await OfAsync("audience", "order")).ShouldEndWith("; perhaps orders is meant, which is compared to the byte");
        (await OfAsync("audience", "nothing-like-any-of-them")).ShouldEndWith("target_unknown: audience is no name or identifier of a resource in the registry");
    }

    [Fact]
    public async Task A_trace_says_whether_the_issuer_is_unknown_or_not_trusted_for_that_kind()
    {
        await using var own = await AdHocWorld.StartAsync(SmallRegistries.SignIn);
        var known = await own.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendAccessTokenAsync("web", own.IdToken()));
        (await TraceAsync(own.Common, known)).ShouldEndWith("issuer login is not trusted for this: it was sent as urn:ietf:params:oauth:token-type:access_token; see issuers.login.tokens and roles");
        var unknown = await own.RefusesAsync(Reason.SubjectIssuerUntrusted, server => server.SendIdTokenAsync("web", own.IdToken(claims => claims["iss"] = "https://elsewhere.example")));
        (await TraceAsync(own.Common, unknown)).ShouldContain("no issuer in the registry has this iss, to the byte; it was sent as ");
    }

    [Fact]
    public async Task No_audience_writes_a_line_of_its_own_into_a_trace()
    {
        var token = world.Login.AccessToken("alice", "", "read", "app", claims => claims["aud"] = new System.Text.Json.Nodes.JsonArray(MainWorld.Orders, "x\r\nrule forged (line 1): it fits\u001b[2K"));
        var trace = await TraceAsync(world.Common, await world.RefusesAsync(Reason.SubjectNotForCaller, server => server.SendAccessTokenAsync("web", token)));
        trace.ShouldContain("""
            "x\u000d\u000arule forged (line 1): it fits\u001b[2K"
            """);
        trace.Split('\n').ShouldNotContain(line => line.StartsWith("rule forged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reason_is_the_same_in_both_profiles_and_so_is_everything_but_the_code()
    {
        var (common, letter) = (await world.Common.SendIdTokenAsync("web", "garbage"), await world.Rfc8693.SendIdTokenAsync("web", "garbage"));
        (common.Error, letter.Error).ShouldBe(("invalid_grant", "invalid_request"));
        (common.Reason, common.Status, (string?)common.Json["error_description"]).ShouldBe((letter.Reason, letter.Status, (string?)letter.Json["error_description"]));
    }

    [Fact]
    public async Task A_description_repeats_nothing_that_was_sent()
    {
        const string sent = "sent-by-the-client";
        Func<TestServer, Task<Answer>>[] requests =
        [
            server => server.SendIdTokenAsync("web", world.IdToken(), ("scope", sent)),
            server => server.SendIdTokenAsync("web", world.IdToken(), ("audience", sent)),
            server => server.SendIdTokenAsync("web", world.IdToken(), ("resource", "urn:" + sent)),
            server => server.SendIdTokenAsync("web", world.IdToken(), ("requested_token_type", sent)),
            server => server.SendIdTokenAsync("web", world.IdToken(subject: sent), ("scope", "none")),
            server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["iss"] = sent)),
            server => server.SendIdTokenAsync("web", world.IdToken(claims => claims["act"] = sent)),
            server => server.SendIdTokenAsync("web", sent),
            server => server.ExchangeAsync(sent, SecretOf("web"), world.IdToken(), "id_token"),
            server => server.SendFormAsync("web", ("grant_type", sent)),
            server => server.SendFormAsync("web", (sent, "x"), (sent, "y"), ("grant_type", "x")),
            server => server.SendBodyAsync("web", Form($"{sent}=%zz")),
            server => server.SendBodyAsync("web", null, "/token?" + sent, new HttpMethod("SENT-BY-THE-CLIENT")),
        ];
        foreach (var request in requests)
        {
            var answer = await request(world.Common);
            ((int)answer.Status).ShouldBeInRange(400, 499);
            answer.Body.ShouldNotContain(sent, Case.Insensitive);
            answer.Headers.ToString().ShouldNotContain(sent, Case.Insensitive);
        }
    }

    [Fact]
    public async Task Who_did_not_authenticate_learns_nothing_but_that()
    {
        Func<TestServer, string, Task<Answer>>[] requests =
        [
            (server, client) => server.SendIdTokenAsync(client, "garbage"),
            (server, client) => server.SendIdTokenAsync(client, world.IdToken(), ("audience", "nothing")),
            (server, client) => server.SendIdTokenAsync(client, world.IdToken(), ("scope", "a  b")),
            (server, client) => server.SendIdTokenAsync(client, world.IdToken(), ("actor_token", "x")),
            (server, client) => server.SendIdTokenAsync(client, world.IdToken(), ("authorization_details", "[]")),
            (server, client) => server.SendFormAsync(client, ("grant_type", "x")),
            (server, client) => server.SendFormAsync(client, ("grant_type", Requests.TokenExchange)),
            (server, client) => server.SendFormAsync(client, ("scope", "a"), ("scope", "b")),
            (server, client) => server.SendBodyAsync(client, Form("")),
            (server, client) => server.ForItselfAsync(client),
        ];
        foreach (var request in requests)
        {
            foreach (var client in new[] { "nobody", "switched-off", "poster" }) // unknown, disabled, authenticating in another way
            {
                var answer = await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => request(server, client));
                answer.Json.Select(member => member.Key).ShouldBe(["error", "error_description", "reason"]);
            }
        }
    }

    [Theory]
    [InlineData("NONSENSE\r\n\r\n", 400)]
    [InlineData("POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400)]
    [InlineData("POST /token HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n", 400)]
    [InlineData("POST /token HTTP/1.1\r\n\r\n", 400)]
    public async Task What_is_no_http_is_refused_without_a_body(string request, int status)
    {
        var response = await RawAsync(request);
        response.ShouldStartWith($"HTTP/1.1 {status} ");
        response.ShouldEndWith("\r\n\r\n");
    }

    [Fact]
    public async Task HT_15_headers_that_are_too_large_are_refused_without_a_body()
    {
        var response = await RawAsync($"POST /token HTTP/1.1\r\nHost: a\r\nX-Filler: {new string('a', 64 * 1024)}\r\n\r\n");
        response.ShouldStartWith("HTTP/1.1 431 ");
        response.ShouldEndWith("\r\n\r\n");
    }

    /// <summary>The answer to bytes that no HTTP client would send, until the server closes the connection.</summary>
    async Task<string> RawAsync(string request)
    {
        var cancel = TestContext.Current.CancellationToken;
        var address = new Uri(world.Common.Issuer);
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port, cancel);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), cancel);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadToEndAsync(cancel);
    }
}
