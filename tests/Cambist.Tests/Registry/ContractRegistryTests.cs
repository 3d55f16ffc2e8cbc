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
        compilation.Warnings().ShouldHaveSingleItem().Message.ShouldContain("token.format: opaque");
    }
}
