namespace Cambist;

/// <summary>
/// What a registry that compiles may still get wrong. A warning cannot be silenced, so a check speaks only where it is certain.
/// One file a check; docs/registry.md lists them by name.
/// </summary>
static class RegistryLint
{
    /// <summary>The checks by name. Of two that find the same spot the first speaks, so the graver come first.</summary>
    public static readonly IReadOnlyList<(string Name, Action<LintRun> Check)> Checks =
    [
        (WidePatterns.Name, WidePatterns.Check),
        (WideClients.Name, WideClients.Check),
        (PullRequests.Name, PullRequests.Check),
        (UnboundedImpersonation.Name, UnboundedImpersonation.Check),
        (DodgedDenials.Name, DodgedDenials.Check),
        (ShallowDenials.Name, ShallowDenials.Check),
        (OmittedActors.Name, OmittedActors.Check),
        (ImportedActors.Name, ImportedActors.Check),
        (UnusableAdminTokens.Name, UnusableAdminTokens.Check),
        (ShadowedRules.Name, ShadowedRules.Check),
        (BareNames.Name, BareNames.Check),
        (AbsentClaims.Name, AbsentClaims.Check),
        (UnservedOpaque.Name, UnservedOpaque.Check),
        (IdleRefresh.Name, IdleRefresh.Check),
        (IdleClients.Name, IdleClients.Check),
        (UnusedIssuers.Name, UnusedIssuers.Check),
        (UnusedLists.Name, UnusedLists.Check),
    ];

    public static void Check(RegistryDraft draft, Registry registry)
    {
        var run = new LintRun(draft, registry);
        foreach (var (_, check) in Checks) check(run);
    }
}
