namespace Cambist.Tests.Architecture;

/// <summary>The checkout that the tests run in.</summary>
static class Checkout
{
    public static string Root { get; } = FindRoot();

    static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Cambist.slnx"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The repository root was not found.");
    }
}
