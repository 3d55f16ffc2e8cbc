using System.Collections.Immutable;

namespace Cambist;

/// <summary>
/// One of several. Yes if any says yes; else undecided if any is, so that neither a <c>not</c> around it nor a deny entry can
/// be dodged with another JSON type.
/// </summary>
sealed class AnyOfCondition(ImmutableArray<Condition> alternatives) : Condition
{
    const int Shown = 10;

    public ImmutableArray<Condition> Alternatives => alternatives;

    public override ConditionResult Test(Claim claim)
    {
        var result = ConditionResult.No;
        foreach (var alternative in alternatives)
        {
            var one = alternative.Test(claim);
            if (one == ConditionResult.Yes) return one;
            if (one == ConditionResult.Undecided) result = one;
        }

        return result;
    }

    public override string Describe()
    {
        var shown = alternatives.Take(Shown).Select(alternative => alternative.Describe()[Wording.MustBe.Length..]);
        var more = alternatives.Length > Shown ? $" and {alternatives.Length - Shown} more" : "";
        return $"{Wording.MustBe}one of {string.Join(", ", shown)}{more}";
    }
}

/// <summary>One of a named list.</summary>
sealed class ListedCondition(string name, Condition list) : Condition
{
    public string Name => name;

    public Condition List => list;

    public override ConditionResult Test(Claim claim) => list.Test(claim);

    public override string Describe() => $"{Wording.MustBe}in the list {name}";
}

/// <summary>The opposite; what is undecided stays so.</summary>
sealed class NotCondition(Condition inner) : Condition
{
    public Condition Inner => inner;

    public override ConditionResult Test(Claim claim) => inner.Test(claim) switch
    {
        ConditionResult.Yes => ConditionResult.No,
        ConditionResult.No => ConditionResult.Yes,
        _ => ConditionResult.Undecided,
    };

    public override string Describe()
    {
        var words = inner.Describe();
        return words.StartsWith(Wording.MustNot, StringComparison.Ordinal)
            ? Wording.Must + words[Wording.MustNot.Length..]
            : Wording.MustNot + words[Wording.Must.Length..];
    }
}

/// <summary>An array that holds an element. One element of another JSON type leaves it open when no other fits.</summary>
sealed class ContainsCondition(Condition element) : Condition
{
    public Condition Element => element;

    public override ConditionResult Test(Claim claim)
    {
        if (claim.Kind != ClaimKind.Array) return ConditionResult.Undecided;
        var result = ConditionResult.No;
        foreach (var one in claim.EnumerateArray())
        {
            var tested = element.Test(one);
            if (tested == ConditionResult.Yes) return tested;
            if (tested == ConditionResult.Undecided) result = tested;
        }

        return result;
    }

    public override string Describe()
    {
        var words = element.Describe();
        return words.StartsWith(Wording.MustBe, StringComparison.Ordinal)
            ? $"must contain {words[Wording.MustBe.Length..]}"
            : $"must contain an element that {words}";
    }
}

/// <summary>How descriptions begin, so that one can be put inside another.</summary>
static class Wording
{
    public const string Must = "must ";
    public const string MustBe = "must be ";
    public const string MustNot = "must not ";
}
