using System.Globalization;
using System.Text.RegularExpressions;

namespace Cambist.LoadBench;

/// <summary>What the command line says.</summary>
/// <param name="Seconds">Of a round of a row.</param>
/// <param name="Rounds">Of each row.</param>
/// <param name="WarmUp">Seconds of load before anything counts, for each server.</param>
/// <param name="Only">The rows and parts to measure, by their names; null for all.</param>
/// <param name="Write">Whether docs/benchmarks.md and bench/ratios.json are written anew.</param>
/// <param name="Compare">Whether only the ratios count: they are compared with those in bench/ratios.json.</param>
sealed record Options(int Seconds, int Rounds, int WarmUp, Regex? Only, bool Write, bool Compare)
{
    public const string Usage = "usage: bench/load.sh [--seconds N] [--rounds N] [--warm-up SECONDS] [--only PATTERN] [--write | --compare]";

    /// <summary>Null where the arguments are wrong.</summary>
    public static Options? Parse(string[] args)
    {
        var options = new Options(10, 3, 15, null, false, false);
        for (var i = 0; i < args.Length; i++)
        {
            var next = i + 1 < args.Length ? args[i + 1] : null;
            var parsed = (args[i], next) switch
            {
                ("--write", _) => options with { Write = true },
                ("--compare", _) => options with { Compare = true },
                ("--only", { } text) when Pattern(text) is { } pattern => options with { Only = pattern },
                ("--seconds", { } number) when Positive(number) is { } n => options with { Seconds = n },
                ("--rounds", { } number) when Positive(number) is { } n => options with { Rounds = n },
                ("--warm-up", { } number) when Positive(number) is { } n => options with { WarmUp = n },
                _ => null,
            };
            if (parsed is null) return null;
            options = parsed;
            if (args[i] is not ("--write" or "--compare")) i++;
        }

        // Half a run is no record to commit.
        return options is { Write: true, Only: not null } or { Write: true, Compare: true } ? null : options;
    }

    /// <summary>Whether a row or part of this name is to be measured.</summary>
    public bool Wants(string name) => Only?.IsMatch(name) ?? true;

    /// <summary>The same for what gives no ratio.</summary>
    public bool WantsPart(string name) => !Compare && Wants(name);

    static Regex? Pattern(string text)
    {
        try
        {
            return new(text, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    static int? Positive(string number) => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? n : null;
}
