using System.Buffers;
using Cambist.Protocol;

namespace Cambist.Tests.Ledger;

public sealed class SearchKeysTests
{
    /// <summary>Stores are full of them. The numbers were computed apart from this code, by the definitions of FNV-1a and SplitMix64.</summary>
    [Theory]
    [InlineData("client", 0xA5F7164864071DDF)]
    [InlineData("subject", 0x28C00EE9FAD09A09)]
    [InlineData("outcome", 0xC83C5A5CCD7D4D9E)]
    [InlineData("reason", 0xED75E22412874B4E)]
    [InlineData("all of them", 0x0D10E8877ACE5068)]
    [InlineData("lineage", 0x1C34E45559F2FB6D)]
    [InlineData("issued", 0x40AF86F2731C0A68)]
    public void What_a_filter_looks_up_stays_the_same_for_ever(string what, ulong key) =>
        SearchKeys.Of(what switch
        {
            "client" => new() { Client = "web" },
            "subject" => new() { Subject = "alice" },
            "outcome" => new() { Outcome = DecisionOutcome.Issued },
            "reason" => new() { Reason = Reason.NoRule },
            "all of them" => new() { Client = "web", Subject = "alice", Outcome = DecisionOutcome.Refused, Reason = Reason.NoRule },
            "lineage" => new() { Lineage = "ab.c" },
            _ => new DecisionFilter { Issued = "ab.c" },
        }).ShouldBe([key]);

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // which is where reading it stops
    public void An_entry_has_what_each_filter_looks_up_that_it_fits_and_nothing_else(bool asksForScopes)
    {
        var entry = new LedgerEntry
        {
            Outcome = DecisionOutcome.Refused,
            Reason = Reason.NoRule,
            Action = "a",
            Client = "web\"x",
            Subject = new("login", "alice", "ab.c.d"),
            Actor = new("login", "bob", "no.one"),
            IssuedId = "ab.e",
            Target = "t",
            ScopesAsked = asksForScopes ? ["read"] : null,
            Rule = "r",
            Trace = "client",
            RegistryRevision = "1",
            Input = """{"client":"no","subject":{"sub":"no"},"jti":"no"}"""u8.ToArray(),
        };
        var filters = new List<DecisionFilter> { new() { Issued = "ab.e" } };
        filters.AddRange(new[] { "ab", "ab.c", "ab.c.d", "ab.e" }.Select(id => new DecisionFilter { Lineage = id }));
        foreach (var client in new[] { null, entry.Client })
            foreach (var subject in new[] { null, "alice" })
                foreach (var outcome in new DecisionOutcome?[] { null, entry.Outcome })
                    foreach (var reason in new Reason?[] { null, entry.Reason })
                        filters.Add(new() { Client = client, Subject = subject, Outcome = outcome, Reason = reason });

        var json = new ArrayBufferWriter<byte>();
        using (var writer = LedgerEntryJson.CreateWriter(json)) LedgerEntryJson.Write(writer, entry);
        KeysOf(json.WrittenSpan).Order().ShouldBe(filters.SelectMany(SearchKeys.Of).Order());
    }

    [Fact]
    public void An_entry_without_some_of_it_has_no_key_for_that() =>
        KeysOf("""{"outcome":"issued","action":"a","registry":"r"}"""u8).ShouldBe(SearchKeys.Of(new() { Outcome = DecisionOutcome.Issued }));

    [Fact]
    public void An_outcome_or_a_reason_of_a_newer_release_is_indexed_by_its_name()
    {
        var found = KeysOf("""{"outcome":"refused","reason":"no_rule","action":"x","client":"we\u0062","subject":{"issuer":"i","sub":"alice","new":[1]},"later":{"client":"no"},"registry":"r"}"""u8);
        found.ShouldContain(SearchKeys.Of(new() { Client = "web", Subject = "alice", Outcome = DecisionOutcome.Refused, Reason = Reason.NoRule }).Single());
        found.ShouldNotContain(SearchKeys.Of(new() { Client = "no" }).Single());
        KeysOf("""{"outcome":"refused","reason":"not_yet_known","client":"web","registry":"r"}"""u8)
            .SetEquals(KeysOf("""{"outcome":"refused","client":"web","registry":"r"}"""u8)).ShouldBeFalse();
    }

    static HashSet<ulong> KeysOf(ReadOnlySpan<byte> json)
    {
        var keys = new SearchKeys();
        keys.Add(json);
        return keys.Found;
    }
}
