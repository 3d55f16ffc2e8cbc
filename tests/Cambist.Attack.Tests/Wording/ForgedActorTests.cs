using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;

namespace Cambist.Attack.Tests.Wording;

/// <summary>A chain that another issuer brings stays its word, and hides nobody who acted here.</summary>
public sealed class ForgedActorTests(Arenas arenas)
{
    readonly Arena _arena = arenas.Main;

    Task<Answer> SendAsync(string act) =>
        _arena.OnAsync("api", _arena.Partner.AccessToken("alice", Arena.Orders, "read", "x", claims => claims["act"] = JsonNode.Parse(act)), "billing");

    [Fact]
    public async Task An_actor_of_another_issuer_with_the_name_of_the_caller_does_not_stand_for_it()
    {
        var chain = (await SendAsync("""{"sub":"api"}""")).ShouldBeGranted().Claims["act"]!;
        chain.ToJsonString().ShouldBe($$$"""{"sub":"api","act":{"sub":"api","iss":"{{{_arena.Partner.Issuer}}}"}}""");
    }

    [Fact]
    public async Task An_actor_said_to_be_ours_does_not_stand_for_one_and_keeps_its_mark()
    {
        var act = (await SendAsync($$"""{"sub":"api","iss":"{{_arena.Server.Issuer}}"}""")).ShouldBeGranted().Claims["act"]!.AsObject();
        (act.Text("sub"), act.ContainsKey("iss")).ShouldBe(("api", false));
        act["act"]!.AsObject().ContainsKey("iss").ShouldBeTrue("only a level that this server put there has none");
    }

    [Theory]
    [InlineData("""{"sub":"bob","role":"admin"}""")]
    [InlineData("""{"sub":"bob","act":[{"sub":"api"}]}""")]
    [InlineData("""{"sub":"bob","act":null}""")]
    [InlineData("""{"sub":["bob"]}""")]
    [InlineData("""{"sub":""}""")]
    [InlineData("""{"iss":"x"}""")]
    [InlineData("""{"sub":"bob","iss":""}""")]
    [InlineData("""{"sub":"bob","iss":null}""")]
    [InlineData("""[{"sub":"bob"}]""")]
    [InlineData("\"bob\"")]
    [InlineData("null")]
    public async Task A_malformed_chain_is_refused_and_never_left_out(string act) => (await SendAsync(act)).ShouldBeRefused(Reason.SubjectActMalformed);

    [Fact]
    public async Task A_chain_of_an_issuer_that_may_bring_none_is_refused_in_every_form()
    {
        void Act(JsonObject claims) => claims["act"] = new JsonObject { ["sub"] = "bob" };
        (await _arena.ExchangeAsync("web", _arena.IdToken(change: Act), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectActNotAccepted);
        foreach (var form in new[] { Forms.Introspected, Forms.Resolved })
            (await _arena.OnAsync("api", _arena.IssueForeign(form, Act), "billing")).ShouldBeRefused(Reason.SubjectActNotAccepted);
    }

    [Fact]
    public async Task A_proof_that_is_not_looked_at_is_refused_rather_than_ignored()
    {
        var token = await _arena.SignInAsync();
        var answer = await _arena.Server.PostAsync(TestServer.ExchangeForm(token, "access_token", ("audience", "billing")), request =>
        {
            request.Headers.Authorization = new("Basic", TestServer.BasicCredentials("api", Requests.SecretOf("api")));
            request.Headers.Add("DPoP", "e30.e30.e30");
        });
        answer.Error.ShouldNotBeNull(answer.Body);
    }
}
