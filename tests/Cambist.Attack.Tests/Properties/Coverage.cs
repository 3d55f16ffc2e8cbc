using System.Globalization;
using Cambist.Protocol;

namespace Cambist.Attack.Tests.Properties;

/// <summary>What a run of random scripts really came to: properties of nothing hold always.</summary>
sealed class Coverage
{
    readonly SortedDictionary<string, int> _given = new(StringComparer.Ordinal), _refused = new(StringComparer.Ordinal);
    int _loaded;

    /// <summary>One registry that loaded, and what was sent under it.</summary>
    public void Add(List<Script.Step> steps)
    {
        _loaded++;
        foreach (var step in steps)
        {
            if (step.Given is { } given)
            {
                Count(_given, KindOf(step));
                if (given.Segments > 3 && step.Refreshed is null) Count(_given, "third hop or later");
                if (given.Act.Length > 1) Count(_given, "chain of several");
            }
            else if (step.Outcome is Outcome.Refused { Entry: var entry } refused)
            {
                Count(_refused, (entry?.Reason ?? refused.Reason).WireName());
            }
        }
    }

    static string KindOf(Script.Step step) =>
        step.Refreshed is not null ? "refresh" : step.Subject is not { } subject ? "client credentials"
        : step.Ask.Actor is not null ? "actor token" : subject.IsOurs ? "token of ours" : subject.Issuer == Holding.Impersonation ? "impersonation" : "external token";

    static void Count(SortedDictionary<string, int> counts, string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

    static int Sum(SortedDictionary<string, int> counts, params string[] without) => counts.Where(count => !without.Contains(count.Key)).Sum(count => count.Value);

    int Given => Sum(_given, "third hop or later", "chain of several");

    /// <summary>Fails where the generators give too little of anything to prove something.</summary>
    public void ShouldBeEnough(int registries)
    {
        var sent = Given + Sum(_refused);
        _loaded.ShouldBeGreaterThan(registries / 4, ToString());
        Given.ShouldBeGreaterThan(sent / 6, ToString());
        Sum(_refused).ShouldBeGreaterThan(sent / 8, ToString());
        foreach (var kind in new[] { "external token", "token of ours", "actor token", "impersonation", "refresh", "client credentials", "third hop or later", "chain of several" })
            _given.GetValueOrDefault(kind).ShouldBeGreaterThan(_loaded / 40, $"{kind}: {this}");
        foreach (var reason in new[] { Reason.NoRule, Reason.Denied, Reason.SubjectNotForCaller, Reason.ScopeNotGranted, Reason.NothingToGrant, Reason.MayActMismatch, Reason.ChainTooDeep, Reason.SubjectKeyBound })
            _refused.GetValueOrDefault(reason.WireName()).ShouldBeGreaterThan(0, $"{reason}: {this}");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_loaded} registries, {Given} given ({Tell(_given)}), {Sum(_refused)} refused ({Tell(_refused)})");

    static string Tell(SortedDictionary<string, int> counts) => string.Join(", ", counts.Select(count => $"{count.Key} {count.Value}"));
}
