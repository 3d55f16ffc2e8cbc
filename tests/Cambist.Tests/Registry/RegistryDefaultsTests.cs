using System.Security.Cryptography;
using System.Text;
using Cambist.Protocol;

namespace Cambist.Tests;

public class RegistryDefaultsTests
{
    static TrustedIssuer Issuer(string members, string resources = "") => RegistryText.Load(
        Wrong.Issuer + $"{resources}\nissuers: {{ a: {{ issuer: https://a.example, subject: '{{sub}}', {members} }} }}\n").Issuers["a"];

    static RegisteredClient Client(string members, string rest = "", params (string, string)[] files) => RegistryText.Load(
        Wrong.Issuer + $"resources:\n  orders: {{ identifiers: [https://orders.example.com, urn:orders], scopes: [read, write] }}\nclients:\n  a: {{ {members} }}\n{rest}", files).Clients["a"];

    static Rule Rule(string members) => RegistryText.Load(Wrong.Base + $"rules: {{ name: r, {members} }}\n").Rules.All.ShouldHaveSingleItem();

    [Fact]
    public void An_empty_registry_allows_nothing_and_has_the_built_in_resource()
    {
        var registry = RegistryText.Load("issuer: https://sts.example.com\nissuers:\nresources: {}\nclients: ~\ndeny: []\nrules:\nlists: {}\n");
        registry.ErrorCodes.ShouldBe(ErrorProfile.Common);
        registry.Signing.ShouldBe(new SigningPolicy(JwsAlgorithm.ES256, TimeSpan.FromDays(90)));
        registry.Issuers.ShouldBeEmpty();
        registry.Clients.ShouldBeEmpty();
        registry.Deny.ShouldBeEmpty();
        registry.Rules.All.ShouldBeEmpty();
        registry.MentionedClaims.ShouldBeEmpty();
        var admin = registry.Resources.ShouldHaveSingleItem().Value;
        admin.Identifiers.ShouldBe(["cambist-admin"]);
        admin.Scopes.ShouldBe(["registry", "impersonation", "tokens", "audit", "keys"], ignoreOrder: true);
        registry.ResourcesByAnyName["cambist-admin"].ShouldBeSameAs(admin);
    }

    [Fact]
    public void Our_issuer_comes_from_the_document_else_the_settings_else_the_loopback_url()
    {
        string Of(string yaml, string? configured) => RegistryText.Compile(yaml, source => source with { ConfiguredIssuer = configured, DefaultIssuer = "http://127.0.0.1:8080" }).Registry!.Issuer;
        Of("issuer: https://a.example", null).ShouldBe("https://a.example");
        Of("{}", "https://b.example").ShouldBe("https://b.example");
        Of("{}", null).ShouldBe("http://127.0.0.1:8080");
    }

