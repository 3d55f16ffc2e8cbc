using Cambist.Protocol;

namespace Cambist;

/// <summary>Refresh tokens that a rule speaks of and none of its clients ever has: given to nobody, or taken from nobody.</summary>
static class IdleRefresh
{
    public const string Name = "idle-refresh";

    public static void Check(LintRun run)
    {
        foreach (var rule in run.Rules.Where(rule => !rule.Rule.Clients.Any(client => MayRefresh(run, client))))
        {
            if (rule.Rule.RefreshLifetime is not null) Warn(run, rule, rule.Member("refresh"), "gives no refresh token: the grants of its clients leave refresh_token out; add it there, or delete refresh");
            if (rule.Rule.Subject.TokenTypes?.Contains(TokenTypes.RefreshToken) == true)
                Warn(run, rule, (rule.Member("subject") as DocumentMap)?.Member("token_types"), "takes refresh tokens, and none of its clients can have one; add refresh to the rule that gives them their tokens, or delete refresh_token here");
        }
    }

    static bool MayRefresh(LintRun run, string client) => run.Registry.Clients[client].Grants.Contains(GrantTypes.RefreshToken);

    static void Warn(LintRun run, RuleDraft rule, DocumentNode? node, string message)
    {
        var at = node ?? rule.Node;
        run.Warn(Name, rule.Nodes, at.Position, at.Path, message);
    }
}
