using BenchmarkDotNet.Attributes;

namespace Cambist.Benchmarks;

/// <summary>Steps 6 to 8, which need no cryptography; beside them one look-up in a dictionary with an entry a rule, the least that finding one can cost.</summary>
public class DecideBenchmarks
{
    World _world = null!;
    DecisionInput _input = null!;
    SelectedRule _selected = null!;
    Dictionary<(string Client, string Resource), Rule> _rules = null!;

    /// <summary>Of the registry, and as many clients.</summary>
    [Params(10, 10_000)]
    public int Rules { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _world = new(clients: Rules);
        _input = _world.InputFor(_world.Provider.IdToken(1));
        _selected = World.Given(RuleSelection.Select(_input, _world.Registry));
        _rules = _world.Registry.Rules.All.ToDictionary(rule => (rule.Clients.Single(), rule.Targets.Keys[0]));
        if (BareLookUp() != _selected.Rule || World.Given(Decision.Of(_input, _world.Registry)).Token.Scopes is not ["read"]) throw new InvalidOperationException("Another rule decided.");
    }

    [GlobalCleanup]
    public async Task CleanUp() => await _world.DisposeAsync();

    [Benchmark(Baseline = true)]
    public object BareLookUp() => _rules[(_input.Client.Id, _input.Target!.Resource.Name)];

    [Benchmark]
    public object Select() => RuleSelection.Select(_input, _world.Registry);

    [Benchmark]
    public object? Entitle() => Entitlement.Check(_input, _selected, _world.Registry);

    [Benchmark]
    public object SelectEntitleDecide() => Decision.Of(_input, _world.Registry);
}
