namespace Cambist.Reliability.Tests;

/// <summary>Lines for whoever reads the run, and for the table of docs/reliability.md.</summary>
static class Measured
{
    public static void Say(string fault, string what) => Console.WriteLine($"reliability: {fault}: {what}");

    public static string Seconds(this TimeSpan time) => $"{time.TotalSeconds:F1} s";
}
