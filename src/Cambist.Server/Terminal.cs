using System.Text;

namespace Cambist.Server;

/// <summary>What a command reads and writes: the console, or a test's own streams.</summary>
sealed record Terminal(Stream Input, TextWriter Output, TextWriter Error)
{
    /// <summary>Whether standard output may be coloured: it is a terminal, and nobody asked for none (no-color.org).</summary>
    public bool ColoursOutput { get; init; }

    /// <summary>The same of standard error.</summary>
    public bool ColoursError { get; init; }

    /// <summary>How many columns standard output has; null where it is no terminal, and lines end where they end.</summary>
    public int? Width { get; init; }

    /// <summary>Whether standard output takes more than ASCII.</summary>
    public bool WritesUnicode { get; init; } = true;

    /// <summary>Whether standard error is a terminal, where a line may be written over.</summary>
    public bool ShowsProgress { get; init; }

    /// <summary>The clock that tells how old a token is.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public static Terminal OfProcess()
    {
        var wantsColour = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        return new(Console.OpenStandardInput(), Console.Out, Console.Error)
        {
            ColoursOutput = wantsColour && !Console.IsOutputRedirected,
            ColoursError = wantsColour && !Console.IsErrorRedirected,
            Width = Console.IsOutputRedirected ? null : WidthOfConsole(),
            WritesUnicode = Console.OutputEncoding.CodePage == Encoding.UTF8.CodePage,
            ShowsProgress = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb",
        };
    }

    // a terminal may not say, or say 0
    static int? WidthOfConsole()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    public string Red(string text, bool colours) => colours ? $"\e[31m{text}\e[0m" : text;

    public string Yellow(string text, bool colours) => colours ? $"\e[33m{text}\e[0m" : text;

    public string Bold(string text) => ColoursOutput ? $"\e[1m{text}\e[0m" : text;
}
