using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary><c>rules</c>: who may exchange what for what.</summary>
static class RulesSection
{
    const string Example = "{ name: sign-in, clients: web, subject: { issuer: login }, actor: none, targets: { orders: [read] } }";

    const int MostPairs = 2_000_000;

    static readonly Dictionary<string, ProofRequirement> Proofs = new()
    {
        ["none"] = ProofRequirement.None,
        ["dpop"] = ProofRequirement.Dpop,
        ["mtls"] = ProofRequirement.Mtls,
        ["rebind"] = ProofRequirement.Rebind,
    };

    public static void Read(DocumentNode? node, RegistryDraft draft, ClientSelection selection)
    {
        var names = new Dictionary<string, DocumentPosition>();
        var pairs = 0L;
        foreach (var item in RuleNames.Items(node))
        {
            var (name, nodes) = RuleNames.Read(item, "rule", names, draft);
            if (nodes.Map(item, Example) is not { } map) continue;
            var rule = Rule(map, name, draft, selection, out var isWhole);
            var read = new RuleDraft(rule, nodes, (DocumentMap)item) { IsWhole = isWhole };
            draft.Rules.Add(read);
            RuleChecks.Check(read, draft);

            // the rules are indexed by client and target, and what would not fit into memory is not read on
            pairs += (long)rule.Clients.Count * Math.Max(1, rule.Targets.Count);
            if (pairs <= MostPairs) continue;
            nodes.Error(read.Member("clients")!, $"with this rule ({rule.Clients.Count} clients, {rule.Targets.Count} targets) the rules stand for more than {MostPairs} pairs of client and target; use fewer patterns that match many clients");
            return;
        }
    }

    static Rule Rule(MapReader map, string name, RegistryDraft draft, ClientSelection selection, out bool isWhole)
    {
        var nodes = map.Nodes;
        map.Require("name", "a name that says what is allowed, such as name: sign-in");
        var errors = draft.Findings.Errors;
        var clients = map.Require("clients", "the clients it is for, such as clients: web") is { } ids ? selection.Read(ids, nodes) : [];
        var subject = SubjectMember.OfRule(map.Take("subject"), draft, nodes);
        var targets = TargetsMember.Read(map.Require("targets", "what it can give, such as targets: { orders: [read] }"), Served(clients, draft), draft, nodes);
        isWhole = errors == draft.Findings.Errors;
        var refresh = map.Take("refresh");
        var requested = map.Take("requested_token_types");
        var proof = map.Take("proof");
        var depth = map.Take("max_depth");
        var rule = new Rule
        {
            Name = name,
            Position = map.Position,
            Clients = clients,
            Subject = subject,
            Actor = ActorMember.OfRule(map.Take("actor"), draft, nodes),
            Targets = targets,
            Lifetime = map.Duration("lifetime", "5m"),
            MayOutliveSubject = map.Flag("may_outlive_subject"),
            Claims = ClaimMappings.Read(map.Take("claims"), nodes),
            IsDefaultTarget = map.Flag("default_target"),
            IsShadow = map.Flag("shadow"),
            RequestedTokenTypes = requested is null ? [Protocol.TokenTypes.AccessToken] : Requested(requested, nodes),
            RefreshLifetime = refresh is null ? null : Refresh(refresh, nodes),
            IsOnce = map.Flag("once"),
            Proof = proof is not null && nodes.Word(proof, Proofs.Keys) is { } word ? Proofs[word] : ProofRequirement.None,
            MaxDepth = (depth is null ? null : nodes.Number(depth, 0, 16)) ?? 5,
        };
        map.Done();

        if (rule.Proof != ProofRequirement.None) NotBuilt.Warn(nodes, proof!, NotBuilt.Proof);
        return rule;
    }

    static HashSet<string> Served(FrozenSet<string> clients, RegistryDraft draft)
    {
        var served = new HashSet<string>();
        foreach (var id in clients)
            foreach (var resource in draft.Clients[id].Serves) served.Add(resource.Name);
        return served;
    }

    static ImmutableArray<string> Requested(DocumentNode node, NodeReader nodes)
    {
        var types = ImmutableArray.CreateBuilder<string>();
        foreach (var type in nodes.Texts(node, "token types: access_token, jwt"))
        {
            if (nodes.Word(type, TokenKindNames.Requested) is { } name) types.Add(TokenKindNames.Urn(name));
        }

        return types.ToImmutable();
    }

    static TimeSpan? Refresh(DocumentNode node, NodeReader nodes)
    {
        if (nodes.Map(node, "refresh: { lifetime: 8h }") is not { } map) return null;
        var lifetime = map.Require("lifetime", "how long a refresh token lives, such as lifetime: 8h") is { } written ? nodes.Duration(written, "8h") : null;
        map.Done();
        return lifetime;
    }
}
