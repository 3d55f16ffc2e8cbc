using System.Buffers;
using System.Text;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist.Tests.Ledger;

public sealed class LedgerEntryJsonTests
{
    static readonly DecisionId Id = new(4711);

    static readonly LedgerEntry Least = new() { Outcome = DecisionOutcome.Issued, Action = "a", RegistryRevision = "r" };

    static readonly LedgerEntry Full = new()
    {
        Id = Id,
        Outcome = DecisionOutcome.Refused,
        Reason = Reason.SubjectExpired,
        Action = "urn:ietf:params:oauth:grant-type:token-exchange",
        Client = "orders",
        Subject = new("self", "gitlab:4711", "root.segment"),
        Actor = new("login", "actor", "x"),
        ActorChain = ["orders", "web"],
        IssuedId = "root.segment.new",
        Target = "billing",
        ScopesAsked = ["read", "pay"],
        ScopesGiven = ["read"],
        Rule = "a rule",
        RegistryRevision = "0123456789abcdef",
        ExpiresAt = long.MaxValue,
        Input = """{ "deep": [{"input": "x"}], "n": 1.50 }"""u8.ToArray(),
        Trace = "one\ntwo",
        Counted = new(12, "203.0.113.7", 1, 2),
        Shadow = new("a shadow rule", "billing", Reason.NoRule, []),
    };

    [Fact]
    public void Every_member_that_is_kept_comes_back()
    {
        var read = LedgerEntryJson.Read(Id, Write(Full));

        foreach (var member in typeof(LedgerEntry).GetProperties())
        {
            if (member.Name is nameof(LedgerEntry.Consumes) or nameof(LedgerEntry.Stores) or nameof(LedgerEntry.ExternalUntil) or nameof(LedgerEntry.DependsOn)) continue;
            var expected = member.GetValue(Full);
            expected.ShouldNotBe(member.GetValue(Least), $"{member.Name} must be set for this test to see it");
            if (expected is ReadOnlyMemory<byte> bytes) ((ReadOnlyMemory<byte>)member.GetValue(read)!).ToArray().ShouldBe(bytes.ToArray());
            else if (expected is IReadOnlyList<string> list) ((IReadOnlyList<string>)member.GetValue(read)!).ShouldBe(list, member.Name);
            else member.GetValue(read).ShouldBe(expected, member.Name);
        }
    }

    [Fact]
    public void What_is_absent_stays_absent_and_takes_no_space()
    {
        Encoding.UTF8.GetString(Write(Least)).ShouldBe("""{"outcome":"issued","action":"a","registry":"r"}""");

        var read = LedgerEntryJson.Read(Id, Write(Least));
        (read.Client, read.Subject, read.Actor, read.IssuedId, read.Target, read.ScopesAsked, read.Rule, read.ExpiresAt, read.Trace, read.Reason)
            .ShouldBe((null, null, null, null, null, null, null, null, null, Reason.None));
        (read.ActorChain.Count, read.ScopesGiven.Count, read.Input.Length).ShouldBe((0, 0, 0));
    }

    [Fact]
    public void What_a_shadow_rule_would_give_comes_back()
    {
        var read = LedgerEntryJson.Read(Id, Write(Least with { Shadow = new("s", "orders", Reason.None, ["read", "write"]) })).Shadow.ShouldNotBeNull();

        (read.Rule, read.Target, read.Reason, string.Join(' ', read.Scopes)).ShouldBe(("s", "orders", Reason.None, "read write"));
    }

    [Fact]
    public void A_shadow_rules_refusal_for_a_reason_of_a_newer_release_is_not_taken_for_a_grant() =>
        LedgerEntryJson.Read(Id, """{"outcome":"refused","reason":"no_rule","action":"a","registry":"r","shadow":{"rule":"s","target":"t","reason":"of_tomorrow"}}"""u8).Shadow.ShouldBeNull();

    [Fact]
    public void The_input_is_kept_byte_for_byte() => LedgerEntryJson.Read(Id, Write(Full)).Input.ToArray().ShouldBe(Full.Input.ToArray());

    [Theory]
    [InlineData("")]
    [InlineData("\"\\/\b\f\n\r\t\0\u001f\u007f")]
    [InlineData("<script>&'+</script>")]
    [InlineData("ü 漢 😀 \u2028 \ufeff \uffff")]
    public void Any_valid_text_comes_back(string text)
    {
        var read = LedgerEntryJson.Read(Id, Write(Least with { Client = text, Trace = text, Subject = new(text, text, text), ScopesAsked = [text] }));

        (read.Client, read.Trace, read.Subject, read.ScopesAsked![0]).ShouldBe((text, text, new(text, text, text), text));
    }

    [Fact]
    public void Half_a_character_becomes_the_replacement_character() =>
        LedgerEntryJson.Read(Id, Write(Least with { Trace = "a\ud800b" })).Trace.ShouldBe("a\ufffdb");

    [Theory]
    [InlineData(DecisionOutcome.Issued)]
    [InlineData(DecisionOutcome.Refused)]
    [InlineData(DecisionOutcome.AdminAct)]
    [InlineData(DecisionOutcome.Counted)]
    public void Every_outcome_comes_back(DecisionOutcome outcome) => LedgerEntryJson.Read(Id, Write(Least with { Outcome = outcome })).Outcome.ShouldBe(outcome);

    [Fact]
    public void Every_reason_comes_back()
    {
        foreach (var reason in Enum.GetValues<Reason>()) LedgerEntryJson.Read(Id, Write(Least with { Reason = reason })).Reason.ShouldBe(reason);
    }

    [Fact]
    public void Members_that_this_release_does_not_know_are_skipped_at_every_depth()
    {
        var json = """
            {"new":{"client":"no"},"outcome":"issued","newer":["x",{"rule":"no"}],"action":"a","subject":{"sub":"s","n":{"sub":"no"},"issuer":"i"},"registry":"r","newest":null}
            """u8;

        var read = LedgerEntryJson.Read(Id, json);

        (read.Client, read.Rule, read.Subject, read.RegistryRevision).ShouldBe((null, null, new("i", "s", null), "r"));
    }

    [Fact]
    public void A_reason_of_a_newer_release_is_told_in_the_trace()
    {
        var read = LedgerEntryJson.Read(Id, """{"outcome":"refused","reason":"moon_phase_wrong","action":"a","registry":"r","trace":"as it was"}"""u8);

        (read.Outcome, read.Reason).ShouldBe((DecisionOutcome.Refused, Reason.None));
        read.Trace.ShouldBe("reason: moon_phase_wrong (of a newer release)\nas it was");
    }

    [Fact]
    public void An_outcome_of_a_newer_release_is_taken_for_none_of_ours() =>
        Enum.IsDefined(LedgerEntryJson.Read(Id, """{"outcome":"postponed","action":"a","registry":"r"}"""u8).Outcome).ShouldBeFalse();

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"client\":1}")]
    [InlineData("{\"chain\":\"x\"}")]
    [InlineData("{\"chain\":[1]}")]
    [InlineData("{\"subject\":\"x\"}")]
    [InlineData("{\"client\":\"x\"")]
    public void What_is_no_entry_is_told_from_one(string json) => Should.Throw<JsonException>(() => LedgerEntryJson.Read(Id, Encoding.UTF8.GetBytes(json)));

    static byte[] Write(LedgerEntry entry)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = LedgerEntryJson.CreateWriter(bytes)) LedgerEntryJson.Write(writer, entry);
        return bytes.WrittenSpan.ToArray();
    }
}
