using System.Text.Json.Nodes;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>Pods that exchange the token of their service account (Kubernetes, bound service account tokens).</summary>
public sealed class KubernetesTests
{
    const string ApiServer = "https://kubernetes.default.svc.cluster.local";
    const string Account = "0e1a6d05-7a5c-4c2f-9a5e-3f0d6a1c2b77";

    static string Registry(TestIssuer cluster) => $$"""
        issuers:
          cluster:
            issuer: {{cluster.Issuer}}
            jwks_uri: {{cluster.Issuer}}/jwks
            tokens: jwt
            kind: client
            subject: "k8s:{/kubernetes.io/serviceaccount/uid}"
        resources: { billing: { identifiers: https://billing.example.com, scopes: [read] } }
        clients:
          pods: { auth: none }
          {{Client("web")}}
        rules:
          - name: billing-from-prod
            clients: [pods, web]
            subject: { issuer: cluster, where: { /kubernetes.io/namespace: prod, /kubernetes.io/serviceaccount/uid: {{Account}} } }
            actor: none
            targets: { billing: read }
        """;

    /// <summary>As the API server signs one that a pod mounts; <paramref name="audience"/> is what the pod asked for, an array always.</summary>
    static string Token(TestIssuer cluster, string audience, string space = "prod") => TestJwt.Sign(Claims(cluster, audience, space), Keys.Rs256).ToString();

    static JsonObject Claims(TestIssuer cluster, string audience, string space)
    {
        var claims = cluster.IdTokenClaims($"system:serviceaccount:{space}:deployer", audience);
        claims["aud"] = new JsonArray(audience);
        claims["nbf"] = claims.Number("iat");
        claims["exp"] = claims.Number("iat") + 3607;
        claims["kubernetes.io"] = new JsonObject
        {
            ["namespace"] = space,
            ["node"] = new JsonObject { ["name"] = "node-1", ["uid"] = "5b0b6d4e-2f6e-4a63-8f5b-1d7f3c5f9a10" },
            ["pod"] = new JsonObject { ["name"] = "deployer-6c5d", ["uid"] = "a6f2c0de-91c4-4b7c-8a34-6f9f1f0d2e55" },
            ["serviceaccount"] = new JsonObject { ["name"] = "deployer", ["uid"] = Account },
            ["warnafter"] = claims.Number("iat") + 3600,
        };
        return claims;
    }

    static Task<Answer> SendAsync(TestServer server, string token) =>
        server.PostAsync(TestServer.ExchangeForm(token, "jwt", ("client_id", "pods"), ("audience", "billing")));

    [Fact]
    public async Task AB_82_a_service_account_token_for_the_api_server_is_refused_and_one_for_us_is_taken()
    {
        await using var own = await AdHocWorld.StartAsync(Registry, keys: [Keys.Rs256]);

        // What every pod has by default opens the cluster itself; whoever took it here could be handed it by anybody it was sent to.
        foreach (var audience in new[] { ApiServer, "https://kubernetes.default.svc", own.Login.Issuer, "billing", "https://billing.example.com", "pods" })
        {
            await own.RefusesAsync(Reason.SubjectInvalid, server => SendAsync(server, Token(own.Login, audience)), precise: Reason.SubjectAudienceMismatch);
            await own.RefusesAsync(Reason.SubjectAudienceMismatch, server => server.SendJwtAsync("web", Token(own.Login, audience), ("audience", "billing")));
        }

        var answer = await own.GrantsAsync(server => SendAsync(server, Token(own.Login, server.Issuer)));
        (answer.Claims.Text("sub"), answer.Claims.Text("sub_kind"), answer.Claims.Text("client_id"), answer.Claims.Text("scope")).ShouldBe(($"k8s:{Account}", "client", "pods", "read"));
        answer.Claims.ContainsKey("kubernetes.io").ShouldBeFalse();
        await own.RefusesAsync(Reason.NoRule, server => SendAsync(server, Token(own.Login, server.Issuer, space: "dev")));
    }
}
