using System.Text.RegularExpressions;

namespace Cambist;

/// <summary>A pattern over GitHub's <c>sub</c> that fits runs of pull requests, whose code nobody has reviewed yet.</summary>
static partial class PullRequests
{
    public const string Name = "pull-requests";

    /// <summary>Claims that say which runs are meant.</summary>
    static readonly string[] Narrowing = ["ref", "ref_type", "ref_protected", "environment", "event_name", "job_workflow_ref", "workflow_ref", "base_ref"];

    public static void Check(LintRun run)
    {
        foreach (var site in run.Wheres.Where(site => site.Of != WhereOf.Deny && site.IsFrom(PathClaims.GitHub) && !site.Names(Narrowing)))
        {
            foreach (var (written, (path, condition)) in site.Entries)
            {
                if (path.Steps is not ["sub"]) continue;
                foreach (var pattern in run.Patterns(condition))
                {
                    if (pattern.IsNegated || pattern.IsElement || !FitsPullRequests(pattern)) continue;
                    run.Warn(Name, site.Nodes, written.Value.Position, written.Value.Path,
                        $"'{pattern.Text}' fits runs of pull requests too (repo:OWNER/NAME:pull_request), whose code nobody has reviewed; write what comes behind the name, such as \"repo:my-org/site:ref:refs/heads/main\", or add a condition on ref or environment");
                    break;
                }
            }
        }
    }

    // whatever the last star must stand for to make one of it, it is an end of this
    static bool FitsPullRequests(WrittenPattern pattern)
    {
        const string Run = "x/x:pull_request";
        var matcher = new TextPattern(pattern.Text);
        var before = pattern.Text[..pattern.Text.LastIndexOf('*')].Replace("*", "x", StringComparison.Ordinal);
        return Enumerable.Range(0, Run.Length + 1).Select(start => before + Run[start..] + pattern.End)
            .Any(sub => PullRequest().IsMatch(sub) && matcher.Matches(sub));
    }

    [GeneratedRegex("^repo:[^/:]+/[^/:]+:pull_request$")]
    private static partial Regex PullRequest();
}
