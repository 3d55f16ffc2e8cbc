namespace Cambist.Server.Tests;

/// <summary>What somebody does with the blocks of <c>cambist new issuer</c>: each part goes under the heading of the same name.</summary>
static class Paste
{
    public static string Into(string registry, string printed)
    {
        var heading = "";
        var parts = new Dictionary<string, List<string>>();
        foreach (var line in printed.Split('\n').Where(line => line.Length > 0 && !line.StartsWith('#')))
        {
            if (line.StartsWith(' ')) parts[heading].Add(line);
            else parts.Add(heading = line, []);
        }

        var lines = new List<string>();
        foreach (var line in registry.Split('\n'))
        {
            lines.Add(line);
            foreach (var (name, part) in parts.Where(part => line.StartsWith(part.Key, StringComparison.Ordinal)).ToArray())
            {
                lines.AddRange(part);
                parts.Remove(name);
            }
        }

        parts.ShouldBeEmpty();
        return string.Join('\n', lines);
    }
}
