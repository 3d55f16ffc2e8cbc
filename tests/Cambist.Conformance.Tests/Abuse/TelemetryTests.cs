using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Cambist.Testing;
using static Cambist.Conformance.Tests.Requests;

namespace Cambist.Conformance.Tests.Abuse;

/// <summary>AB-85: what leaves the process by metrics and traces, our own and the framework's.</summary>
[Collection(AbuseCollection.Name)]
public sealed class TelemetryTests(AbuseWorld world)
{
    [Fact]
    public async Task AB_85_no_secret_and_no_token_is_in_a_metric_or_a_trace()
    {
        var said = new ConcurrentBag<string>();
        void Hear(IEnumerable<KeyValuePair<string, object?>> tags)
        {
            foreach (var (name, value) in tags) said.Add($"{name}={Convert.ToString(value, CultureInfo.InvariantCulture)}");
        }

        using var meters = new MeterListener { InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument) };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => Hear(tags.ToArray()));
        meters.SetMeasurementEventCallback<int>((_, _, tags, _) => Hear(tags.ToArray()));
        meters.SetMeasurementEventCallback<double>((_, _, tags, _) => Hear(tags.ToArray()));
        meters.Start();
        using var activities = new ActivityListener
        {
            // The test's own client writes down the URLs that it asks for; that is the client's matter.
            ShouldListenTo = source => !source.Name.StartsWith("System.Net", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Hear([.. activity.TagObjects, new("name", activity.DisplayName), .. activity.Baggage.Select(item => KeyValuePair.Create(item.Key, (object?)item.Value))]),
        };
        ActivitySource.AddActivityListener(activities);

        var token = world.IdToken();
        string[] secrets = [SecretOf("web"), token[(token.LastIndexOf('.') + 1)..], "a-wrong-secret", "pwned-scope", "pwned-client"];
        (await world.Common.SendIdTokenAsync("web", token)).Error.ShouldBeNull();
        await world.Common.SendIdTokenAsync("web", token, ("scope", "pwned-scope"));
        await world.Common.SendIdTokenAsync("stranger", token);
        await world.Common.PostAsync("web", "a-wrong-secret", TestServer.ExchangeForm(token, "id_token"));
        await world.Common.PostAsync("pwned-client", "a-wrong-secret", TestServer.ExchangeForm(token, "id_token"));
        await world.Common.SendBodyAsync("web", Form("x=y"), $"/token?client_secret={SecretOf("web")}&subject_token={token}");
        await world.Common.SendBodyAsync("web", Form("x=y"), $"/{token}");

        said.ShouldContain(tag => tag.StartsWith("reason=", StringComparison.Ordinal)); // it did hear
        foreach (var tag in said)
        {
            foreach (var secret in secrets) tag.ShouldNotContain(secret);
            Regex.IsMatch(tag, World.AnyJwt).ShouldBeFalse(tag);
        }
    }
}
