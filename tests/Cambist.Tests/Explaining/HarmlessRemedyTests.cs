using Cambist.Protocol;
using static Cambist.Tests.RemedyWorld;

namespace Cambist.Tests;

/// <summary>Advice that is followed to the letter opens nothing that was meant to be shut, and blames what is at fault.</summary>
public sealed class HarmlessRemedyTests
{
    static string WithRule(string where, string more = "targets: { orders: read }") =>
        $"{Document}\n  - {{ name: guarded, clients: idle, subject: {{ issuer: gitlab, where: {{ {where} }} }}, actor: none, {more} }}";

    static Asked Guarded(string claims) => new("idle", "gitlab", TokenTypes.IdToken, $"\"sub\":\"s\",\"aud\":\"https://sts.example.com\",\"project_id\":7,{claims}", "orders");

    [Theory]
    [InlineData("groups: staff", "\"groups\":[\"staff\",\"x\"]", "groups: { contains: staff }")]
    [InlineData("groups: [staff, board]", "\"groups\":[\"staff\"]", "groups: { contains: [staff, board] }")]
    [InlineData("groups: { not: interns }", "\"groups\":[\"staff\"]", "groups: { not: { contains: interns } }")]
    [InlineData("groups: { contains: staff }", "\"groups\":\"staff\"", "groups: staff")]
    [InlineData("verified: \"true\"", "\"verified\":true", "verified: true")]
    [InlineData("id: \"4711\"", "\"id\":4711", "id: 4711")]
    [InlineData("id: [\"4711\", \"4712\"]", "\"id\":4712", "id: [4711, 4712]")]
    [InlineData("/a.b/c: x", "\"a.b\":{\"c\":[\"x\"]}", "\"/a.b/c\": { contains: x }")]
    public void A_condition_for_another_JSON_type_is_to_be_written_for_what_the_token_has(string where, string claims, string better)
    {
        var explained = Explain(Guarded(claims), WithRule(where));
        explained.Reason.ShouldBe(Reason.NoRule);

        var remedy = explained.Remedies.ShouldHaveSingleItem();
        remedy.Place.ShouldBe(RemedyPlace.Registry);
        remedy.Change.ShouldEndWith($": write {better}.");
        Explain(Guarded(claims), WithRule(better)).IsAllowed.ShouldBeTrue(remedy.Change);
    }

    [Fact]
    public void A_list_without_the_value_is_refused_still_and_said_to_be()
    {
        var explained = Explain(Guarded("\"groups\":[\"interns\"]"), WithRule("groups: staff"));

        In(explained, RemedyPlace.Registry).Change.ShouldEndWith("write groups: { contains: staff }. That does not hold for this token either.");
        In(explained, RemedyPlace.Request).Change.ShouldStartWith("Send a token whose groups holds staff (of this one groups is [\"interns\"]).");
        explained.Remedies.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("level: { at_least: 3 }", "\"level\":1", "whose level is at least 3")]
    [InlineData("ref_protected: \"true\"", "\"ref_protected\":\"false\"", "whose ref_protected is \"true\"")]
    [InlineData("ref: { not: main }", "\"ref\":\"main\"", "whose ref is not main")]
    [InlineData("mfa: { exists: true }", "\"x\":1", "that has mfa")]
    [InlineData("mfa: { exists: false }", "\"mfa\":1", "without mfa")]
    [InlineData("ref: main", "\"x\":1", "whose ref is main")]
    [InlineData("ref: main", "\"ref\":\"**\"", "whose ref is main")]
    [InlineData("ref: main, ref_protected: true", "\"ref\":\"feature/x\",\"ref_protected\":\"false\"", "whose ref is main and whose ref_protected is true")]
    public void A_guard_is_never_advised_to_be_loosened(string where, string claims, string words)
    {
        var remedy = Explain(Guarded(claims), WithRule(where)).Remedies.ShouldHaveSingleItem();
        remedy.Place.ShouldBe(RemedyPlace.Request);
        remedy.Change.ShouldStartWith($"Send a token {words} (of this one ");
        remedy.Change.ShouldContain("by design");
    }

