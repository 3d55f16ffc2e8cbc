namespace Cambist;

/// <summary>Looks for detours of one hop around deny entries. Sound as far as the registry tells; it looks at so many ways and no more.</summary>
sealed class Detours
{
    readonly LintRun _run;
    readonly RuleCoverage _coverage;
    readonly ILookup<string, Rule> _takingOurs;
    readonly ILookup<string, string> _servers;
    int _looksLeft = 300_000;

    public Detours(LintRun run)
    {
        _run = run;
        _coverage = new(run.Draft);
        _takingOurs = run.Rules.Where(rule => TokenSources.SelectsOurs(rule.Rule) && rule.Rule.Subject.TokenTypes?.Contains(Protocol.TokenTypes.AccessToken) != false)
            .SelectMany(rule => rule.Rule.Targets.Keys, (rule, target) => (rule.Rule, target)).ToLookup(pair => pair.target, pair => pair.Rule);
        _servers = run.Draft.Clients.Values.Where(client => !client.IsDisabled)
            .SelectMany(client => client.Serves, (client, resource) => (client.Id, resource.Name)).ToLookup(pair => pair.Name, pair => pair.Id);
    }

    /// <summary>A way around an entry that has targets and a subject, and no actor; null where none is found.</summary>
    public Detour? Around(DenyEntry entry)
    {
        var ends = entry.Targets!.Order(StringComparer.Ordinal).SelectMany(target => _takingOurs[target], (target, rule) => (Target: target, Rule: rule)).ToArray();
        if (ends.Length == 0) return null;
        foreach (var first in _run.Rules.Select(rule => rule.Rule))
        {
            if (_looksLeft-- <= 0) return null;
            foreach (var issuer in first.Subject.Issuers!.Where(issuer => issuer != ReservedNames.Self && Applies(entry, first, issuer)))
            {
                foreach (var via in first.Targets.Keys.Where(via => !entry.Targets!.Contains(via)).Order(StringComparer.Ordinal))
                {
                    if (Way(entry, first, issuer, _run.Registry.Resources[via], ends) is { } detour) return detour;
                }
            }
        }

        return null;
    }

    /// <summary>Whether tokens of an issuer that a rule takes can be such as the entry denies.</summary>
    bool Applies(DenyEntry entry, Rule first, string issuer)
    {
        var subject = entry.Subject!;
        return subject.Issuers?.Contains(issuer) != false
            && (subject.Kinds is null || _coverage.Kinds(first, issuer).Overlaps(subject.Kinds))
            && (subject.TokenTypes is null || first.Subject.TokenTypes is null || subject.TokenTypes.Overlaps(first.Subject.TokenTypes))
            && !_coverage.Conditions(first, issuer).Any(condition =>
                subject.Where.Entries.Any(denied => denied.Path.Equals(condition.Path) && ConditionImplication.Excludes(condition.Condition, denied.Condition)));
    }

    Detour? Way(DenyEntry entry, Rule first, string issuer, ProtectedResource via, (string Target, Rule Rule)[] ends)
    {
        if (Blindness.Of(entry, first, issuer, via, _run.Registry) is not { } why) return null;
        var kinds = _coverage.Kinds(first, issuer);
        _looksLeft -= _run.Registry.Deny.Length;
        if (first.Clients.Count == 0 || ClosesFirst(entry, first, issuer, via)) return null;
        foreach (var (target, second) in ends)
        {
            if (_looksLeft-- <= 0) return null;
            if (!_coverage.Kinds(second, ReservedNames.Self).Overlaps(entry.Subject!.Kinds is { } denied ? kinds.Where(denied.Contains) : kinds)) continue;
            if (second.Subject.Where.Entries.Any(condition => !HopPaths.Carries(via, first, condition.Path) && condition.Condition.Test(default) != ConditionResult.Yes)) continue;
            var caller = _servers[via.Name].Concat(first.Clients).FirstOrDefault(id => second.Clients.Contains(id) && entry.Clients?.Contains(id) != false && !Closes(entry, id, target));
            if (caller is not null) return new(first, first.Clients.Contains(caller) ? caller : first.Clients.Order(StringComparer.Ordinal).First(), via, second, target, why);
        }

        return null;
    }

    /// <summary>Whether another entry keeps the same subjects from the resource on the way.</summary>
    bool ClosesFirst(DenyEntry entry, Rule first, string issuer, ProtectedResource via) => _run.Registry.Deny.Any(other =>
        other != entry && other.Actor is null
        && (other.Targets is null || other.Targets.Contains(via.Name))
        && (other.Clients is null || first.Clients.IsSubsetOf(other.Clients))
        && (other.Subject is not { } subject || (subject.Issuers?.Contains(issuer) != false && DeniesTheSame(subject, entry.Subject!))));

    /// <summary>Whether another entry keeps this client from the target with tokens of ours, on the same conditions.</summary>
    bool Closes(DenyEntry entry, string client, string target) => _run.Registry.Deny.Any(other =>
        other != entry && other.Actor is null
        && (other.Targets is null || other.Targets.Contains(target))
        && (other.Clients is null || other.Clients.Contains(client))
        && (other.Subject is not { } subject || (subject.Issuers?.Contains(ReservedNames.Self) != false && DeniesTheSame(subject, entry.Subject!))));

    static bool DeniesTheSame(SubjectSelector other, SubjectSelector entry) => ConditionImplication.Implies(entry.Where.Entries, other.Where.Entries);
}
