namespace Cambist.Server;

/// <summary>The providers whose tokens are known by sight.</summary>
static class TokenShapes
{
    const string Nobody = "\"0\"";

    static readonly TokenShape GitHub = new()
    {
        Title = "GitHub Actions",
        IsWorkload = true,
        ClientSuffix = "ci",
        SubjectClaim = "repository_id",
        WhySubject = "a repository keeps its id when it is renamed, moved or made anew by somebody else; sub does not",
        AskForAudience = "jobs ask for it: core.getIDToken(OUR_ISSUER), with permissions: id-token: write",
        OfRule =
        [
            new("repository_id", "this repository, whatever it is called", Otherwise: Nobody),
            new("repository_owner_id", "and its owner", Otherwise: Nobody),
            new("ref", "runs of this branch or tag alone", Otherwise: "refs/heads/main"),
            new("environment", "in this environment, with its reviewers"),
        ],
    };

    static readonly TokenShape GitLab = new()
    {
        Title = "GitLab CI",
        IsWorkload = true,
        ClientSuffix = "ci",
        SubjectClaim = "project_id",
        WhySubject = "a project keeps its id when it is renamed or moved; sub does not",
        AskForAudience = "jobs ask for it: id_tokens: { CAMBIST: { aud: OUR_ISSUER } }",
        OfRule =
        [
            new("project_id", "this project, whatever it is called", Otherwise: "0"),
            new("ref_protected", "protected branches and tags alone", Value: "true"),
            new("environment", "in this environment"),
        ],
    };

    static readonly TokenShape Kubernetes = new()
    {
        Title = "a Kubernetes service account",
        Kind = "jwt",
        IsWorkload = true,
        ClientSuffix = "pods",
        SubjectClaim = "/kubernetes.io/serviceaccount/uid",
        WhySubject = "a service account deleted and made anew under its name has another uid; sub has the name alone",
        AskForAudience = "pods mount it: serviceAccountToken: { audience: OUR_ISSUER }",
        OfRule =
        [
            new("/kubernetes.io/serviceaccount/uid", "this service account", Otherwise: Nobody),
            new("/kubernetes.io/namespace", "in its namespace", Otherwise: Nobody),
        ],
    };

    static readonly TokenShape Entra = new()
    {
        Title = "Microsoft Entra",
        SubjectClaim = "oid",
        WhySubject = "oid is one person in the whole directory; sub differs from application to application",
        OfIssuer = [new("tid", "this directory alone")],
    };

    static readonly TokenShape Google = new()
    {
        Title = "Google",
        WhySubject = "sub is never given to another; email is",
        OfRule = [new("hd", "accounts of this organisation; without it anybody with a Google account")],
    };

    static readonly TokenShape Keycloak = new()
    {
        Title = "Keycloak",
        OfIssuer = [new("typ", "tells ID tokens (ID) from access tokens (Bearer): their headers are alike", Otherwise: "ID")],
    };

    /// <summary>Recognises a provider by its address and by claims that nobody else has.</summary>
    public static TokenShape Of(string issuer, SampleToken? sample)
    {
        var uri = new Uri(issuer);
        if (uri.Host == "token.actions.githubusercontent.com" || Has("repository_id", "workflow_ref")) return GitHub;
        if (Has("project_id", "namespace_id", "pipeline_id") || (sample is null && uri.Host == "gitlab.com")) return GitLab;
        if (Has("/kubernetes.io/serviceaccount/uid") || uri.Host.StartsWith("kubernetes.default.svc", StringComparison.Ordinal)) return Kubernetes;
        return Typed(People(uri, sample), sample);

        bool Has(params string[] claims) => sample is not null && claims.All(sample.Has);
    }

    static TokenShape People(Uri issuer, SampleToken? sample)
    {
        if (issuer.Host is "login.microsoftonline.com" or "sts.windows.net" && sample?.Has("oid") != false) return Entra;
        if (issuer.Host == "accounts.google.com") return Google;
        return issuer.AbsolutePath.Contains("/realms/", StringComparison.Ordinal) && sample?.Has("typ") != false ? Keycloak : new() { Title = "an OpenID provider" };
    }

    // an access token says so in its header (RFC 9068), or by scopes that ID tokens do not have
    static TokenShape Typed(TokenShape shape, SampleToken? sample)
    {
        var isAccessToken = sample is not null
            && (sample.Type?.EndsWith("at+jwt", StringComparison.OrdinalIgnoreCase) == true || sample.Text("typ") == "Bearer" || sample.Has("scp") || (sample.Has("scope") && !sample.Has("nonce")) || sample.Text("idtyp") == "app");
        return isAccessToken ? shape with { Kind = "access_token", ClientSuffix = "api", IsWorkload = sample!.Text("idtyp") == "app" } : shape;
    }
}
