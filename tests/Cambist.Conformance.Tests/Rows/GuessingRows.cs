using System.Diagnostics;
using System.Net;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.GuessWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Rows;

/// <summary>HT-14, AB-64, AB-65 and CA-20: guessing secrets and names of clients.</summary>
public sealed class GuessingRows(GuessWorld world) : IClassFixture<GuessWorld>
{
    const int Limit = 10;

    static readonly TimeSpan Refill = TimeSpan.FromSeconds(30);

    TestServer Server => world.Common;

    [Fact]
    public async Task HT_14_guessing_a_secret_is_held_back_and_nobody_else_is()
    {
        const string Here = "127.254.1.1", There = "127.254.1.2";
        var answers = await RepeatAsync(100, () => world.BasicAsync(Server, Here, "web", "wrong"));
        answers.Take(Limit).ShouldAllBe(answer => answer.Reason == "client_authentication_failed");
        foreach (var held in answers.Skip(Limit))
        {
            (held.Status, held.Error, held.Reason, held.DecisionId).ShouldBe((HttpStatusCode.TooManyRequests, "invalid_client", "too_many_failures", null));
            held.Headers.RetryAfter!.Delta.ShouldBe(Refill);
            World.ShouldBeWellFormedError(held);
        }

        (await world.BasicAsync(Server, Here, "web", SecretOf("web"))).Status.ShouldBe(HttpStatusCode.OK);
        (await world.BasicAsync(Server, Here, "web", "wrong")).Reason.ShouldBe("too_many_failures"); // a right secret gives nobody new guesses
        (await world.BasicAsync(Server, Here, "orders", "wrong")).Reason.ShouldBe("client_authentication_failed");
        (await world.BasicAsync(Server, Here, "orders", SecretOf("orders"))).Status.ShouldBe(HttpStatusCode.OK);
        (await world.BasicAsync(Server, There, "web", "wrong")).Reason.ShouldBe("client_authentication_failed");
        (await world.BasicAsync(Server, There, "web", SecretOf("web"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task HT_14_retry_after_says_when_the_next_answer_is_looked_at_again()
    {
        const string Here = "127.254.2.1";
        await RepeatAsync(Limit, () => world.BasicAsync(Server, Here, "web", "wrong"));
        world.Clock.Advance(TimeSpan.FromSeconds(12));
        var held = await world.BasicAsync(Server, Here, "web", "wrong");
        held.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(18));

        world.Clock.Advance(TimeSpan.FromSeconds(17));
        (await world.BasicAsync(Server, Here, "web", "wrong")).Reason.ShouldBe("too_many_failures");
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        (await world.BasicAsync(Server, Here, "web", "wrong")).Reason.ShouldBe("client_authentication_failed");
        (await world.BasicAsync(Server, Here, "web", "wrong")).Reason.ShouldBe("too_many_failures");
        world.Clock.Advance(Refill * Limit);
        Count(await RepeatAsync(Limit + 1, () => world.BasicAsync(Server, Here, "web", "wrong")), Reason.ClientAuthenticationFailed).ShouldBe(Limit);
    }

    [Fact]
    public async Task HT_14_a_guess_is_a_guess_in_the_form_and_at_every_grant()
    {
        const string Here = "127.254.3.1";
        var inForm = await RepeatAsync(Limit + 2, () => world.PostAsync(Server, Here, ("client_id", "poster"), ("client_secret", "wrong")));
        Count(inForm, Reason.TooManyFailures).ShouldBe(2);
        (await world.PostAsync(Server, Here, ("client_id", "poster"), ("client_secret", SecretOf("poster")))).Status.ShouldBe(HttpStatusCode.OK);

        // One count for every kind of request.
        var grants = new[] { "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange", "unknown", "" };
        var answers = new List<Answer>();
        for (var i = 0; i < Limit + 4; i++)
            answers.Add(await Server.PostAsync([("grant_type", grants[i % grants.Length])], request => Sign(request, Here, "web")));
        Count(answers, Reason.ClientAuthenticationFailed).ShouldBe(Limit);
        Count(answers, Reason.TooManyFailures).ShouldBe(4);
    }

    static void Sign(HttpRequestMessage request, string address, string client)
    {
        TestServer.From(request, address);
        request.Headers.Authorization = new("Basic", TestServer.BasicCredentials(client, "wrong"));
    }

    [Fact]
    public async Task HT_14_who_authenticates_by_key_or_certificate_or_not_at_all_is_never_held_back()
    {
        const string Here = "127.254.4.1";
        (string, string) type = ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        foreach (var more in new (string, string)[][]
        {
            [("client_id", "keyed"), ("client_assertion", "a.b.c"), type],
            [("client_assertion", "a.b.c"), type],
            [("client_assertion", Assertions.Sign(Server, "keyed", Keys.Strange)), type],
            [("client_assertion", Assertions.Sign(Server, "web", Keys.Strange)), type],
            [("client_id", "keyed")],
            [("client_id", "certified")],
            [("client_id", "web")],
            [],
        })
        {
            (await RepeatAsync(3 * Limit, () => world.PostAsync(Server, Here, more))).ShouldAllBe(answer => answer.Reason == "client_authentication_failed");
        }

        // Wrong secrets sent in the name of a public client change nothing for it.
        Count(await RepeatAsync(Limit + 1, () => world.BasicAsync(Server, Here, "ci", "wrong")), Reason.TooManyFailures).ShouldBe(1);
        (await world.PostAsync(Server, Here, ("client_id", "ci"))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task CA_07_a_client_that_is_registered_without_a_secret_has_none()
    {
        foreach (var client in new[] { "keyed", "certified", "ci" })
        {
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => world.BasicAsync(server, "127.254.8.1", client, ""));
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => world.BasicAsync(server, "127.254.8.1", client, client));
            await world.RefusesAsync(Reason.ClientAuthenticationFailed, server => world.PostAsync(server, "127.254.8.1", ("client_id", client), ("client_secret", client)));
        }
    }

    [Fact]
    public async Task HT_14_a_made_up_forwarding_header_buys_no_guesses()
    {
        var tries = 0;
        var answers = await RepeatAsync(Limit + 5, () => Server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token"), request =>
        {
            Sign(request, "127.254.5.1", "web");
            request.Headers.Add("X-Forwarded-For", $"203.0.113.{++tries}");
            request.Headers.Add("Forwarded", $"for=203.0.113.{tries}");
            request.Headers.Add("X-Real-IP", $"203.0.113.{tries}");
        }));
        Count(answers, Reason.TooManyFailures).ShouldBe(5);
    }

    [Fact]
    public async Task HT_14_behind_a_trusted_proxy_guesses_count_for_whom_it_spoke_to()
    {
        await using var server = await TestServer.StartAsync(
            issuer => $"issuer: {issuer}\n" + SmallRegistries.SignIn(world.Login), settings: new Dictionary<string, string?> { ["Cambist:TrustedProxies"] = "127.0.0.0/8, 10.0.0.0/8" });
        var tries = 0;
        Task<Answer> GuessAsync(string forwardedFor, string secret = "wrong") => server.PostAsync(TestServer.ExchangeForm(world.IdToken(), "id_token"), request =>
        {
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("web", secret));
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor.Replace("#", $"{++tries % 250}", StringComparison.Ordinal)).ShouldBeTrue();
        });

        // What stands left of the address that a proxy of ours wrote is anybody's word.
        Count(await RepeatAsync(Limit + 3, () => GuessAsync("198.51.100.#, 203.0.113.7, 10.1.2.3")), Reason.TooManyFailures).ShouldBe(3);
        (await GuessAsync("203.0.113.7")).Reason.ShouldBe("too_many_failures");
        (await GuessAsync("203.0.113.7:4711")).Reason.ShouldBe("too_many_failures");
        (await GuessAsync("203.0.113.8")).Reason.ShouldBe("client_authentication_failed");
        (await GuessAsync("203.0.113.7", SecretOf("web"))).Status.ShouldNotBe(HttpStatusCode.TooManyRequests);

        // Whoever has one address of a /64 has all of them.
        Count(await RepeatAsync(Limit + 3, () => GuessAsync("2001:db8:1:2::#")), Reason.TooManyFailures).ShouldBe(3);
        (await GuessAsync("2001:db8:1:3::1")).Reason.ShouldBe("client_authentication_failed");
    }

