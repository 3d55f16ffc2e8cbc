using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Cambist;

/// <summary>Where a registry comes from and what surrounds it.</summary>
public sealed record RegistrySource
{
    /// <summary>The text, for its revision.</summary>
    public required string Text { get; init; }

    /// <summary>The parsed document; null where the text could not be parsed.</summary>
    public required DocumentNode? Document { get; init; }

    /// <summary>What the parser found wrong.</summary>
    public ImmutableArray<RegistryFinding> ParserFindings { get; init; } = [];

    /// <summary>Our identifier from the settings (<c>Cambist:Issuer</c>); null where not set.</summary>
    public string? ConfiguredIssuer { get; init; }

    /// <summary>Our identifier where neither document nor settings say: the loopback URL the server listens on; null where there is none.</summary>
    public string? DefaultIssuer { get; init; }

    /// <summary>Whether http issuers off loopback are admitted (<c>Cambist:AllowHttp</c>).</summary>
    public bool AllowHttp { get; init; }

    /// <summary>Reads a file of the secrets folder by the name the document uses; null where it does not exist. Throws nothing.</summary>
    public required Func<string, SecretFile?> ReadFile { get; init; }
}

/// <summary>A file of the secrets folder.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="Content">What is in it.</param>
public sealed record SecretFile(string Path, ReadOnlyMemory<byte> Content);

/// <summary>What became of a document: a registry where there is no error, and everything found on the way, in document order.</summary>
public sealed record RegistryCompilation(Registry? Registry, ImmutableArray<RegistryFinding> Findings)
{
    /// <summary>Whether it can be activated.</summary>
    [MemberNotNullWhen(true, nameof(Registry))]
    public bool IsUsable => Registry is not null;
}

/// <summary>Turns a document into a <see cref="Registry"/>, or into every error at once.</summary>
public static class RegistryCompiler
{
    /// <summary>Compiles.</summary>
    public static RegistryCompilation Compile(RegistrySource source) => throw new InvalidOperationException();
}
