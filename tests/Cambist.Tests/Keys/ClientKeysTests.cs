using System.Collections.Frozen;

namespace Cambist.Tests.Keys;

/// <summary>Keys that clients publish: what is theirs of <see cref="IssuerKeys"/>.</summary>
public sealed class ClientKeysTests : IssuerKeysFixture
{
    static RegisteredClient Client(string id, string? jwksUri = StubIssuer.Jwks, ClientAuthenticationMethod method = ClientAuthenticationMethod.PrivateKeyJwt) =>
        new() { Id = id, Authentication = method, JwksUri = jwksUri is null ? null : new(jwksUri), Grants = FrozenSet<string>.Empty };

    ValueTask<IssuerKeyAnswer> AskAsync(RegisteredClient client, SigningKey key) => Keys.FindAsync(client, key.KeyId, key.Algorithm, Clock.Seconds, CancellationToken.None);

    [Fact]
    public async Task A_client_is_asked_at_its_address_alone()
    {
        (await AskAsync(Client("orders"), First)).Outcome.ShouldBe(IssuerKeyOutcome.Found);
        Idp.Asked.ShouldBe([StubIssuer.Jwks]);
    }

    [Fact]
    public async Task A_client_and_an_issuer_of_one_name_and_address_are_two()
    {
        Issuer = Trust(StubIssuer.Identifier, new IssuerKeySource.JwksUri(new(StubIssuer.Jwks)));
        var theirs = await FoundAsync(First);
        var found = (await AskAsync(Client(StubIssuer.Identifier), First)).Key.ShouldNotBeNull();
        found.ShouldNotBeSameAs(theirs);
        (await FoundAsync(First)).ShouldBeSameAs(theirs);
        Idp.KeyFetches.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_known_of_a_client_outlives_a_reload_that_keeps_it_and_nothing_else()
    {
        var first = (await AskAsync(Client("orders"), First)).Key;
        Keys.Retain([], [Client("orders"), Client("other", null)]);
        (await AskAsync(Client("orders"), First)).Key.ShouldBeSameAs(first);
        Keys.Retain([], [Client("orders", "https://orders.example.com/moved")]);
        (await AskAsync(Client("orders"), First)).Key.ShouldNotBeSameAs(first);
        Keys.Retain([Issuer], []);
        (await AskAsync(Client("orders"), First)).Outcome.ShouldBe(IssuerKeyOutcome.Found);
        Idp.KeyFetches.ShouldBe(3);
    }

    [Fact]
    public async Task A_client_that_does_not_sign_publishes_no_keys()
    {
        (await AskAsync(Client("tls", method: ClientAuthenticationMethod.SelfSignedTlsClientAuth), First)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        (await AskAsync(Client("inline", null), First)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_failure_says_that_the_client_cannot_authenticate()
    {
        Idp.Fail(StubIssuer.Jwks);
        (await AskAsync(Client("orders"), First)).Outcome.ShouldBe(IssuerKeyOutcome.Unavailable);
        var heard = Events.All.ShouldHaveSingleItem();
        heard.Name.ShouldBe("issuer_keys_fetch_failed");
        heard.Message.ShouldStartWith("Keys of client orders were not fetched");
        heard.Message.ShouldContain("It cannot authenticate");
    }
}
