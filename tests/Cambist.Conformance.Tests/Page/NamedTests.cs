using System.Reflection;
using System.Text.RegularExpressions;
using Cambist.Testing;

namespace Cambist.Conformance.Tests.Page;

/// <summary>The compiled tests, by the ids of requirements and scenarios in front of their names: <c>DL_14_L16_it_shows_act</c> is of DL-14 and of L16.</summary>
sealed partial class NamedTests
{
    readonly ILookup<string, string> _tests;

    NamedTests(IEnumerable<(string Id, string Test)> tests) => _tests = tests.ToLookup(pair => pair.Id, pair => pair.Test);

    /// <summary>The ids that tests bear.</summary>
    public IEnumerable<string> Ids => _tests.Select(group => group.Key).Order(StringComparer.Ordinal);

    /// <summary>The tests that bear an id.</summary>
    public IReadOnlyList<string> Of(string id) => [.. _tests[id].Order(StringComparer.Ordinal)];

    /// <summary>All that there are: those here, the attacks, and those of real nodes and their faults.</summary>
    public static NamedTests All { get; } = In(
        Assembly.GetExecutingAssembly(), Assembly.LoadFrom(BuiltServer.AssemblyOf("Cambist.Attack.Tests")), Assembly.LoadFrom(BuiltServer.AssemblyOf("Cambist.Reliability.Tests")));

    /// <summary>Those of assemblies. A test that is skipped tests nothing.</summary>
    static NamedTests In(params Assembly[] assemblies) => new(
        from assembly in assemblies
        from type in assembly.GetTypes()
        where type is { IsClass: true, IsAbstract: false }
        from method in type.GetMethods()
        where method.GetCustomAttributes<FactAttribute>(inherit: true).Any(test => test.Skip is null)
        from id in IdsOf(method.Name)
        select (id, method.Name));

    /// <summary>The ids in front of a name.</summary>
    public static IEnumerable<string> IdsOf(string method) =>
        Front().Match(method).Groups["id"].Captures.Select(capture => capture.Value.Replace('_', '-'));

    [GeneratedRegex("^((?<id>[A-Z]{2,5}_[0-9]{2}|[SLC][0-9]{1,2})_)+", RegexOptions.ExplicitCapture)]
    private static partial Regex Front();
}
