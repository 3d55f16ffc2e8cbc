namespace Cambist.Server;

/// <summary>How the tokens of one kind of provider look, and what about them never changes.</summary>
sealed record TokenShape
{
    /// <summary>Whose they are.</summary>
    public required string Title { get; init; }

    /// <summary><c>id_token</c>, <c>access_token</c> or <c>jwt</c>.</summary>
    public string Kind { get; init; } = "id_token";

    /// <summary>Whether they are of jobs and services, which no person signs in to.</summary>
    public bool IsWorkload { get; init; }

    /// <summary>What its clients are called, after the issuer's name.</summary>
    public string ClientSuffix { get; init; } = "web";

    /// <summary>The claim that names the subject for good.</summary>
    public string SubjectClaim { get; init; } = "sub";

    /// <summary>Why that one.</summary>
    public string WhySubject { get; init; } = "sub never changes and is never given to another (OpenID Connect Core §2)";

    /// <summary>How such a token is asked for with our identifier as its audience.</summary>
    public string AskForAudience { get; init; } = "";

    /// <summary>Conditions on every token of the issuer.</summary>
    public IReadOnlyList<ShapeCondition> OfIssuer { get; init; } = [];

    /// <summary>Conditions of the rule.</summary>
    public IReadOnlyList<ShapeCondition> OfRule { get; init; } = [];
}

/// <summary>A condition on a claim.</summary>
/// <param name="Claim">Its name, as conditions write it.</param>
/// <param name="Why">What it is good for.</param>
/// <param name="Value">What it must be; null for what the sample holds.</param>
/// <param name="Otherwise">What stands there without a sample; null leaves the condition out.</param>
sealed record ShapeCondition(string Claim, string Why, string? Value = null, string? Otherwise = null)
{
    /// <summary>What to write; null where there is nothing to.</summary>
    public string? Written(SampleToken? sample) => sample is null ? Value ?? Otherwise : !sample.Has(Claim) ? null : Value ?? sample.Condition(Claim);
}
