namespace Cambist;

/// <summary>Claims whose values are paths that begin with an owner, at the issuers in use today.</summary>
static class PathClaims
{
    /// <summary>An owner, <c>/</c>, and what is theirs.</summary>
    public static readonly IReadOnlyCollection<string> BelowOwner = ["repository", "project_path", "job_workflow_ref", "workflow_ref", "ci_config_ref_uri"];

    /// <summary>An owner, whose name anybody can register who finds it free.</summary>
    public static readonly IReadOnlyCollection<string> Owner = ["repository_owner", "namespace_path"];

    /// <summary>Numbers that never change hands; beside one of them a path may be as wide as it likes.</summary>
    public static readonly IReadOnlyCollection<string> Ids = ["repository_id", "repository_owner_id", "project_id", "namespace_id"];

    /// <summary>Where GitHub's <c>sub</c> names an owner, and GitLab's.</summary>
    public static readonly IReadOnlyList<(string Issuer, string Prefix)> Subjects = [(GitHub, "repo:"), ("gitlab", "project_path:")];

    /// <summary>What identifiers of GitHub Actions hold, on github.com and on servers of one's own.</summary>
    public const string GitHub = "token.actions.";

    /// <summary>Whether values of this claim have slashes.</summary>
    public static bool HasSlashes(string claim) => claim is "ref" or "base_ref" or "head_ref" or "user_ref" || BelowOwner.Contains(claim) || Owner.Contains(claim);
}
