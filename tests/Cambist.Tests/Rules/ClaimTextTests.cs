using System.Collections.Frozen;
using System.Text.Json;

namespace Cambist.Tests;

public sealed class ClaimTextTests
{
    static readonly string Long = new('ü', 300);
    static readonly FrozenSet<string> Names = new[] { "web", "a\"b", "größer", "", Long }.ToFrozenSet();
    static readonly FrozenDictionary<string, string> Table = Names.ToFrozenDictionary(name => name);

    [Theory]
    [InlineData("\"web\"", true)]
    [InlineData("\"we\\u0062\"", true)]
    [InlineData("\"a\\\"b\"", true)]
    [InlineData("\"größer\"", true)]
    [InlineData("\"gr\\u00f6\\u00dfer\"", true)]
    [InlineData("\"\"", true)]
    [InlineData("\"Web\"", false)]
    [InlineData("\"web \"", false)]
    [InlineData("1", false)]
    [InlineData("null", false)]
    [InlineData("[\"web\"]", false)]
    [InlineData("{}", false)]
    public void A_claim_is_in_a_set_as_the_string_that_it_is(string json, bool isIn)
    {
        var claim = Of(json);
        ClaimText.IsIn(claim, Names).ShouldBe(isIn);
        ClaimText.TryFind(claim, Table, out var found).ShouldBe(isIn);
        found.ShouldBe(isIn ? claim.GetString() : null);
    }

    [Fact]
    public void Also_where_it_is_long()
    {
        ClaimText.IsIn(Of(JsonSerializer.Serialize(Long)), Names).ShouldBeTrue();
        ClaimText.IsIn(Of($"\"{Long}\""), Names).ShouldBeTrue();
        ClaimText.IsIn(Of($"\"{Long}x\""), Names).ShouldBeFalse();
    }

    [Fact]
    public void A_missing_claim_and_an_empty_set_have_nothing_in_common()
    {
        ClaimText.IsIn(default, Names).ShouldBeFalse();
        ClaimText.IsIn(Of("\"web\""), FrozenSet<string>.Empty).ShouldBeFalse();
        ClaimText.IsIn(Of("\"web\""), []).ShouldBeFalse();
        ClaimText.TryFind(Of("\"web\""), FrozenDictionary<string, string>.Empty, out _).ShouldBeFalse();
    }

    static Claim Of(string json)
    {
        Claims.Parse($"{{\"claim\":{json}}}").TryGet("claim", out var claim).ShouldBeTrue();
        return claim;
    }
}
