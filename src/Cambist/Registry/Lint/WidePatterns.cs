namespace Cambist;

/// <summary>A pattern that looks like a bound and lets in whom nobody thought of.</summary>
static class WidePatterns
{
    public const string Name = "wide-pattern";

    public static void Check(LintRun run)
    {
        foreach (var site in run.Wheres.Where(site => site.Of != WhereOf.Deny))
        {
            foreach (var (written, (path, condition)) in site.Entries)
            {
                foreach (var pattern in run.Patterns(condition))
                {
                    if (pattern.IsNegated || pattern.IsElement || Fault(pattern, path.Steps[^1], site) is not { } fault) continue;
                    run.Warn(Name, site.Nodes, written.Value.Position, written.Value.Path, fault);
                    break;
                }
            }
        }
    }

    static string? Fault(WrittenPattern pattern, string claim, WhereSite site)
    {
        if (!pattern.Text.Any(char.IsLetterOrDigit))
            return $"'{pattern.Text}' fits nearly every value, so it bounds nothing; write what the value must be, or {{ exists: true }} if any will do";
        if (claim is "email" or "upn" or "preferred_username" && pattern.Text[0] == '*' && !pattern.End.Contains('@', StringComparison.Ordinal))
            return $"'{pattern.Text}' also fits addresses of other domains that end alike; write the @ too, such as \"*@{pattern.End.TrimStart('.', '-')}\"";
        if (site.Names(PathClaims.Ids)) return null;
        if (PathClaims.Owner.Contains(claim) && !pattern.Beginning.Contains('/', StringComparison.Ordinal))
            return $"'{pattern.Text}' fits owners that anybody can register under a name of that form; write the owners out, or bind {(claim == "repository_owner" ? "repository_owner_id" : "namespace_id")}";
        if (PathClaims.BelowOwner.Contains(claim) && !pattern.Beginning.Contains('/', StringComparison.Ordinal))
            return Open(pattern, "such as \"my-org/**\"");
        if (claim != "sub") return null;
        foreach (var (issuer, prefix) in PathClaims.Subjects)
        {
            if (site.IsFrom(issuer) && !(pattern.Beginning.StartsWith(prefix, StringComparison.Ordinal) && pattern.Beginning.Contains('/', StringComparison.Ordinal)))
                return Open(pattern, $"such as \"{prefix}my-org/site:**\"");
        }

        return null;
    }

    static string Open(WrittenPattern pattern, string example) =>
        $"'{pattern.Text}' leaves the owner open, and anybody can make what it fits under an owner of their own; write the owner and the / behind it, {example}";
}
