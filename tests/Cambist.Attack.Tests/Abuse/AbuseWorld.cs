using System.Diagnostics;
using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Attack.Tests.Abuse;

/// <summary>The classes that share this world run one after the other, so that ledger entries can be counted.</summary>
[CollectionDefinition(Name)]
public sealed class AbuseCollection : ICollectionFixture<AbuseWorld>
{
    public const string Name = "Abuse";
}

/// <summary>
/// What is attacked: every kind of token is taken from <c>login</c>, as subject and as actor, and ID tokens from <c>other</c>;
/// <c>web</c> signs people in, <c>orders</c> calls billing on their behalf, <c>ci</c> is public. Every refusal here must come
/// within a second and leave exactly one entry, or none where nobody was authenticated.
/// </summary>
public sealed class AbuseWorld : World
{
    public const string Orders = "https://orders.example.com";
    public const string Billing = "https://billing.example.com";

    static readonly TimeSpan Quick = TimeSpan.FromSeconds(1);

    /// <summary>The provider that the registry calls <c>other</c>.</summary>
    public TestIssuer Other { get; private set; } = null!;

    /// <summary>The key of <see cref="Other"/>.</summary>
    public static TestKey OtherKey { get; } = TestKey.Create("ES256", "other-1");

    protected override string Registry => $$"""
        issuers:
          login:
            issuer: {{Login.Issuer}}
            roles: [subject, actor]
            tokens:
              id_token: { audiences: [web, server] }
              access_token: { audiences: {{Orders}}, scopes: [orders/read, orders/write] }
              jwt: { audiences: workloads-of-web }
            subject: "{sub}"
          other:
            issuer: {{Other.Issuer}}
            tokens: { id_token: { audiences: web } }
            subject: "other:{sub}"
        resources:
          orders:  { identifiers: {{Orders}}, scopes: [read, write], claims: [email, groups] }
          billing: { identifiers: {{Billing}}, scopes: [read, pay] }
          reports: { identifiers: https://reports.example.com }
        clients:
          {{Client("web", "known_as: workloads-of-web")}}
          {{Client("stranger")}}
          {{Client("orders", "serves: orders")}}
          {{Client("poster", "auth: client_secret_post")}}
          keyed: { jwks: {{TestKey.PublicSet(Keys.Es256, Keys.Rs256).ToJsonString()}} }
          ci: { auth: none }
        rules:
          - { name: from-ci, clients: ci, subject: { issuer: login, token_types: id_token, where: { ref: main } }, actor: none, targets: { reports: [] } }
          - { name: groups, clients: web, subject: { issuer: login, where: { groups: { contains: "ops-*-*-admin" } } }, actor: none, targets: { reports: [] } }
          - name: sign-in
            clients: [web, orders, stranger, poster, keyed]
            subject: { issuer: [login, other] }
            actor: none
            default_target: true
            targets: { orders: [read, write] }
          - name: orders-on-behalf-of-users
            clients: [orders, stranger]
            targets: { billing: { read: [orders/read, orders/write], pay: orders/write } }
        """;

    /// <summary>The places where a JWT can stand.</summary>
    public Slots Slots => field ??= new(this);

    public override async ValueTask InitializeAsync()
    {
        Other = await TestIssuer.StartAsync([OtherKey]);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Other.DisposeAsync();
    }

    /// <summary>A token for orders, of alice, issued to web by this server.</summary>
    public async Task<string> OrdersTokenAsync(TestServer server, string scope = "read write") =>
        (await server.SendIdTokenAsync("web", IdToken(), ("scope", scope))).AccessToken;

    /// <summary>As <see cref="World.RefusesAsync"/>, within a second and with exactly one entry.</summary>
    public Task<Answer> StopsAsync(Reason reason, Func<TestServer, Task<Answer>> request, Reason? precise = null) =>
        RefusesAsync(reason, server => SendAsync(server, request), precise);

    /// <summary>As <see cref="StopsAsync"/> for an ID token that web sends.</summary>
    public Task<Answer> StopsIdTokenAsync(Reason reason, string token, params (string Name, string Value)[] more) =>
        StopsAsync(reason, server => server.SendIdTokenAsync("web", token, more));

    /// <summary>Sends an attack. The best of three tries counts: the machine may be busy with something else.</summary>
    public static async Task<Answer> SendAsync(TestServer server, Func<TestServer, Task<Answer>> request)
    {
        for (var tries = 1; ; tries++)
        {
            var before = await NewestAsync(server, 1);
            var watch = Stopwatch.StartNew();
            var answer = await request(server);
            var took = watch.Elapsed;

            ((int)answer.Status).ShouldNotBe(500, answer.Body);
            var entries = (await NewestAsync(server, 4)).TakeWhile(entry => before.Count == 0 || entry.Id != before[0].Id);
            entries.Count(entry => entry.Outcome != DecisionOutcome.Counted).ShouldBe(answer.DecisionId is null && answer.Error is not null ? 0 : 1, answer.Body);
            if (took < Quick) return answer;
            tries.ShouldBeLessThan(3, $"three tries took more than {Quick.TotalSeconds} s each, the last one {took.TotalSeconds:0.00} s");
        }
    }

    static async Task<IReadOnlyList<LedgerEntry>> NewestAsync(TestServer server, int count) =>
        await server.Engine.Store.Decisions.PageAsync(DecisionFilter.All, default, count, TestContext.Current.CancellationToken);
}
