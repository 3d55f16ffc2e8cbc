using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Wording;

/// <summary>What is spent, by whom, and what is not: nobody burns what is another's, and nothing is spent twice.</summary>
public sealed class SpendingTests
{
    const string Type = "urn:cambist:token-type:impersonation_token";

    [Fact]
    public async Task A_wrong_caller_and_a_refused_request_leave_an_impersonation_token_as_it_was()
    {
        await using var arena = await Arena.StartAsync();
        var token = await arena.MintAsync(change: request => (request["client"], request["targets"]) = ("web", new JsonArray("orders")));
        var unknown = await arena.ExchangeAsync("thief", "sub_" + new string('A', 43), Type, ("audience", "orders"));
        foreach (var name in new[] { Type, "urn:logto:token-type:impersonation_token", "access_token" })
        {
            var answer = await arena.ExchangeAsync("thief", token, name, ("audience", "orders"));
            (answer.Status, answer.Error, answer.Reason, (string?)answer.Json["error_description"]).ShouldBe((unknown.Status, unknown.Error, unknown.Reason, (string?)unknown.Json["error_description"]));
        }

        (await arena.ExchangeAsync("web", token, Type, ("audience", "orders"), ("scope", "admin"))).ShouldBeRefused(Reason.ScopeNotGranted);
        (await arena.ExchangeAsync("web", token, Type, ("audience", "vault"))).ShouldBeRefused(Reason.TargetOutsideToken, Reason.TargetNotAllowed);
        (await arena.ExchangeAsync("web", token, Type, ("audience", "nowhere"))).ShouldBeRefused(Reason.TargetUnknown);
        (await arena.ExchangeAsync("web", token, Type)).ShouldBeRefused(Reason.TargetMissing);
        (await arena.ExchangeAsync("web", token, "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectUnknown, Reason.SubjectMalformed);
        await arena.SendAsync("/revoke", "thief", ("token", token));
        await arena.SendAsync("/revoke", "web", ("token", token));

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => arena.ExchangeAsync(i % 3 == 0 ? "thief" : "web", token, Type, ("audience", "orders"))));
        answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(1);
        (await arena.ExchangeAsync("web", token, Type, ("audience", "orders"))).ShouldBeRefused(Reason.SubjectUsedUp);
    }

    /// <summary>Concurrent requests are committed in one transaction; each fails alone.</summary>
    [Fact]
    public async Task One_bad_entry_spoils_no_batch()
    {
        await using var arena = await Arena.StartAsync(arena => Registries.Whole(arena).Replace("name: support,", "name: support, once: true,", StringComparison.Ordinal));
        var (spent, revoked) = (await arena.MintAsync(), await arena.SignInAsync());
        await arena.RevokeAsync("id", TestJwt.Parse(revoked).Claims.Text("jti"));
        var odd = new[] { "'; DROP TABLE ledger; --", "\u202Eevil", "😀", "a\u0000b", new string('s', 255) };
        for (var round = 0; round < 5; round++)
        {
            var honest = Enumerable.Range(0, 20).Select(i => arena.ExchangeAsync("web", arena.IdToken($"user-{i}"), "id_token", ("audience", "orders"))).ToArray();
            var bad = Enumerable.Range(0, 20).SelectMany(i => new[]
            {
                arena.ExchangeAsync("web", spent, Type, ("audience", "orders")),
                arena.OnAsync("api", revoked, "billing"),
                arena.ExchangeAsync("web", arena.IdToken(odd[i % odd.Length]), "id_token", ("audience", "orders"), ("scope", odd[i % odd.Length])),
            }).ToArray();
            (await Task.WhenAll(honest)).ShouldAllBe(answer => answer.Status == HttpStatusCode.OK);
            var answers = await Task.WhenAll(bad);
            answers.ShouldAllBe(answer => (int)answer.Status == 200 || (int)answer.Status == 400);
            answers.Count(answer => answer.Status == HttpStatusCode.OK).ShouldBe(round == 0 ? 1 : 0);
        }
    }

    static readonly TestKey ClientKey = TestKey.Create("ES256", "client");

    [Fact]
    public async Task An_assertion_is_spent_by_whatever_became_of_the_request_and_wherever_it_was_sent()
    {
        await using var arena = await Arena.StartAsync(arena => Registries.Whole(arena).Replace(
            "  billing: { secrets:", $"  signer: {{ jwks: {TestKey.PublicSet(ClientKey).ToJsonString()}, serves: reports, client_credentials: {{ reports: [] }} }}\n  billing: {{ secrets:", StringComparison.Ordinal));
        Func<(string, string)[], Task<Answer>>[] ways =
        [
            assertion => PostAsync("/token", [("grant_type", "client_credentials"), ("audience", "reports"), .. assertion]),
            assertion => PostAsync("/token", [("grant_type", "client_credentials"), ("audience", "nowhere"), .. assertion]),
            assertion => PostAsync("/token", [.. TestServer.ExchangeForm("garbage", "access_token"), .. assertion]),
            assertion => PostAsync("/token", [("grant_type", "unheard-of"), .. assertion]),
            assertion => PostAsync("/introspect", [("token", "garbage"), .. assertion]),
            assertion => PostAsync("/revoke", [("token", "garbage"), .. assertion]),
        ];
        foreach (var first in ways)
        {
            foreach (var second in ways)
            {
                var assertion = Assertion();
                (await first(assertion)).Reason.ShouldNotBe(Reason.ClientAuthenticationFailed.WireName());
                (await second(assertion)).ShouldBeRefused(Reason.ClientAuthenticationFailed);
            }
        }

        async Task<Answer> PostAsync(string path, IEnumerable<(string Name, string Value)> form)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))) };
            return await arena.Server.SendAsync(request);
        }

        (string, string)[] Assertion()
        {
            var now = arena.Clock.GetUtcNow().ToUnixTimeSeconds();
            var claims = new JsonObject { ["iss"] = "signer", ["sub"] = "signer", ["aud"] = arena.Server.Issuer, ["iat"] = now, ["exp"] = now + 60, ["jti"] = RandomNumberGenerator.GetHexString(32) };
            return [("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", TestJwt.Sign(claims, ClientKey).ToString())];
        }
    }
}
