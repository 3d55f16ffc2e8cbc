namespace Cambist.Tests.Ledger;

public sealed class DecisionIdTests
{
    sealed class Clock : TimeProvider
    {
        public long Milliseconds = 1_700_000_000_000;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);
    }

    readonly Clock _clock = new();

    [Fact]
    public void Ids_rise_also_when_a_millisecond_holds_more_than_its_counter()
    {
        var ids = new DecisionIdSequence(_clock);
        var last = ids.Next();
        for (var i = 0; i < 70_000; i++)
        {
            var next = ids.Next();
            next.ShouldBeGreaterThan(last);
            last = next;
        }

        last.Milliseconds.ShouldBe(_clock.Milliseconds + 1);
    }

    [Fact]
    public void A_sequence_goes_on_after_the_newest_id_of_the_store_whatever_the_clock_says()
    {
        var newest = new DecisionId(DecisionId.FirstOf(_clock.Milliseconds + 5000).Value | 77);
        var ids = new DecisionIdSequence(_clock);

        ids.StartAfter(newest);

        ids.Next().ShouldBeGreaterThan(newest);
        ids.StartAfter(default);
        ids.Next().ShouldBeGreaterThan(newest);
    }

    [Fact]
    public void An_instant_separates_the_ids_before_it_from_those_after_it()
    {
        var ids = new DecisionIdSequence(_clock);
        for (var i = 0; i < 10; i++)
        {
            var before = ids.Next();
            var instant = ids.Separate();
            var after = ids.Next();

            before.Milliseconds.ShouldBeLessThanOrEqualTo(instant);
            after.Milliseconds.ShouldBeGreaterThan(instant);
            if (i == 5) _clock.Milliseconds -= 1000;
        }
    }

    [Fact]
    public void Bytes_and_text_sort_as_ids_do_and_come_back()
    {
        var ids = new DecisionIdSequence(_clock);
        var (first, second) = (ids.Next(), ids.Next());
        byte[] a = new byte[16], b = new byte[16];
        first.WriteTo(a);
        second.WriteTo(b);

        a.AsSpan().SequenceCompareTo(b).ShouldBeLessThan(0);
        string.CompareOrdinal(first.ToString(), second.ToString()).ShouldBeLessThan(0);
        DecisionId.Read(a).ShouldBe(first);
        DecisionId.TryParse(first.ToString(), out var parsed).ShouldBeTrue();
        parsed.ShouldBe(first);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef0123456789abcdef0")]
    [InlineData("0123456789abcdef0123456789abcdeg")]
    [InlineData(" 123456789abcdef0123456789abcdef")]
    [InlineData("0x23456789abcdef0123456789abcdef")]
    public void What_is_not_32_hex_digits_is_no_id(string? text) => DecisionId.TryParse(text, out _).ShouldBeFalse();
}
