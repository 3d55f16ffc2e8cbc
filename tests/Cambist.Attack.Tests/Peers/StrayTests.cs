using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Peers;

/// <summary>
/// Tokens that went astray: damienbod's samples (a cache keyed by the client gave one user's token to the next), granit (tokens were
/// sent to whatever host was asked).
/// </summary>
public sealed class StrayTests
{
    [Fact]
    public async Task Whoever_asks_at_the_same_moment_by_the_same_client_gets_their_own_token_and_never_the_one_before()
    {
        await using var arena = await Arena.StartAsync();
        var given = await Task.WhenAll(Enumerable.Range(0, 300).Select(async i =>
        {
            var (name, scope, target) = ($"user-{i % 60}", i % 2 == 0 ? "read" : "write", i % 3 == 0 ? "reports" : "orders");
            var answer = (await arena.ExchangeAsync("web", arena.IdToken(name), "id_token", [("audience", target), .. target == "orders" ? Arena.Scope(scope) : []])).ShouldBeGranted();
            answer.Claims.Text("sub").ShouldBe(name);
            answer.Claims.Text("aud").ShouldBe($"https://{target}.example.com");
            answer.Scopes().ShouldBe(target == "orders" ? [scope] : []);
            return answer.AccessToken;
        }));
        given.ShouldBeUnique();
    }

    /// <summary>A verified token is remembered for its signature alone: never for who may use it, for what, or as what.</summary>
    [Fact]
    public async Task A_token_that_was_taken_a_moment_ago_opens_nothing_for_anybody_else()
    {
        await using var arena = await Arena.StartAsync();
        var idToken = arena.IdToken();
        for (var round = 0; round < 3; round++)
        {
            (await arena.ExchangeAsync("web", idToken, "id_token", ("audience", "orders"))).ShouldBeGranted();
            (await arena.ExchangeAsync("thief", idToken, "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectNotForCaller);
            (await arena.ExchangeAsync("web", idToken, "access_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectTypeMismatch, Reason.SubjectAudienceMismatch);
            (await arena.ExchangeAsync("web", idToken[..^4] + "AAAA", "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectSignatureInvalid);
        }

        arena.Clock.Jump(TimeSpan.FromHours(2));
        (await arena.ExchangeAsync("web", idToken, "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectExpired);
    }

    [Fact]
    public async Task A_token_is_sent_to_the_one_endpoint_that_the_registry_names_and_nowhere_it_points_to()
    {
        await using var arena = await Arena.StartAsync();
        await using var elsewhere = await TestIssuer.StartAsync([TestKey.Create("ES256", "k")], clock: arena.Clock);
        string Fresh() => arena.IssueForeign(Forms.Introspected, claims => claims["iss"] = arena.Opaque.Issuer);
        (await arena.OnAsync("api", Fresh(), "billing")).ShouldBeGranted();

        var asked = arena.Opaque.Introspection.Requests;
        foreach (var stray in new[] { "another_" + Fresh(), "Pt_" + Fresh()[3..], elsewhere.Issuer + "/introspect?token=" + Fresh() })
            (await arena.OnAsync("api", stray, "billing")).ShouldBeRefused(Reason.SubjectUnknown);
        (await arena.ExchangeAsync("web", Fresh(), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectMalformed, Reason.SubjectUnknown);
        arena.Opaque.Introspection.Requests.ShouldBe(asked);

        arena.Opaque.Introspection.RedirectTo = elsewhere.Issuer + "/introspect";
        (await arena.OnAsync("api", Fresh(), "billing")).ShouldBeRefused(Reason.IssuerUnavailable);
        elsewhere.Requests.ShouldBe(0);
    }
}
