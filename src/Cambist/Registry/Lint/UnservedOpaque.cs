namespace Cambist;

/// <summary>A resource with opaque tokens and no client that could introspect them: nobody can read what is issued for it.</summary>
static class UnservedOpaque
{
    public const string Name = "unserved-opaque";

    public static void Check(LintRun run)
    {
        var served = run.Draft.Clients.Values.Where(client => !client.IsDisabled).SelectMany(client => client.Serves, (_, resource) => resource.Name).ToHashSet();
        foreach (var resource in run.Draft.Resources.Values.Where(resource => resource.Resource.IssuesOpaqueTokens && !served.Contains(resource.Resource.Name)))
        {
            run.Warn(Name, resource.Position, resource.Path,
                $"its tokens are opaque and no enabled client serves it, so nobody can introspect them; add serves: {resource.Resource.Name} to the client that is its server, or delete format: opaque");
        }
    }
}
