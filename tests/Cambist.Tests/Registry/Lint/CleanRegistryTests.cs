using Cambist.Tests.Docs;

namespace Cambist.Tests;

/// <summary>What we give people to start from draws no warning from lint.</summary>
public class CleanRegistryTests
{
    static readonly (string, string)[] Secrets =
        [.. new[] { "web", "orders", "deploy", "nightly" }.Select(client => ($"{client}-secret", $"the-secret-of-{client}-1234567890"))];

    public static TheoryData<string> Documents() =>
    [
        .. Pages.Samples("registries", "*.yaml").Select(file => Path.GetRelativePath(Architecture.Checkout.Root, file)),
        "samples/AspNetCoreHost/cambist.yaml",
        "src/Cambist.Server/New/starting-registry.yaml",
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void What_we_give_people_to_start_from_draws_no_warning(string path) =>
        Linted.Of(Pages.Text(path).Replace("<64 hex digits of SHA-256 of the UTF-8 secret>", Wrong.Hash, StringComparison.Ordinal), Secrets).ShouldBeEmpty();

    [Fact]
    public void The_base_of_these_tests_draws_no_warning() => Linted.FindsNothing("");
}
