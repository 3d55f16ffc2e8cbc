using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace Cambist.Testing;

/// <summary>What this process says by metrics and traces from now on, our own and the framework's: names and values of tags, each once.</summary>
static class HeardTelemetry
{
    static readonly ConcurrentDictionary<string, bool> Heard = new(StringComparer.Ordinal);
    static readonly MeterListener Meters = new() { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };

    static readonly ActivityListener Activities = new()
    {
        // The tests' own clients write down the URLs that they ask for; that is the clients' matter.
        ShouldListenTo = source => !source.Name.StartsWith("System.Net", StringComparison.Ordinal),
        Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
        ActivityStopped = activity =>
        {
            Heard.TryAdd(activity.DisplayName, true);
            foreach (var (name, value) in activity.TagObjects) Hear(name, value);
            foreach (var (name, value) in activity.Baggage) Hear(name, value);
        },
    };

    /// <summary>What was heard so far.</summary>
    public static ICollection<string> Tags => Heard.Keys;

    /// <summary>Begins to listen, once a process.</summary>
    public static void Begin()
    {
        lock (Meters)
        {
            if (!Heard.TryAdd("listening", true)) return;
            Meters.SetMeasurementEventCallback<long>((_, _, tags, _) => Hear(tags));
            Meters.SetMeasurementEventCallback<int>((_, _, tags, _) => Hear(tags));
            Meters.SetMeasurementEventCallback<double>((_, _, tags, _) => Hear(tags));
            Meters.Start();
            ActivitySource.AddActivityListener(Activities);
        }
    }

    static void Hear(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags) Hear(name, value);
    }

    static void Hear(string name, object? value)
    {
        // A number is no secret, and ports are many.
        if (value is not (null or int or long or double or bool)) Heard.TryAdd($"{name}={Convert.ToString(value, CultureInfo.InvariantCulture)}", true);
    }
}
