using System.Net;
using System.Net.Sockets;
using Cambist.Testing;

namespace Cambist.Server.Tests;

/// <summary>What keeps <c>cambist serve</c> from starting is said in words for whoever can mend it, without a stack trace, and ends it with exit code 1.</summary>
public sealed class StartTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cambist-start-");
    readonly string _urls = $"http://127.0.0.1:{BuiltServer.FreePort()}";
    readonly string _managementUrls = $"http://127.0.0.1:{BuiltServer.FreePort()}";

    const string Registry = """
        resources:
          orders: { identifiers: https://orders.example.com, scopes: read }
        clients:
          web: { secrets: { value: a-secret-for-loopback-only }, client_credentials: { orders: read } }
        """;

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_missing_registry_file()
    {
        var line = OneLine(await FailAsync());
        line.ShouldStartWith("cambist.yaml: there is no such file; ");
        line.ShouldContain("cambist new registry > cambist.yaml");
        line.ShouldContain("--registry");
    }

    [Fact]
    public async Task Every_error_in_the_registry_with_its_place()
    {
        await WriteAsync("cambist.yaml", """
            resources:
              orders: { identifiers: https://orders.example.com, scopes: read, lifetime: 5m }
            clients:
              web: { secrets: { file: web-secret } }
            rules:
              - { name: sign-in, clients: web, targets: { orders: { read: true } }, actr: none }
            """);
        var lines = await FailAsync();
        lines.Length.ShouldBe(3, string.Join('\n', lines));
        lines[0].ShouldStartWith("cambist.yaml:2:68 ");
        lines[0].ShouldContain("lifetime");
        lines[1].ShouldStartWith("cambist.yaml:4:27 ");
        lines[1].ShouldContain("web-secret");
        lines[2].ShouldStartWith("cambist.yaml:6:73 ");
        lines[2].ShouldContain("actr");
    }

    [Theory]
    [InlineData("sqlite:")]
    [InlineData("a-password")]
    [InlineData("mysql://cambist:a-password@db/cambist")]
    public async Task A_store_of_no_kind_there_is(string storage)
    {
        await WriteAsync("cambist.yaml", Registry);
        var line = OneLine(await FailAsync("--storage", storage));
        line.ShouldContain("Cambist:Storage");
        line.ShouldContain("sqlite:PATH");
        line.ShouldContain("postgres://");
        line.ShouldNotContain("a-password");
    }

    [Theory]
    [InlineData("Host=db;Passwort=a-password")]
    [InlineData("Database=db;Password=a-password")]
    [InlineData("postgres://cambist:a-password@db/cambist?colour=red")]
    public async Task A_connection_to_PostgreSQL_that_is_not_understood(string storage)
    {
        await WriteAsync("cambist.yaml", Registry);
        var line = OneLine(await FailAsync("--storage", storage));
        line.ShouldStartWith("Cambist:Storage: The ");
        line.ShouldNotContain("a-password");
    }

    [Fact]
    public async Task A_store_on_PostgreSQL_without_a_key_file()
    {
        await WriteAsync("cambist.yaml", Registry);
        var line = OneLine(await FailAsync("--storage", "postgres://cambist:a-password@127.0.0.1:1/cambist"));
        line.ShouldContain("Cambist:KeyFile is required with PostgreSQL");
        line.ShouldContain("cambist new key-file");
    }

    [Fact]
    public async Task A_store_that_another_server_has()
    {
        await using var other = await ServerProcess.StartAsync(_ => Registry, cancellation: Cancellation);
        await WriteAsync("cambist.yaml", Registry);
        var line = OneLine(await FailAsync("--storage", "sqlite:" + Path.Combine(other.Folder, "cambist.db")));
        line.ShouldContain("in use by another server");
        line.ShouldContain($"process {other.ProcessId} on {Environment.MachineName}");
        line.ShouldContain("cambist.db");
        other.IsRunning.ShouldBeTrue();
        (await other.Http.GetAsync($"{other.Issuer}/health/ready", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_store_that_cannot_be_opened()
    {
        await WriteAsync("cambist.yaml", Registry);
        await WriteAsync("cambist.db", "This is no database, and long enough for its first page to be looked at. " + new string('.', 8192));
        OneLine(await FailAsync("--storage", "sqlite:cambist.db")).ShouldContain(Path.Combine(_folder.FullName, "cambist.db"));
    }

    [Fact]
    public async Task A_key_file_that_is_not_there()
    {
        await WriteAsync("cambist.yaml", Registry);
        Settings["CAMBIST__KEYFILE"] = "elsewhere.key";
        var line = OneLine(await FailAsync());
        line.ShouldContain("elsewhere.key");
        line.ShouldContain("Cambist:KeyFile");
    }

    [Fact]
    public async Task A_key_file_that_was_lost_is_not_made_anew()
    {
        await using var server = await ServerProcess.StartAsync(_ => Registry, cancellation: Cancellation);
        (await server.StopAsync(Cancellation)).ShouldBe(0);
        File.Delete(Path.Combine(server.Folder, "cambist.key"));
        await WriteAsync("cambist.yaml", Registry);
        OneLine(await FailAsync("--storage", "sqlite:" + Path.Combine(server.Folder, "cambist.db"))).ShouldContain("Cambist:KeyFile");
        File.Exists(Path.Combine(server.Folder, "cambist.key")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_key_file_that_does_not_open_the_stores_keys()
    {
        await using var server = await ServerProcess.StartAsync(_ => Registry, cancellation: Cancellation);
        (await server.StopAsync(Cancellation)).ShouldBe(0);
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "cambist.key"), Convert.ToBase64String(new byte[32]) + "\n", Cancellation);
        await WriteAsync("cambist.yaml", Registry);
        OneLine(await FailAsync("--storage", "sqlite:" + Path.Combine(server.Folder, "cambist.db"))).ShouldContain("Cambist:KeyFile");
    }

    [Theory]
    [InlineData("--urls")]
    [InlineData("--management-urls")]
    public async Task A_port_that_is_taken(string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        await WriteAsync("cambist.yaml", Registry);
        var line = OneLine(await FailAsync(option, $"http://{taken.LocalEndpoint}"));
        line.ShouldContain("cannot listen");
        line.ShouldContain($"{taken.LocalEndpoint}");
        line.ShouldContain("--urls");
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines()
    {
        await WriteAsync("cambist.yaml", "issuer: https://sts.example.com\n" + Registry.Replace("value: a-secret-for-loopback-only", $"sha256: \"{new string('a', 64)}\"", StringComparison.Ordinal));
        OneLine(await FailAsync("--urls", "http://203.0.113.1:8080")).ShouldStartWith("cannot listen on http://203.0.113.1:8080 and ");
    }

    [Theory]
    [InlineData("127.0.0.1:8080")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://sts.example.com")]
    [InlineData("http://127.0.0.1:8080/path")]
    public async Task A_URL_that_is_none(string url)
    {
        await WriteAsync("cambist.yaml", Registry);
        OneLine(await FailAsync("--urls", url)).ShouldContain($"Cambist:Urls holds \"{url}\"");
    }

    [Fact]
    public async Task Https_without_a_certificate()
    {
        await WriteAsync("cambist.yaml", "issuer: https://sts.example.com\n" + Registry.Replace("value: a-secret-for-loopback-only", $"sha256: \"{new string('a', 64)}\"", StringComparison.Ordinal));
        Settings["HOME"] = _folder.FullName; // where a developer certificate would lie
        OneLine(await FailAsync("--urls", $"https://127.0.0.1:{BuiltServer.FreePort()}")).ShouldContain("Kestrel:Certificates:Default");
    }

    [Theory]
    [InlineData("CAMBIST__ALLOWHTTP", "perhaps", "Cambist:AllowHttp")]
    [InlineData("CAMBIST__TRUSTEDPROXIES", "10.0.0.0/99", "Cambist:TrustedProxies")]
    public async Task A_setting_that_cannot_be_read(string variable, string value, string setting)
    {
        await WriteAsync("cambist.yaml", Registry);
        Settings[variable] = value;
        var line = OneLine(await FailAsync());
        line.ShouldContain(setting);
        line.ShouldContain(value);
    }

    Dictionary<string, string> Settings { get; } = [];

    Task WriteAsync(string name, string text) => File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), text, Cancellation);

    /// <summary>The lines it wrote to stderr.</summary>
    async Task<string[]> FailAsync(params string[] arguments)
    {
        string[] all = ["serve", .. arguments];
        if (!arguments.Contains("--urls")) all = [.. all, "--urls", _urls];
        if (!arguments.Contains("--management-urls")) all = [.. all, "--management-urls", _managementUrls];
        var result = await BuiltServer.RunAsync(_folder.FullName, all, environment: Settings, cancellation: Cancellation);
        result.ExitCode.ShouldBe(1, result.Error + result.Output);
        result.Error.ShouldNotContain("   at ");
        return result.Error.TrimEnd('\n').Split('\n');
    }

    static string OneLine(string[] lines) => lines.ShouldHaveSingleItem();
}
