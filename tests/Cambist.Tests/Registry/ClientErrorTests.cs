namespace Cambist.Tests;

public class ClientErrorTests
{
    const string Resources = "resources:\n  orders: { identifiers: [https://orders.example.com, orders-api], scopes: [read, write] }\n  plain: { identifiers: https://plain.example.com }\n";
    const string PublicKey = "{ kty: EC, crv: P-256, x: MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4, y: 4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM }";

    static readonly string KeyOnP521 = System.Text.Encoding.UTF8.GetString(SigningKey.Create(JwsAlgorithm.ES512).PublicJwk.Span);

    static readonly (string, string)[] Files = [("one", "the-first-long-secret\n"), ("two", "the-first-long-secret\r\n\nthe-second-long-secret"), ("three", "a\nb\nc\n"), ("printed", $"secret  {Wrong.Hash}\nsha256  {Wrong.Hash}\n"), ("json", $$"""{"secret":"{{Wrong.Hash}}"}"""), ("none", "\r\n\n")];

    [Theory]
    [InlineData("a: §x", "clients.a", "must be a map")]
    [InlineData("a: §{}", "clients.a", "nothing says how this client authenticates")]
    [InlineData("a: §{ tls_subject: CN=a }", "clients.a", "add auth: tls_client_auth")]
    [InlineData("a: { auth: §client_secret_jwt }", "clients.a.auth", "did you mean")]
    [InlineData("a: { auth: §basic }", "clients.a.auth", "means nothing here")]
    [InlineData("a: { auth: §client_secret_post }", "clients.a", "needs secrets")]
    [InlineData("a: { auth: §private_key_jwt }", "clients.a", "needs jwks or jwks_uri")]
    [InlineData("a: { auth: §tls_client_auth }", "clients.a", "needs tls_subject")]
    [InlineData("a: { auth: §self_signed_tls_client_auth }", "clients.a", "needs jwks or jwks_uri")]
    [InlineData("a: { auth: none, secrets: §{ file: one } }", "clients.a.secrets", "none does not use secrets")]
    [InlineData("a: { secrets: { file: one }, jwks_uri: §https://a.example/jwks }", "clients.a.jwks_uri", "does not use jwks_uri")]
    [InlineData("a: { secrets: { file: one }, tls_subject: §CN=a }", "clients.a.tls_subject", "does not use tls_subject")]
    [InlineData("a: { jwks: { keys: [KEY] }, jwks_uri: §https://a.example/jwks }", "clients.a.jwks_uri", "one place")]
    [InlineData("a: { jwks_uri: §http://a.example/jwks }", "clients.a.jwks_uri", "plain http")]
    [InlineData("a: { jwks: §[] }", "clients.a.jwks", "must be a map")]
    [InlineData("a: { jwks: §{} }", "clients.a.jwks", "no JWK set")]
    [InlineData("a: { jwks: §{ keys: [] } }", "clients.a.jwks", "no key that can be used")]
    [InlineData("a: { jwks: §{ keys: [{ kty: EC, crv: P-256, x: AA, y: AA }] } }", "clients.a.jwks", "no key that can be used")]
    [InlineData("a: { jwks: §{ keys: [KEY, { kty: oct2 }] } }", "clients.a.jwks", "a key cannot be used")]
    [InlineData("a: { jwks: §{ keys: [{ kty: EC, crv: P-256, x: AA, y: AA, d: c2VjcmV0 }] } }", "clients.a.jwks", "Take it for lost")]
    [InlineData("a: { jwks: §{ keys: [{ kty: oct, k: c2VjcmV0 }] } }", "clients.a.jwks", "Take it for lost")]
    [InlineData("a: { jwks: §{ keys: [KEY, P521] } }", "clients.a.jwks", "fits none of RS256 PS256 ES256 ES384")]
    [InlineData("a: { secrets: §[] }", "clients.a.secrets", "empty")]
    [InlineData("a: { secrets: §hush }", "clients.a.secrets", "must be a map")]
    [InlineData("a: { secrets: §{} }", "clients.a.secrets", "holds no secret")]
    [InlineData("a: { secrets: §{ expires: 2031-01-01 } }", "clients.a.secrets", "holds no secret")]
    [InlineData("a: { secrets: §{ file: one, sha256: HASH } }", "clients.a.secrets", "one entry is one secret")]
    [InlineData("a: { secrets: { §sha: HASH, file: one } }", "clients.a.secrets", "'sha' is unknown")]
    [InlineData("a: { secrets: { sha256: §'<64 hex digits>' } }", "clients.a.secrets.sha256", "64 hex digits")]
    [InlineData("a: { secrets: { sha256: §HASHa } }", "clients.a.secrets.sha256", "64 hex digits")]
    [InlineData("a: { secrets: { sha256: §e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 } }", "clients.a.secrets.sha256", "hash of nothing")]
    [InlineData("a: { secrets: { sha256: HASH, expires: §soon } }", "clients.a.secrets.expires", "no date")]
    [InlineData("a: { secrets: { sha256: HASH, expires: §2031-02-30 } }", "clients.a.secrets.expires", "no date")]
    [InlineData("a: { secrets: { sha256: HASH, expires: §2031-1-1 } }", "clients.a.secrets.expires", "no date")]
    [InlineData("a: { secrets: { file: §missing } }", "clients.a.secrets.file", "no readable file")]
    [InlineData("a: { secrets: { file: §none } }", "clients.a.secrets.file", "the file is empty")]
    [InlineData("a: { secrets: { file: §printed } }", "clients.a.secrets.file", "keep the secret alone in it")]
    [InlineData("a: { secrets: { file: §json } }", "clients.a.secrets.file", "keep the secret alone in it")]
    [InlineData("a: { secrets: { file: §three } }", "clients.a.secrets.file", "more than two")]
    [InlineData("a: { secrets: { file: §/etc/passwd } }", "clients.a.secrets.file", "outside the secrets folder")]
    [InlineData("a: { secrets: { file: §a/../../b } }", "clients.a.secrets.file", "outside the secrets folder")]
    [InlineData("a: { secrets: { file: §'C:\\secret' } }", "clients.a.secrets.file", "outside the secrets folder")]
    [InlineData("a: { secrets: §[{ file: two }, { sha256: HASH }] }", "clients.a.secrets", "3 secrets are live")]
    [InlineData("a: { secrets: [{ file: one }, §{ file: two }] }", "clients.a.secrets[1]", "listed already")]
    [InlineData("a: { secrets: { value: §a-long-secret-in-the-registry } }", "clients.a.secrets.value", "loopback")]
    [InlineData("a: { auth: none, known_as: §[] }", "clients.a.known_as", "never means all")]
    [InlineData("a: { secrets: { file: one }, serves: §order }", "clients.a.serves", "did you mean orders?")]
    [InlineData("a: { secrets: { file: one }, serves: [orders, §orders] }", "clients.a.serves[1]", "twice")]
    [InlineData("a: { secrets: { file: one }, serves: §orders-api }", "clients.a.serves", "go by their names: orders")]
    [InlineData("a: { secrets: { file: one }, serves: §[] }", "clients.a.serves", "never means all")]
    [InlineData("a: { secrets: { file: one }, serves: §cambist-admin }", "clients.a.serves", "this server itself")]
    [InlineData("a: { secrets: { file: one }, client_credentials: §orders }", "clients.a.client_credentials", "must be a map")]
    [InlineData("a: { secrets: { file: one }, client_credentials: §{} }", "clients.a.client_credentials", "gives nothing")]
    [InlineData("a: { secrets: { file: one }, client_credentials: { §order: read } }", "clients.a.client_credentials.order", "did you mean orders?")]
    [InlineData("a: { secrets: { file: one }, client_credentials: { orders: §[] } }", "clients.a.client_credentials.orders", "never means all")]
    [InlineData("a: { secrets: { file: one }, client_credentials: { orders: §rd_all } }", "clients.a.client_credentials.orders", "known: read, write")]
    [InlineData("a: { secrets: { file: one }, client_credentials: { plain: §read } }", "clients.a.client_credentials.plain", "defines no scopes")]
    [InlineData("a: { secrets: { file: one }, client_credentials: { cambist-admin: §key } }", "clients.a.client_credentials.cambist-admin", "did you mean keys?")]
    [InlineData("a: { secrets: { file: one }, grants: §[] }", "clients.a.grants", "disabled: true")]
    [InlineData("a: { secrets: { file: one }, grants: §authorization_code }", "clients.a.grants", "means nothing here")]
    [InlineData("a: { secrets: { file: one }, disabled: §'true' }", "clients.a.disabled", "without quotes")]
    [InlineData("a: { secrets: { file: one }, disabled: §yes }", "clients.a.disabled", "true or false")]
    [InlineData("a: { secrets: { file: one }, §secret: x }", "clients.a", "did you mean secrets?")]
    [InlineData("a: { auth: none, serves: §orders }", "clients.a.serves", "public client")]
    [InlineData("a: { auth: none, client_credentials: §{ orders: read } }", "clients.a.client_credentials", "public client")]
    [InlineData("a: { auth: none, grants: [token_exchange, §client_credentials] }", "clients.a.grants[1]", "public client")]
    [InlineData("a: { auth: none, grants: §refresh_token }", "clients.a.grants", "public client")]
    [InlineData("§https://orders.example.com: { auth: none }", "clients[\"https://orders.example.com\"]", "add serves: orders")]
    [InlineData("§orders-api: { auth: none }", "clients.orders-api", "add serves: orders")]
    [InlineData("a: { auth: none, known_as: [x, §orders-api] }", "clients.a.known_as[1]", "add serves: orders")]
    public void Each_error_of_a_client_is_found(string client, string subject, string part) => Wrong.Is(
        Wrong.Issuer + Resources + "clients:\n  " + client.Replace("KEY", PublicKey, StringComparison.Ordinal).Replace("HASH", Wrong.Hash, StringComparison.Ordinal).Replace("P521", KeyOnP521, StringComparison.Ordinal) + "\n", subject, part, Files);