    [Theory]
    [InlineData("ref: main", "\"ref\":\"feature/x\"", "ref: [main, feature/x]")]
    [InlineData("ref: [main, \"v*\"]", "\"ref\":\"feature/x\"", "ref: [main, \"v*\", feature/x]")]
    [InlineData("id: 4711", "\"id\":4712", "id: [4711, 4712]")]
    public void A_string_is_added_to_those_that_a_condition_takes_after_what_to_send(string where, string claims, string wider)
    {
        var explained = Explain(Guarded(claims), WithRule(where));

        explained.Remedies[0].Place.ShouldBe(RemedyPlace.Request);
        explained.Remedies[1].Change.ShouldEndWith($"let subject.where say {wider}.");
        explained.Remedies[1].Caution.ShouldNotBeNull();
        Explain(Guarded(claims), WithRule(wider)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public void A_deny_entry_that_cannot_tell_a_list_is_mended_and_not_called_right()
    {
        static string Denying(string where) => Document.Replace("deny:", $"deny:\n  - {{ name: no-interns, subject: {{ where: {{ {where} }} }}, reason: interns }}", StringComparison.Ordinal);
        var asked = new Asked("web", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"web\",\"groups\":[\"staff\"]", "orders");
        var remedy = Explain(asked, Denying("groups: interns")).Remedies.ShouldHaveSingleItem();

        remedy.Change.ShouldContain("cannot be told apart");
        remedy.Change.ShouldEndWith("Write groups: { contains: interns }.");
        remedy.Caution.ShouldNotBeNull().ShouldNotContain("most likely right");
        Explain(asked, Denying("groups: { contains: interns }")).IsAllowed.ShouldBeTrue();

        var intern = Explain(asked with { Claims = asked.Claims.Replace("staff", "interns", StringComparison.Ordinal) }, Denying("groups: interns"));
        intern.Remedies[0].Change.ShouldEndWith("stays denied.");
        intern.Remedies[^1].Caution.ShouldNotBeNull().ShouldContain("most likely right");
    }

    [Fact]
    public void A_claim_that_is_missing_counts_as_met_by_a_deny_entry_and_is_to_be_sent() =>
        In(Explain(new("web", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"web\"", "orders"), Document.Replace("sub: mallory", "team: red", StringComparison.Ordinal)), RemedyPlace.Request)
            .Change.ShouldStartWith("Send a token that has team: for deny entry no-mallory (line 16) what is missing counts as met");

    [Theory]
    [InlineData("web", "\"sub\":\"alice\",\"aud\":\"server\"", "known_as")]
    [InlineData("orders", "\"sub\":\"alice\",\"aud\":\"web\"", "rightly refused: the token is web's")]
    public void A_token_of_another_client_is_rightly_refused(string client, string claims, string says)
    {
        var document = Document.Replace("clients: web, subject", "clients: [web, orders], subject", StringComparison.Ordinal).Replace("{ id_token: { audiences: [web, guid, server] }", "{ id_token: { audiences: [web, guid, server, other] }", StringComparison.Ordinal);
        var explained = Explain(new(client, "login", TokenTypes.IdToken, claims.Replace("server", "other", StringComparison.Ordinal), "orders"), document);

        explained.Reason.ShouldBe(Reason.SubjectNotForCaller);
        explained.Remedies.ShouldContain(remedy => remedy.Change.Contains(says, StringComparison.Ordinal));
        if (client == "orders") explained.Remedies.ShouldAllBe(remedy => remedy.Place == RemedyPlace.Request);
    }

    [Theory]
    [InlineData(Reason.SubjectNotForCaller)]
    [InlineData(Reason.SubjectAudienceMismatch)]
    public void For_a_public_client_the_audience_must_be_this_server_and_nothing_else_helps(Reason reason)
    {
        var registry = RegistryText.Load(Document);
        var walk = new Walk(registry, Now, GrantTypes.TokenExchange) { Client = registry.Clients["ci"] };
        var remedy = WalkExplained.Of(walk, new(reason, "")).Remedies.ShouldHaveSingleItem();
        (remedy.Place, remedy.Change.Contains("aud https://sts.example.com", StringComparison.Ordinal)).ShouldBe((RemedyPlace.Request, true));
    }

    [Fact]
    public void Another_issuer_is_advised_only_where_its_token_would_then_be_the_clients_to_use()
    {
        var ofAnother = Explain(new("orders", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"web\"", "billing"));
        ofAnother.Reason.ShouldBe(Reason.NoRule);
        ofAnother.Remedies.ShouldHaveSingleItem().Change.ShouldBe("Send an access token that this server issued. Then rule on-behalf (line 21) takes it.");

        var own = new Asked("orders", "login", TokenTypes.AccessToken, "\"sub\":\"alice\",\"aud\":[\"web\",\"orders\"],\"scope\":\"read\"", "billing");
        In(Explain(own), RemedyPlace.Registry).Change.ShouldBe("In rule on-behalf (line 21): write subject.issuer: [login, self].");
        Explain(own, Document.Replace("clients: orders, targets", "clients: orders, subject: { issuer: [login, self] }, targets", StringComparison.Ordinal)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public void A_condition_of_a_scope_is_never_waived()
    {
        var explained = Explain(new("orders", "self", TokenTypes.AccessToken, Own("orders", "https://orders.example.com", "").Replace(",\"scope\":\"\"", "", StringComparison.Ordinal), "billing", ["pay"]));
        explained.Reason.ShouldBe(Reason.ScopeNotGranted);
        explained.Remedies.ShouldHaveSingleItem().Change.ShouldBe("Exchange a token that holds orders/write: it entitles to pay.");

        var listed = Explain(new("web", "login", TokenTypes.AccessToken, "\"sub\":\"alice\",\"aud\":\"web\",\"scope\":\"else\"", "orders"), Document.Replace("token_types: id_token", "token_types: access_token", StringComparison.Ordinal));
        listed.Reason.ShouldBe(Reason.NothingToGrant);
        listed.Remedies.ShouldAllBe(remedy => !remedy.Change.Contains("true", StringComparison.Ordinal));
        In(listed, RemedyPlace.Registry).Change.ShouldEndWith("in issuers.login.tokens.");
    }

    [Fact]
    public void A_scope_without_a_condition_is_advised_with_the_caution_that_nothing_need_be_held()
    {
        var document = Document.Replace("targets: { orders: read }", "targets: { orders: { read: true } }", StringComparison.Ordinal);
        var asked = new Asked("web", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"web\"", "orders", ["write"]);
        var remedy = In(Explain(asked, document), RemedyPlace.Registry);

        remedy.Caution.ShouldBe("Every token that the rule takes can then get write: with true it need hold nothing.");
        Explain(asked, document.Replace("{ read: true }", "{ read: true, write: true }", StringComparison.Ordinal)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public void The_rule_that_is_advised_is_for_this_subject_and_what_was_asked_for_alone()
    {
        var asked = new Asked("web", "login", TokenTypes.IdToken, "\"sub\":\"alice*\",\"aud\":\"web\"", "billing");
        var document = $"{Document}\n  {In(Explain(asked), RemedyPlace.Registry).Change["Add to rules: ".Length..]}";

        Explain(asked, document).Grant!.Scopes.ShouldBe(["read"]);
        Explain(asked with { Claims = asked.Claims.Replace("alice*", "alice-b", StringComparison.Ordinal) }, document).Reason.ShouldBe(Reason.NoRule);
        In(Explain(asked with { Scopes = ["pay"] }), RemedyPlace.Registry).Change.ShouldContain("targets: { billing: pay }");
        In(Explain(FromGitlab with { Target = "orders" }), RemedyPlace.Registry).Change.ShouldContain("where: { project_id: 4711 }");
    }

    const string Acting = $$"""
        issuer: https://sts.example.com
        issuers:
          corp: { issuer: https://corp.example.com, tokens: id_token, subject: "corp:{sub}" }
          agents: { issuer: https://agents.example.com, tokens: jwt, subject: "agent:{sub}", roles: [subject, actor] }
          bots: { issuer: https://bots.example.com, tokens: jwt, subject: "bot:{sub}", roles: actor }
        resources: { orders: { identifiers: https://orders.example.com, scopes: read } }
        clients: { desk: { {{Hash}} } }
        rules:
          - { name: agent-for-user, clients: desk, subject: { issuer: corp }, actor: { issuer: agents }, targets: { orders: read } }
        """;

    static Explanation Untrusted(string iss, string type, TokenRole role)
    {
        var registry = RegistryText.Load(Acting);
        var walk = new Walk(registry, Now, GrantTypes.TokenExchange) { Client = registry.Clients["desk"], Untrusted = new(iss, type, role) };
        return WalkExplained.Of(walk, new(role == TokenRole.Actor ? Reason.ActorIssuerUntrusted : Reason.SubjectIssuerUntrusted, ""));
    }

    [Theory]
    [InlineData("https://corp.example.com", TokenTypes.AccessToken, false, "corp's tokens are taken as id_token: send subject_token_type=urn:ietf:params:oauth:token-type:id_token")]
    [InlineData("https://bots.example.com", TokenTypes.Jwt, false, "in issuers.bots, write roles: [actor, subject]")]
    [InlineData("https://corp.example.com", TokenTypes.IdToken, true, "in issuers.corp, write roles: [subject, actor]")]
    [InlineData("https://corp.example.com", TokenTypes.IdToken, true, "Of desk's rules agent-for-user (line 9, for orders) takes actors of agents")]
    [InlineData("https://agents.example.com", TokenTypes.IdToken, true, "agents's tokens are taken as jwt")]
    [InlineData("https://corp.example.com/", TokenTypes.IdToken, false, "is nearly that of corp")]
    [InlineData("http://CORP.example.com", TokenTypes.IdToken, false, "is nearly that of corp")]
    [InlineData("https://crop.example.com", TokenTypes.IdToken, true, "is nearly that of corp")]
    public void Of_a_trusted_issuer_what_fails_is_named_and_no_new_issuer_advised(string iss, string type, bool isActor, string says)
    {
        var remedies = Untrusted(iss, type, isActor ? TokenRole.Actor : TokenRole.Subject).Remedies;
        remedies.ShouldContain(remedy => remedy.Change.Contains(says, StringComparison.Ordinal), string.Join('\n', remedies.Select(remedy => remedy.Change)));
        remedies.ShouldAllBe(remedy => !remedy.Change.Contains("new issuer", StringComparison.Ordinal));
    }

    [Fact]
    public void An_issuer_that_is_new_may_be_added() =>
        Untrusted("https://elsewhere.example.org", TokenTypes.IdToken, TokenRole.Subject).Remedies.ShouldContain(remedy => remedy.Change.Contains("cambist new issuer", StringComparison.Ordinal));

    [Fact]
    public void An_actor_of_another_issuer_is_told_with_the_rule_and_whose_actors_it_takes()
    {
        static Explanation Act(string document)
        {
            var registry = RegistryText.Load(document);
            ResolvedToken Token(string issuer, string type, TokenRole role)
            {
                StatedToken.Resolve(issuer, type, role, Claims.Parse("""{"iat":1899999990,"exp":1900000300,"sub":"a","aud":"https://sts.example.com"}"""), registry, Now).Gives(out var token, out var denied).ShouldBeTrue(denied?.Detail);
                return token!;
            }

            var walk = new Walk(registry, Now, GrantTypes.TokenExchange) { Client = registry.Clients["desk"], Subject = Token("corp", TokenTypes.IdToken, TokenRole.Subject), Actor = Token("bots", TokenTypes.Jwt, TokenRole.Actor) };
            return WalkExplained.Of(walk, Decide(walk, "orders"));
        }

        var explained = Act(Acting);
        (explained.Reason, explained.Detail).ShouldBe((Reason.ActorMismatch, "rule agent-for-user (line 9) takes actors of agents; this one is from bots"));
        explained.Rules.ShouldHaveSingleItem().Checks.Single(check => check.What == RuleFit.Actor).Seen.ShouldBe("one was sent; whose it is, step 7 asks");
        In(explained, RemedyPlace.Request).Change.ShouldStartWith("Send an actor token of agents");
        In(explained, RemedyPlace.Registry).Change.ShouldBe("In rule agent-for-user (line 9), write actor.issuer: [agents, bots].");
        Act(Acting.Replace("actor: { issuer: agents }", "actor: { issuer: [agents, bots] }", StringComparison.Ordinal)).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public void What_was_used_up_may_have_been_stolen_and_comes_from_somewhere()
    {
        foreach (var reason in new[] { Reason.OnceUsedUp, Reason.SubjectUsedUp })
        {
            var change = In(Remedies.Of(new(null, new(reason, ""), IsRecorded: true)), RemedyPlace.Request).Change;
            change.ShouldContain("POST /admin/v1/impersonation-tokens");
            change.ShouldContain("stolen");
        }
    }

    [Fact]
    public void Without_a_target_what_rules_give_is_named() =>
        In(Explain(new("web", "login", TokenTypes.IdToken, "\"sub\":\"alice\",\"aud\":\"web\"")), RemedyPlace.Request).Change.ShouldContain("audience=orders");

    [Fact]
    public void Text_of_a_token_cannot_end_a_line() =>
        Explain(FromGitlab with { Claims = FromGitlab.Claims.Replace("\"false\"", "\"x\u2028y\"", StringComparison.Ordinal) }).Remedies.ShouldAllBe(remedy => !remedy.Change.Contains('\u2028'));
}
