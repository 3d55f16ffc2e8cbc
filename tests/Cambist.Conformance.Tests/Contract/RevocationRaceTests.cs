using System.Net;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Conformance.Tests.ImpersonationWorld;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>Revocations against exchanges that are under way: once a revocation was answered, nothing of what it names commits.</summary>
public sealed class RevocationRaceTests
{
    const int Races = 150;
    const int AtOnce = 6;

    [Theory]
    [InlineData("id")]
    [InlineData("subject")]
    public async Task Nothing_commits_once_a_revocation_was_answered(string kind)
    {
        await using var server = await TestServer.StartAsync(issuer => $$"""
            issuer: {{issuer}}
            resources: { orders: { identifiers: https://orders.example.com }, billing: { identifiers: https://billing.example.com } }
            clients: { {{Client("support")}}, {{Client("orders", "serves: orders")}} }
            rules:
              - { name: as-customers, clients: support, subject: { issuer: impersonation, where: { sub: "customer-*" } }, targets: { orders: [] } }
              - { name: "on", clients: orders, subject: { kind: impersonated }, targets: { billing: [] } }
            """);
        var (granted, refused) = (0, 0);
        for (var race = 0; race < Races; race++)
        {
            var subject = $"customer-{race}";
            var token = (await RedeemAsync(server, await MintedAsync(server, subject: subject))).AccessToken;
            var id = (string)TestJwt.Parse(token).Claims["jti"]!;
            var exchanges = Enumerable.Range(0, AtOnce).Select(_ => server.SendAccessTokenAsync("orders", token, ("audience", "billing"))).ToArray();
            if (race % 3 == 0) await Task.WhenAny(exchanges);
            var revoked = await server.AdminPostAsync("/revocations", new() { [kind] = kind == "id" ? id : subject, ["reason"] = "a race" });
            revoked.Status.ShouldBe(HttpStatusCode.OK, revoked.Body);
            (await server.SendAccessTokenAsync("orders", token, ("audience", "billing"))).Reason.ShouldBe("subject_revoked");

            var answers = await Task.WhenAll(exchanges);
            answers.ShouldAllBe(answer => answer.Status == HttpStatusCode.OK || answer.Reason == Reason.SubjectRevoked.WireName());
            granted += answers.Count(answer => answer.Status == HttpStatusCode.OK);
            refused += answers.Count(answer => answer.Status != HttpStatusCode.OK);

            // Ids rise in the order of commits: whatever was granted stands before the revocation.
            var entries = await server.Engine.Store.Decisions.PageAsync(new() { From = 0 }, default, 3 * AtOnce, TestContext.Current.CancellationToken);
            var act = entries.First(entry => entry.Action == "revocations.create").Id;
            entries.Where(entry => entry.Outcome == DecisionOutcome.Issued && entry.Subject!.Lineage == id).ShouldAllBe(entry => entry.Id < act);
            entries.Count(entry => entry.Outcome == DecisionOutcome.Issued && entry.Subject!.Lineage == id).ShouldBe(answers.Count(answer => answer.Status == HttpStatusCode.OK));
        }

        TestContext.Current.SendDiagnosticMessage("{0} races: {1} granted, {2} refused", Races, granted, refused);
        granted.ShouldBeGreaterThan(0, "some exchanges were faster");
        refused.ShouldBeGreaterThan(0, "some were not");
    }
}
