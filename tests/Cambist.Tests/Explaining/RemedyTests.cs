using Cambist.Protocol;
using static Cambist.Tests.RemedyWorld;

namespace Cambist.Tests;

/// <summary>What explain advises is what would allow the request: each change is made, and the request decided again.</summary>
public sealed class RemedyTests
{
    [Fact]
    public void Every_reason_has_a_remedy_even_where_nothing_else_is_known()
    {
        foreach (var reason in Enum.GetValues<Reason>().Where(reason => reason != Reason.None))
        {
            var remedies = Remedies.Of(new(null, new(reason, ""), IsRecorded: true));
            remedies.ShouldNotBeEmpty(reason.ToString());
            remedies.ShouldAllBe(remedy => remedy.Change.Length > 15 && Enum.IsDefined(remedy.Place), reason.ToString());
        }
    }

    [Fact]
    public void What_opens_the_registry_is_said_with_a_caution()
    {
        // What names something that is missing opens nothing by itself.
        Reason[] harmless = [Reason.ClientAuthenticationFailed, Reason.TargetMissing, Reason.TargetUnknown, Reason.RequestedTokenTypeUnsupported, Reason.TokenTooLarge, Reason.SubjectUnknown, Reason.ActorUnknown];
        foreach (var reason in Enum.GetValues<Reason>().Where(reason => reason != Reason.None).Except(harmless))
            foreach (var remedy in Remedies.Of(new(null, new(reason, ""), IsRecorded: true)).Where(remedy => remedy.Place == RemedyPlace.Registry))
                remedy.Caution.ShouldNotBeNull($"{reason}: {remedy.Change}");
    }

