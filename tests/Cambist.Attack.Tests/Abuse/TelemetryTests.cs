using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>AB-85: what leaves the process by metrics and traces, our own and the framework's.</summary>
[Collection(AbuseCollection.Name)]
public sealed class TelemetryTests(AbuseWorld world)
{
    [Fact]
    public async Task AB_85_no_secret_and_no_token_is_in_a_metric_or_a_trace()
    {
        var token = world.IdToken();
        world.Common.Wire.Add("planted", "a-wrong-secret");
        (await world.Common.SendIdTokenAsync("web", token)).Error.ShouldBeNull();
        await world.Common.SendIdTokenAsync("web", token, ("scope", "pwned-scope"));
        await world.Common.SendIdTokenAsync("stranger", token);
        await world.Common.PostAsync("web", "a-wrong-secret", TestServer.ExchangeForm(token, "id_token"));
        await world.Common.PostAsync("pwned-client", "a-wrong-secret", TestServer.ExchangeForm(token, "id_token"));
        await world.Common.SendBodyAsync("web", Form("x=y"), $"/token?client_secret={SecretOf("web")}&subject_token={token}");
        await world.Common.SendBodyAsync("web", Form("x=y"), $"/{token}");

        SecretHunt.Telemetry.ShouldContain(tag => tag.StartsWith("reason=", StringComparison.Ordinal)); // it does hear
        SecretHunt.Telemetry.ShouldContain(tag => tag.StartsWith("http.route=", StringComparison.Ordinal));
        SecretHunt.Telemetry.ShouldAllBe(tag => !tag.Contains("pwned-", StringComparison.Ordinal));
        await world.Common.HuntAsync();
    }
}
