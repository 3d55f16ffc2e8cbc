namespace Cambist;

/// <summary>A condition, or an identity, that rests on a name which can pass to somebody else, where the token has an id that cannot.</summary>
static class BareNames
{
    public const string Name = "bare-name";

    public static void Check(LintRun run)
    {
        foreach (var site in run.Wheres)
        {
            foreach (var (written, (path, condition)) in site.Entries)
            {
                if (path.Steps is not [var claim] || condition is ExistsCondition) continue;
                if (MutableNames.All.FirstOrDefault(name => name.Claim == claim && (name.Issuer is null || site.IsOnlyFrom(name.Issuer))) is not { } mutable) continue;
                if (site.Names(mutable.Ids) || (IsDomain(claim, condition) && site.Names("email_verified", "hd", "tid"))) continue;
                if (claim == "sub" && !HoldsName(condition)) continue;
                run.Warn(Name, site.Nodes, written.Value.Position, written.Value.Path, site.Of == WhereOf.Deny
                    ? $"{claim} is a name, and whoever changes it is denied no longer; test {mutable.Write}, which never changes"
                    : $"{claim} is a name, and whoever takes it after a rename or deletion passes too; add {mutable.Write}, which never changes hands");
            }
        }

        foreach (var issuer in run.Draft.Issuers.Values) CheckSubject(issuer, run);
    }

    static void CheckSubject(IssuerDraft issuer, LintRun run)
    {
        var claims = issuer.Issuer.Subject.Paths.Select(path => path.Text).ToHashSet();
        if (MutableNames.All.FirstOrDefault(name => name.Issuer is null && claims.Contains(name.Claim) && !name.Ids.Any(claims.Contains)) is not { } mutable) return;
        run.Warn(Name, issuer.SubjectNode!.Position, $"{issuer.Path}.subject",
            $"{mutable.Claim} is a name, and whoever takes it after a rename or deletion becomes the same subject; write {mutable.Write}, which never changes hands: subject: \"{issuer.Issuer.Subject.Text.Replace($"{{{mutable.Claim}}}", $"{{{mutable.Ids[0]}}}", StringComparison.Ordinal)}\"");
    }

    // who has an address of a domain is another question than who has this address
    static bool IsDomain(string claim, Condition condition) =>
        claim is "email" && condition is PatternCondition { Pattern.Text: ['*', ..] };

    // GitHub can put ids beside the names in sub: repo:my-org@123/site@456:…
    static bool HoldsName(Condition condition) => condition switch
    {
        TextCondition text => IsName(text.Text),
        PatternCondition pattern => IsName(pattern.Pattern.Text),
        AnyOfCondition any => any.Alternatives.Any(HoldsName),
        ListedCondition listed => HoldsName(listed.List),
        NotCondition not => HoldsName(not.Inner),
        _ => false,
    };

    static bool IsName(string sub) => PathClaims.Subjects.Any(known => sub.StartsWith(known.Prefix, StringComparison.Ordinal)) && !sub.Contains('@', StringComparison.Ordinal);
}