    [Fact]
    public void The_revision_is_the_beginning_of_the_hash_of_the_text()
    {
        const string Text = "issuer: https://sts.example.com # é\n";
        RegistryText.Load(Text).Revision.ShouldBe(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)))[..16]);
    }

    [Fact]
    public void Signing_and_error_codes_are_read()
    {
        var registry = RegistryText.Load("issuer: https://sts.example.com\nerror_codes: rfc8693\nsigning: { algorithm: RS256, rotate_every: 30d }\n");
        registry.ErrorCodes.ShouldBe(ErrorProfile.Rfc8693);
        registry.Signing.ShouldBe(new SigningPolicy(JwsAlgorithm.RS256, TimeSpan.FromDays(30)));
        registry.Signing.LongestLife.ShouldBe(TimeSpan.FromMinutes(10));
        RegistryText.Load("issuer: https://sts.example.com\nsigning: { rotate_every: 2h }\nresources: { a: { identifiers: https://a.example, token: { lifetime: 2d } }, b: { identifiers: https://b.example } }")
            .Signing.ShouldBe(new SigningPolicy(JwsAlgorithm.ES256, TimeSpan.FromHours(2)) { LongestLife = TimeSpan.FromDays(2) });
    }

    [Fact]
    public void An_issuer_has_the_defaults_of_the_contract()
    {
        var issuer = Issuer("tokens: access_token");
        issuer.Kind.ShouldBe(SubjectKind.User);
        issuer.Keys.ShouldBeOfType<IssuerKeySource.Discovery>();
        issuer.Algorithms.Select(algorithm => algorithm.Name).ShouldBe(["RS256", "PS256", "ES256", "ES384"]);
        issuer.IsTrustedForSubjects.ShouldBeTrue();
        issuer.IsTrustedForActors.ShouldBeFalse();
        issuer.AcceptsAct.ShouldBeFalse();
        issuer.PassesAssurance.ShouldBeFalse();
        issuer.Introspection.ShouldBeNull();
        issuer.IsResolver.ShouldBeFalse();
        issuer.Where.Entries.ShouldBeEmpty();
        var kind = issuer.Tokens[TokenTypes.AccessToken];
        kind.Scopes.ShouldBeEmpty();
        kind.ScopesFrom.ShouldBeNull();
    }

    [Theory]
    [InlineData("id_token", TokenTypes.IdToken, new[] { "", "jwt" }, 3600)]
    [InlineData("jwt", TokenTypes.Jwt, new[] { "", "jwt" }, 3600)]
    [InlineData("access_token", TokenTypes.AccessToken, new[] { "at+jwt" }, null)]
    public void Each_kind_of_token_has_its_defaults(string name, string urn, string[] types, int? maxAge)
    {
        foreach (var written in new[] { name, $"[{name}]", $"{{ {name}: {{}} }}" })
        {
            var kind = Issuer($"tokens: {written}").Tokens.ShouldHaveSingleItem().Value;
            kind.TokenType.ShouldBe(urn);
            kind.Audiences.ShouldBe(["https://sts.example.com"]);
            kind.Types.ShouldBe(types, ignoreOrder: true);
            kind.MaxAge.ShouldBe(maxAge is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        }
    }

    [Fact]
    public void Kinds_of_token_are_read()
    {
        const string Resources = "resources: { orders: { identifiers: [https://o.example, urn:o], scopes: [read, write] }, billing: { identifiers: https://b.example, scopes: [read] } }";
        var kind = Issuer("tokens: { access_token: { audiences: [server, resources, other], typ: [AT+JWT, application/JWT, absent], max_age: 5m, scopes: [orders/read, write], scopes_from: permissions } }", Resources).Tokens[TokenTypes.AccessToken];
        kind.Audiences.ShouldBe(["https://sts.example.com", "https://o.example", "urn:o", "https://b.example", "other"], ignoreOrder: true);
        kind.Types.ShouldBe(["at+jwt", "jwt", ""], ignoreOrder: true);
        kind.MaxAge.ShouldBe(TimeSpan.FromMinutes(5));
        kind.Scopes["read"].ShouldBe(new ScopeAt("orders", "read"));
        kind.Scopes["write"].ShouldBe(new ScopeAt("orders", "write"));
        kind.ScopesFrom.ShouldBe(ClaimPath.Parse("permissions"));
    }

    [Fact]
    public void Everything_else_of_an_issuer_is_read()
    {
        var issuer = Issuer("tokens: jwt, kind: client, jwks_uri: 'https://keys.example/jwks?x=1', algorithms: ES512, roles: [subject, actor], act: accept, assurance: pass, where: { hd: example.com }");
        issuer.Kind.ShouldBe(SubjectKind.Client);
        issuer.Keys.ShouldBe(new IssuerKeySource.JwksUri(new("https://keys.example/jwks?x=1")));
        issuer.Algorithms.ShouldBe([JwsAlgorithm.ES512]);
        (issuer.IsTrustedForSubjects, issuer.IsTrustedForActors).ShouldBe((true, true));
        issuer.AcceptsAct.ShouldBeTrue();
        issuer.PassesAssurance.ShouldBeTrue();
        issuer.Where.Entries.ShouldHaveSingleItem().Path.Text.ShouldBe("hd");
        Issuer("tokens: jwt, roles: actor").IsTrustedForSubjects.ShouldBeFalse();
    }

    [Fact]
    public void A_custom_resolver_has_no_iss_and_declares_no_tokens()
    {
        var registry = RegistryText.Load(Wrong.Issuer + "issuers: { legacy: { resolver: true, subject: 'legacy:{sub}' } }");
        var issuer = registry.Issuers["legacy"];
        issuer.IsResolver.ShouldBeTrue();
        issuer.Issuer.ShouldBeNull();
        issuer.Tokens.ShouldBeEmpty();
        registry.IssuersByIdentifier.ShouldBeEmpty();
    }

    [Fact]
    public void Introspection_is_read()
    {
        var registry = RegistryText.Load(Wrong.Issuer + "issuers: { a: { issuer: https://a.example, tokens: access_token, subject: '{sub}', introspection: { endpoint: https://a.example/i, client_id: us, client_secret_file: s, prefix: a_ } } }", ("s", "x"));
        registry.Issuers["a"].Introspection.ShouldBe(new IntrospectionEndpoint(new("https://a.example/i"), "us", "x", "a_"));
    }

    [Fact]
    public void A_resource_has_the_defaults_of_the_contract()
    {
        var registry = RegistryText.Load(Wrong.Issuer + "resources: { a: { identifiers: [https://a.example, a] } }");
        var resource = registry.Resources["a"];
        resource.TokenLifetime.ShouldBe(TimeSpan.FromMinutes(10));
        resource.IssuesOpaqueTokens.ShouldBeFalse();
        resource.Scopes.ShouldBeEmpty();
        resource.Claims.ShouldBeEmpty();
        resource.Identifiers.ShouldBe(["https://a.example", "a"]);
        registry.ResourcesByAnyName.Keys.ShouldBe(["a", "https://a.example", "cambist-admin"], ignoreOrder: true);
    }

    [Fact]
    public void Everything_of_a_resource_is_read()
    {
        var resource = RegistryText.Load(Wrong.Issuer + "resources: { a: { identifiers: https://a.example, scopes: read, claims: { mail: '{email}', who: '{given} {family}' }, token: { lifetime: 5m, format: opaque } } }").Resources["a"];
        resource.Claims.Select(claim => (claim.Name, claim.Template.Text)).ShouldBe([("mail", "{email}"), ("who", "{given} {family}")]);
        resource.TokenLifetime.ShouldBe(TimeSpan.FromMinutes(5));
        resource.IssuesOpaqueTokens.ShouldBeTrue();
        RegistryText.Load(Wrong.Issuer + "resources: { a: { identifiers: https://a.example, claims: [email, tenant_id] } }").Resources["a"]
            .Claims.Select(claim => (claim.Name, claim.Template.Text)).ShouldBe([("email", "{email}"), ("tenant_id", "{tenant_id}")]);
    }

    [Theory]
    [InlineData("secrets: { file: s }", ClientAuthenticationMethod.ClientSecretBasic)]
    [InlineData("secrets: { file: s }, auth: client_secret_basic", ClientAuthenticationMethod.ClientSecretBasic)]
    [InlineData("secrets: { file: s }, auth: client_secret_post", ClientAuthenticationMethod.ClientSecretPost)]
    [InlineData("jwks_uri: https://a.example/jwks", ClientAuthenticationMethod.PrivateKeyJwt)]
    [InlineData("jwks: { keys: KEY }", ClientAuthenticationMethod.PrivateKeyJwt)]
    [InlineData("jwks: { keys: [KEY] }, auth: self_signed_tls_client_auth", ClientAuthenticationMethod.SelfSignedTlsClientAuth)]
    [InlineData("tls_subject: CN=a, auth: tls_client_auth", ClientAuthenticationMethod.TlsClientAuth)]
    [InlineData("auth: none", ClientAuthenticationMethod.None)]
    public void A_client_authenticates_by_what_it_has(string members, ClientAuthenticationMethod method)
    {
        const string Key = "{ kty: EC, crv: P-256, kid: 1, use: sig, x: MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4, y: 4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM }";
        var client = Client(members.Replace("KEY", Key, StringComparison.Ordinal), "", ("s", "a-secret-of-a-client"));
        client.Authentication.ShouldBe(method);
        client.IsPublic.ShouldBe(method == ClientAuthenticationMethod.None);
        if (members.Contains("jwks:", StringComparison.Ordinal)) client.Jwks!.Keys.ShouldHaveSingleItem().KeyId.ShouldBe("1");
    }

    [Fact]
    public void Secrets_are_kept_as_hashes_with_their_dates()
    {
        static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
        var client = Client("secrets: [{ file: two }]", "", ("two", "the-first-secret-é\r\n\nthe-second-secret"));
        client.Secrets.Select(secret => Convert.ToHexString(secret.Sha256.Span)).ShouldBe([Convert.ToHexString(Hash("the-first-secret-é")), Convert.ToHexString(Hash("the-second-secret"))]);
        client.Secrets.ShouldAllBe(secret => secret.ExpiresAt == null);

        client = Client($"secrets: [{{ sha256: {Convert.ToHexString(Hash("x"))}, expires: 2030-12-31 }}, {{ file: s }}]", "", ("s", "\uFEFFa-secret-after-a-mark\n"));
        client.Secrets[0].Sha256.ToArray().ShouldBe(Hash("x"));
        client.Secrets[0].ExpiresAt.ShouldBe(new DateTimeOffset(2030, 12, 31, 0, 0, 0, TimeSpan.Zero));
        client.Secrets[1].Sha256.ToArray().ShouldBe(Hash("a-secret-after-a-mark"));
    }

    [Fact]
    public void An_expired_secret_is_no_longer_live_and_is_left_out_with_a_warning()
    {
        string Secrets(string expires) => Wrong.Issuer + $"clients: {{ a: {{ secrets: [{{ sha256: {new string('a', 64)}, expires: {expires} }}, {{ sha256: {new string('b', 64)} }}, {{ sha256: {new string('c', 64)} }}] }} }}";
        var compilation = RegistryText.Compile(Secrets("2030-06-15"));
        compilation.Registry!.Clients["a"].Secrets.Length.ShouldBe(2);
        compilation.Warnings().ShouldHaveSingleItem().Message.ShouldContain("expired on 2030-06-15");
        RegistryText.Compile(Secrets("2030-06-16")).Errors().ShouldHaveSingleItem().Message.ShouldContain("3 secrets are live");
        RegistryText.Compile(Secrets("2030-06-15"), source => source with { Now = null }).Errors().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_client_whose_secrets_have_all_expired_is_a_warning() =>
        RegistryText.Compile(Wrong.Issuer + $"clients: {{ a: {{ secrets: {{ sha256: {Wrong.Hash}, expires: 2020-01-01 }} }} }}").Warnings().Select(warning => warning.Message)
            .ShouldContain(message => message.Contains("cannot authenticate", StringComparison.Ordinal));

    [Theory]
    [InlineData("http://127.0.0.1:8080", false)]
    [InlineData("https://localhost", false)]
    [InlineData("https://sts.example.com", true)]
    public void A_secret_in_the_document_is_admitted_on_loopback_or_with_AllowHttp(string issuer, bool allowHttp) =>
        RegistryText.Compile($"issuer: {issuer}\nclients: {{ a: {{ secrets: {{ value: long-enough-to-be-no-warning }} }} }}", source => source with { AllowHttp = allowHttp })
            .Registry!.Clients["a"].Secrets.ShouldHaveSingleItem().Sha256.ToArray().ShouldBe(SHA256.HashData("long-enough-to-be-no-warning"u8));

    [Fact]
    public void A_short_secret_is_a_warning() =>
        RegistryText.Compile(Wrong.Issuer + "clients: { a: { secrets: { file: s } } }", ("s", "hunter2")).Warnings().ShouldHaveSingleItem().Message.ShouldContain("can be guessed");

    [Theory]
    [InlineData(" a-secret-that-is-long-enough")]
    [InlineData("a-secret-that-is-long-enough \r")]
    [InlineData("a-secret-that-is-long-enough\t")]
    public void A_space_around_a_secret_is_a_warning(string line) =>
        RegistryText.Compile(Wrong.Issuer + "clients: { a: { secrets: { file: s } } }", ("s", line + "\n")).Warnings().ShouldHaveSingleItem().Message.ShouldContain("begins or ends with a space");

    [Fact]
    public void What_a_client_serves_and_is_known_as_is_read()
    {
        var client = Client("secrets: { file: s }, serves: orders, known_as: [6f1c, x], client_credentials: { orders: [read], cambist-admin: keys }, disabled: true", "", ("s", "a-secret-of-a-client"));
        client.Serves.ShouldHaveSingleItem().Name.ShouldBe("orders");
        client.ServedIdentifiers.ShouldBe(["https://orders.example.com", "urn:orders"], ignoreOrder: true);
        client.KnownAs.ShouldBe(["6f1c", "x"]);
        client.ClientCredentials["orders"].ShouldBe(["read"]);
        client.ClientCredentials["cambist-admin"].ShouldBe(["keys"]);
        client.IsDisabled.ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData("", "rules: { name: r, clients: a, targets: { orders: { read: true } } }", GrantTypes.TokenExchange)]
    [InlineData("", "rules: { name: r, clients: '*', targets: { orders: { read: true } } }", GrantTypes.TokenExchange)]
    [InlineData("", "rules: { name: r, clients: a, targets: { orders: { read: true } }, shadow: true }", "")]
    [InlineData(", client_credentials: { orders: read }", "", GrantTypes.ClientCredentials)]
    [InlineData("", "rules: { name: r, clients: a, targets: { orders: { read: true } }, refresh: { lifetime: 8h } }", GrantTypes.TokenExchange + " " + GrantTypes.RefreshToken)]
    [InlineData(", client_credentials: { orders: read }, grants: client_credentials", "rules: { name: r, clients: a, targets: { orders: { read: true } } }", GrantTypes.ClientCredentials)]
    [InlineData(", grants: [token_exchange, client_credentials]", "rules: { name: r, clients: a, targets: { orders: { read: true } } }", GrantTypes.TokenExchange)]
    public void Grants_are_what_the_document_implies_and_a_written_list_narrows(string members, string rest, string grants) =>
        Client($"secrets: {{ file: s }}{members}", rest, ("s", "a-secret-of-a-client")).Grants.ShouldBe(grants.Split(' ', StringSplitOptions.RemoveEmptyEntries), ignoreOrder: true);

    [Fact]
    public void A_written_grant_that_nothing_gives_is_a_warning() =>
        RegistryText.Compile(Wrong.Issuer + $"clients: {{ a: {{ secrets: {{ sha256: {Wrong.Hash} }}, grants: [token_exchange, refresh_token] }} }}").Warnings().Select(warning => warning.Position.Column)
            .ShouldBe([.. new[] { "token_exchange", "refresh_token" }.Select(grant => $"clients: {{ a: {{ secrets: {{ sha256: {Wrong.Hash} }}, grants: [token_exchange, refresh_token] }} }}".IndexOf(grant, StringComparison.Ordinal) + 1)]);

    [Fact]
    public void A_rule_has_the_defaults_of_the_contract()
    {
        var rule = Rule("clients: orders, targets: { orders: read }");
        rule.Subject.Issuers.ShouldBe(["self"]);
        rule.Subject.TokenTypes.ShouldBeNull();
        rule.Subject.Kinds.ShouldBeNull();
        rule.Subject.Where.Entries.ShouldBeEmpty();
        rule.Actor.ShouldBeOfType<ActorRequirement.Caller>();
        rule.Lifetime.ShouldBeNull();
        rule.MayOutliveSubject.ShouldBeFalse();
        rule.Claims.ShouldBeEmpty();
        rule.IsDefaultTarget.ShouldBeFalse();
        rule.IsShadow.ShouldBeFalse();
        rule.RequestedTokenTypes.ShouldBe([TokenTypes.AccessToken]);
        rule.RefreshLifetime.ShouldBeNull();
        rule.IsOnce.ShouldBeFalse();
        rule.Proof.ShouldBe(ProofRequirement.None);
        rule.MaxDepth.ShouldBe(5);
        rule.Position.Line.ShouldBe(18);
    }

    [Fact]
    public void Everything_of_a_rule_is_read()
    {
        var rule = Rule("""
            clients: [web*, orders], subject: { issuer: [ci, login], token_types: [id_token, jwt], kind: [user, client], where: { a.b: 1 } },
              actor: { issuer: [agents, self], where: { sub: x } }, targets: { orders: [write, read], billing: { read: [orders/read, write], pay: true }, plain: [] },
              lifetime: 1m, may_outlive_subject: true, claims: { team: '{groups}' }, requested_token_types: [jwt, access_token], once: true, proof: mtls, max_depth: 2, shadow: true
            """);
        rule.Clients.ShouldBe(["web", "web-2", "orders"], ignoreOrder: true);
        rule.Subject.Issuers.ShouldBe(["ci", "login"], ignoreOrder: true);
        rule.Subject.TokenTypes.ShouldBe([TokenTypes.IdToken, TokenTypes.Jwt], ignoreOrder: true);
        rule.Subject.Kinds.ShouldBe([SubjectKind.User, SubjectKind.Client], ignoreOrder: true);
        rule.Subject.Where.Entries.ShouldHaveSingleItem().Path.Text.ShouldBe("a.b");
        var actor = rule.Actor.ShouldBeOfType<ActorRequirement.Token>();
        actor.Issuers.ShouldBe(["agents", "self"], ignoreOrder: true);
        actor.Where.Entries.ShouldHaveSingleItem();
        rule.Targets["orders"].ShouldBeOfType<ScopeGrant.Listed>().Scopes.ShouldBe(["write", "read"]);
        rule.Targets["plain"].ShouldBeOfType<ScopeGrant.Listed>().Scopes.ShouldBeEmpty();
        var mapped = rule.Targets["billing"].ShouldBeOfType<ScopeGrant.Mapped>().Scopes;
        mapped[0].Scope.ShouldBe("read");
        mapped[0].HeldAnyOf!.Value.ShouldBe([new("orders", "read"), new("orders", "write")]);
        mapped[1].ShouldBe(new ScopeEntitlement("pay", null));
        rule.Lifetime.ShouldBe(TimeSpan.FromMinutes(1));
        rule.MayOutliveSubject.ShouldBeTrue();
        rule.Claims.ShouldHaveSingleItem().Name.ShouldBe("team");
        rule.RequestedTokenTypes.ShouldBe([TokenTypes.Jwt, TokenTypes.AccessToken]);
        (rule.IsOnce, rule.IsShadow, rule.Proof, rule.MaxDepth).ShouldBe((true, true, ProofRequirement.Mtls, 2));
    }

    [Fact]
    public void A_default_target_and_a_refresh_lifetime_are_read()
    {
        var rule = Rule("clients: web, subject: { issuer: login }, actor: none, targets: { orders: read }, default_target: true, refresh: { lifetime: 8h }");
        rule.IsDefaultTarget.ShouldBeTrue();
        rule.RefreshLifetime.ShouldBe(TimeSpan.FromHours(8));
        rule.Actor.ShouldBeOfType<ActorRequirement.Nobody>();
    }

    [Fact]
    public void A_rule_for_impersonation_tokens_takes_their_kind() =>
        Rule("clients: web, subject: { issuer: impersonation }, targets: { orders: read }").Subject.Kinds.ShouldBe([SubjectKind.Impersonated]);

    [Fact]
    public void An_absent_selector_of_a_deny_entry_means_any()
    {
        var entry = RegistryText.Load(Wrong.Base + "deny: { name: d, reason: because, targets: [orders, cambist-admin], subject: { kind: impersonated } }").Deny.ShouldHaveSingleItem();
        (entry.Name, entry.Reason).ShouldBe(("d", "because"));
        entry.Clients.ShouldBeNull();
        entry.Actor.ShouldBeNull();
        entry.Targets.ShouldBe(["orders", "cambist-admin"], ignoreOrder: true);
        entry.Subject!.Issuers.ShouldBeNull();
        entry.Subject.TokenTypes.ShouldBeNull();
        entry.Subject.Kinds.ShouldBe([SubjectKind.Impersonated]);
    }

    [Fact]
    public void An_actor_of_a_deny_entry_without_issuer_means_any_issuer()
    {
        var entry = RegistryText.Load(Wrong.Base + "deny: { name: d, reason: because, clients: web*, actor: { where: { sub: x } } }").Deny.ShouldHaveSingleItem();
        entry.Clients.ShouldBe(["web", "web-2"], ignoreOrder: true);
        entry.Actor!.Issuers.ShouldBe(["self", "login", "ci", "api", "agents"], ignoreOrder: true);
    }

    [Fact]
    public void Mentioned_claims_are_those_of_every_condition_and_template_once() => RegistryText.Load("""
        issuer: https://sts.example.com
        lists: { staff: [ada] }
        issuers:
          a: { issuer: https://a.example, tokens: jwt, roles: [subject, actor], subject: "a:{project}:{sub}", where: { iw: x, shared: y } }
        resources:
          r: { identifiers: https://r.example, claims: { x: "{rc.inner} {shared}" } }
        clients: { c: { auth: none } }
        deny: { name: d, reason: x, subject: { where: { ds: x } }, actor: { where: { da: { in: staff } } } }
        rules: { name: r1, clients: c, subject: { issuer: a, where: { rs: { exists: false } } }, actor: none, targets: { r: [] }, claims: [tc] }
        """).MentionedClaims.Select(path => path.Text).ShouldBe(["da", "ds", "iw", "project", "rc.inner", "rs", "shared", "sub", "tc"]);

    [Fact]
    public void Members_that_are_not_carried_out_yet_load_with_a_warning_each()
    {
        var compilation = RegistryText.Compile("""
            issuer: https://sts.example.com
            issuers:
              a: { issuer: https://a.example, tokens: jwt, roles: [subject, actor], act: accept, subject: "{sub}" }
              b: { issuer: https://b.example, tokens: access_token, subject: "b:{sub}", introspection: { endpoint: https://b.example/i, client_id: x, client_secret_file: s } }
              c: { resolver: true, subject: "c:{sub}" }
            resources:
              r: { identifiers: https://r.example }
            clients:
              x: { jwks_uri: https://x.example/jwks }
              y: { auth: tls_client_auth, tls_subject: CN=y }
              z: { auth: self_signed_tls_client_auth, jwks_uri: https://x.example/jwks }
            deny: { name: d, reason: x, actor: { issuer: a } }
            rules:
              - { name: r1, clients: x, targets: { r: [] }, actor: { issuer: a } }
              - { name: r2, clients: x, targets: { r: [] }, proof: dpop }
              - { name: r3, clients: x, targets: { r: [] }, once: true }
              - { name: r4, clients: x, targets: { r: [] }, refresh: { lifetime: 8h } }
              - { name: r5, clients: x, targets: { r: [] }, shadow: true }
              - { name: r6, clients: x, targets: { r: [] }, subject: { issuer: impersonation } }
              - { name: r7, clients: x, targets: { r: [] }, subject: { token_types: refresh_token } }
              - { name: r8, clients: x, targets: { r: [] }, subject: { issuer: impersonation, token_types: impersonation_token } }
              - { name: r9, clients: x, targets: { r: [] }, requested_token_types: [access_token, jwt] }
            """, ("s", "our-secret-there"));
        compilation.Errors().ShouldBeEmpty();
        compilation.Warnings().ShouldAllBe(warning => warning.Message.Contains("is not built yet", StringComparison.Ordinal));
        compilation.Warnings().Select(warning => warning.Position.Line).ShouldBe([10, 11, 15]);
    }
}
