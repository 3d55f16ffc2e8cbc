using Cambist.Protocol;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests.Contract;

/// <summary>What a revocation takes with it. They come by the store's own port until an endpoint can ask for them.</summary>
public sealed class RevocationTests
{
    static async Task RevokeAsync(AdHocWorld own, RevocationKind kind, Func<TestServer, string> value)
    {
        foreach (var server in new[] { own.Common, own.Rfc8693 })
            await server.Engine.Store.Ledger.RevokeAsync(new(kind, value(server), 0, "a test", long.MaxValue), TestContext.Current.CancellationToken);
    }

    static async Task<Dictionary<TestServer, Answer>> SignInAsync(AdHocWorld own, string person)
    {
        var issued = new Dictionary<TestServer, Answer>();
        foreach (var server in new[] { own.Common, own.Rfc8693 }) issued[server] = await server.SendIdTokenAsync("web", own.IdToken(subject: person));
        return issued;
    }

    static Task<AdHocWorld> StartAsync(FakeClock clock) => AdHocWorld.StartAsync(login => SmallRegistries.SignIn(login).Replace(
        "rules: [ ", "rules: [ { name: again, clients: web, actor: none, targets: { orders: [read, write] } }, ", StringComparison.Ordinal), clock);

    static Task<Answer> AgainAsync(TestServer server, Answer issued) => server.SendAccessTokenAsync("web", issued.AccessToken, ("audience", "orders"));

    [Fact]
    public async Task A_revoked_subject_takes_our_tokens_along_and_nobody_elses()
    {
        var clock = new FakeClock();
        await using var own = await StartAsync(clock);
        var (alice, bob) = (await SignInAsync(own, "alice"), await SignInAsync(own, "bob"));
        await RevokeAsync(own, RevocationKind.Subject, _ => "login:alice");
        await own.RefusesAsync(Reason.SubjectRevoked, server => AgainAsync(server, alice[server]));
        await own.GrantsAsync(server => AgainAsync(server, bob[server]));

        clock.Advance(TimeSpan.FromSeconds(2));
        var later = await SignInAsync(own, "alice");
        await own.GrantsAsync(server => AgainAsync(server, later[server]));
        await own.RefusesAsync(Reason.SubjectRevoked, server => AgainAsync(server, alice[server]));
    }

    [Fact]
    public async Task A_revoked_id_takes_what_is_under_it_along_and_neither_its_parent_nor_its_siblings()
    {
        await using var own = await StartAsync(new FakeClock());
        var parent = await SignInAsync(own, "alice");
        var (child, sibling) = (new Dictionary<TestServer, Answer>(), new Dictionary<TestServer, Answer>());
        foreach (var server in new[] { own.Common, own.Rfc8693 }) (child[server], sibling[server]) = (await AgainAsync(server, parent[server]), await AgainAsync(server, parent[server]));
        var grandchild = new Dictionary<TestServer, Answer>();
        foreach (var server in new[] { own.Common, own.Rfc8693 }) grandchild[server] = await AgainAsync(server, child[server]);

        await RevokeAsync(own, RevocationKind.Lineage, server => child[server].Claims.Text("jti"));
        await own.RefusesAsync(Reason.SubjectRevoked, server => AgainAsync(server, child[server]));
        await own.RefusesAsync(Reason.SubjectRevoked, server => AgainAsync(server, grandchild[server]));
        await own.GrantsAsync(server => AgainAsync(server, parent[server]));
        await own.GrantsAsync(server => AgainAsync(server, sibling[server]));
    }

    [Fact]
    public async Task A_token_for_a_client_itself_begins_a_lineage_and_what_it_gives_goes_on_from_there()
    {
        await using var own = await AdHocWorld.StartAsync(_ => $$"""
            resources: { orders: { identifiers: https://orders.example.com } }
            clients: { {{Client("web", "client_credentials: { orders: [] }")}} }
            rules: [ { name: again, clients: web, subject: { kind: client }, actor: none, targets: { orders: [] } } ]
            """);
        var first = await own.GrantsAsync(server => server.ForItselfAsync("web"));
        var id = first.Claims.Text("jti");
        System.Buffers.Text.Base64Url.DecodeFromChars(id).Length.ShouldBe(16);
        (await AgainAsync(own.Common, first)).Claims.Text("jti").ShouldStartWith(id + ".");
        (await own.Common.ForItselfAsync("web")).Claims.Text("jti").ShouldNotBe(id);
    }
}
