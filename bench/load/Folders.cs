namespace Cambist.LoadBench;

/// <summary>Where things are, from the root of the repository, in which this program is started.</summary>
static class Folders
{
    /// <summary>What load.sh has published, and all that a run writes.</summary>
    public static string Work { get; } = Path.GetFullPath("artifacts/bench");

    public const string Page = "docs/benchmarks.md";
    public const string Charts = "docs/benchmarks";
    public const string Ratios = "bench/ratios.json";

    /// <summary>A program that load.sh has published.</summary>
    public static string Published(string name, string assembly) => Path.Combine(Work, name, assembly);

    public static string Log(string name) => Path.Combine(Work, $"{name.Replace(' ', '-')}.log");

    /// <summary>An empty folder in the work folder.</summary>
    public static string Make(string name) => Directory.CreateDirectory(Path.Combine(Work, name.Replace(' ', '-'))).FullName;
}
