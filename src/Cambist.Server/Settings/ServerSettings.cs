using System.Net;
using Cambist.Yaml;

namespace Cambist.Server;

/// <summary>The settings of <c>cambist serve</c>, from <c>appsettings.json</c>, a folder of files, environment (<c>CAMBIST__STORAGE</c>) and command line.</summary>
sealed record ServerSettings
{
    /// <summary>The registry file.</summary>
    public string Registry { get; init; } = "cambist.yaml";

    /// <summary>The store; paths are relative to the working folder.</summary>
    public string Storage { get; init; } = "sqlite:data/cambist.db";

    /// <summary>Where the protocol endpoints listen.</summary>
    public string Urls { get; init; } = "http://127.0.0.1:8080";

    /// <summary>Where the management endpoints listen.</summary>
    public string ManagementUrls { get; init; } = "http://127.0.0.1:8081";

    /// <summary>Takes tokens over plain http from any peer, and http issuers off loopback.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Address ranges whose forwarding headers are believed, separated by commas.</summary>
    public string? TrustedProxies { get; init; }

    /// <summary>Where every file named in the registry lies; the registry's folder by default.</summary>
    public string? SecretsFolder { get; init; }

    /// <summary>Our identifier, when the registry has no <c>issuer</c>.</summary>
    public string? Issuer { get; init; }

    /// <summary>The file with the key that seals private keys; beside the SQLite store by default, required with PostgreSQL.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How long ledger entries stay. 90 days by default.</summary>
    public TimeSpan AuditRetention { get; init; } = TimeSpan.FromDays(90);

    /// <summary>The bootstrap token of the admin API, of at least 22 characters; where it is not set, made once an SQLite store, and off on PostgreSQL.</summary>
    public string? AdminToken { get; init; }

    /// <summary>Keeps the token, and passwords in a connection string, out of logs.</summary>
    public override string ToString() => nameof(ServerSettings);

    /// <summary>Every setting there is.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        nameof(Registry), nameof(Storage), nameof(Urls), nameof(ManagementUrls), nameof(AllowHttp), nameof(TrustedProxies),
        nameof(SecretsFolder), nameof(Issuer), nameof(KeyFile), nameof(AuditRetention), nameof(AdminToken), SettingsSources.FolderName,
    ];

    public static ServerSettings Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Cambist");
        var defaults = new ServerSettings();
        return new ServerSettings
        {
            Registry = ReadText(section, nameof(Registry)) ?? defaults.Registry,
            Storage = ReadText(section, nameof(Storage)) ?? defaults.Storage,
            Urls = ReadText(section, nameof(Urls)) ?? defaults.Urls,
            ManagementUrls = ReadText(section, nameof(ManagementUrls)) ?? defaults.ManagementUrls,
            AllowHttp = ReadFlag(section, nameof(AllowHttp)),
            TrustedProxies = ReadOptional(section, nameof(TrustedProxies)),
            SecretsFolder = ReadOptional(section, nameof(SecretsFolder)),
            Issuer = ReadOptional(section, nameof(Issuer)),
            KeyFile = ReadOptional(section, nameof(KeyFile)),
            AdminToken = ReadToken(section, nameof(AdminToken)),
            AuditRetention = ReadDuration(section, nameof(AuditRetention), defaults.AuditRetention),
        };
    }

    /// <summary>The settings of a command that serves nothing; options that were given win.</summary>
    public static ServerSettings OfCommand(params IEnumerable<(string Name, string? Value)> options) => Read(new ConfigurationBuilder()
        .AddConfiguration(SettingsSources.OfCommands())
        .AddInMemoryCollection(options.Where(option => option.Value is not null).Select(option => KeyValuePair.Create($"Cambist:{option.Name}", option.Value)))
        .Build());

    /// <summary>The path of the SQLite file; null where the store is PostgreSQL's.</summary>
    public string? SqlitePath =>
        Storage.StartsWith("sqlite:", StringComparison.Ordinal) && Storage.Length > "sqlite:".Length ? Path.GetFullPath(Storage["sqlite:".Length..])
        : IsPostgres ? null
        : throw new FailedException("Cambist:Storage names no store; write sqlite:PATH, Host=db;Database=cambist;… or postgres://user:password@host/database");

    /// <summary>The store, for messages: a connection string may hold a password.</summary>
    public string StoreName => SqlitePath ?? "on PostgreSQL";

    /// <summary>The key file: the one that was set, or the one beside the SQLite store.</summary>
    public string KeyFilePath => KeyFile ?? Path.Combine(Path.GetDirectoryName(
        SqlitePath ?? throw new FailedException("Cambist:KeyFile is required with PostgreSQL: the same file on each node. Make one with cambist new key-file"))!, "cambist.key");

    /// <summary>What surrounds the registry, for <c>serve</c> and <c>check</c> alike.</summary>
    public RegistryFileOptions RegistryOptions() => new()
    {
        SecretsFolder = SecretsFolder,
        ConfiguredIssuer = Issuer,
        DefaultIssuer = LoopbackIssuer(),
        AllowHttp = AllowHttp,
    };

    public IEnumerable<IPNetwork> ParseTrustedProxies() =>
        (TrustedProxies ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Select(range =>
            IPNetwork.TryParse(range, out var network) ? network
            : IPAddress.TryParse(range, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new FailedException($"Cambist:TrustedProxies holds \"{range}\", which is no address range such as 10.0.0.0/8"));

    // Left out, it has a default that means something else than whoever left it empty may think.
    static string? ReadText(IConfigurationSection section, string name) =>
        section[name] is not { } text ? null
        : !string.IsNullOrWhiteSpace(text) ? text
        : throw new FailedException($"Cambist:{name} is empty; give it a value, or leave it out for the default");

    static string? ReadOptional(IConfigurationSection section, string name) => string.IsNullOrWhiteSpace(section[name]) ? null : section[name];

    static bool ReadFlag(IConfigurationSection section, string name) =>
        section[name] is not { } text ? false
        : bool.TryParse(text, out var value) ? value
        : throw new FailedException($"Cambist:{name} is \"{text}\"; write true or false");

    const int ShortestToken = 22; // 128 random bits in base64url

    // its value is in no message
    static string? ReadToken(IConfigurationSection section, string name) =>
        section[name] is not { Length: > 0 } token ? null
        : token.Length < ShortestToken ? throw new FailedException($"Cambist:{name} has fewer than {ShortestToken} characters, and whoever guesses it may do everything; cambist new secret prints a good one")
        : BearerToken.IsToken68(token) ? token
        : throw new FailedException($"Cambist:{name} does not fit a header; write letters, digits and -._~+/ alone, such as cambist new secret prints");

    static TimeSpan ReadDuration(IConfigurationSection section, string name, TimeSpan otherwise) =>
        section[name] is not { } text ? otherwise
        : Durations.TryParse(text, out var duration, out var error) ? duration
        : throw new FailedException($"Cambist:{name}: {error}, such as {Durations.Format(otherwise)}");

    /// <summary>The first of the URLs that is on loopback: our identifier where nobody says another.</summary>
    string? LoopbackIssuer() =>
        Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .FirstOrDefault(url => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsLoopback)?.TrimEnd('/');

    bool IsPostgres =>
        Storage.StartsWith("postgres://", StringComparison.Ordinal) || Storage.StartsWith("postgresql://", StringComparison.Ordinal)
        || (Storage.Contains('=', StringComparison.Ordinal) && !Storage.StartsWith("sqlite:", StringComparison.Ordinal));
}
