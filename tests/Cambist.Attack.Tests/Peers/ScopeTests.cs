using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Attack.Tests.Arena;

namespace Cambist.Attack.Tests.Peers;

/// <summary>
/// Scopes that peers let grow: ZITADEL CVE-2026-56668 (not checked against the subject token), Keycloak #53280 (widened in the
/// middle of a chain), Casdoor (an empty one lifted the limit), Duende (none asked for gave all the client has).
/// </summary>
public sealed class ScopeTests(Arenas arenas)
{
    readonly Arena _arena = arenas.Main;

    [Theory]
    [MemberData(nameof(Forms.All), MemberType = typeof(Forms))]
    public async Task What_the_subject_token_does_not_hold_is_not_given_in_whatever_form_it_comes(string form)
    {
        var token = await _arena.IssueAsync(form, "read");
        foreach (var more in new[] { "write", "read write", "write read", "read pay", $"{Forms.HomeOf(form)}/write", "*" })
            (await _arena.OnAsync("api", token, Forms.HomeOf(form), Scope(more))).ShouldBeRefused(Reason.ScopeNotGranted);
        foreach (var more in new[] { "pay", "read pay", "write" })
            (await _arena.OnAsync("api", token, "billing", Scope(more))).ShouldBeRefused(Reason.ScopeNotGranted);
        (await _arena.OnAsync("api", token, Forms.HomeOf(form))).ShouldBeGranted().Scopes().ShouldBe(["read"]);
        (await _arena.OnAsync("api", token, "billing")).ShouldBeGranted().Scopes().ShouldBe(["read"]);
    }

    [Theory]
    [MemberData(nameof(Forms.All), MemberType = typeof(Forms))]
    public async Task No_scope_asked_for_gives_what_the_token_entitles_to_and_never_all_of_the_client(string form)
    {
        (await _arena.OnAsync("api", await _arena.IssueAsync(form, "write"), "billing")).ShouldBeGranted().Scopes().ShouldBe(["pay"]);
        (await _arena.OnAsync("api", await _arena.IssueAsync(form, "read write"), "billing", ("scope", ""))).ShouldBeGranted().Scopes().ShouldBe(["read", "pay"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_scope_that_was_given_up_never_comes_back_further_down()
    {
        var wide = await _arena.SignInAsync();
        var token = (await _arena.OnAsync("api", wide, "orders", Scope("read"))).ShouldBeGranted().AccessToken;
        for (var hop = 0; hop < 3; hop++)
        {
            foreach (var scope in new[] { "write", "read write" })
                (await _arena.OnAsync("api", token, "orders", Scope(scope))).ShouldBeRefused(Reason.ScopeNotGranted);
            (await _arena.OnAsync("api", token, "billing", Scope("pay"))).ShouldBeRefused(Reason.ScopeNotGranted);
            // No scope at another resource under the same name makes up for it.
            (await _arena.OnAsync("api", token, "vault")).ShouldBeRefused(Reason.NothingToGrant);
            token = (await _arena.OnAsync("api", token, "orders")).ShouldBeGranted().AccessToken;
        }

        (await _arena.OnAsync("api", wide, "billing", Scope("pay"))).ShouldBeGranted();
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("true")]
    [InlineData("[\"\"]")]
    [InlineData("\"*\"")]
    [InlineData("[null]")]
    [InlineData("[[\"read\"]]")]
    [InlineData("\"READ\"")]
    [InlineData("\"orders/read\"")]
    [InlineData("\"read,write\"")]
    [InlineData("[\"read write\"]")]
    public async Task A_token_that_holds_nothing_gives_nothing_in_whatever_form_it_comes(string scope)
    {
        foreach (var form in new[] { Forms.External, Forms.Introspected, Forms.Resolved })
        {
            var token = _arena.IssueForeign(form, claims =>
            {
                claims.Remove("scope");
                if (scope != "absent") claims["scope"] = JsonNode.Parse(scope);
            });
            foreach (var target in new[] { "orders", "billing", "vault" })
            {
                (await _arena.OnAsync("api", token, target)).ShouldBeRefused(Reason.NothingToGrant, Reason.SubjectClaimInvalid);
                (await _arena.OnAsync("api", token, target, Scope("read"))).ShouldBeRefused(Reason.ScopeNotGranted, Reason.SubjectClaimInvalid);
            }
        }
    }

    [Theory]
    [InlineData("reports")]
    [InlineData("plain")]
    public async Task A_token_of_ours_without_scopes_lifts_no_limit(string home)
    {
        var token = await _arena.SignInAsync(home);
        (await _arena.OnAsync("plain", token, "billing")).ShouldBeRefused(Reason.NothingToGrant);
        (await _arena.OnAsync("plain", token, "billing", Scope("read"))).ShouldBeRefused(Reason.ScopeNotGranted);
    }

    [Fact]
    public async Task A_scope_of_one_api_means_nothing_at_another_with_a_scope_of_that_name()
    {
        var own = (await _arena.ForItselfAsync("api", ("audience", "billing"))).ShouldBeGranted();
        own.Scopes().ShouldBe(["read"]);
        // billing's read is not orders' read, though api may use both tokens.
        (await _arena.OnAsync("api", own.AccessToken, "billing")).ShouldBeRefused(Reason.NothingToGrant);
        (await _arena.OnAsync("api", own.AccessToken, "billing", Scope("read"))).ShouldBeRefused(Reason.ScopeNotGranted);
        (await _arena.OnAsync("api", await _arena.SignInAsync("orders", "read"), "vault", Scope("read"))).ShouldBeRefused(Reason.ScopeNotGranted);
    }

    /// <summary>Duende: <c>resource</c> dropped where it was not supported.</summary>
    [Theory]
    [MemberData(nameof(Forms.All), MemberType = typeof(Forms))]
    public async Task A_resource_that_is_named_is_where_the_token_is_for_or_there_is_none(string form)
    {
        var token = await _arena.IssueAsync(form, "read");
        (await _arena.ExchangeAsync("api", token, "access_token", ("resource", Billing))).ShouldBeGranted().Claims.Text("aud").ShouldBe(Billing);
        (await _arena.ExchangeAsync("api", token, "access_token", ("resource", "https://nobody.example.com"))).ShouldBeRefused(Reason.TargetUnknown);
        (await _arena.ExchangeAsync("api", token, "access_token", ("resource", Billing), ("resource", Orders))).ShouldBeRefused(Reason.OneTargetAtATime);
        (await _arena.ExchangeAsync("api", token, "access_token", ("resource", Billing), ("audience", "vault"))).ShouldBeRefused(Reason.OneTargetAtATime);
        (await _arena.ExchangeAsync("api", token, "access_token")).ShouldBeRefused(Reason.TargetMissing);
        (await _arena.OnAsync("api", token, "reports")).ShouldBeRefused(Reason.TargetNotAllowed);
    }
}
