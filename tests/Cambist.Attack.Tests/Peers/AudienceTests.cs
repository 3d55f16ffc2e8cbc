using System.Text.Json.Nodes;
using Cambist.Protocol;
using static Cambist.Attack.Tests.Arena;

namespace Cambist.Attack.Tests.Peers;

/// <summary>
/// Tokens in hands they were not meant for: ZITADEL GHSA-g5h5-m4hm-xjrr (<c>aud</c> never checked), Casdoor (checked for one form
/// of token only), toolhive #5989 (a trusted issuer and the right audience taken for consent to any client).
/// </summary>
public sealed class AudienceTests(Arenas arenas)
{
    readonly Arena _arena = arenas.Main;

    [Theory]
    [MemberData(nameof(Forms.Foreign), MemberType = typeof(Forms))]
    public async Task A_token_for_an_audience_that_is_none_of_the_issuers_kinds_is_refused(string form)
    {
        foreach (var audience in new[] { "https://elsewhere.example.com", Orders + "/", "ORDERS", "*", "", "orders", "api" })
            (await _arena.OnAsync("api", _arena.IssueForeign(form, claims => claims["aud"] = audience), "billing")).ShouldBeRefused(Reason.SubjectAudienceMismatch, Reason.SubjectClaimInvalid);
    }

    [Theory]
    [MemberData(nameof(Forms.Foreign), MemberType = typeof(Forms))]
    public async Task A_token_without_an_audience_is_for_nobody(string form)
    {
        foreach (var audience in new[] { null, "null", "[]", "{}", "true", "1", "[null]", $"[[\"{Orders}\"]]", $"{{\"{Orders}\":true}}" })
        {
            var token = _arena.IssueForeign(form, claims =>
            {
                claims.Remove("aud");
                if (audience is not null) claims["aud"] = JsonNode.Parse(audience);
            });
            (await _arena.OnAsync("api", token, "billing")).ShouldBeRefused(Reason.SubjectAudienceMismatch, Reason.SubjectClaimInvalid, Reason.SubjectNotForCaller);
        }
    }

    [Theory]
    [MemberData(nameof(Forms.Foreign), MemberType = typeof(Forms))]
    public async Task A_token_for_somebody_else_whom_the_issuer_serves_too_is_refused(string form)
    {
        (await _arena.OnAsync("api", _arena.IssueForeign(form, claims => claims["aud"] = "somebody"), "billing")).ShouldBeRefused(Reason.SubjectNotForCaller);
        (await _arena.OnAsync("api", _arena.IssueForeign(form, claims => claims["aud"] = new JsonArray("somebody", Orders)), "billing")).ShouldBeGranted();
    }

    [Theory]
    [MemberData(nameof(Forms.All), MemberType = typeof(Forms))]
    public async Task A_thief_with_the_same_rules_gets_nothing_for_the_token_in_whatever_form_it_comes(string form)
    {
        var token = await _arena.IssueAsync(form, "read write");
        foreach (var target in new[] { "billing", Forms.HomeOf(form) })
            (await _arena.OnAsync("thief", token, target)).ShouldBeRefused(Reason.SubjectNotForCaller);
        (await _arena.OnAsync("api", token, "billing")).ShouldBeGranted();
    }

    [Fact]
    public async Task An_id_token_of_one_client_is_none_of_anothers_whoever_else_it_names()
    {
        (await _arena.ExchangeAsync("thief", _arena.IdToken(), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectNotForCaller);
        (await _arena.ExchangeAsync("thief", _arena.IdToken(change: claims => claims["aud"] = new JsonArray("web", "thief")), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectAudienceMismatch);
        (await _arena.ExchangeAsync("thief", _arena.IdToken(change: claims => claims["azp"] = "thief"), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectNotForCaller);
        (await _arena.ExchangeAsync("web", _arena.IdToken(change: claims => claims["azp"] = "thief"), "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.SubjectNotForCaller);
    }

    [Fact]
    public async Task A_trusted_issuer_and_the_right_audience_are_no_consent_for_a_client_that_no_rule_names()
    {
        var forUs = _arena.IdToken(audience: _arena.Server.Issuer);
        (await _arena.ExchangeAsync("idle", forUs, "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.GrantNotAllowed);
        (await _arena.ExchangeAsync("billing", forUs, "id_token", ("audience", "orders"))).ShouldBeRefused(Reason.TargetNotAllowed);
        (await _arena.ExchangeAsync("billing", forUs, "id_token", ("audience", "reports"))).ShouldBeRefused(Reason.NoRule);
        (await _arena.ExchangeAsync("web", forUs, "id_token", ("audience", "billing"))).ShouldBeRefused(Reason.TargetNotAllowed);
        (await _arena.ExchangeAsync("web", forUs, "id_token", ("audience", "orders"))).ShouldBeGranted();
    }

    /// <summary>Logto #9458: the token of a third party's application was taken.</summary>
    [Fact]
    public async Task A_token_issued_to_another_application_is_refused_however_it_is_dressed()
    {
        foreach (var (name, value) in new[] { ("client_id", "api"), ("azp", "api"), ("sub", "api") })
            (await _arena.OnAsync("api", _arena.IssueForeign(Forms.External, claims => (claims["aud"], claims[name]) = ("somebody", value)), "billing")).ShouldBeRefused(Reason.SubjectNotForCaller, Reason.SubjectUnmappable);
        var ours = await _arena.SignInAsync("reports");
        (await _arena.OnAsync("api", ours, "billing")).ShouldBeRefused(Reason.SubjectNotForCaller);
    }
}
