using System.Text;
using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Yaml;

namespace Cambist.Tests;

/// <summary>A decision under one registry, decided again under another; what changes is said, and what nobody can know is not.</summary>
public sealed class ReplayTests
{
    const string Document = """
        issuer: https://sts.example.com
        issuers:
          login: { issuer: https://login.example.com, tokens: { id_token: { audiences: [app, server] } }, subject: "user:{sub}" }
          other: { issuer: https://other.example.com, tokens: { id_token: { audiences: app } }, subject: "other:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay] }
        clients:
          app: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          api: { secrets: { sha256: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb }, serves: orders }
        deny:
          - { name: leavers, subject: { where: { status: left } }, reason: has left }
        rules:
          - { name: sign-in, clients: app, subject: { issuer: login, where: { department: [sales, support], profile.team: "*" } }, actor: none, targets: { orders: [read, write] } }
          - { name: pass-on, clients: api, subject: { issuer: other }, targets: { billing: read } }

        """;

    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_900_000_000);

    static readonly string Sales = Claims("\"department\":\"sales\",\"profile\":{\"team\":\"blue\"}");

    static string Claims(string more, string aud = "app") => $$"""{"sub":"alice","aud":"{{aud}}","iat":1899999990,"exp":1900000300,"status":"here",{{more}}}""";

    static Registry Compile(string text) =>
        RegistryFile.Compile("test", text, ".", new()).Compilation is { Registry: { } registry } ? registry : throw new InvalidOperationException(string.Join('\n', RegistryFile.Compile("test", text, ".", new()).Compilation.Findings));

    /// <summary>What the ledger would hold: decided for real, recorded as the recorder records it.</summary>
    static LedgerEntry Decided(string claims, string target = "orders", string client = "app", string[]? scopes = null, string issuer = "login", string document = Document)
    {
        var registry = Compile(document);
        StatedToken.Resolve(issuer, TokenTypes.IdToken, TokenRole.Subject, Cambist.Claims.Parse(claims), registry, Now).Gives(out var subject, out var wrong).ShouldBeTrue(wrong?.Detail);
        var input = new DecisionInput { Client = registry.Clients[client], Subject = subject!, Target = Target.Default(registry.Resources[target]), Scopes = scopes is null ? null : [.. scopes], Now = Now };
        var entry = new LedgerEntry { Outcome = DecisionOutcome.Refused, Action = GrantTypes.TokenExchange, Client = client, Target = target, RegistryRevision = registry.Revision };
        return Decision.Of(input, registry).Gives(out var decision, out var denied)
            ? entry with
            {
                Outcome = DecisionOutcome.Issued,
                Rule = decision.Selected.Rule.Name,
                ScopesGiven = decision.Token.Scopes,
                ActorChain = decision.Token.NewActor is { } actor ? [actor] : [],
                Input = new InputToRecord(input, registry.MentionedClaims, null).Encode(),
            }
            : entry with { Reason = denied.Reason, Input = new InputToRecord(input, registry.MentionedClaims, RecordedEntitlement.Of(input, registry)).Encode() };
    }

    static Replayed Again(LedgerEntry entry, string draft, string document = Document) => Replay.Decide(entry, new(Compile(document), Compile(draft)));

    static Replayed Again(LedgerEntry entry, string before, string after, string document) => Again(entry, Changed(document, before, after), document);

    static string Changed(string document, string before, string after) =>
        document.Contains(before, StringComparison.Ordinal) ? document.Replace(before, after, StringComparison.Ordinal) : throw new InvalidOperationException($"There is no {before}.");

    static (string, string) Outcome(Replayed replayed) => (replayed.Verdict.WireName(), replayed.Cause);

    [Fact]
    public void Under_the_registry_that_decided_nothing_is_different()
    {
        LedgerEntry[] entries =
        [
            Decided(Sales), Decided(Sales, scopes: ["read"]), Decided(Sales, scopes: ["pay"]), Decided(Sales, target: "billing"), Decided(Claims("\"department\":\"legal\"")),
            Decided(Claims("\"status\":\"left\"").Replace("\"status\":\"here\",", "", StringComparison.Ordinal)), Decided(Claims("\"x\":1"), "billing", "api", issuer: "other"),
        ];
        entries.Select(entry => entry.Reason).Distinct().Count().ShouldBeGreaterThan(4);
        foreach (var entry in entries) Again(entry, Document).Verdict.ShouldBe(ReplayVerdict.Same, entry.Reason.ToString());
    }

    [Theory]
    [InlineData("targets: { orders: [read, write] }", "targets: { orders: read }", "changed_scopes", "")]
    [InlineData("department: [sales, support]", "department: support", "newly_refused", "no_rule")]
    [InlineData("clients: app, subject", "clients: api, subject", "newly_refused", "grant_not_allowed")]
    [InlineData("{ name: leavers, subject: { where: { status: left } }", "{ name: leavers, subject: { where: { status: here } }", "newly_refused", "denied")]
    [InlineData("  app: { ", "  app: { disabled: true, ", "newly_refused", "client_authentication_failed")]
    [InlineData("subject: \"user:{sub}\"", "subject: \"user:{sub}\", where: { department: legal }", "newly_refused", "subject_condition_failed")]
    [InlineData("subject: \"user:{sub}\"", "subject: \"user:{status}\"", "same", "")]
    [InlineData("name: sign-in", "name: renamed", "same", "")]
    [InlineData("actor: none, targets", "actor: none, requested_token_types: jwt, targets", "same", "")]
    [InlineData("actor: none, targets", "max_depth: 1, targets", "same", "")]
    [InlineData("actor: none, targets", "once: true, actor: none, targets", "undecidable", "later_step")]
    [InlineData("actor: none, targets", "proof: dpop, actor: none, targets", "newly_refused", "not_built")]
    [InlineData("department: [sales, support]", "department: [sales, support], country: nz", "undecidable", "claim_not_recorded")]
    [InlineData("department: [sales, support]", "department: support, country: nz", "newly_refused", "no_rule")]
    [InlineData("{ name: leavers, subject: { where: { status: left } }", "{ name: leavers, subject: { where: { country: nz } }", "undecidable", "claim_not_recorded")]
    [InlineData("{ name: leavers, subject: { where: { status: left } }", "{ name: leavers, subject: { where: { status: left, country: nz } }", "same", "")]
    [InlineData("{ name: leavers, subject", "{ name: leavers, clients: api, subject", "same", "")]
    [InlineData("subject: \"user:{sub}\"", "subject: \"user:{uid}\"", "undecidable", "claim_not_recorded")]
    [InlineData("audiences: [app, server] }", "audiences: app }", "undecidable", "issuer_changed")]
    [InlineData("audiences: [app, server] }", "audiences: [app, server, more] }", "same", "")]
    [InlineData("audiences: [app, server] }", "audiences: [app, server], max_age: 30m }", "undecidable", "issuer_changed")]
    [InlineData("https://login.example.com", "https://login.example.org", "undecidable", "issuer_changed")]
    [InlineData("orders", "sales-orders", "undecidable", "renamed")]
    [InlineData("https://orders.example.com", "https://orders.example.org", "newly_refused", "target_unknown")]
    [InlineData("app: { ", "app: { known_as: guid, ", "same", "")]
    [InlineData("app: { ", "app: { serves: billing, ", "same", "")]
    [InlineData("issuer: https://sts.example.com", "issuer: https://sts.example.org", "undecidable", "issuer_changed")]
    public void What_was_issued_is_the_same_or_changed_or_nobody_knows(string before, string after, string verdict, string cause)
    {
        // a resource is renamed wherever it is named, but for its identifier
        var draft = before == "orders" ? Changed(Document, "orders", "sales-orders").Replace("https://sales-orders.", "https://orders.", StringComparison.Ordinal) : Changed(Document, before, after);
        Outcome(Again(Decided(Sales), draft)).ShouldBe((verdict, cause));
    }

    [Fact]
    public void A_rule_added_before_another_is_another_rule_and_one_that_may_fit_is_a_doubt()
    {
        var rule = "  - { name: sign-in,";
        var entry = Decided(Sales);
        var other = Again(entry, rule, "  - { name: first, clients: app, subject: { issuer: login }, actor: none, targets: { orders: [write, read] } }\n" + rule, Document);
        (other.Verdict, other.HasOtherRule(entry), other.Now!.Rule).ShouldBe((ReplayVerdict.Same, true, "first"));
        Outcome(Again(entry, rule, "  - { name: first, clients: app, subject: { issuer: login, where: { country: nz } }, actor: none, targets: { orders: read } }\n" + rule, Document)).ShouldBe(("undecidable", "claim_not_recorded"));
        Outcome(Again(entry, rule, "  - { name: first, clients: app, subject: { issuer: other, where: { country: nz } }, actor: none, targets: { orders: read } }\n" + rule, Document)).ShouldBe(("same", ""));
    }

    [Theory]
    [InlineData("sales", "department: [sales, support]", "department: support", "department: support, status: here", "differs_already", "newly_refused")]
    [InlineData("sales", "department: [sales, support]", "department: support", "department: [sales, support], status: here", "same", "")]
    [InlineData("sales", "department: [sales, support]", "department: [sales, support], status: here", "department: support", "newly_refused", "no_rule")]
    [InlineData("sales", "targets: { orders: [read, write] }", "targets: { orders: read }", "lifetime: 2m, targets: { orders: read }", "differs_already", "changed_scopes")]
    [InlineData("sales", "targets: { orders: [read, write] }", "targets: { orders: read }", "targets: { orders: write }", "changed_scopes", "")]
    [InlineData("legal", "department: [sales, support]", "department: [sales, legal]", "department: [legal]", "differs_already", "newly_allowed")]
    [InlineData("legal", "department: [sales, support]", "department: [sales, here]", "department: [legal]", "newly_allowed", "")]
    public void What_the_registry_in_force_makes_of_it_in_the_same_way_is_no_effect_of_the_draft(string department, string before, string inForce, string draft, string verdict, string cause)
    {
        var entry = Decided(Claims($"\"department\":\"{department}\",\"profile\":{{\"team\":\"blue\"}}"));
        Outcome(Again(entry, Changed(Document, before, draft)).Beside(Again(entry, Changed(Document, before, inForce)))).ShouldBe((verdict, cause));
    }

    [Fact]
    public void What_no_rule_let_in_is_newly_allowed_where_the_token_was_the_callers_to_use()
    {
        var draft = Document + "  - { name: new, clients: app, subject: { issuer: login }, actor: none, targets: { billing: pay } }\n";
        var allowed = Again(Decided(Sales, "billing"), draft);
        (allowed.Verdict, allowed.Now!.Rule, string.Join(' ', allowed.Now.Scopes)).ShouldBe((ReplayVerdict.NewlyAllowed, "new", "pay"));

        var web = Changed(Document, "audiences: [app, server] }", "audiences: [app, api] }");
        Outcome(Again(Decided(Claims("\"department\":\"sales\"", "api"), "billing", document: web), web + draft[Document.Length..], web)).ShouldBe(("same", ""));
        Outcome(Again(Decided(Claims("\"department\":\"sales\"", "api"), "billing", document: web), Changed(web, "app: { ", "app: { known_as: guid, ") + draft[Document.Length..], web)).ShouldBe(("undecidable", "entitlement_not_recorded"));
    }

    [Fact]
    public void An_entry_of_a_release_that_did_not_record_it_is_undecidable()
    {
        var entry = Decided(Sales, "billing");
        var older = System.Text.Json.Nodes.JsonNode.Parse(entry.Input.Span)!.AsObject();
        older.Remove("entitled").ShouldBeTrue();
        Outcome(Again(entry with { Input = System.Text.Encoding.UTF8.GetBytes(older.ToJsonString()) }, Document + "  - { name: new, clients: app, subject: { issuer: login }, actor: none, targets: { billing: pay } }\n"))
            .ShouldBe(("undecidable", "entitlement_not_recorded"));
    }

    [Fact]
    public void A_value_that_was_cut_decides_nothing()
    {
        var entry = Decided(Claims($"\"department\":\"sales\",\"profile\":{{\"team\":\"{new string('x', 300)}\"}}"));
        entry.Outcome.ShouldBe(DecisionOutcome.Issued);
        Outcome(Again(entry, Document)).ShouldBe(("undecidable", "value_cut"));
        Outcome(Again(entry, ", profile.team: \"*\"", "", Document)).ShouldBe(("same", ""));
    }

    [Fact]
    public void Without_input_or_text_of_the_registry_nobody_knows()
    {
        Outcome(Replay.Decide(Decided(Sales) with { Input = default, Reason = Reason.SubjectExpired }, null)).ShouldBe(("undecidable", "refused_before_the_rules"));
        Outcome(Replay.Decide(Decided(Sales), null)).ShouldBe(("undecidable", "revision_unknown"));
    }

    [Fact]
    public void What_the_ledger_refused_stays_refused() =>
        Outcome(Again(Decided(Sales) with { Outcome = DecisionOutcome.Refused, Reason = Reason.SubjectRevoked }, Document)).ShouldBe(("same", ""));

    [Theory]
    [InlineData("max_depth: 1", "same", "")]
    [InlineData("max_depth: 0", "newly_refused", "chain_too_deep")]
    public void The_depth_of_act_is_taken_from_what_was_issued(string depth, string verdict, string cause)
    {
        var document = Changed(Document, "actor: none, targets: { orders", "targets: { orders");
        var entry = Decided(Sales, document: document);
        entry.ActorChain.ShouldBe(["app"]);
        var draft = Changed(document, "targets: { orders", $"{depth}{(depth.EndsWith('0') ? ", actor: none" : "")}, targets: {{ orders");
        if (cause.Length > 0) entry = entry with { ActorChain = ["app", "web"] };
        Outcome(Again(entry, draft, document)).ShouldBe((verdict, cause));
    }

    [Theory]
    [InlineData("refresh: { lifetime: 8h }", "refresh: { lifetime: 9h }", "same", "")]
    [InlineData("refresh: { lifetime: 8h }", "refresh: { lifetime: 7h }", "undecidable", "refresh_token")]
    [InlineData("refresh: { lifetime: 8h }, ", "", "newly_refused", "grant_not_allowed")]
    [InlineData("orders: [read, write] }", "orders: read }", "changed_scopes", "")]
    public void A_refresh_lives_by_its_rule(string before, string after, string verdict, string cause)
    {
        var document = Changed(Document, "actor: none, targets", "refresh: { lifetime: 8h }, actor: none, targets");
        Outcome(Again(Decided(Sales, document: document) with { Action = GrantTypes.RefreshToken }, before, after, document)).ShouldBe((verdict, cause));
    }

    static readonly string WithRefresh = Changed(Document, "actor: none, targets", "refresh: { lifetime: 8h }, actor: none, targets")
        + "  - { name: shown, clients: app, subject: { token_types: refresh_token }, actor: none, targets: { billing: { pay: orders/read } } }\n";

    /// <summary>An exchange whose subject token was a refresh token: of what that one stands for nothing is on record.</summary>
    static LedgerEntry Shown()
    {
        var entry = Decided(Sales, "billing", document: WithRefresh);
        var input = JsonNode.Parse(entry.Input.Span)!.AsObject();
        input.Remove("entitled");
        var subject = input["subject"]!.AsObject();
        (subject["issuer"], subject["token_type"], subject["held"], subject["claims"]) = ("self", TokenTypes.RefreshToken, new JsonArray("orders/read"), new JsonObject { ["status"] = "here" });
        return entry with { Outcome = DecisionOutcome.Issued, Reason = Reason.None, Rule = "shown", ScopesGiven = ["pay"], Input = Encoding.UTF8.GetBytes(input.ToJsonString()) };
    }

    [Theory]
    [InlineData("refresh: { lifetime: 8h }, actor", "actor")]
    [InlineData("department: [sales, support]", "department: support")]
    [InlineData("subject: \"user:{sub}\"", "subject: \"user:{sub}\", where: { department: support }")]
    [InlineData("subject: \"user:{sub}\"", "subject: \"member:{sub}\"")]
    [InlineData("status: left", "status: here")]
    [InlineData("app: { ", "app: { grants: token_exchange, ")]
    [InlineData("pay: orders/read", "read: orders/read")]
    public void What_an_exchanged_refresh_token_stands_for_is_not_on_record_so_any_change_casts_doubt(string before, string after)
    {
        Outcome(Again(Shown(), WithRefresh, WithRefresh)).ShouldBe(("same", ""));
        Outcome(Again(Shown(), before, after, WithRefresh)).ShouldBe(("undecidable", "refresh_token"));
        Outcome(Again(Shown() with { Outcome = DecisionOutcome.Refused, Reason = Reason.ScopeNotGranted }, before, after, WithRefresh)).ShouldBe(("undecidable", "refresh_token"));
    }

    [Fact]
    public void A_client_that_is_gone_gets_nothing_for_a_refresh_token_either()
    {
        Outcome(Again(Shown(), "  app: { ", "  app: { disabled: true, ", WithRefresh)).ShouldBe(("newly_refused", "client_authentication_failed"));
        Outcome(Again(Shown() with { Outcome = DecisionOutcome.Refused, Reason = Reason.SubjectUsedUp }, "status: left", "status: here", WithRefresh)).ShouldBe(("same", ""));
    }
}
