namespace Cambist;

/// <summary>A client that can do nothing at all.</summary>
static class IdleClients
{
    public const string Name = "idle-client";

    public static void Check(LintRun run)
    {
        var named = run.Draft.Rules.SelectMany(rule => rule.Rule.Clients).ToHashSet();
        foreach (var client in run.Draft.Clients.Values)
        {
            // a written list of grants has been spoken of already
            if (client.IsDisabled || client.Grants is not null || named.Contains(client.Id) || client.ClientCredentials.Count > 0 || !client.Serves.IsEmpty) continue;
            run.Warn(Name, client.Position, client.Path,
                client.IsPublic ? "no rule names it, so it can do nothing; add a rule for it, or delete it"
                : "no rule names it, and it has neither client_credentials nor serves, so it can do nothing; add one of these, or delete it");
        }
    }
}
