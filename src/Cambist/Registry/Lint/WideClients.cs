namespace Cambist;

/// <summary>A rule for every client, those that nobody has thought of yet too.</summary>
static class WideClients
{
    public const string Name = "wide-clients";

    public static void Check(LintRun run)
    {
        foreach (var rule in run.Draft.Rules)
        {
            var wide = NodeReader.Items(rule.Member("clients")!).OfType<DocumentScalar>().FirstOrDefault(item => item.Value.All(c => c == '*'));
            if (wide is not null)
                run.Warn(Name, rule.Nodes, wide.Position, wide.Path, $"'{wide.Value}' is every client, and each one that is added later; name those that are meant, or give them a common beginning such as web-*");
        }
    }
}
