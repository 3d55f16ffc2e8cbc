using System.Collections.Immutable;

namespace Cambist;

/// <summary>The text of a file of policy tests, parsed.</summary>
public sealed record PolicyTestSource
{
    /// <summary>What to call it in messages.</summary>
    public required string FileName { get; init; }

    /// <summary>The parsed document; null where the text could not be parsed.</summary>
    public required DocumentNode? Document { get; init; }

    /// <summary>What the parser found wrong.</summary>
    public ImmutableArray<RegistryFinding> ParserFindings { get; init; } = [];

    /// <summary>As <see cref="RegistrySource.Vocabulary"/>; for the test of cambist-test.schema.json.</summary>
    internal Action<string, IReadOnlyCollection<string>>? Vocabulary { get; init; }
}

/// <summary>
/// A file of policy tests, held against the registry that it is about: what requests with these tokens must come to. Running it is pure:
/// no token is signed, verified, issued or spent, and nothing is recorded.
/// </summary>
public sealed class PolicyTestSuite
{
    readonly Registry _registry;
    readonly string _fileName;
    readonly ImmutableArray<PolicyTest> _tests;
    readonly ImmutableArray<ReachAssertion> _assertions;

    PolicyTestSuite(PolicyTestSource source, Registry registry, ImmutableArray<PolicyTest> tests, ImmutableArray<ReachAssertion> assertions, FindingList findings)
    {
        (_registry, _fileName, _tests, _assertions) = (registry, source.FileName, tests, assertions);
        Findings = InFile(findings);
        IsUsable = !findings.HasErrors;
    }

    /// <summary>What is wrong with the file itself, in document order.</summary>
    public ImmutableArray<RegistryFinding> Findings { get; }

    /// <summary>Whether it can be run: no finding is an error.</summary>
    public bool IsUsable { get; }

    /// <summary>How many tests and assertions there are.</summary>
    public int Count => _tests.Length + _assertions.Length;

    /// <summary>Reads the tests. Never throws for what is in a document.</summary>
    /// <param name="source">The document.</param>
    /// <param name="registry">The registry whose clients, issuers, resources, scopes and rules the tests name.</param>
    public static PolicyTestSuite Compile(PolicyTestSource source, Registry registry)
    {
        var findings = new FindingList(source.ParserFindings) { Vocabulary = source.Vocabulary };
        var nodes = NodeReader.ByPath(findings);
        var tests = ImmutableArray<PolicyTest>.Empty;
        var assertions = ImmutableArray<ReachAssertion>.Empty;
        try
        {
            if (source.Document is { } document && nodes.Map(document, "a file of policy tests has the keys tests and assert") is { } map)
            {
                tests = PolicyTestsSection.Read(map.Take("tests"), findings, registry);
                if (map.Take("assert") is { } asserted) assertions = ReachAssertions.Read(asserted, nodes, registry);
                map.Done();
                if (map.IsEmpty) nodes.Error(document, "holds no tests; write tests: [ … ] or assert: [ … ], or delete the file");
            }
        }
        catch (Exception e)
        {
            findings.Error(new(1, 1), "document", Broken(e));
        }

        return new(source, registry, tests, assertions, findings);
    }

    /// <summary>Runs every test, and holds every assertion against the registry.</summary>
    /// <param name="now">The instant of requests that say none.</param>
    /// <exception cref="InvalidOperationException">The file has errors.</exception>
    public PolicyTestOutcome Run(DateTimeOffset now)
    {
        if (!IsUsable) throw new InvalidOperationException("A file of policy tests that has errors is not run.");
        var findings = new FindingList([]);
        foreach (var test in _tests)
            if (test.Miss(_registry, now) is { } miss) findings.Error(test.Position, test.Name, miss);
        var failed = findings.Errors;

        var reach = new Lazy<Reachability>(() => new(_registry));
        foreach (var assertion in _assertions)
        {
            var failures = Check(assertion, reach.Value);
            foreach (var failure in failures) findings.Error(failure.Position, "assert", failure.Message);
            if (!failures.IsEmpty) failed++;
        }

        return new(failed, InFile(findings));
    }

    static ImmutableArray<ReachFailure> Check(ReachAssertion assertion, Reachability reach)
    {
        try
        {
            return assertion.Check(reach);
        }
        catch (Exception e)
        {
            return [new(assertion.Position, Broken(e))];
        }
    }

    /// <summary>What is said of a test that no mistake in it explains. Of the exception only its type: its text may hold anything.</summary>
    internal static string Broken(Exception e) => $"could not be run: {e.GetType().Name}. This is a fault in Cambist, not in the test; please report it";

    ImmutableArray<RegistryFinding> InFile(FindingList findings) => [.. findings.InDocumentOrder().Select(finding => finding with { FileName = _fileName })];
}

/// <summary>How a file of policy tests went.</summary>
/// <param name="Failed">How many tests and assertions failed.</param>
/// <param name="Findings">What was expected, and what came, of each test that failed; of an assertion a finding for each client that breaks it.</param>
public sealed record PolicyTestOutcome(int Failed, ImmutableArray<RegistryFinding> Findings);
