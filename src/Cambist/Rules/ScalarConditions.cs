using System.Globalization;

namespace Cambist;

/// <summary>Exactly this string.</summary>
sealed class TextCondition(string text) : Condition
{
    public string Text => text;

    public override ConditionResult Test(Claim claim) =>
        claim.Kind != ClaimKind.String ? ConditionResult.Undecided : claim.IsString(text) ? ConditionResult.Yes : ConditionResult.No;

    public override string Describe() => $"must be \"{text}\"";
}

/// <summary>A string that fits a pattern.</summary>
sealed class PatternCondition(TextPattern pattern) : Condition
{
    public TextPattern Pattern => pattern;

    public override ConditionResult Test(Claim claim)
    {
        if (claim.Kind != ClaimKind.String) return ConditionResult.Undecided;
        return pattern.Matches(ClaimText.Read(claim, stackalloc char[256])) ? ConditionResult.Yes : ConditionResult.No;
    }

    public override string Describe() => $"must be \"{pattern.Text}\"";
}

/// <summary>A whole number, or the string of the same text: many issuers quote their numbers.</summary>
sealed class IntegerCondition(long number) : Condition
{
    readonly string _text = number.ToString(CultureInfo.InvariantCulture);

    public string Text => _text;

    public override ConditionResult Test(Claim claim) => claim.Kind switch
    {
        ClaimKind.Number => claim.TryGetInt64(out var value) && value == number ? ConditionResult.Yes : ConditionResult.No,
        ClaimKind.String => claim.IsString(_text) ? ConditionResult.Yes : ConditionResult.No,
        _ => ConditionResult.Undecided,
    };

    public override string Describe() => $"must be {_text}";
}

/// <summary>true or false, or the string of the same text.</summary>
sealed class BooleanCondition(bool value) : Condition
{
    readonly string _text = value ? "true" : "false";

    public string Text => _text;

    public override ConditionResult Test(Claim claim) => claim.Kind switch
    {
        ClaimKind.True => value ? ConditionResult.Yes : ConditionResult.No,
        ClaimKind.False => value ? ConditionResult.No : ConditionResult.Yes,
        ClaimKind.String => claim.IsString(_text) ? ConditionResult.Yes : ConditionResult.No,
        _ => ConditionResult.Undecided,
    };

    public override string Describe() => $"must be {_text}";
}

/// <summary>A whole number within bounds. A string of digits or a fraction is of another type.</summary>
sealed class BoundCondition(long bound, bool isLower) : Condition
{
    public long Bound => bound;

    public bool IsLower => isLower;

    public override ConditionResult Test(Claim claim)
    {
        if (claim.Kind != ClaimKind.Number || !claim.TryGetInt64(out var value)) return ConditionResult.Undecided;
        return (isLower ? value >= bound : value <= bound) ? ConditionResult.Yes : ConditionResult.No;
    }

    public override string Describe() => string.Create(CultureInfo.InvariantCulture, $"must be at {(isLower ? "least" : "most")} {bound}");
}

/// <summary>Whether the claim is there at all, JSON null included. Never undecided.</summary>
sealed class ExistsCondition(bool exists) : Condition
{
    public bool Exists => exists;

    public override ConditionResult Test(Claim claim) => claim.Kind != ClaimKind.Missing == exists ? ConditionResult.Yes : ConditionResult.No;

    public override string Describe() => exists ? "must exist" : "must not exist";
}
