using System.Collections.Immutable;

namespace Cambist;

/// <summary>What an application adds to the engine, made once.</summary>
/// <param name="Resolvers">Resolvers under their names, in the order in which they are asked.</param>
/// <param name="Customizers">Customizers, in the order in which they run.</param>
internal sealed record Extensions(ImmutableArray<(string Name, ISubjectTokenResolver Resolver)> Resolvers, ImmutableArray<ITokenCustomizer> Customizers)
{
    /// <summary>What the registry and the application say differently of resolvers.</summary>
    public IEnumerable<EngineEvent> Mismatches(Registry registry)
    {
        foreach (var (name, _) in Resolvers)
        {
            if (!(registry.Issuers.TryGetValue(name, out var issuer) && issuer.IsResolver))
                yield return new(EngineEventSeverity.Warning, "resolver_unused", $"A resolver is added under the name {name} and is never asked: the registry has no issuers.{name} with resolver: true.");
        }

        foreach (var issuer in registry.Issuers.Values)
        {
            if (issuer.IsResolver && !Resolvers.Any(resolver => resolver.Name == issuer.Name))
                yield return new(EngineEventSeverity.Warning, "resolver_missing", $"issuers.{issuer.Name} says resolver: true, and no resolver of that name is added: its tokens are unknown here. Call AddSubjectTokenResolver(\"{issuer.Name}\") in the application.");
        }
    }
}
