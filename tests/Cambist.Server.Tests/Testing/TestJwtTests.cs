using System.Text.Json.Nodes;
using Cambist.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Cambist.Server.Tests.Testing;

public sealed class TestJwtTests
{
    public static TheoryData<string> Algorithms => ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    [Theory, MemberData(nameof(Algorithms))]
    public async Task A_token_of_every_algorithm_verifies_elsewhere_and_not_once_it_is_changed(string algorithm)
    {
        var key = TestKey.Create(algorithm, "k1");
        var jwt = TestJwt.Sign(new JsonObject { ["sub"] = "alice" }, key, "JWT");
        var parameters = Published(key);

        (await new JsonWebTokenHandler().ValidateTokenAsync(jwt.ToString(), parameters)).IsValid.ShouldBeTrue();
        var forged = jwt with { Payload = """{"sub":"mallory"}"""u8.ToArray() };
        (await new JsonWebTokenHandler().ValidateTokenAsync(forged.ToString(), parameters)).IsValid.ShouldBeFalse();
    }

    [Fact]
    public async Task A_token_of_another_key_under_the_same_name_does_not_verify()
    {
        var jwt = TestJwt.Sign([], TestKey.Create("ES256", "k1"));
        (await new JsonWebTokenHandler().ValidateTokenAsync(jwt.ToString(), Published(TestKey.Create("ES256", "k1")))).IsValid.ShouldBeFalse();
    }

    [Fact]
    public void Parts_that_are_no_JSON_are_written_and_read_back_as_they_are()
    {
        var jwt = TestJwt.Sign("{\"alg\":\"none\",\"alg\":\"RS256\"}", "no json", TestKey.Unsigned());
        var read = TestJwt.Parse(jwt.ToString());
        read.Header.ShouldBe(jwt.Header);
        read.Payload.ShouldBe("no json"u8.ToArray());
        read.Signature.ShouldBeEmpty();
    }

    [Fact]
    public void One_key_speaks_under_several_names()
    {
        var key = TestKey.Create("RS256", "k1").As("PS256");
        key.PublicJwk()["alg"]!.GetValue<string>().ShouldBe("PS256");
        key.WithoutKeyId().PublicJwk().ContainsKey("kid").ShouldBeFalse();
        TestJwt.HeaderOf(key.WithoutKeyId()).ToJsonString().ShouldBe("""{"alg":"PS256"}""");
    }

    [Fact]
    public void The_public_set_holds_no_private_member()
    {
        foreach (var key in new[] { TestKey.Create("RS256", "r"), TestKey.Create("ES512", "e") })
        {
            key.PrivateJwk().ContainsKey("d").ShouldBeTrue();
            TestKey.PublicSet(key)["keys"]![0]!.AsObject().ContainsKey("d").ShouldBeFalse();
        }
    }

    static TokenValidationParameters Published(TestKey key) => new()
    {
        IssuerSigningKeys = new Microsoft.IdentityModel.Tokens.JsonWebKeySet(TestKey.PublicSet(key).ToJsonString()).GetSigningKeys(),
        ValidateIssuer = false,
        ValidateAudience = false,
        ValidateLifetime = false,
        RequireExpirationTime = false,
    };
}
