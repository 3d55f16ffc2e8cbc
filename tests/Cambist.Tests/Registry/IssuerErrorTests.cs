namespace Cambist.Tests;

public class IssuerErrorTests
{
    const string Keys = """{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}""";

    [Theory]
    [InlineData("§x", "issuers.a", "must be a map")]
    [InlineData("§{ tokens: jwt, subject: '{sub}' }", "issuers.a", "issuer is missing")]
    [InlineData("§{ issuer: https://a.example, subject: '{sub}' }", "issuers.a", "tokens is missing")]
    [InlineData("§{ issuer: https://a.example, tokens: jwt }", "issuers.a", "subject is missing")]
    [InlineData("{ issuer: §http://a.example, tokens: jwt, subject: '{sub}' }", "issuers.a.issuer", "plain http")]
    [InlineData("{ issuer: §https://a.example?x=1, tokens: jwt, subject: '{sub}' }", "issuers.a.issuer", "query")]
    [InlineData("{ issuer: §kubernetes/serviceaccount, tokens: jwt, subject: '{sub}' }", "issuers.a.issuer", "needs jwks_uri or jwks_file")]
    [InlineData("{ issuer: §https://sts.example.com, tokens: jwt, subject: '{sub}' }", "issuers.a.issuer", "our own identifier")]
    [InlineData("{ issuer: https://a.example, tokens: §[], subject: '{sub}' }", "issuers.a.tokens", "never means all")]
    [InlineData("{ issuer: https://a.example, tokens: §{}, subject: '{sub}' }", "issuers.a.tokens", "for nothing")]
    [InlineData("{ issuer: https://a.example, tokens: §idtoken, subject: '{sub}' }", "issuers.a.tokens", "did you mean id_token?")]
    [InlineData("{ issuer: https://a.example, tokens: [jwt, §refresh_token], subject: '{sub}' }", "issuers.a.tokens[1]", "no kind of token")]
    [InlineData("{ issuer: https://a.example, tokens: [jwt, §jwt], subject: '{sub}' }", "issuers.a.tokens[1]", "twice")]
    [InlineData("{ issuer: https://a.example, tokens: { §id_tokens: {} }, subject: '{sub}' }", "issuers.a.tokens", "did you mean id_token?")]
    [InlineData("{ issuer: https://a.example, tokens: { jwt: §yes }, subject: '{sub}' }", "issuers.a.tokens.jwt", "must be a map")]
    [InlineData("{ issuer: https://a.example, tokens: { jwt: { §audience: x } }, subject: '{sub}' }", "issuers.a.tokens.jwt", "did you mean audiences?")]
    [InlineData("{ issuer: https://a.example, tokens: { jwt: { audiences: §[] } }, subject: '{sub}' }", "issuers.a.tokens.jwt.audiences", "never means all")]
    [InlineData("{ issuer: https://a.example, tokens: { jwt: { typ: §'a b' } }, subject: '{sub}' }", "issuers.a.tokens.jwt.typ", "no value of typ")]
    [InlineData("{ issuer: https://a.example, tokens: { jwt: { typ: §[] } }, subject: '{sub}' }", "issuers.a.tokens.jwt.typ", "never means all")]
    [InlineData("{ issuer: https://a.example, tokens: { jwt: { max_age: §1 } }, subject: '{sub}' }", "issuers.a.tokens.jwt.max_age", "no duration")]
    [InlineData("{ issuer: https://a.example, tokens: { id_token: { scopes: §orders/read } }, subject: '{sub}' }", "issuers.a.tokens.id_token.scopes", "only access tokens have scopes")]
    [InlineData("{ issuer: https://a.example, tokens: { jwt: { scopes_from: §x } }, subject: '{sub}' }", "issuers.a.tokens.jwt.scopes_from", "only access tokens have scopes")]
    [InlineData("{ issuer: https://a.example, tokens: { access_token: { scopes: §read } }, subject: '{sub}' }", "issuers.a.tokens.access_token.scopes", "orders/read or billing/read")]
    [InlineData("{ issuer: https://a.example, tokens: { access_token: { scopes: §keys } }, subject: '{sub}' }", "issuers.a.tokens.access_token.scopes", "no resource defines")]
    [InlineData("{ issuer: https://a.example, tokens: { access_token: { scopes: §orders/pay } }, subject: '{sub}' }", "issuers.a.tokens.access_token.scopes", "no resource defines")]
    [InlineData("{ issuer: https://a.example, tokens: { access_token: { scopes: [orders/read, §billing/read] } }, subject: '{sub}' }", "issuers.a.tokens.access_token.scopes[1]", "held at orders already")]
    [InlineData("{ issuer: https://a.example, tokens: { access_token: { scopes: write, scopes_from: §'a..b' } }, subject: '{sub}' }", "issuers.a.tokens.access_token.scopes_from", "names no claim")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: §'no claim' }", "issuers.a.subject", "names no claim")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: §{sub} }", "issuers.a.subject", "wants quotes")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: §'a{sub}' }", "issuers.a.subject", "ends in ':'")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', kind: §people }", "issuers.a.kind", "user, client")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', kind: §impersonated }", "issuers.a.kind", "user, client")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', jwks_uri: §http://a.example/jwks }", "issuers.a.jwks_uri", "plain http")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', jwks_uri: https://a.example/jwks, jwks_file: §keys.json }", "issuers.a.jwks_file", "one place")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', jwks_file: §missing.json }", "issuers.a.jwks_file", "no readable file")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', jwks_file: §../keys.json }", "issuers.a.jwks_file", "outside the secrets folder")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', jwks_file: §/etc/keys.json }", "issuers.a.jwks_file", "outside the secrets folder")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', jwks_file: §bad.json }", "issuers.a.jwks_file", "no JWK set")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', jwks_file: §empty.json }", "issuers.a.jwks_file", "no key that can be used")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', algorithms: §[] }", "issuers.a.algorithms", "never means all")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', algorithms: [RS256, §HS256] }", "issuers.a.algorithms[1]", "symmetric")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', algorithms: §none }", "issuers.a.algorithms", "unsigned")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', algorithms: §RS25 }", "issuers.a.algorithms", "did you mean RS256?")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', where: §{} }", "issuers.a.where", "empty")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', where: { x: { in: §staf } } }", "issuers.a.where", "did you mean staff?")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', where: { §act.act.sub: x } }", "issuers.a.where", "outermost")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', roles: §[] }", "issuers.a.roles", "never means all")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', roles: §actors }", "issuers.a.roles", "did you mean actor?")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', act: §reject }", "issuers.a.act", "accept")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', assurance: §true }", "issuers.a.assurance", "pass")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', §audiences: x }", "issuers.a", "'audiences' is unknown")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', resolver: §'true' }", "issuers.a.resolver", "without quotes")]
    [InlineData("{ issuer: §https://a.example, resolver: true, subject: '{sub}' }", "issuers.a.issuer", "no iss of its own")]
    [InlineData("{ resolver: true, subject: '{sub}', jwks_uri: §https://a.example/jwks }", "issuers.a.jwks_uri", "judges its tokens itself")]
    [InlineData("{ resolver: true, subject: '{sub}', algorithms: §RS256 }", "issuers.a.algorithms", "judges its tokens itself")]
    [InlineData("§{ resolver: true }", "issuers.a", "subject is missing")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: §https://a.example }", "issuers.a.introspection", "must be a map")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: §{ client_id: x, client_secret_file: secret } }", "issuers.a.introspection", "endpoint is missing")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: §{ endpoint: https://a.example, client_secret_file: secret } }", "issuers.a.introspection", "client_id is missing")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: §{ endpoint: https://a.example, client_id: x } }", "issuers.a.introspection", "client_secret_file is missing")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: { endpoint: §http://a.example, client_id: x, client_secret_file: secret } }", "issuers.a.introspection.endpoint", "plain http")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: { endpoint: https://a.example, client_id: x, client_secret_file: §none } }", "issuers.a.introspection.client_secret_file", "no readable file")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: { endpoint: https://a.example, client_id: x, client_secret_file: §blank } }", "issuers.a.introspection.client_secret_file", "empty")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: { endpoint: https://a.example, client_id: x, client_secret_file: §lines } }", "issuers.a.introspection.client_secret_file", "several lines")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: { endpoint: https://a.example, client_id: x, client_secret_file: secret, prefix: §cbt } }", "issuers.a.introspection.prefix", "our own tokens begin with cbt_")]
    [InlineData("{ issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: { endpoint: https://a.example, client_id: x, client_secret_file: secret, prefix: §sub_x } }", "issuers.a.introspection.prefix", "our own tokens begin with sub_")]
    [InlineData("{ issuer: https://a.example, tokens: jwt, subject: '{sub}', introspection: §{ endpoint: https://a.example, client_id: x, client_secret_file: secret } }", "issuers.a.introspection", "count as access tokens")]
    public void Each_error_of_an_issuer_is_found(string issuer, string subject, string part) => Wrong.Is(
        Wrong.Issuer + "lists: { staff: [ada] }\nresources:\n  orders: { identifiers: https://o.example, scopes: [read, write] }\n  billing: { identifiers: https://b.example, scopes: [read, pay] }\n"
        + $"issuers:\n  a: {issuer}\n", subject, part,
        ("bad.json", "[]"), ("empty.json", "{\"keys\":[]}"), ("secret", "our-secret-there"), ("blank", "\n"), ("lines", "one\ntwo\n"), ("keys.json", Keys));

    [Theory]
    [InlineData("access_token: { typ: [at+jwt, JWT, absent] }, §id_token: {}")]
    [InlineData("id_token: {}, §access_token: { typ: JWT }")]
    [InlineData("id_token: {}, §access_token: { typ: absent }")]
    [InlineData("id_token: {}, §access_token: { typ: application/jwt }")]
    [InlineData("id_token: {}, §jwt: {}")]
    [InlineData("jwt: { audiences: [a, b] }, §id_token: { audiences: [b, c] }")]
    [InlineData("jwt: { audiences: resources }, §id_token: { audiences: https://o.example }")]
    [InlineData("jwt: {}, §access_token: { typ: JWT }")]
    public void Kinds_that_could_be_sent_as_one_another_are_an_error(string tokens) => Wrong.Is(
        Wrong.Issuer + $"resources: {{ o: {{ identifiers: https://o.example }} }}\nissuers:\n  a: {{ issuer: https://a.example, subject: '{{sub}}', tokens: {{ {tokens} }} }}\n",
        "issuers.a.tokens", "one could be sent as the other");

    [Theory]
    [InlineData("access_token: { typ: [at+jwt, JWT, absent], audiences: server }, id_token: { audiences: web }", "")]
    [InlineData("access_token: {}, id_token: {}", "")]
    [InlineData("access_token: { typ: [JWT, absent] }", "")]
    [InlineData("access_token: { typ: JWT }, id_token: {}", "where: { token_use: access }")]
    [InlineData("jwt: { typ: wit+jwt }, id_token: {}", "")]
    public void Kinds_that_differ_in_typ_or_audience_or_by_a_where_load(string tokens, string where) => RegistryText.Load(
        Wrong.Issuer + $"issuers:\n  a: {{ issuer: https://a.example, subject: '{{sub}}', tokens: {{ {tokens} }}, {where} }}\n");

    [Fact]
    public void A_where_that_says_nothing_of_the_kind_does_not_tell_kinds_apart() => Wrong.Is(
        Wrong.Issuer + "issuers:\n  a: { issuer: https://a.example, subject: '{sub}', where: { tenant: x }, tokens: [id_token, §jwt] }\n", "issuers.a.tokens", "one could be sent as the other");

    [Theory]
    [InlineData("'{sub}'", "§'{oid}'", "only one may")]
    [InlineData("'x:{sub}'", "§'x:{oid}'", "that of issuer a too")]
    [InlineData("'x:{sub}'", "§'x:y:{oid}'", "begins with that of issuer a")]
    public void Subjects_of_two_issuers_never_share_a_name(string first, string second, string part) => Wrong.Is(
        Wrong.Issuer + $"issuers:\n  a: {{ issuer: https://a.example, tokens: jwt, subject: {first} }}\n  b: {{ issuer: https://b.example, tokens: jwt, subject: {second} }}\n", "issuers.b.subject", part);

    [Fact]
    public void The_shorter_prefix_may_stand_second() => Wrong.Is(
        Wrong.Issuer + "issuers:\n  a: { issuer: https://a.example, tokens: jwt, subject: §'x:y:{sub}' }\n  b: { issuer: https://b.example, tokens: jwt, subject: 'x:{sub}' }\n", "issuers.a.subject", "begins with that of issuer b");

    [Fact]
    public void Prefixes_that_only_share_a_beginning_load() => RegistryText.Load(
        Wrong.Issuer + "issuers:\n  a: { issuer: https://a.example, tokens: jwt, subject: 'x:y:{sub}' }\n  b: { issuer: https://b.example, tokens: jwt, subject: 'x:z:{sub}' }\n  c: { issuer: https://c.example, tokens: jwt, subject: '{sub}' }\n");

    [Fact]
    public void A_client_that_could_be_named_like_a_subject_is_an_error() => Wrong.Is(
        Wrong.Issuer + "issuers: { a: { issuer: https://a.example, tokens: jwt, subject: 'ci:{sub}' } }\nclients:\n  §ci:deploy: { auth: none }\n", "clients[\"ci:deploy\"]", "another id");

    [Fact]
    public void Two_issuers_with_one_iss_are_an_error() => Wrong.Is(
        Wrong.Issuer + "issuers:\n  a: { issuer: https://a.example, tokens: jwt, subject: 'a:{sub}' }\n  b: { issuer: §https://a.example, tokens: id_token, subject: 'b:{sub}' }\n", "issuers.b.issuer", "issuer a has the same iss");

    [Theory]
    [InlineData("", "", 2)]
    [InlineData(", prefix: p1_", "", 1)]
    [InlineData(", prefix: p_", ", prefix: p_x", 1)]
    [InlineData(", prefix: p1_", ", prefix: p2_", 0)]
    public void Several_introspecting_issuers_need_prefixes_that_tell_them_apart(string first, string second, int errors)
    {
        var yaml = Wrong.Issuer + $$"""
            issuers:
              a: { issuer: https://a.example, tokens: access_token, subject: 'a:{sub}', introspection: { endpoint: https://a.example/i, client_id: x, client_secret_file: secret{{first}} } }
              b: { issuer: https://b.example, tokens: access_token, subject: 'b:{sub}', introspection: { endpoint: https://b.example/i, client_id: x, client_secret_file: secret{{second}} } }
            """;
        RegistryText.Compile(yaml, ("secret", "our-secret-there")).Errors().Count().ShouldBe(errors);
    }

    [Fact]
    public void An_issuer_that_is_no_URL_loads_with_keys_of_its_own()
    {
        var registry = RegistryText.Load(Wrong.Issuer + "issuers: { k8s: { issuer: kubernetes/serviceaccount, jwks_file: keys.json, tokens: jwt, kind: client, subject: 'k8s:{sub}' } }\n", ("keys.json", Keys));
        registry.Issuers["k8s"].Keys.ShouldBe(new IssuerKeySource.JwksFile("/secrets/keys.json"));
        registry.IssuersByIdentifier["kubernetes/serviceaccount"].Name.ShouldBe("k8s");
    }

    [Fact]
    public void Plain_http_off_loopback_is_admitted_by_AllowHttp_with_a_warning_each()
    {
        var compilation = RegistryText.Compile("issuer: http://sts.example.com\nissuers:\n  a: { issuer: http://a.example, tokens: jwt, subject: '{sub}', jwks_uri: http://b.example/jwks }\n  b: { issuer: http://127.0.0.1:9000, tokens: jwt, subject: 'b:{sub}' }\n",
            source => source with { AllowHttp = true });
        compilation.IsUsable.ShouldBeTrue();
        compilation.Warnings().Select(warning => warning.Subject).ShouldBe(["issuer", "issuers.a.issuer", "issuers.a.jwks_uri"]);
    }

    [Fact]
    public void Scopes_from_without_scopes_is_a_warning() => RegistryText.Compile(
        Wrong.Issuer + "issuers: { a: { issuer: https://a.example, tokens: { access_token: { scopes_from: permissions } }, subject: '{sub}' } }\n").Warnings().ShouldHaveSingleItem().Message.ShouldContain("add scopes");
}