    [Theory]
    [InlineData("https://orders.example.com: { secrets: { file: one }, serves: orders }")]
    [InlineData("a: { secrets: { file: one }, serves: orders, known_as: orders-api }")]
    [InlineData("orders: { auth: none }")]
    public void A_client_may_be_named_like_a_resource_or_an_identifier_it_serves(string client) =>
        RegistryText.Load(Wrong.Issuer + Resources + $"clients:\n  {client}\n", Files);

    [Fact]
    public void No_message_ever_holds_a_secret()
    {
        const string Secret = "Tr0ub4dor&3-correct-horse";
        string[] wrong =
        [
            $"secrets: {Secret}", $"secrets: [{Secret}]", $"secrets: {{ sha256: {Secret} }}", $"secrets: {{ value: {Secret} }}", $"secrets: {{ value: [{Secret}] }}",
            $"secrets: {{ value: {Secret}, file: x }}", $"secrets: [[{Secret}], [{Secret}]]", $"secrets: {{ file: bad }}", $"secrets: {{ file: three }}", $"secrets: [{{ value: {Secret} }}, {{ value: {Secret} }}]",
        ];
        foreach (var client in wrong)
        {
            foreach (var allowHttp in new[] { false, true })
            {
                var compilation = RegistryText.Compile(Wrong.Issuer + $"clients: {{ a: {{ {client} }} }}", source => source with { AllowHttp = allowHttp },
                    ("bad", Secret + "\n" + Secret), ("three", $"{Secret}1\n{Secret}2\n{Secret}3"));
                if (!allowHttp) compilation.Errors().ShouldNotBeEmpty();
                compilation.Findings.ShouldAllBe(finding => !finding.ToString().Contains("Tr0ub4dor", StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_secret_file_that_is_no_UTF_8_is_an_error()
    {
        var compilation = RegistryText.Compile(Wrong.Issuer + "clients: { a: { secrets: { file: x } } }", source => source with { ReadFile = _ => new("/x", new byte[] { 0x61, 0xFF }) });
        compilation.Errors().ShouldHaveSingleItem().Message.ShouldContain("no UTF-8");
    }
}
