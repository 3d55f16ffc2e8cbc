using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Cambist;

/// <summary>A line of <c>assert</c>: who may never end up with a token for a resource, over whatever chain.</summary>
/// <param name="Position">Where it stands.</param>
/// <param name="Resource">The resource.</param>
/// <param name="Scope">The scope it is about; null for any token.</param>
internal abstract record ReachAssertion(DocumentPosition Position, ProtectedResource Resource, string? Scope)
{
    const int MostShown = 16;

    /// <summary><c>only</c>: nobody but these clients.</summary>
    public sealed record Only(DocumentPosition Position, ProtectedResource Resource, string? Scope, FrozenSet<string> Clients) : ReachAssertion(Position, Resource, Scope)
    {
        protected override IEnumerable<(ReachedClient, string)> Violations(Reachability reach) => reach.To(Resource, Scope).Where(found => !Clients.Contains(found.Client)).Select(found => (found, ""));

        protected override string Says(string client, string origin) => $"{(Clients.Count == 0 ? "nobody" : $"nobody but {List(Clients)}")} may reach {What}, yet {client} can";
    }

    /// <summary><c>never</c>: not these clients.</summary>
    public sealed record Never(DocumentPosition Position, ProtectedResource Resource, string? Scope, FrozenSet<string> Clients) : ReachAssertion(Position, Resource, Scope)
    {
        protected override IEnumerable<(ReachedClient, string)> Violations(Reachability reach) => reach.To(Resource, Scope).Where(found => Clients.Contains(found.Client)).Select(found => (found, ""));

        protected override string Says(string client, string origin) => $"{client} may never reach {What}, yet it can";
    }

    /// <summary><c>never_from</c>: no token that began at these issuers.</summary>
    public sealed record NeverFrom(DocumentPosition Position, ProtectedResource Resource, string? Scope, FrozenSet<string> Origins) : ReachAssertion(Position, Resource, Scope)
    {
        protected override IEnumerable<(ReachedClient, string)> Violations(Reachability reach) => Origins.Order(StringComparer.Ordinal).SelectMany(origin => reach.From(origin, Resource, Scope), (origin, found) => (found, origin));

        protected override string Says(string client, string origin) => $"no token that began at {origin} may become one for {What}, yet {client} can get one";
    }

    /// <summary>What contradicts it, a line for each client up to a number; none where it holds.</summary>
    public ImmutableArray<ReachFailure> Check(Reachability reach)
    {
        var violations = Violations(reach).ToArray();
        var shown = violations.Take(MostShown).Select(violation => $"{Says(violation.Found.Client, violation.Origin)}: {violation.Found.Chains[0]}");
        if (violations.Length > MostShown) shown = shown.Append($"and so can {violations.Length - MostShown} more");
        return [.. shown.Select(message => new ReachFailure(Position, message))];
    }

    protected abstract IEnumerable<(ReachedClient Found, string Origin)> Violations(Reachability reach);

    protected abstract string Says(string client, string origin);

    string What => Scope is null ? Resource.Name : $"{Resource.Name} with {Scope}";

    static string List(IEnumerable<string> names) => string.Join(", ", names.Order(StringComparer.Ordinal));
}

/// <summary>An assertion that does not hold, and the chain that breaks it.</summary>
/// <param name="Position">Where the assertion stands.</param>
/// <param name="Message">What it says, and the chain.</param>
internal sealed record ReachFailure(DocumentPosition Position, string Message)
{
    /// <summary>One line: <c>cambist.test.yaml:31:5 nobody but orders may reach billing, yet …</c></summary>
    public string In(string fileName) => $"{fileName}:{Position} {Message}";
}
