using System.Net;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.GuessWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-64 and AB-65: guessing secrets and names of clients.</summary>
public sealed class GuessingTests(GuessWorld world) : IClassFixture<GuessWorld>
{
    const int Limit = 10;

    TestServer Server => world.Common;

    [Fact]
    public async Task AB_65_a_thousand_guesses_from_many_connections_and_the_client_itself_goes_on()
    {
        const string Attacker = "127.254.6.1";
        var waves = await Task.WhenAll(Enumerable.Range(0, 20).Select(wave => RepeatAsync(50, () => world.BasicAsync(Server, Attacker, "web", $"guess-{wave}"))));
        var answers = waves.SelectMany(wave => wave).ToList();
        (Count(answers, Reason.ClientAuthenticationFailed), Count(answers, Reason.TooManyFailures)).ShouldBe((Limit, 1000 - Limit));
        (await world.BasicAsync(Server, "127.254.6.2", "web", SecretOf("web"))).Status.ShouldBe(HttpStatusCode.OK);
        (await world.BasicAsync(Server, Attacker, "web", SecretOf("web"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task AB_64_an_unknown_client_is_held_back_like_a_known_one()
    {
        // A server of its own: what thousands of other guesses leave in the counts can hold a pair back earlier, never later.
        await using var own = await TestServer.StartAsync(world.RegistryOf, world.Clock);
        async Task<List<string>> SeenAsync(string address, string client)
        {
            var answers = await RepeatAsync(Limit + 5, () => world.BasicAsync(own, address, client, "wrong"));
            return [.. answers.Select(answer =>
                $"{answer.Status} {answer.Body} {string.Join(';', answer.Headers.Where(header => header.Key != "Date").Select(header => $"{header.Key}={string.Join(',', header.Value)}"))} {answer.ContentHeaders}")];
        }

        var known = await SeenAsync("127.254.7.1", "web");
        known.Distinct().Count().ShouldBe(2);
        foreach (var client in new[] { "nobody", "switched-off", "poster", "keyed", "certified", "ci", "WEB", "web " })
            (await SeenAsync("127.254.7.1", client)).ShouldBe(known, client);
    }
}
