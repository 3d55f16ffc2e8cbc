using System.Collections.Frozen;
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

    /// <summary>The time, for secrets that have expired; null takes all of them for live.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Hears, at each place in the document, which keys or words are known there; for the test of cambist.schema.json.</summary>
    internal Action<string, IReadOnlyCollection<string>>? Vocabulary { get; init; }

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
    /// <summary>Compiles. Never throws for what is in a document.</summary>
    public static RegistryCompilation Compile(RegistrySource source)
    {
        var findings = new FindingList(source.ParserFindings) { Vocabulary = source.Vocabulary };
        if (source.Document is null) return new(null, findings.InDocumentOrder());
        var nodes = NodeReader.ByPath(findings);
        if (nodes.Map(source.Document, "a registry has the keys issuer, issuers, resources, clients, deny, rules") is not { } map)
            return new(null, findings.InDocumentOrder());

        var draft = new RegistryDraft(source, findings);
        OurIssuer.Read(map.Take("issuer"), draft);
        var errorCodes = map.Word("error_codes", "common", "rfc8693") == "rfc8693" ? ErrorProfile.Rfc8693 : ErrorProfile.Common;
        var signingNode = map.Take("signing");
        var signing = SigningSection.Read(signingNode, nodes);
        ReadSections(map, draft);
        map.Done();
        CrossCheck(draft);
        signing = SigningSection.WithLongestLife(signing, signingNode, draft);

        var clients = ClientGrants.Build(draft);
        if (findings.HasErrors) return new(null, findings.InDocumentOrder());
        var registry = Build(draft, clients, errorCodes, signing);
        RegistryLint.Check(draft, registry);
        return new(registry, findings.InDocumentOrder());
    }

    // each section names things of those above it
    static void ReadSections(MapReader map, RegistryDraft draft)
    {
        ListsSection.Read(map.Take("lists"), draft);
        ResourcesSection.Read(map.Take("resources"), draft);
        IssuersSection.Read(map.Take("issuers"), draft);
        ClientsSection.Read(map.Take("clients"), draft);
        var selection = new ClientSelection(draft);
        DenySection.Read(map.Take("deny"), draft, selection);
        RulesSection.Read(map.Take("rules"), draft, selection);
    }

    static void CrossCheck(RegistryDraft draft)
    {
        NameChecks.Check(draft);
        SubjectPrefixes.Check(draft);
        KindsApart.Check(draft);
        IntrospectionMember.CheckPrefixes(draft);
        PublicClients.Check(draft);
        ScopeReachability.Check(draft);
    }

    static Registry Build(RegistryDraft draft, FrozenDictionary<string, RegisteredClient> clients, ErrorProfile errorCodes, SigningPolicy signing)
    {
        var issuers = draft.Issuers.Values.Select(issuer => issuer.Issuer).ToArray();
        var resources = draft.Resources.Values.Select(resource => resource.Resource).ToArray();
        return new()
        {
            Revision = Registry.RevisionOf(draft.Source.Text),
            Issuer = draft.Issuer,
            ErrorCodes = errorCodes,
            Signing = signing,
            HoldsSecret = draft.HoldsSecret,
            Issuers = issuers.ToFrozenDictionary(issuer => issuer.Name),
            Resources = resources.ToFrozenDictionary(resource => resource.Name),
            Clients = clients,
            Deny = [.. draft.Deny.Select(deny => deny.Entry)],
            Rules = new RuleBook([.. draft.Rules.Select(rule => rule.Rule)]),
            IssuersByIdentifier = issuers.Where(issuer => issuer.Issuer is not null).ToFrozenDictionary(issuer => issuer.Issuer!),
            ResourcesByAnyName = resources
                .SelectMany(resource => resource.Identifiers.Append(resource.Name).Distinct(), (resource, name) => (Name: name, Resource: resource))
                .ToFrozenDictionary(pair => pair.Name, pair => pair.Resource),
            ResourcesByIndicator = resources
                .SelectMany(resource => resource.Identifiers.Where(Target.IsResourceIndicator), (resource, name) => (Name: name, Resource: resource))
                .ToFrozenDictionary(pair => pair.Name, pair => pair.Resource),
            MentionedClaims = MentionedClaims.Of(draft),
        };
    }
}
