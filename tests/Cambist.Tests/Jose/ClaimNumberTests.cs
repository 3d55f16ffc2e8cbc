namespace Cambist.Tests.Jose;

public class ClaimNumberTests
{
    static Claim Value(string json)
    {
        Claims.Parse($$"""{"x":{{json}}}""").TryGet("x", out var claim).ShouldBeTrue();
        return claim;
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("1.5", 1)]
    [InlineData("0.999", 0)]
    [InlineData("1e3", 1000)]
    [InlineData("1E+3", 1000)]
    [InlineData("15e-1", 1)]
    [InlineData("1e-400", 0)]
    [InlineData("1700000000", 1_700_000_000)]
    [InlineData("1700000000.999999999999999999999", 1_700_000_000)]
    [InlineData("1.7e9", 1_700_000_000)]
    [InlineData("253402300799", 253_402_300_799)]
    [InlineData("253402300799.9", 253_402_300_799)]
    [InlineData("0.0000000000000000000000017e33", 1_700_000_000)]
    public void JWT_21_A_NumericDate_is_read_by_value(string json, long seconds)
    {
        Value(json).TryGetSeconds(out var read).ShouldBeTrue();
        read.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("\"123\"")]
    [InlineData("1e400")]
    [InlineData("1e999999999999999999999")]
    [InlineData("9e99")]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("-1e-400")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("253402300800")]
    public void JWT_21_What_is_no_usable_NumericDate_is_refused(string json) => Value(json).TryGetSeconds(out _).ShouldBeFalse();

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0", 0)]
    [InlineData("-7", -7)]
    [InlineData("1.0", 1)]
    [InlineData("1.50e1", 15)]
    [InlineData("1e3", 1000)]
    [InlineData("1000e-3", 1)]
    [InlineData("0e999999999999", 0)]
    [InlineData("0.0e-5", 0)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    [InlineData("-9223372036854775808.000", long.MinValue)]
    [InlineData("9.223372036854775807e18", long.MaxValue)]
    [InlineData("9007199254740993", 9_007_199_254_740_993)] // a double would lose the last digit
    public void A_whole_number_is_read_exactly(string json, long value)
    {
        Value(json).TryGetInt64(out var read).ShouldBeTrue();
        read.ShouldBe(value);
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e-1")]
    [InlineData("0.00000000000000000000000000000000001")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775809")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616")]
    [InlineData("1e19")]
    [InlineData("1e400")]
    [InlineData("1e99999999999999999999")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("null")]
    public void What_is_no_whole_number_of_64_bits_is_refused(string json) => Value(json).TryGetInt64(out _).ShouldBeFalse();

    [Fact]
    public void A_number_of_thousands_of_digits_is_read_by_value()
    {
        var zeros = new string('0', 8000);
        Value($"0.{zeros}12e8002").TryGetInt64(out var small).ShouldBeTrue();
        small.ShouldBe(12);
        Value($"12{zeros}e-8000").TryGetInt64(out var large).ShouldBeTrue();
        large.ShouldBe(12);
        Value($"12{zeros}e-7000").TryGetInt64(out _).ShouldBeFalse();
        Value($"12{zeros}1e-8001").TryGetInt64(out _).ShouldBeFalse();
        Value($"12{zeros}1e-8001").TryGetSeconds(out var cut).ShouldBeTrue();
        cut.ShouldBe(12);
    }
}
