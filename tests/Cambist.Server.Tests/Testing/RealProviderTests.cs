using Cambist.Testing;

namespace Cambist.Server.Tests.Testing;

public sealed class RealProviderTests
{
    [Fact]
    public async Task A_person_signs_in_and_the_ID_token_says_who()
    {
        await using var provider = await RealProvider.StartAsync(TestContext.Current.CancellationToken);
        var claims = TestJwt.Parse(await provider.SignInAsync("bob", TestContext.Current.CancellationToken)).Claims;
        ((string?)claims["iss"]).ShouldBe(provider.Issuer);
        ((string?)claims["sub"]).ShouldBe("bob");
        ((string?)claims["aud"]).ShouldBe(RealProvider.ClientId);
        ((string?)claims["tenant"]).ShouldBe("globex");
    }
}
