namespace Cambist.Tests;

public sealed class SubjectOriginsTests
{
    static readonly SubjectOrigins Origins = RegistryText.Load("""
        issuer: https://sts.example.com
        issuers:
          login: { issuer: https://login.example, tokens: id_token, subject: "{sub}" }
          ci: { issuer: https://ci.example, tokens: id_token, kind: client, subject: "ci:{project_id}" }
          cluster: { issuer: https://cluster.example, tokens: jwt, kind: client, subject: "k8s:prod:{sub}" }
        resources: { orders: { identifiers: https://orders.example } }
        clients: { web: { jwks_uri: https://web.example/jwks } }
        """).Origins;

    [Fact]
    public void A_prefix_tells_the_issuer()
    {
        Origins.Of("ci:4711", SubjectKind.Client).ShouldBe("ci");
        Origins.Of("k8s:prod:system:serviceaccount:a:b", SubjectKind.Client).ShouldBe("cluster");
    }

    [Fact]
    public void A_bare_name_is_of_the_one_issuer_that_has_bare_names_also_where_it_holds_a_colon()
    {
        Origins.Of("alice", SubjectKind.User).ShouldBe("login");
        Origins.Of("k8s:alice", SubjectKind.User).ShouldBe("login");
    }

    [Fact]
    public void A_client_of_ours_is_of_no_issuer() => Origins.Of("web", SubjectKind.Client).ShouldBe(ReservedNames.Self);

    [Fact]
    public void Who_was_impersonated_is_of_no_issuer_whatever_the_name() => Origins.Of("ci:4711", SubjectKind.Impersonated).ShouldBe(ReservedNames.Impersonation);
}
