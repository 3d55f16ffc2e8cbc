using Cambist.Testing;
using Microsoft.Extensions.Configuration;

namespace Cambist.Server.Tests;

/// <summary>Settings of a real process: where they come from, which wins, and what is said of those that nobody reads.</summary>
public sealed class SettingsTests : IDisposable
{
    const string Registry = "resources: { orders: { identifiers: https://orders.example.com, scopes: read } }";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-settings-");
    readonly Dictionary<string, string> _environment = [];

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_folder_of_files_wins_over_appsettings_and_the_environment_over_both()
    {
        // each of the three names another registry; the message about the missing one says which counted
        Write("appsettings.json", """{ "Cambist": { "Registry": "of-appsettings.yaml", "Issuer": "http://127.0.0.1:1" } }""");
        (await FailAsync("serve")).ShouldStartWith("of-appsettings.yaml: ");

        Write("mounted/Cambist__Registry", "of-folder.yaml\n");
        _environment["CAMBIST__SETTINGSFOLDER"] = "mounted";
        (await FailAsync("serve")).ShouldStartWith("of-folder.yaml: ");

        _environment["CAMBIST__REGISTRY"] = "of-environment.yaml";
        (await FailAsync("serve")).ShouldStartWith("of-environment.yaml: ");
        (await FailAsync("serve", "--registry", "of-command-line.yaml")).ShouldStartWith("of-command-line.yaml: ");

        Write("mounted/Cambist__Issuer", "http://off.loopback.example.com");
        Write("cambist.yaml", Registry);
        (await FailAsync("check", "cambist.yaml")).ShouldContain("http://off.loopback.example.com"); // check reads the same
    }

    [Theory]
    [InlineData("CAMBIST__SETTINGSFOLDER", "nowhere", "Cambist:SettingsFolder is ")]
    [InlineData("CAMBIST__AUDITRETENTION", "ninety", "Cambist:AuditRetention: 'ninety' is no duration")]
    [InlineData("CAMBIST__AUDITRETENTION", "0d", "Cambist:AuditRetention: '0d' is no time at all")]
    [InlineData("CAMBIST__URLS", ";", "Cambist:Urls is empty")]
    [InlineData("CAMBIST__REGISTRY", "", "Cambist:Registry is empty")]
    [InlineData("CAMBIST__STORAGE", "", "Cambist:Storage is empty")]
    [InlineData("CAMBIST__URLS", "", "Cambist:Urls is empty")]
    [InlineData("CAMBIST__MANAGEMENTURLS", " ", "Cambist:ManagementUrls is empty")]
    [InlineData("Kestrel__Certificates__Default__Path", "nowhere.pem", "its certificate cannot be read")]
    public async Task A_setting_that_cannot_be_used_is_one_line(string name, string value, string message)
    {
        Write("cambist.yaml", "issuer: https://sts.example.com\n" + Registry);
        _environment[name] = value;
        if (name.StartsWith("Kestrel", StringComparison.Ordinal)) _environment["CAMBIST__URLS"] = $"https://127.0.0.1:{BuiltServer.FreePort()}";
        (await FailAsync("serve")).ShouldContain(message);
    }

    [Fact]
    public async Task An_appsettings_file_that_is_no_JSON_is_one_line()
    {
        Write("appsettings.json", "{ ");
        (await FailAsync("serve")).ShouldContain("appsettings.json");
        (await FailAsync("check", "cambist.yaml")).ShouldContain("appsettings.json");
    }

    [Fact]
    public void Of_the_settings_that_may_be_left_out_an_empty_one_is()
    {
        var empty = new[] { "KeyFile", "Issuer", "SecretsFolder", "TrustedProxies", "AdminToken" }.ToDictionary(name => $"Cambist:{name}", string? (_) => "");
        var settings = ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(empty).Build());

        (settings.KeyFile ?? settings.Issuer ?? settings.SecretsFolder ?? settings.TrustedProxies ?? settings.AdminToken).ShouldBeNull();
        settings.KeyFilePath.ShouldBe(Path.GetFullPath("data/cambist.key"));
    }

    [Fact]
    public void The_retention_of_the_ledger_is_90_days_or_as_set()
    {
        Settings([]).AuditRetention.ShouldBe(TimeSpan.FromDays(90));
        Settings(new() { ["Cambist:AuditRetention"] = "36h" }).AuditRetention.ShouldBe(TimeSpan.FromHours(36));

        static ServerSettings Settings(Dictionary<string, string?> values) =>
            ServerSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
    }

    [Fact]
    public async Task Settings_that_nobody_reads_are_warned_of_with_the_name_that_was_meant()
    {
        Write("mounted/Storage", "sqlite:elsewhere.db");
        await using var server = await TestServer.StartAsync(
            issuer => $"issuer: {issuer}",
            settings: new Dictionary<string, string?> { ["Cambist:STORRAGE"] = "x", ["Cambist:SettingsFolder"] = Path.Combine(_folder.FullName, "mounted") });
        server.Log.Lines.ShouldContain(line => line.Contains("Cambist:STORRAGE is no setting, so nothing reads it; did you mean Cambist:Storage?", StringComparison.Ordinal));
        server.Log.Lines.ShouldContain(line => line.Contains("is named Cambist__Storage", StringComparison.Ordinal));
        server.Log.Lines.Count(line => line.Contains("nothing reads it", StringComparison.Ordinal)).ShouldBe(1);
    }

    void Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    async Task<string> FailAsync(params string[] arguments)
    {
        var result = await BuiltServer.RunAsync(_folder.FullName, arguments, environment: _environment, cancellation: Cancellation);
        result.ExitCode.ShouldBe(1, result.Error + result.Output);
        return result.Error.TrimEnd('\n').Split('\n').ShouldHaveSingleItem();
    }
}