    /// <summary>The one comparison of times: both are measured in turn on the same machine in the same second.</summary>
    [Fact]
    public async Task CA_20_an_unknown_client_takes_as_long_as_a_wrong_secret()
    {
        const int Samples = 2000;
        var (unknown, wrong) = (new double[Samples], new double[Samples]);
        for (var i = -Samples / 4; i < Samples; i++) // the first ones are for the compiler
        {
            var address = new IPAddress([10, 1, (byte)(i >> 8), (byte)i]);
            var first = await MeasureAsync(i % 2 == 0 ? "web" : "bew", address);
            var second = await MeasureAsync(i % 2 == 0 ? "bew" : "web", address);
            if (i >= 0) (wrong[i], unknown[i]) = i % 2 == 0 ? (first, second) : (second, first);
        }

        var ratio = Median(unknown) / Median(wrong);
        ratio.ShouldBeInRange(0.8, 1.25, $"unknown {Median(unknown):F1} µs, wrong {Median(wrong):F1} µs");
    }

    /// <summary>The longer it is, the more it shows when only a known client's is looked at.</summary>
    static readonly string LongSecret = new('x', 2500);

    async Task<double> MeasureAsync(string client, IPAddress address)
    {
        var request = new ExchangeRequest
        {
            Credentials = new() { Authorization = "Basic " + TestServer.BasicCredentials(client, LongSecret), Address = address },
            SubjectToken = "t",
            SubjectTokenType = IdTokenType,
        };
        var start = Stopwatch.GetTimestamp();
        var outcome = await Server.Engine.Exchange.ExchangeAsync(request, TestContext.Current.CancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        outcome.ShouldBeOfType<Outcome.Refused>().Reason.ShouldBe(Reason.ClientAuthenticationFailed);
        return elapsed;
    }

    static double Median(double[] samples) => samples.Order().ElementAt(samples.Length / 2);
}
