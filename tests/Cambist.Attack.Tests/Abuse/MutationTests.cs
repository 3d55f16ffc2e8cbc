using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>
/// Valid requests with small changes: never a fault of the server, always an answer in good form, and never more than the honest
/// request could have had.
/// </summary>
[Collection(AbuseCollection.Name)]
public sealed class MutationTests(AbuseWorld world)
{
    const int MostRounds = 250;

    /// <summary>So that a busy machine is not held up; the five of them together take about two seconds on an idle one.</summary>
    static readonly TimeSpan Budget = TimeSpan.FromSeconds(1);

    delegate Task<Answer> Attack(Mutations mutations, Honest honest);

    async Task RunAsync(int seed, Attack attack, bool isPayload = false)
    {
        var mutations = new Mutations(seed);
        var (granted, refused) = (0, 0);
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < MostRounds && (round < 10 || watch.Elapsed < Budget); round++)
        {
            var honest = await world.Slots.IdToken.HonestAsync(world.Common);
            honest.Claims["iat"] = honest.Claims.Number("iat") - 600; // old enough for an unknown kid to be a verdict, and no question to the issuer
            var answer = await attack(mutations, honest);
            try
            {
                ((int)answer.Status).ShouldBeLessThan(500, answer.Body);
                if (answer.Status == HttpStatusCode.OK) ShouldBeNoMore(answer, isPayload);
                else if (answer.Status != HttpStatusCode.BadRequest || answer.Body.Length > 0) World.ShouldBeWellFormedError(answer);
            }
            catch (ShouldAssertException e)
            {
                throw new ShouldAssertException($"seed {seed}, round {round}: {e.Message}", e);
            }

            if (answer.Status == HttpStatusCode.OK) granted++;
            else refused++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}: {granted} granted, {refused} refused");
        refused.ShouldBeGreaterThan(0);
        granted.ShouldBeGreaterThan(0); // some changes mean nothing: a fuzzer that is never let in tries nothing behind the door
    }

    /// <summary>What web can have of a person's ID token at most, whatever it asks.</summary>
    static void ShouldBeNoMore(Answer answer, bool isPayload)
    {
        var claims = answer.Claims;
        claims.Text("aud").ShouldBe(AbuseWorld.Orders);
        claims.Text("client_id").ShouldBe("web");
        if (!isPayload) claims.Text("sub").ShouldBe("alice"); // an issuer that signs another name means it
        (claims.ContainsKey("scope") ? claims.Text("scope").Split(' ') : []).ShouldBeSubsetOf(["read", "write"]);
        (claims.Number("exp") - claims.Number("iat")).ShouldBeLessThanOrEqualTo(isPayload ? 600 : 300);
        claims.ContainsKey("act").ShouldBeFalse();
        claims.ContainsKey("cnf").ShouldBeFalse();
        ((string?)answer.Json["token_type"]).ShouldBe("Bearer");
    }

    Task<Answer> SendAsync(byte[] body, Action<HttpRequestMessage>? change = null) =>
        world.Common.SendBodyAsync("web", new ByteArrayContent(body) { Headers = { ContentType = new("application/x-www-form-urlencoded") } }, change: change);

    [Fact]
    public async Task Changed_forms_give_nothing_more() =>
        await RunAsync(8693, (mutations, honest) => SendAsync(mutations.Change(Encoding.UTF8.GetBytes($"{ExchangeBody(honest.Token)}&scope=read+write&audience=orders&requested_token_type={Uri.EscapeDataString(AccessTokenType)}"))));

    [Fact]
    public async Task Changed_payloads_truly_signed_give_nothing_more() =>
        await RunAsync(7519, (mutations, honest) =>
        {
            honest.Claims["email"] = "alice@example.com";
            honest.Claims["groups"] = new JsonArray("ops-a-b-admin", "staff");
            var payload = mutations.Change(Encoding.UTF8.GetBytes(honest.Claims.ToJsonString()));
            return world.Common.SendIdTokenAsync("web", honest.Signed(Encoding.UTF8.GetBytes(honest.Header.ToJsonString()), payload));
        }, isPayload: true);

    [Fact]
    public async Task Changed_headers_truly_signed_give_nothing_more() =>
        await RunAsync(7515, (mutations, honest) =>
            world.Common.SendIdTokenAsync("web", honest.Signed(mutations.Change(Encoding.UTF8.GetBytes(honest.Header.With("x", "filler for changes that mean nothing"))), Encoding.UTF8.GetBytes(honest.Claims.ToJsonString()))));

    /// <summary>Nothing of a signed token can be changed: whatever is granted was granted to the very same bytes.</summary>
    [Fact]
    public async Task Changed_tokens_are_never_taken() =>
        await RunAsync(7797, async (mutations, honest) =>
        {
            var bytes = Encoding.ASCII.GetBytes(honest.Token);
            var changed = mutations.Next(8) == 0 ? bytes : mutations.Change(bytes);
            var answer = await world.Common.SendIdTokenAsync("web", Encoding.Latin1.GetString(changed));
            (answer.Status == HttpStatusCode.OK).ShouldBe(changed.AsSpan().SequenceEqual(bytes), answer.Body);
            return answer;
        });

    /// <summary>Bytes on the wire: Kestrel refuses most of them without a body, and none of them is a fault.</summary>
    [Fact]
    public async Task Changed_requests_on_the_wire_give_nothing_more() =>
        await RunAsync(9112, async (mutations, honest) =>
        {
            // What says how long the body is and that nothing follows stays as it is, so that nobody waits for more.
            var body = ExchangeBody(honest.Token);
            var head = $"POST /token HTTP/1.1\r\nHost: {new Uri(world.Common.Issuer).Authority}\r\n{RawHttp.Basic(TestServer.BasicCredentials("web", SecretOf("web")))}X-Request-Id: 1\r\nContent-Type: application/x-www-form-urlencoded";
            var changed = Encoding.Latin1.GetString(mutations.Change(Encoding.Latin1.GetBytes(head)));
            var raw = await RawHttp.SendAsync(world.Common.Issuer, $"{changed}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n\r\n{body}", TestContext.Current.CancellationToken);
            raw.Status.ShouldNotBe(500);
            raw.Answers.ShouldBeLessThanOrEqualTo(2);
            var isJson = raw.Body.StartsWith('{');
            using var response = new HttpResponseMessage(isJson ? (HttpStatusCode)raw.Status : HttpStatusCode.BadRequest);
            response.Content = new StringContent("", Encoding.UTF8, "application/json");
            foreach (var line in raw.Head.Split("\r\n").Skip(1))
                if (line.Split(": ", 2) is [var name, var value]) response.Headers.TryAddWithoutValidation(name, value);
            return new Answer(response.StatusCode, response.Headers, response.Content.Headers, isJson ? raw.Json : [], raw.Body);
        });
}