    [Fact]
    public void Of_several_rules_the_one_that_lacks_the_least_is_named_with_each_check_that_fails()
    {
        var explained = Explain(FromGitlab);

        explained.Reason.ShouldBe(Reason.NoRule);
        explained.Detail.ShouldBe("2 rules give deploy-api to ci; the nearest is production (line 18): environment matched; ref_protected must be true, the token says \"false\".");
        explained.Remedies.ShouldHaveSingleItem().Change.ShouldBe("Send a token whose ref_protected is true (of this one ref_protected is \"false\"). Rule production (line 18) refuses every other by design.");
        Explain(FromGitlab with { Claims = FromGitlab.Claims.Replace("\"false\"", "\"true\"", StringComparison.Ordinal) }).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public void The_checks_of_a_rule_end_with_the_first_that_fails()
    {
        var rules = Explain(FromGitlab).Rules.Where(rule => rule.Kind == TriedKind.Rule).ToArray();

        rules.Select(rule => rule.Name).ShouldBe(["production", "staging"]);
        rules.ShouldAllBe(rule => !rule.Fits && !rule.Checks.Last().Holds && rule.Checks.Count(check => !check.Holds) == 1);
        rules[1].Checks[^1].ShouldBe(new("subject.where.environment", "must be \"staging\"", "the token says \"production\"", Holds: false));
    }

    [Fact]
    public void A_change_that_is_not_enough_says_what_is_refused_next()
    {
        var explained = Explain(FromGitlab with { Scopes = ["destroy"] });
        In(explained, RemedyPlace.Request).Change.ShouldContain("That alone is not enough; it is refused next for scope_not_granted");
    }

    public static TheoryData<string, string, string, string, string> WithoutRule => new()
    {
        { "web", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"web\"", "billing" },
        { "web", "login", TokenTypes.AccessToken, "\"sub\":\"alice\",\"aud\":\"web\",\"scope\":\"read\"", "billing" },
        { "orders", "self", TokenTypes.AccessToken, Own("web", "https://orders.example.com", "read"), "deploy-api" },
        { "orders", "self", TokenTypes.AccessToken, Own("orders", "https://billing.example.com", "read", ",\"sub_kind\":\"client\""), "deploy-api" },
        { "spa", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"https://sts.example.com\"", "orders" },
        { "ci", "gitlab", TokenTypes.IdToken, "\"sub\":\"no\",\"aud\":\"https://sts.example.com\",\"project_id\":1", "orders" },
    };

    [Theory]
    [MemberData(nameof(WithoutRule))]
    public void The_rule_that_is_advised_can_be_written_so_and_allows_the_request(string client, string issuer, string type, string claims, string target)
    {
        var asked = new Asked(client, issuer, type, claims, target);
        var explained = Explain(asked);
        explained.Reason.ShouldBe(Reason.TargetNotAllowed);

        var remedy = In(explained, RemedyPlace.Registry);
        remedy.Caution.ShouldNotBeNull();
        remedy.Change.ShouldStartWith("Add to rules: - {");
        var again = Explain(asked, $"{Document}\n  {remedy.Change["Add to rules: ".Length..]}");
        again.IsAllowed.ShouldBeTrue($"{again.Detail}\n{remedy.Change}");
    }

    [Fact]
    public void For_a_public_client_no_rule_is_advised_that_a_registry_cannot_hold()
    {
        var explained = Explain(new("spa", "self", TokenTypes.AccessToken, Own("spa", "https://orders.example.com", "read"), "orders"));
        explained.Reason.ShouldBe(Reason.TargetNotAllowed);
        explained.Remedies.ShouldAllBe(remedy => remedy.Place == RemedyPlace.Request);
    }

    [Theory]
    [InlineData("web", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"web\"", "orders", "write", "targets: { orders: read }")]
    [InlineData("orders", "self", TokenTypes.AccessToken, null, "billing", "pay", "targets: { billing: { read: [orders/read], pay: orders/write } }")]
    public void The_targets_that_are_advised_can_be_written_so_and_give_the_scope(string client, string issuer, string type, string? claims, string target, string scope, string written)
    {
        var asked = new Asked(client, issuer, type, claims ?? Own("web", "https://orders.example.com", "read"), target, [scope]);
        var explained = Explain(asked);
        explained.Reason.ShouldBe(Reason.ScopeNotGranted);

        var change = In(explained, RemedyPlace.Registry).Change;
        var targets = change[change.IndexOf("targets: {", StringComparison.Ordinal)..(change.LastIndexOf('}') + 1)];
        Explain(asked, Document.Replace(written, targets, StringComparison.Ordinal)).IsAllowed.ShouldBeTrue(change);
        Explain(asked with { Scopes = ["read"] }).IsAllowed.ShouldBeTrue();
        In(explained, RemedyPlace.Request).Change.ShouldContain("scope=read");
    }

    [Fact]
    public void A_scope_that_the_resource_does_not_define_is_said_to_be_misspelt()
    {
        var explained = Explain(new("web", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"web\"", "orders", ["wriet"]));
        In(explained, RemedyPlace.Registry).Change.ShouldContain("perhaps write is meant");
    }

    [Fact]
    public void Another_name_of_the_client_is_advised_with_the_caution_that_the_refusal_may_be_right()
    {
        var asked = new Asked("web", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"guid\"", "orders");
        var explained = Explain(asked);

        explained.Reason.ShouldBe(Reason.SubjectNotForCaller);
        var remedy = In(explained, RemedyPlace.Registry);
        remedy.Change.ShouldBe("Write clients.web.known_as: guid");
        remedy.Caution.ShouldNotBeNull().ShouldContain("rightly refused");
        Explain(asked, Document.Replace($"web: {{ {Hash} }}", $"web: {{ {Hash}, known_as: guid }}", StringComparison.Ordinal)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public void A_token_for_an_api_is_for_its_server_to_send()
    {
        var document = Document.Replace("clients: orders, targets: { billing", "clients: [orders, idle], targets: { billing", StringComparison.Ordinal);
        var explained = Explain(new("idle", "self", TokenTypes.AccessToken, Own("web", "https://orders.example.com", "read"), "billing"), document);

        explained.Reason.ShouldBe(Reason.SubjectNotForCaller);
        explained.Remedies.ShouldHaveSingleItem().Change.ShouldBe("It is rightly refused: the token is web's or orders's. Let web or orders send it; idle sends tokens of its own.");

        var unserved = document.Replace(", serves: orders", "", StringComparison.Ordinal);
        In(Explain(new("idle", "self", TokenTypes.AccessToken, Own("web", "https://orders.example.com", "read"), "billing"), unserved), RemedyPlace.Registry).Change.ShouldEndWith("write clients.idle.serves: orders");
    }

    [Fact]
    public void A_deny_entry_is_named_with_its_line_and_its_reason()
    {
        var explained = Explain(new("web", "login", TokenTypes.IdToken, "\"sub\":\"mallory\",\"aud\":\"web\"", "orders"));

        explained.Reason.ShouldBe(Reason.Denied);
        var remedy = In(explained, RemedyPlace.Registry);
        remedy.Change.ShouldBe("Narrow or delete the deny entry no-mallory (line 16).");
        remedy.Caution.ShouldNotBeNull().ShouldContain("she left");
        var entry = explained.Rules.ShouldHaveSingleItem();
        (entry.Kind, entry.Fits).ShouldBe((TriedKind.Deny, true));
    }
}
