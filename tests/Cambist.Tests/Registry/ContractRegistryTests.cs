using Cambist.Protocol;

namespace Cambist.Tests;

public class ContractRegistryTests
{
    static readonly (string, string)[] Files = [("orders-secret", "the-secret-of-orders-1234567890"), ("deploy-secret", "the-secret-of-deploy-1234567890")];

    static string Text() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "registries", "contract.yaml"))
        .Replace("<64 hex digits of SHA-256 of the UTF-8 secret>", new string('a', 64), StringComparison.Ordinal);

    [Fact]
    public void The_document_of_the_contract_compiles_without_errors()
    {
        var compilation = RegistryText.Compile(Text(), Files);
        compilation.Errors().ShouldBeEmpty();
        compilation.IsUsable.ShouldBeTrue();
        compilation.Warnings().ShouldBeEmpty();
    }

    [Fact]
    public void The_document_of_the_contract_means_what_it_says()
    {
        var registry = RegistryText.Load(Text(), Files);
        registry.Issuer.ShouldBe("https://sts.example.com");
        registry.IssuersByIdentifier["https://gitlab.example.com"].Kind.ShouldBe(SubjectKind.Client);
        registry.Issuers["login"].Tokens[TokenTypes.IdToken].Audiences.ShouldBe(["web"]);
        registry.Resources["billing"].TokenLifetime.ShouldBe(TimeSpan.FromMinutes(5));
        registry.ResourcesByAnyName["https://deploy.example.com"].IssuesOpaqueTokens.ShouldBeTrue();
        registry.Clients["ci"].IsPublic.ShouldBeTrue();
        registry.Clients["ci"].Grants.ShouldBe([GrantTypes.TokenExchange]);
        registry.Clients["orders"].Grants.ShouldBe([GrantTypes.TokenExchange, GrantTypes.ClientCredentials], ignoreOrder: true);
        registry.Clients["deploy-api"].Grants.ShouldBeEmpty();
        registry.Deny.ShouldHaveSingleItem().Subject!.Kinds.ShouldBe([SubjectKind.Impersonated]);
        registry.Rules.For("ci", "deploy-api").ShouldHaveSingleItem().Subject.Where.Entries.Length.ShouldBe(2);
        registry.Rules.For("web", "orders").ShouldHaveSingleItem().Actor.ShouldBeOfType<ActorRequirement.Nobody>();
        registry.Rules.For("orders", "billing").ShouldHaveSingleItem().Targets["billing"].ShouldBeOfType<ScopeGrant.Mapped>().Scopes.Length.ShouldBe(2);
        registry.MentionedClaims.Select(claim => claim.Text).ShouldBe(["email", "project_id", "ref_protected", "sub", "tenant"]);
    }
}
