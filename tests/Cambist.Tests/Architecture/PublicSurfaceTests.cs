using System.Reflection;

namespace Cambist.Tests.Architecture;

/// <summary>Nothing becomes public, changes or goes by accident.</summary>
public class PublicSurfaceTests
{
    const string Approve = "CAMBIST_APPROVE_SURFACE";

    [Theory]
    [InlineData("Cambist.Protocol")]
    [InlineData("Cambist")]
    [InlineData("Cambist.Yaml")]
    [InlineData("Cambist.Storage.Postgres")]
    [InlineData("Cambist.Storage.Sqlite")]
    [InlineData("Cambist.AspNetCore")]
    public void The_public_surface_is_the_approved_one(string library)
    {
        var file = Path.Combine(Checkout.Root, "tests", "Cambist.Tests", "Architecture", "PublicSurface", library + ".txt");
        var surface = PublicSurface.Of(Assembly.Load(library));
        if (Environment.GetEnvironmentVariable(Approve) == "1") File.WriteAllLines(file, surface);

        var approved = File.Exists(file) ? File.ReadAllLines(file) : [];
        var changes = surface.Except(approved).Select(line => "+ " + line).Concat(approved.Except(surface).Select(line => "- " + line)).ToArray();
        changes.ShouldBeEmpty($"""
            The public surface of {library} changed:
            {string.Join('\n', changes)}
            Make internal what no other assembly needs. What users are to see goes into CHANGELOG.md; then approve it:
            {Approve}=1 dotnet run --project tests/Cambist.Tests -- -class {typeof(PublicSurfaceTests).FullName}
            """);
        surface.SequenceEqual(approved).ShouldBeTrue("the approved file is sorted, and has each line once");
    }
}
