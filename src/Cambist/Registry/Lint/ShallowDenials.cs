namespace Cambist;

/// <summary>
/// <c>*</c> at the end of what is denied, over values that have slashes: <c>ops/*</c> does not fit <c>ops/site/deploy</c>, which
/// is then not denied. The same under <c>not</c> in a rule.
/// </summary>
static class ShallowDenials
{
    public const string Name = "shallow-denial";

    public static void Check(LintRun run)
    {
        foreach (var site in run.Wheres)
        {
            foreach (var (written, (path, condition)) in site.Entries)
            {
                foreach (var pattern in run.Patterns(condition))
                {
                    // what fits is kept out: in a deny entry as it stands, in a rule under not
                    if (pattern.IsNegated == (site.Of == WhereOf.Deny) || !EndsInOneStar(pattern.Text) || !HasSlashes(pattern, path.Steps[^1], site, run)) continue;
                    run.Warn(Name, site.Nodes, written.Value.Position, written.Value.Path,
                        $"* does not cross /, so '{pattern.Text}' leaves out {pattern.Beginning}a/b and the like, which is then not kept out; write '{pattern.Text}*' to reach them too");
                    break;
                }
            }
        }
    }

    static bool EndsInOneStar(string pattern) => pattern[^1] == '*' && (pattern.Length == 1 || pattern[^2] != '*');

    static bool HasSlashes(WrittenPattern pattern, string claim, WhereSite site, LintRun run)
    {
        if (pattern.Text.Contains('/', StringComparison.Ordinal) || PathClaims.HasSlashes(claim)) return true;
        if (claim != "sub") return false;
        if (PathClaims.Subjects.Any(known => site.IsFrom(known.Issuer) && pattern.Text.StartsWith(known.Prefix, StringComparison.Ordinal))) return true;

        // on our tokens sub is what the template of the issuer it came from gives
        return site.TestsOurs && run.Registry.Issuers.Values.Any(issuer =>
            (pattern.Beginning.StartsWith(issuer.Subject.Prefix, StringComparison.Ordinal) || issuer.Subject.Prefix.StartsWith(pattern.Beginning, StringComparison.Ordinal))
            && issuer.Subject.Paths.Any(path => PathClaims.HasSlashes(path.Steps[^1])));
    }
}
