namespace Cambist.Tests;

public class ResourceErrorTests
{
    [Theory]
    [InlineData("a: §https://a.example", "resources.a", "must be a map")]
    [InlineData("a: §{ scopes: read }", "resources.a", "identifiers is missing")]
    [InlineData("a: { identifiers: §[] }", "resources.a.identifiers", "never means all")]
    [InlineData("a: { identifiers: §{ x: y } }", "resources.a.identifiers", "must be one value")]
    [InlineData("a: { identifiers: [https://a.example, §~] }", "resources.a.identifiers[1]", "no value")]
    [InlineData("a: { identifiers: [https://a.example, §https://a.example] }", "resources.a.identifiers[1]", "twice")]
    [InlineData("a: { identifiers: §'https://a.example#x' }", "resources.a.identifiers", "fragment")]
    [InlineData("a: { identifiers: §'a b' }", "resources.a.identifiers", "no spaces")]
    [InlineData("a: { identifiers: §https://sts.example.com }", "resources.a.identifiers", "our own identifier")]
    [InlineData("a: { identifiers: §cambist-admin }", "resources.a.identifiers", "something of its own")]
    [InlineData("a: { identifiers: §server }", "resources.a.identifiers", "something of its own")]
    [InlineData("a: { identifiers: https://a.example }\n  b: { identifiers: §https://a.example }", "resources.b.identifiers", "identifier of a too")]
    [InlineData("a: { identifiers: §b }\n  b: { identifiers: https://b.example }", "resources.a.identifiers", "name of another resource")]
    [InlineData("§cambist-admin: { identifiers: https://a.example }", "resources.cambist-admin", "built in and never declared")]
    [InlineData("§self: { identifiers: https://a.example }", "resources.self", "reserved")]
    [InlineData("§a/b: { identifiers: https://a.example }", "resources[\"a/b\"]", "holds a /")]
    [InlineData("§a*: { identifiers: https://a.example }", "resources[\"a*\"]", "holds a *")]
    [InlineData("§'a b': { identifiers: https://a.example }", "resources[\"a b\"]", "space")]
    [InlineData("§'': { identifiers: https://a.example }", "resources[\"\"]", "is empty")]
    [InlineData("a: { identifiers: https://a.example, scopes: §'read write' }", "resources.a.scopes", "no spaces")]
    [InlineData("a: { identifiers: https://a.example, scopes: [§'a\"b'] }", "resources.a.scopes[0]", "RFC 6749")]
    [InlineData("a: { identifiers: https://a.example, scopes: [read, §read] }", "resources.a.scopes[1]", "twice")]
    [InlineData("a: { identifiers: https://a.example, scopes: §{ read: x } }", "resources.a.scopes", "must be one value")]
    [InlineData("a: { identifiers: https://a.example, claims: [email, §client_id] }", "resources.a.claims", "server alone")]
    [InlineData("a: { identifiers: https://a.example, claims: §https://a.example/roles }", "resources.a.claims", "{ roles: \"{/https:~1~1a.example~1roles}\" }")]
    [InlineData("a: { identifiers: https://a.example, claims: §realm_access.roles }", "resources.a.claims", "{ roles: \"{realm_access.roles}\" }")]
    [InlineData("a: { identifiers: https://a.example, claims: { §sub: '{sub}' } }", "resources.a.claims", "server alone")]
    [InlineData("a: { identifiers: https://a.example, claims: { email: §'{email' } }", "resources.a.claims.email", "not closed")]
    [InlineData("a: { identifiers: https://a.example, claims: { email: §{email} } }", "resources.a.claims.email", "wants quotes")]
    [InlineData("a: { identifiers: https://a.example, claims: { email: §[x] } }", "resources.a.claims.email", "must be one value")]
    [InlineData("a: { identifiers: https://a.example, token: §5m }", "resources.a.token", "must be a map")]
    [InlineData("a: { identifiers: https://a.example, token: { lifetime: §5 } }", "resources.a.token.lifetime", "no duration")]
    [InlineData("a: { identifiers: https://a.example, token: { format: §jwe } }", "resources.a.token.format", "did you mean jwt?")]
    [InlineData("a: { identifiers: https://a.example, token: { §life: 5m } }", "resources.a.token", "'life' is unknown")]
    [InlineData("a: { identifiers: https://a.example, §scope: read }", "resources.a", "did you mean scopes?")]
    [InlineData("a: { §identifier: https://a.example, identifiers: https://a.example }", "resources.a", "did you mean identifiers?")]
    public void Each_error_of_a_resource_is_found(string resource, string subject, string part) =>
        Wrong.Is(Wrong.Issuer + $"resources:\n  {resource}\n", subject, part);

    [Theory]
    [MemberData(nameof(Reserved))]
    public void A_reserved_claim_is_an_error_in_resources_and_rules(string claim)
    {
        Wrong.Is(Wrong.Issuer + $"resources: {{ a: {{ identifiers: https://a.example, claims: §{claim} }} }}\n", "resources.a.claims", "server alone");
        Wrong.Is(Wrong.Base + $"rules: {{ name: r, clients: web, subject: {{ issuer: login }}, targets: {{ orders: read }}, claims: {{ §{claim}: '{{x}}' }} }}\n", "rule r", $"claims: '{claim}' is written by the server alone");
    }

    public static IEnumerable<TheoryDataRow<string>> Reserved() =>
        "iss sub aud exp nbf iat jti client_id azp scope scp act may_act cnf auth_time acr amr sid nonce events typ txn token_type active authorization_details sub_kind"
            .Split(' ').Select(claim => new TheoryDataRow<string>(claim));

    [Theory]
    [InlineData("issuers: { §NAME: { issuer: https://a.example, tokens: jwt, subject: '{sub}' } }", "issuers.")]
    [InlineData("resources: { §NAME: { identifiers: https://a.example } }", "resources.")]
    [InlineData("clients: { §NAME: { auth: none } }", "clients.")]
    [InlineData("lists: { §NAME: x }", "lists.")]
    public void Reserved_names_are_nobodys(string marked, string section)
    {
        foreach (var name in new[] { "self", "impersonation", "server", "resources", "none", "client", "cambist-admin" })
            Wrong.Is(Wrong.Issuer + marked.Replace("NAME", name, StringComparison.Ordinal), section + name, name == "cambist-admin" ? "built in" : "reserved");
    }
}
