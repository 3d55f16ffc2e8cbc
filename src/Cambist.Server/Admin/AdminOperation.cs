using System.Collections.Immutable;

namespace Cambist.Server;

/// <summary>What can be asked of the admin API: it is served, and described in its OpenAPI document, from this alone.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path under <c>/admin/v1</c>, with <c>{names}</c>.</param>
/// <param name="Summary">What it does, in a line.</param>
sealed record AdminOperation(string Method, string Path, string Summary)
{
    /// <summary>The scope of <c>cambist-admin</c> that it needs; null where any administrator may.</summary>
    public string? Scope { get; init; }

    /// <summary>The parameters of the query that it knows; others are refused.</summary>
    public ImmutableArray<QueryParameter> Query { get; init; } = [];

    /// <summary>The schema of its body; null where it takes none.</summary>
    public string? Body { get; init; }

    /// <summary>The status of its success.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>The schema of its answer; null where there is no body.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether it answers 404 where there is no such thing.</summary>
    public bool MayBeAbsent { get; init; }

    /// <summary>As ledger entries name it.</summary>
    public string Name => $"{Method} {Path}";

    public bool Knows(string parameter) => Query.Any(one => one.Name == parameter);
}

/// <summary>A parameter of the query.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does.</param>
sealed record QueryParameter(string Name, string Description)
{
    /// <summary>Where it is a whole number, the most that it may be; the least is 1.</summary>
    public int? Most { get; init; }

    /// <summary>Where it is a word, those there are.</summary>
    public ImmutableArray<string> Words { get; init; } = [];

    /// <summary>Whether it is an instant (RFC 3339).</summary>
    public bool IsInstant { get; init; }

    public static QueryParameter Limit(int most) => new("limit", "The most that is answered; 50 by default.") { Most = most };

    public static readonly QueryParameter Reason = new("reason", "Why; for the ledger.");
}
