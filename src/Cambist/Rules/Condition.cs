using System.Collections.Immutable;

namespace Cambist;

/// <summary>
/// What testing a condition gave. <see cref="Undecided"/> is a missing claim or one of another JSON type: a rule takes it
/// for no, a deny entry for yes, so that leaving a claim out never dodges a deny entry.
/// </summary>
enum ConditionResult
{
    /// <summary>The condition does not hold.</summary>
    No,

    /// <summary>The condition holds.</summary>
    Yes,

    /// <summary>The claim is missing or of another JSON type.</summary>
    Undecided,
}

/// <summary>What a claim must be. Pure, linear in the length of the value.</summary>
abstract class Condition
{
    /// <summary>Tests a claim; <paramref name="claim"/> is of kind <see cref="ClaimKind.Missing"/> where there is none.</summary>
    public abstract ConditionResult Test(Claim claim);

    /// <summary>What it asks for, in words for a trace, such as <c>must be "true"</c>.</summary>
    public abstract string Describe();
}

/// <summary>One entry of a <c>where</c>.</summary>
/// <param name="Path">The claim.</param>
/// <param name="Condition">What it must be.</param>
sealed record ConditionEntry(ClaimPath Path, Condition Condition);

/// <summary>A <c>where</c>: every entry must hold.</summary>
sealed class ConditionSet(ImmutableArray<ConditionEntry> entries)
{
    /// <summary>No conditions: always holds.</summary>
    public static readonly ConditionSet Empty = new([]);

    /// <summary>The entries in document order.</summary>
    public ImmutableArray<ConditionEntry> Entries { get; } = entries;

    /// <summary>The first entry that does not hold, or null where all do: a rule's reading.</summary>
    public ConditionEntry? FirstUnmet(Claims claims)
    {
        foreach (var entry in Entries)
            if (Test(entry, claims) != ConditionResult.Yes) return entry;
        return null;
    }

    /// <summary>Whether no entry says a clear no: a deny entry's reading.</summary>
    public bool MayHold(Claims claims)
    {
        foreach (var entry in Entries)
            if (Test(entry, claims) == ConditionResult.No) return false;
        return true;
    }

    public static ConditionResult Test(ConditionEntry entry, Claims claims)
    {
        claims.TryGet(entry.Path, out var claim);
        return entry.Condition.Test(claim);
    }
}
