using System.Collections.Frozen;

namespace Cambist;

/// <summary>What has been read of a document so far, with the places that cross-checks report. Only the compiler sees it.</summary>
sealed class RegistryDraft(RegistrySource source, FindingList findings)
{
    ILookup<string, string>? _resourcesByScope;

    public RegistrySource Source => source;

    public FindingList Findings => findings;

    /// <summary>Our identifier; empty where there is none, which has been reported.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>Whether our identifier is on loopback.</summary>
    public bool IsLoopback { get; set; }

    public Dictionary<string, Condition> Lists { get; } = [];

    public Dictionary<string, ResourceDraft> Resources { get; } = [];

    public Dictionary<string, IssuerDraft> Issuers { get; } = [];

    public Dictionary<string, ClientDraft> Clients { get; } = [];

    public List<DenyDraft> Deny { get; } = [];

    public List<RuleDraft> Rules { get; } = [];

    /// <summary>Whether a client's secret stands in the document itself.</summary>
    public bool HoldsSecret { get; set; }

    /// <summary>Names of the declared resources that define a scope, by scope; complete once the resources are read.</summary>
    public ILookup<string, string> ResourcesByScope => _resourcesByScope ??= Resources.Values
        .Where(draft => draft.Resource.Name != ReservedNames.AdminResource)
        .SelectMany(draft => draft.Resource.Scopes, (draft, scope) => (Scope: scope, draft.Resource.Name))
        .ToLookup(pair => pair.Scope, pair => pair.Name);

    /// <summary>Sets of audiences by the list they were written as, shared by the issuers that write the same.</summary>
    public Dictionary<string, FrozenSet<string>> Audiences { get; } = [];

    /// <summary>Reads a <c>where</c>; no conditions where it is not written.</summary>
    public ConditionSet Where(DocumentNode? node, NodeReader nodes) => node is null || HoldsRefused(node)
        ? ConditionSet.Empty
        : ConditionReader.ReadSet(node, Lists, (position, message) => nodes.Error(position, node.Path, message));

    /// <summary>Whether the parser has refused a part of it, and the rest would only be misread.</summary>
    public static bool HoldsRefused(DocumentNode node) => node switch
    {
        DocumentRefused => true,
        DocumentList list => list.Items.Any(HoldsRefused),
        DocumentMap map => map.Entries.Any(entry => HoldsRefused(entry.Value)),
        _ => false,
    };
}

/// <summary>A resource, and where its identifiers stand.</summary>
sealed record ResourceDraft(ProtectedResource Resource, DocumentPosition Position, string Path, IReadOnlyList<DocumentScalar> Identifiers);

/// <summary>An issuer, and where what cross-checks need stands.</summary>
sealed record IssuerDraft(TrustedIssuer Issuer, DocumentPosition Position, string Path)
{
    public DocumentNode? IssuerNode { get; init; }

    public DocumentNode? SubjectNode { get; init; }

    public DocumentNode? IntrospectionNode { get; init; }

    public DocumentNode? WhereNode { get; init; }

    /// <summary>Whether its tokens were read without an error.</summary>
    public bool HasWholeTokens { get; init; }

    /// <summary>Where each kind of <see cref="TrustedIssuer.Tokens"/> stands, by token type URN.</summary>
    public Dictionary<string, DocumentPosition> KindPositions { get; init; } = [];
}

/// <summary>A deny entry, and where its members stand.</summary>
sealed record DenyDraft(DenyEntry Entry, NodeReader Nodes, DocumentMap Node)
{
    public DocumentNode? Member(string key) => Node.Member(key);
}

/// <summary>A rule, and where what cross-checks need stands.</summary>
sealed record RuleDraft(Rule Rule, NodeReader Nodes, DocumentMap Node)
{
    /// <summary>Whether its clients, subject and targets were read without an error.</summary>
    public bool IsWhole { get; init; }

    public DocumentNode? Member(string key) => Node.Member(key);
}
