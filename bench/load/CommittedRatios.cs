using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cambist.LoadBench;

/// <summary>bench/ratios.json: the ratios of the run that docs/benchmarks.md shows.</summary>
static class CommittedRatios
{
    /// <summary>A ratio that is lower by more than this share has fallen; one that is as much higher has risen.</summary>
    const double Allowed = 0.05;

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(Measurements measured)
    {
        var facts = measured.Machine.Facts.ToDictionary(fact => fact.Name, fact => fact.Value);
        var json = new JsonObject
        {
            ["date"] = facts["date"],
            ["commit"] = facts["commit"],
            ["processor"] = facts["processor"],
            ["ratios"] = new JsonObject(measured.Ratios.Select(ratio => KeyValuePair.Create(ratio.Name, (JsonNode?)Math.Round(ratio.Value, 3)))),
        };
        File.WriteAllText(Folders.Ratios, json.ToJsonString(Indented) + "\n");
    }

    /// <summary>Says of each ratio of a run how it stands to the committed one, and how much noise there was.</summary>
    /// <returns>Whether none has fallen.</returns>
    public static bool Compare(Measurements measured)
    {
        if (!File.Exists(Folders.Ratios)) throw new BenchException($"There is no {Folders.Ratios} to compare with; bench/load.sh --write makes it.");
        var json = JsonNode.Parse(File.ReadAllText(Folders.Ratios))!;
        var committed = json["ratios"]!.AsObject().ToDictionary(one => one.Key, one => one.Value!.GetValue<double>());
        var compared = measured.Ratios.Where(ratio => committed.ContainsKey(ratio.Name)).ToArray();
        if (compared.Length == 0) throw new BenchException($"None of the ratios measured is in {Folders.Ratios}.");

        var table = new Table("ratio", "committed", "now", "change", "noise of this run ±", "");
        foreach (var ratio in compared)
        {
            var was = committed[ratio.Name];
            table.Add(ratio.Name, $"{was:0.00}", $"{ratio.Value:0.00}", $"{(ratio.Value / was) - 1:+0.0 %;-0.0 %}", $"{ratio.Spread:0.0 %}", Verdict(ratio, was));
        }

        Console.WriteLine($"""

            Against {Folders.Ratios} of {json["date"]} ({json["processor"]}):

            {table}
            Noise: a ratio differed from round to round by ± {compared.Select(ratio => ratio.Spread).Median():0.0 %} (median of all), ± {compared.Max(ratio => ratio.Spread):0.0 %} at most; over {measured.Options.Rounds} rounds of {measured.Options.Seconds} s.
            Others used {measured.Disturbance?.Median ?? 0:0 %} of the servers' core (median), {measured.Disturbance?.Most ?? 0:0 %} at most, while the bare loops and the peer were measured; on a quiet machine that is near nothing.
            A change that is smaller than its noise says nothing. Rates on another processor have other ratios.
            """);
        foreach (var name in committed.Keys.Except(compared.Select(ratio => ratio.Name))) Console.WriteLine($"not measured: {name}");
        return !compared.Any(ratio => IsFallen(ratio, committed[ratio.Name]));
    }

    static bool IsFallen(Ratio ratio, double was) => ratio.Value < was * (1 - Allowed);

    static string Verdict(Ratio ratio, double was)
    {
        var beyond = Math.Abs((ratio.Value / was) - 1) > ratio.Spread ? "" : ", within the noise";
        return IsFallen(ratio, was) ? $"FELL by more than {Allowed:0 %}{beyond}" : ratio.Value > was * (1 + Allowed) ? $"rose{beyond}" : "as it was";
    }
}
