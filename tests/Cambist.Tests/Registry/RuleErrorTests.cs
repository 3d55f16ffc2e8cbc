namespace Cambist.Tests;

public class RuleErrorTests
{
    // spa is public and sealed opaque; agents is trusted for actors alone
    [Theory]
    [InlineData("§{ clients: web, subject: { issuer: login }, targets: { orders: read } }", "rules", "name is missing")]
    [InlineData("§{ name: r, subject: { issuer: login }, targets: { orders: read } }", "rule r", "clients is missing")]
    [InlineData("§{ name: r, clients: web, subject: { issuer: login } }", "rule r", "targets is missing")]
    [InlineData("{ name: §self, clients: web, subject: { issuer: login }, targets: { orders: read } }", "rule self", "reserved")]
    [InlineData("{ name: §'a b', clients: web, subject: { issuer: login }, targets: { orders: read } }", "rule a b", "space")]
    [InlineData("{ name: r, clients: §[], subject: { issuer: login }, targets: { orders: read } }", "rule r", "clients: the list is empty, and an empty list never means all")]
    [InlineData("{ name: r, clients: §wbe, subject: { issuer: login }, targets: { orders: read } }", "rule r", "there is no client 'wbe'")]
    [InlineData("{ name: r, clients: §webb, subject: { issuer: login }, targets: { orders: read } }", "rule r", "did you mean web?")]
    [InlineData("{ name: r, clients: [web, §mobile-*], subject: { issuer: login }, targets: { orders: read } }", "rule r", "clients[1]: no client matches")]
    [InlineData("{ name: r, clients: web, subject: §login, targets: { orders: read } }", "rule r", "subject: must be a map")]
    [InlineData("{ name: r, clients: web, subject: §{}, targets: { orders: read } }", "rule r", "selects nothing in particular")]
    [InlineData("{ name: r, clients: web, subject: { issuer: §[] }, targets: { orders: read } }", "rule r", "never means all")]
    [InlineData("{ name: r, clients: web, subject: { issuer: [login, §logon] }, targets: { orders: read } }", "rule r", "did you mean login?")]
    [InlineData("{ name: r, clients: web, subject: { issuer: [login, §server] }, targets: { orders: read } }", "rule r", "there is no issuer 'server'")]
    [InlineData("{ name: r, clients: web, subject: { issuer: [login, §agents] }, targets: { orders: read } }", "rule r", "trusted for actor tokens alone")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, token_types: §[] }, targets: { orders: read } }", "rule r", "never means all")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, token_types: [id_token, §jwt] }, targets: { orders: read } }", "rule r", "login never gives jwt; login: id_token")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, token_types: [id_token, §refresh_token] }, targets: { orders: read } }", "rule r", "never gives refresh_token")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, token_types: [id_token, §urn:ietf:params:oauth:token-type:jwt] }, targets: { orders: read } }", "rule r", "means nothing here")]
    [InlineData("{ name: r, clients: web, subject: { issuer: [login, ci], token_types: §id_token }, targets: { orders: read } }", "rule r", "leaves no token of ci to select; ci: jwt")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, kind: §person }, targets: { orders: read } }", "rule r", "means nothing here")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, kind: §client }, targets: { orders: read } }", "rule r", "subjects of login are of kind user")]
    [InlineData("{ name: r, clients: web, subject: { issuer: ci, kind: §[user, impersonated] }, targets: { orders: read } }", "rule r", "subjects of ci are of kind client")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, where: §{} }, targets: { orders: read } }", "rule r", "empty")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, where: { x: { §like: y } } }, targets: { orders: read } }", "rule r", "no operator")]
    [InlineData("{ name: r, clients: web, subject: §{ issuer: [login, impersonation] }, targets: { orders: read } }", "rule r", "kind: [user, impersonated]")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login, §kinds: user }, targets: { orders: read } }", "rule r", "did you mean kind?")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, actor: §nobody, targets: { orders: read } }", "rule r", "client, none")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, actor: §[none], targets: { orders: read } }", "rule r", "one of client, none")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, actor: §{ where: { x: y } }, targets: { orders: read } }", "rule r", "issuer is missing")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, actor: { issuer: §login }, targets: { orders: read } }", "rule r", "issuers.login.roles: [subject, actor]")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, actor: { issuer: §impersonation }, targets: { orders: read } }", "rule r", "never an actor token")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, actor: { issuer: agents, where: §{} }, targets: { orders: read } }", "rule r", "empty")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: §{} }", "rule r", "gives nothing")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: §orders }", "rule r", "must be a map")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { §order: read } }", "rule r", "did you mean orders?")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { §https://orders.example.com: read } }", "rule r", "go by their names: orders")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: §[] } }", "rule r", "never means all; orders has read, write")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: §null } }", "rule r", "targets.orders: has no value")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: §true } }", "rule r", "name the scopes: orders: [read, write]")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: [read, §wriet] } }", "rule r", "orders defines no scope 'wriet'")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: [read, §read] } }", "rule r", "twice")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { plain: §read } }", "rule r", "write plain: []")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: §{} } }", "rule r", "orders: { read: true }")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { plain: §{} } }", "rule r", "plain: []")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: { §raed: true } } }", "rule r", "defines no scope 'raed'")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: { read: §false } } }", "rule r", "delete the entry")]
    [InlineData("{ name: r, clients: orders, targets: { billing: { read: §[] } } }", "rule r", "never means all")]
    [InlineData("{ name: r, clients: orders, targets: { billing: { read: [read, §reed] } } }", "rule r", "did you mean read?")]
    [InlineData("{ name: r, clients: orders, targets: { billing: { read: §orders/pay } } }", "rule r", "orders defines no scope 'pay'")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, lifetime: §5 }", "rule r", "lifetime: '5' is no duration")]
    [InlineData("{ name: r, clients: orders, targets: { billing: { read: read } }, may_outlive_subject: §true }", "rule r", "take self out")]
    [InlineData("{ name: r, clients: orders, subject: { issuer: [self, login] }, targets: { billing: { read: read } }, may_outlive_subject: §true }", "rule r", "take self out")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, may_outlive_subject: §'true' }", "rule r", "without quotes")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, claims: { email: §'{email' } }", "rule r", "not closed")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read, plain: [] }, default_target: §true }", "rule r", "2 (orders, plain)")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, shadow: §1 }", "rule r", "true or false")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, requested_token_types: §[] }", "rule r", "never means all")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, requested_token_types: §id_token }", "rule r", "known: access_token, jwt")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { sealed: open }, requested_token_types: §jwt }", "rule r", "tokens of sealed are opaque")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, refresh: §8h }", "rule r", "must be a map")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, refresh: §{} }", "rule r", "lifetime is missing")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, refresh: { lifetime: 8h, §rotate: true } }", "rule r", "'rotate' is unknown")]
    [InlineData("{ name: r, clients: web, subject: { issuer: impersonation }, targets: { orders: read }, refresh: §{ lifetime: 8h } }", "rule r", "impersonation token is redeemed once")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, actor: { issuer: agents }, targets: { orders: read }, refresh: §{ lifetime: 8h } }", "rule r", "gives no refresh token")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, once: §always }", "rule r", "true or false")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, proof: §pop }", "rule r", "did you mean dpop?")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, max_depth: §'3' }", "rule r", "without quotes")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, max_depth: §17 }", "rule r", "from 0 to 16")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, max_depth: §-1 }", "rule r", "from 0 to 16")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, max_depth: §0 }", "rule r", "leaves no room for the actor")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, §target: x }", "rule r", "did you mean targets?")]
    [InlineData("{ name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, §default-target: true }", "rule r", "did you mean default_target?")]
    [InlineData("{ name: r, clients: spa, subject: { issuer: ci }, targets: { orders: read } }§", "rule r", "actor: none")]
    [InlineData("{ name: r, clients: spa, subject: { issuer: ci }, actor: §client, targets: { orders: read } }", "rule r", "actor: none")]
    [InlineData("{ name: r, clients: '*', subject: { issuer: ci }, actor: §client, targets: { orders: read } }", "rule r", "(spa)")]
    [InlineData("{ name: r, clients: spa, subject: §{ issuer: login }, actor: none, targets: { orders: read } }", "rule r", "neither this rule nor the issuer has a where")]
    [InlineData("{ name: r, clients: spa, subject: §{ issuer: [ci, login] }, actor: none, targets: { orders: read } }", "rule r", "any token of login would do")]
    [InlineData("{ name: r, clients: spa, subject: §{ issuer: self, where: { x: y } }, actor: none, targets: { plain: [] } }", "rule r", "whoever holds them")]
    [InlineData("{ name: r, clients: spa, subject: §{ issuer: impersonation, where: { x: y } }, actor: none, targets: { orders: read } }", "rule r", "only confidential clients redeem")]
    [InlineData("{ name: r, clients: spa, subject: { issuer: ci }, actor: none, targets: { orders: read }, refresh: §{ lifetime: 8h } }", "rule r", "confidential clients")]
    public void Each_error_of_a_rule_is_found(string rule, string subject, string part)
    {
        if (rule.EndsWith('§')) rule = rule[..^1].Replace("clients: spa", "clients: §spa", StringComparison.Ordinal);
        Wrong.Is(Wrong.Base + $"rules: {rule}\n", subject, part);
    }

    [Fact]
    public void Rebind_is_for_confidential_clients()
    {
        var errors = RegistryText.Compile(Wrong.Base + "rules: { name: r, clients: spa, subject: { issuer: ci }, actor: none, targets: { orders: read }, proof: rebind }\n").Errors();
        errors.ShouldHaveSingleItem().Message.ShouldContain("rebind is for confidential clients");
    }

    [Fact]
    public void A_public_client_needs_tokens_addressed_to_us()
    {
        var yaml = Wrong.Base.Replace("tokens: jwt, kind: client", "tokens: { jwt: { audiences: elsewhere } }, kind: client", StringComparison.Ordinal);
        Wrong.Is(yaml + "rules: { name: r, clients: spa, subject: §{ issuer: ci }, actor: none, targets: { orders: read } }\n", "rule r", "not addressed to us");
    }

    [Theory]
    [InlineData("subject: { issuer: ci }, actor: none, targets: { orders: read }")]
    [InlineData("subject: { issuer: login, where: { hd: example.com } }, actor: none, targets: { orders: read }")]
    [InlineData("subject: { issuer: login }, actor: none, proof: dpop, targets: { orders: read }")]
    public void A_public_client_may_have_rules_whose_token_is_the_proof(string rule) =>
        RegistryText.Load(Wrong.Base + $"rules: {{ name: r, clients: spa, {rule} }}\n").Rules.For("spa", "orders").ShouldHaveSingleItem();

    [Fact]
    public void Two_rules_of_one_name_are_an_error() => Wrong.Is(
        Wrong.Base + "rules:\n  - { name: r, clients: web, subject: { issuer: login }, targets: { orders: read } }\n  - { name: §r, clients: web, subject: { issuer: ci }, targets: { orders: read } }\n",
        "rule r", "the rule in line 19 has this name too");

    [Fact]
    public void A_lifetime_beyond_the_resources_is_a_warning() =>
        RegistryText.Compile(Wrong.Base + "rules: { name: r, clients: web, subject: { issuer: login }, targets: { orders: read }, lifetime: 1h }\n")
            .Warnings().Single(warning => warning.Subject == "rule r").Message.ShouldBe("lifetime: 1h has no effect: tokens of orders live 10m at most; raise token.lifetime of the resource");
}
