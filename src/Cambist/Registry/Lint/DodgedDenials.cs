namespace Cambist;

/// <summary>
/// A deny entry that a detour dodges: its subject is denied a target, exchanges its token for another resource's, and the token
/// of ours that comes of it is exchanged for the target, where the entry no longer sees what it looks for.
/// </summary>
static class DodgedDenials
{
    public const string Name = "dodged-denial";

    public static void Check(LintRun run)
    {
        var candidates = run.Draft.Deny.Where(deny => deny.Entry is { Targets: not null, Subject: not null, Actor: null }).ToArray();
        if (candidates.Length == 0) return;
        var detours = new Detours(run);
        foreach (var deny in candidates)
        {
            if (detours.Around(deny.Entry) is not { } detour) continue;
            var at = deny.Member("subject")!;
            run.Warn(Name, deny.Nodes, at.Position, at.Path,
                $"a detour leads around it: rule {detour.First.Name} gives {detour.Client} a token for {detour.Via}, rule {detour.Second.Name} takes that for {detour.Target}, and then {detour.Why}. {Remedy(deny.Entry, detour)}");
        }
    }

    static string Remedy(DenyEntry entry, Detour detour)
    {
        var missing = entry.Subject!.Where.Entries.Where(condition => !HopPaths.Carries(detour.Resource, detour.First, condition.Path)).Select(condition => condition.Path.Text).ToArray();
        var copy = missing.Length == 0 ? "" : $" and copy {string.Join(" and ", missing)} (resources.{detour.Via}.claims)";
        return $"Deny {detour.Via} too, or look at our own tokens as well (issuer: self, or no issuer at all){copy}";
    }
}

/// <summary>A way around a deny entry.</summary>
/// <param name="First">The rule that gives the token for the resource on the way.</param>
/// <param name="Client">Whom it gives it to.</param>
/// <param name="Resource">The resource on the way.</param>
/// <param name="Second">The rule that takes that token.</param>
/// <param name="Target">The denied target.</param>
/// <param name="Why">Why the entry does not see the second exchange.</param>
sealed record Detour(Rule First, string Client, ProtectedResource Resource, Rule Second, string Target, string Why)
{
    public string Via => Resource.Name;
}
