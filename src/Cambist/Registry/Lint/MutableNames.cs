namespace Cambist;

/// <summary>A claim that holds a name.</summary>
/// <param name="Claim">The claim.</param>
/// <param name="Ids">Claims beside it that never change hands, the nearest first; one of them is enough.</param>
/// <param name="Write">What to write, in words.</param>
/// <param name="Issuer">What the issuer's identifier holds where the claim means this; null where its name alone says so.</param>
sealed record MutableName(string Claim, string[] Ids, string Write, string? Issuer = null)
{
    public MutableName(string claim, string id, string? issuer = null) : this(claim, [id], id, issuer) { }
}

/// <summary>The names that issuers in use today put into tokens, and the ids that stand beside them.</summary>
static class MutableNames
{
    public static readonly IReadOnlyList<MutableName> All =
    [
        // GitHub Actions
        new("repository", ["repository_id", "repository_owner_id"], "repository_id"),
        new("repository_owner", ["repository_owner_id", "repository_id"], "repository_owner_id"),
        new("actor", "actor_id", PathClaims.GitHub),
        new("sub", ["repository_id", "repository_owner_id"], "repository_id", PathClaims.GitHub),

        // GitLab
        new("project_path", ["project_id", "namespace_id"], "project_id"),
        new("namespace_path", ["namespace_id", "project_id"], "namespace_id"),
        new("user_login", "user_id"),
        new("sub", ["project_id", "namespace_id"], "project_id", "gitlab"),

        // Terraform, Buildkite
        new("terraform_organization_name", ["terraform_organization_id", "terraform_workspace_id"], "terraform_organization_id"),
        new("terraform_workspace_name", "terraform_workspace_id"),
        new("organization_slug", ["organization_id", "pipeline_id"], "organization_id"),
        new("pipeline_slug", "pipeline_id"),

        // people: at Entra oid, elsewhere sub (OpenID Connect Core §5.7)
        new("preferred_username", ["sub", "oid"], "sub (oid at Entra)"),
        new("email", ["sub", "oid"], "sub (oid at Entra)"),
        new("upn", ["oid", "sub"], "oid"),
        new("unique_name", ["oid", "sub"], "oid"),
        new("name", ["sub", "oid"], "sub (oid at Entra)"),
        new("nickname", ["sub", "oid"], "sub (oid at Entra)"),
    ];
}
