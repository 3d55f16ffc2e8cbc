using System.Text.Json.Nodes;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary><c>cambist new issuer</c>: what it prints, put into the starting registry as it says, passes <c>check</c> and does what it is for.</summary>
public sealed class NewIssuerTests : IDisposable
{
    static readonly TestKey Key = TestKey.Create("RS256", "sample-1");

    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    public static TheoryData<string, string, string[]> Samples() => new()
    {
        { "github", """{"iss":"https://token.actions.githubusercontent.com","sub":"repo:acme/shop:ref:refs/heads/main","aud":"https://github.com/acme","repository":"acme/shop","repository_id":"4711","repository_owner_id":"17","ref":"refs/heads/main","ref_protected":"true","workflow_ref":"acme/shop/.github/workflows/x.yml@refs/heads/main"}""",
            ["kind: client", "{repository_id}", "repository_id: \"4711\"", "repository_owner_id: \"17\"", "ref: \"refs/heads/main\"", "auth: none", "tokens: id_token\n"] },
        { "gitlab", """{"iss":"https://gitlab.example.com","sub":"project_path:acme/shop:ref_type:branch:ref:main","aud":"https://vault.example.com","project_id":"4711","namespace_id":"72","pipeline_id":"5","project_path":"acme/shop","ref":"main","ref_protected":"true"}""",
            ["kind: client", "{project_id}", "project_id: \"4711\"", "ref_protected: true"] },
        { "k8s", """{"iss":"https://kubernetes.default.svc.cluster.local","sub":"system:serviceaccount:shop:api","aud":["https://kubernetes.default.svc"],"kubernetes.io":{"namespace":"shop","serviceaccount":{"name":"api","uid":"0d5e-1"}}}""",
            ["tokens: jwt\n", "kind: client", "{/kubernetes.io/serviceaccount/uid}", "/kubernetes.io/serviceaccount/uid: \"0d5e-1\""] },
        { "entra", """{"iss":"https://login.microsoftonline.com/0f3e8c4a-0000-0000-0000-000000000000/v2.0","sub":"pairwise","oid":"11aa","tid":"0f3e8c4a-0000-0000-0000-000000000000","aud":"6f1c2d3e-0000-0000-0000-000000000000","ver":"2.0"}""",
            ["{oid}", "tid: \"0f3e8c4a", "known_as: \"6f1c2d3e", "id_token: { audiences: \"6f1c2d3e"] },
        { "entra", """{"iss":"https://login.microsoftonline.com/0f3e8c4a-0000-0000-0000-000000000000/v2.0","sub":"pairwise","oid":"11aa","tid":"0f3e8c4a-0000-0000-0000-000000000000","aud":"6f1c2d3e-0000-0000-0000-000000000000","ver":"2.0","scp":"read"}""",
            ["{oid}", "access_token: { audiences: \"6f1c2d3e-0000-0000-0000-000000000000\", typ: \"JWT\" }", "actor: client"] },
        { "google", """{"iss":"https://accounts.google.com","sub":"1234567890","aud":"1-a.apps.googleusercontent.com","hd":"example.com","email":"a@example.com"}""",
            ["{sub}", "hd: \"example.com\""] },
        { "keycloak", """{"iss":"https://keycloak.example.com/realms/shop","sub":"f:1","aud":"portal","typ":"ID","azp":"portal"}""",
            ["{sub}", "typ: \"ID\"", "known_as: \"portal\""] },
        { "odd", """{"iss":"https://odd.example.com","sub":"a","aud":["web","x: y # \"*\""],"nonce":"n"}""", ["audiences: [\"web\", \"x: y # \\\"*\\\"\"]"] },
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_token_gives_blocks_that_pass_check(string name, string claims, string[] expected)
    {
        var printed = (await NewIssuerAsync([name, $"@{Sample(claims)}"])).Output;
        foreach (var part in expected) printed.ShouldContain(part);
        printed.ShouldContain($"subject: \"{name}:{{");
        await PassesCheckAsync(printed);
    }

    [Theory]
    [InlineData("https://token.actions.githubusercontent.com")]
    [InlineData("https://gitlab.com")]
    [InlineData("https://accounts.google.com")]
    [InlineData("https://login.microsoftonline.com/0f3e8c4a-0000-0000-0000-000000000000/v2.0")]
    [InlineData("https://keycloak.example.com/realms/shop")]
    [InlineData("https://login.example.org")]
    public async Task Without_a_sample_a_provider_known_by_its_address_gives_blocks_that_pass_check(string issuer)
    {
        var printed = IssuerText.Write("theirs", issuer, TokenShapes.Of(issuer, null), null, new(issuer, ["RS256"], 2));
        await PassesCheckAsync(printed);
    }

    [Fact]
    public async Task A_workload_gets_exactly_what_its_sample_had_and_another_repository_nothing()
    {
        await using var provider = await TestIssuer.StartAsync();
        void Shape(JsonObject claims, string repository)
        {
            foreach (var (name, value) in new[] { ("repository_id", repository), ("repository_owner_id", "17"), ("ref", "refs/heads/main"), ("workflow_ref", "w") }) claims[name] = value;
        }

        var sample = _cli.Write("sample", provider.IdToken("repo:acme/shop", "https://github.com/acme", claims => Shape(claims, "4711")));
        var printed = (await NewIssuerAsync(["github", provider.Issuer, "--token", $"@{sample}"])).Output;
        var registry = Paste.Into((await _cli.RunAsync(["new", "registry"])).Output, printed);
        await using var server = await TestServer.StartAsync(issuer => registry.Replace("http://127.0.0.1:8080", issuer, StringComparison.Ordinal));

        async Task<Answer> ExchangeAsync(string repository) => await server.PostAsync(
            [("client_id", "github-ci"), .. TestServer.ExchangeForm(provider.IdToken("repo:acme/shop", server.Issuer, claims => Shape(claims, repository)), "id_token", ("audience", "billing"))]);
        var answer = await ExchangeAsync("4711");
        answer.Status.ShouldBe(System.Net.HttpStatusCode.OK, answer.Body);
        ((string?)TestJwt.Parse((string)answer.Json["access_token"]!).Claims["sub"]).ShouldBe("github:4711");
        (await ExchangeAsync("4712")).Status.ShouldBe(System.Net.HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_provider_is_asked_for_its_document_and_keys_and_a_last_slash_more_or_less_does_no_harm()
    {
        await using var provider = await TestIssuer.StartAsync(path: "/tenant");
        foreach (var url in (string[])[provider.Issuer, provider.Issuer + "/", provider.Issuer + "/.well-known/openid-configuration"])
        {
            var printed = (await NewIssuerAsync(["login", url])).Output;
            printed.ShouldContain($"    issuer: {provider.Issuer} ");
            printed.ShouldContain("1 usable key)");
            await PassesCheckAsync(printed.Replace("  login:", "  company:", StringComparison.Ordinal).Replace("issuer: login ", "issuer: company ", StringComparison.Ordinal).Replace("login:{sub}", "company:{sub}", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_goes_wrong_with_a_provider_is_one_line()
    {
        await using var provider = await TestIssuer.StartAsync();
        await using var other = await TestIssuer.StartAsync();
        var sample = $"@{_cli.Write("sample", other.IdToken("alice", "web"))}";
        (await _cli.FailAsync(["new", "issuer", "login", provider.Issuer, "--token", sample])).ShouldContain(other.Issuer);

        provider.DocumentIssuer = "https://somebody.else.example.com";
        (await _cli.FailAsync(["new", "issuer", "login", provider.Issuer])).ShouldContain("https://somebody.else.example.com");
        provider.DocumentIssuer = null;
        provider.Publish();
        (await _cli.FailAsync(["new", "issuer", "login", provider.Issuer])).ShouldContain("no usable key");
        provider.Discovery.Status = 302;
        (await _cli.FailAsync(["new", "issuer", "login", provider.Issuer])).ShouldContain("redirects are not followed");
        (await _cli.FailAsync(["new", "issuer", "login", $"http://127.0.0.1:{BuiltServer.FreePort()}"])).ShouldContain("refused");
        (await _cli.FailAsync(["new", "issuer", "login", "http://login.example.com"])).ShouldContain("plain http");
    }

    [Theory]
    [InlineData("""{"sub":"a"}""", "no iss")]
    [InlineData("""{"iss":"accounts.google.com"}""", "no URL")]
    public async Task A_sample_that_no_registry_could_fit_is_one_line(string claims, string reason) =>
        (await _cli.FailAsync(["new", "issuer", "login", $"@{Sample(claims)}"])).ShouldContain(reason);

    [Fact]
    public async Task A_sample_under_a_shared_secret_or_none_is_one_line()
    {
        var sample = _cli.Write("hmac", TestJwt.Sign("""{"alg":"HS256"}""", """{"iss":"https://login.example.com"}""", Key).ToString());
        (await _cli.FailAsync(["new", "issuer", "login", $"@{sample}"])).ShouldContain("HS256");
    }

    [Theory]
    [InlineData("self")]
    [InlineData("a b")]
    [InlineData("a:b")]
    public async Task A_name_that_is_none_is_wrong_usage(string name) =>
        (await _cli.FailAsync(["new", "issuer", name, $"@{Sample("{}")}"], exitCode: 2)).ShouldContain($"'{name}'");

    [Fact]
    public async Task Two_tokens_are_wrong_usage() =>
        (await _cli.FailAsync(["new", "issuer", "login", "@a", "--token", "@b"], exitCode: 2)).ShouldContain("Two tokens");

    string Sample(string claims) => _cli.Write("sample", TestJwt.Sign("""{"alg":"RS256","typ":"JWT"}""", claims, Key).ToString());

    async Task<CommandResult> NewIssuerAsync(string[] arguments)
    {
        var result = await _cli.RunAsync(["new", "issuer", .. arguments]);
        result.ExitCode.ShouldBe(0, result.Error);
        return result;
    }

    async Task PassesCheckAsync(string printed)
    {
        var registry = Paste.Into((await _cli.RunAsync(["new", "registry"])).Output, printed);
        var result = await _cli.RunAsync(["check", "-"], registry);
        result.ExitCode.ShouldBe(0, result.Error + registry);
        result.Output.ShouldContain("2 issuers");
    }
}
