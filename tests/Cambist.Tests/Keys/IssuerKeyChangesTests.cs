namespace Cambist.Tests.Keys;

/// <summary>What an issuer changes while its keys are in use.</summary>
public sealed class IssuerKeyChangesTests : IssuerKeysFixture
{
    [Fact]
    public async Task A_token_issued_while_the_keys_were_refreshed_gets_a_fetch_of_its_own()
    {
        await FoundAsync(First);
        Clock.Advance(TimeSpan.FromMinutes(10));
        var gate = Idp.Hold(StubIssuer.Jwks);
        await FoundAsync(First);
        await UntilAsync(() => Idp.KeyFetches == 2);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var later = Enumerable.Range(0, 50).Select(_ => AskAsync(Second).AsTask()).ToList();
        Idp.Serve(StubIssuer.Jwks, StubIssuer.SetOf(First)); // what the held fetch is answered too late to know
        gate.SetResult();
        (await Task.WhenAll(later)).ShouldAllBe(answer => answer.Outcome == IssuerKeyOutcome.Unknown);
        Idp.KeyFetches.ShouldBe(3);
    }

    [Fact]
    public async Task A_changed_jwks_uri_in_the_discovery_document_is_followed_and_the_old_one_left()
    {
        await FoundAsync(First);
        Idp.Serve(StubIssuer.OpenId, StubIssuer.Discovery(jwksUri: StubIssuer.Identifier + "/new-jwks"));
        Idp.Serve(StubIssuer.Identifier + "/new-jwks", StubIssuer.SetOf(Second));
        Clock.Advance(TimeSpan.FromMinutes(20));
        await FoundAsync(Second);
        (await AskAsync(First, Clock.Seconds - 1)).Outcome.ShouldBe(IssuerKeyOutcome.Unknown);
        Idp.KeyFetches.ShouldBe(1);
    }
}
