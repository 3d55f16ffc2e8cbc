namespace Cambist.Yaml;

/// <summary>The settings that surround a registry file.</summary>
public sealed record RegistryFileOptions
{
    /// <summary>The folder that holds every file the registry names (<c>Cambist:SecretsFolder</c>); null for the registry's own.</summary>
    public string? SecretsFolder { get; init; }

    /// <summary>Our identifier from the settings (<c>Cambist:Issuer</c>); null where not set.</summary>
    public string? ConfiguredIssuer { get; init; }

    /// <summary>Our identifier where neither document nor settings say: the loopback URL the server listens on; null where there is none.</summary>
    public string? DefaultIssuer { get; init; }

    /// <summary>Whether http issuers off loopback are admitted (<c>Cambist:AllowHttp</c>). False by default.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>The clock that tells which secrets have expired.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
