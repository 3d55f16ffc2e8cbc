namespace Cambist.Tests;

/// <summary>What is wrong with a file of policy tests is said at once, with its place, as of a registry.</summary>
public class PolicyTestReadingTests
{
    const string Subject = "subject: { issuer: login, claims: { sub: ada } }";
    const string Rest = "targets: orders, expect: { allow: true }";

    [Theory]
    [InlineData("§test: []", "document", "'test' is unknown here; did you mean tests?")]
    [InlineData("§{}", "document", "holds no tests")]
    [InlineData("tests: [§x]", "tests[0]", "must be a map: { name: ")]
    [InlineData($"tests: [§{{ client: web, {Subject}, {Rest} }}]", "tests[0]", "name is missing")]
    [InlineData($"tests:\n- {{ name: a, client: web, {Subject}, {Rest} }}\n- {{ name: §a, client: web, {Subject}, {Rest} }}", "test a", "the test in line 2 has this name too")]
    [InlineData($"tests: [§{{ name: a, {Subject}, {Rest} }}]", "test a", "client is missing")]
    [InlineData($"tests: [{{ name: a, client: §wep, {Subject}, {Rest} }}]", "test a", "client: there is no client 'wep'; did you mean web?")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, §target: orders, expect: {{ allow: true }} }}]", "test a", "'target' is unknown here; did you mean targets?")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, targets: §order, expect: {{ allow: true }} }}]", "test a", "targets: there is no resource 'order'; did you mean orders?")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, targets: §https://orders.example.co, expect: {{ allow: true }} }}]", "test a", "did you mean https://orders.example.com?")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, scopes: [read, §wriet], {Rest} }}]", "test a", "orders defines no scope 'wriet'; did you mean write?")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, scopes: §[], {Rest} }}]", "test a", "the list is empty")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, requested_token_type: §jwts, {Rest} }}]", "test a", "did you mean jwt?")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, at: §2030-01-31, {Rest} }}]", "test a", "'2030-01-31' is no instant")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, at: §2030-01-31T12:00:00, {Rest} }}]", "test a", "date, T, time and zone")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, at: §9999-12-31T23:59:59Z, {Rest} }}]", "test a", "at: '9999-12-31T23:59:59Z' must lie from 1970 until 9000")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, at: §9000-01-01T00:00:00Z, {Rest} }}]", "test a", "must lie from 1970 until 9000")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, at: §0001-01-01T00:00:00Z, {Rest} }}]", "test a", "must lie from 1970 until 9000")]
    [InlineData($"tests: [{{ name: a, client: web, {Subject}, at: §1970-01-01T00:00:00+01:00, {Rest} }}]", "test a", "must lie from 1970 until 9000")]
    [InlineData($"tests: [§{{ name: a, client: web, {Subject}, targets: orders }}]", "test a", "expect is missing")]
    public void Of_a_test(string marked, string subject, string message) => Is(marked, subject, message);

    [Theory]
    [InlineData("§{ claims: { sub: ada } }", "issuer is missing")]
    [InlineData("{ issuer: §logn, claims: { sub: ada } }", "there is no issuer 'logn'; did you mean login?")]
    [InlineData("§{ issuer: login }", "claims is missing")]
    [InlineData("{ issuer: login, claims: §{ email: x } }", "sub is missing")]
    [InlineData("{ issuer: login, claims: { sub: ada, email:  §} }", "has no value")]
    [InlineData("{ issuer: login, claims: { sub: ada, version: §1.0 } }", "'1.0' is no whole number of 64 bits")]
    [InlineData("{ issuer: login, claims: { sub: ada, exp: 1 }, expires_in: §5m }", "the claims say exp too")]
    [InlineData("{ issuer: login, token_type: §id-token, claims: { sub: ada } }", "did you mean id_token?")]
    [InlineData("{ issuer: login, claims: { sub: ada }, §kind: user }", "'kind' is unknown here")]
    [InlineData("{ issuer: self, token_type: §jwt, target: orders, claims: { sub: ada } }", "'jwt' means nothing here; known: access_token")]
    [InlineData("§{ issuer: self, claims: { sub: ada } }", "target is missing")]
    [InlineData("{ issuer: self, target: orders, claims: §{ sub: ada, iss: x } }", "says iss, which is ours")]
    [InlineData("{ issuer: self, target: §orders, claims: { sub: ada, aud: x } }", "the claims say aud too")]
    [InlineData("{ issuer: self, target: orders, scopes: [read, §pay], claims: { sub: ada } }", "orders defines no scope 'pay'")]
    [InlineData("{ issuer: self, target: orders, client: §orderz, claims: { sub: ada } }", "did you mean orders?")]
    [InlineData("{ issuer: self, target: orders, kind: §users, claims: { sub: ada } }", "did you mean user?")]
    [InlineData("{ issuer: impersonation, claims: { sub: ada, §email: x } }", "'email' is unknown here")]
    [InlineData("{ issuer: impersonation, claims: { sub: ada, context: §{ reason: x } } }", "'reason' of the context is ours")]
    [InlineData("{ issuer: impersonation, claims: { sub: ada }, expires_in: §1h }", "10m at most")]
    [InlineData("{ issuer: impersonation, claims: { sub: §\"ada \" } }", "subject.claims.sub: must be a string of 1 to 255 characters, all visible, without white space at its beginning or end, or it cannot be minted")]
    [InlineData("{ issuer: impersonation, claims: { sub: §\"a\\u200bda\" } }", "or it cannot be minted")]
    [InlineData("{ issuer: impersonation, claims: { sub: ada }, reason: §\" why\" }", "subject.reason: must be a string of 1 to 1000 characters")]
    [InlineData("{ issuer: impersonation, client: §spa, claims: { sub: ada } }", "is a public client, and only confidential ones redeem impersonation tokens")]
    [InlineData("{ issuer: impersonation, claims: { sub: ada, may_act: §{ sub: orders, role: x } } }", "may_act holds the string sub, maybe the string iss, and nothing else")]
    [InlineData("{ issuer: impersonation, claims: { sub: ada, may_act: §{ sub: 7 } } }", "may_act holds the string sub")]
    [InlineData("{ issuer: impersonation, claims: { sub: ada, may_act: §{ sub: orders, iss: https://nobody.example.com } } }", "may_act.iss is neither this server nor a trusted issuer")]
    [InlineData("{ issuer: impersonation, claims: { sub: ada, may_act: §{ iss: https://sts.example.com } } }", "may_act has no sub")]
    public void Of_a_token(string marked, string message) => Is($"tests: [{{ name: a, client: web, subject: {marked}, {Rest} }}]", "test a", message);

    [Fact]
    public void An_impersonation_token_is_no_actor_token() =>
        Is($"tests: [{{ name: a, client: web, {Subject}, actor: {{ issuer: §impersonation, claims: {{ sub: ada }} }}, {Rest} }}]", "test a", "an impersonation token is never an actor token");

    [Theory]
    [InlineData("§{}", "says neither allow nor deny")]
    [InlineData("§{ allow: true, deny: no_rule }", "says both allow and deny")]
    [InlineData("{ allow: §false }", "is true, or what the token must be")]
    [InlineData("{ deny: §no_rules }", "'no_rules' means nothing here; did you mean no_rule?")]
    [InlineData("{ deny: §none }", "means nothing here")]
    [InlineData("{ allow: { scopes: §reed } }", "orders defines no scope 'reed'; did you mean read?")]
    [InlineData("{ allow: { lifetime: §10 } }", "'10' is no duration")]
    [InlineData("{ allow: { rule: §sign-on } }", "there is no rule 'sign-on'; did you mean sign-in?")]
    [InlineData("{ allow: { audience: §orders } }", "there is no identifier of a resource 'orders'")]
    [InlineData("{ allow: { §scope: read } }", "'scope' is unknown here; did you mean scopes?")]
    public void Of_what_is_expected(string marked, string message) => Is($"tests: [{{ name: a, client: web, {Subject}, targets: orders, expect: {marked} }}]", "test a", message);

    [Fact]
    public void A_name_is_a_sentence_and_never_echoed_where_it_is_longer()
    {
        string Of(string name) => $"tests: [{{ name: {name}, client: web, {Subject}, {Rest} }}]";
        PolicyTestText.Compile(Of(new('n', 200))).Findings.ShouldBeEmpty();
        Is(Of("§" + new string('n', 201)), "tests[0].name", "is 201 characters long; a name has 200 at most");
        PolicyTestText.Compile(Of(new('n', 1_000_000)) + "\n").Findings.ShouldAllBe(finding => finding.In("").Length < 200);
    }

    [Fact]
    public void What_breaks_while_it_is_read_is_an_error_of_the_file()
    {
        var suite = PolicyTestText.Compile($"tests: [{{ name: a, client: web, {Subject}, {Rest} }}]", (_, _) => throw new InvalidTimeZoneException("a secret"));
        suite.IsUsable.ShouldBeFalse();
        suite.Findings.ShouldHaveSingleItem().Message.ShouldBe("could not be run: InvalidTimeZoneException. This is a fault in Cambist, not in the test; please report it");
    }

    [Fact]
    public void Every_error_comes_at_once_and_a_file_with_one_is_not_run()
    {
        var suite = PolicyTestText.Compile($"tests:\n- {{ name: a, client: x, {Subject}, targets: y, expect: {{ deny: z }} }}\nassert: {{ resource: orderz, only: web }}\n");
        suite.Findings.Length.ShouldBe(4);
        suite.Findings.ShouldAllBe(finding => finding.FileName == PolicyTestText.FileName && finding.Severity == FindingSeverity.Error);
        suite.IsUsable.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => suite.Run(RegistryText.Now));
    }

    [Fact]
    public void What_a_test_expects_to_be_unknown_may_be()
    {
        PolicyTestText.Judge($"client: web, {Subject.Replace("sub: ada", "sub: ada, email_verified: true", StringComparison.Ordinal)}, targets: nowhere", "{ deny: target_unknown }").ShouldBeNull();
        PolicyTestText.Judge($"client: web, {Subject.Replace("sub: ada", "sub: ada, email_verified: true", StringComparison.Ordinal)}, targets: orders, scopes: admin", "{ deny: scope_not_granted }").ShouldBeNull();
    }

    static void Is(string marked, string subject, string message)
    {
        var (text, place) = Marked.Read(marked);
        var error = PolicyTestText.Compile(text).Findings.ShouldHaveSingleItem();
        error.In("cambist.yaml").ShouldStartWith($"{PolicyTestText.FileName}:{place} {subject}: ");
        error.Message.ShouldContain(message);
    }
}
