using System.Collections.Frozen;

namespace Cambist;

/// <summary><c>clients</c> of rules and deny entries: ids, and patterns with <c>*</c>, which must match somebody.</summary>
sealed class ClientSelection(RegistryDraft draft)
{
    readonly Dictionary<string, string[]> _matches = [];

    public FrozenSet<string> Read(DocumentNode node, NodeReader nodes)
    {
        var clients = new HashSet<string>();
        foreach (var written in nodes.Texts(node, "ids of clients, or patterns such as web-*"))
        {
            if (written.Value.Contains('*', StringComparison.Ordinal))
            {
                var matches = Matches(written.Value);
                clients.UnionWith(matches);
                if (matches.Length == 0) nodes.Error(written, $"no client matches the pattern '{written.Value}'; * stands for any characters but /");
            }
            else if (draft.Clients.ContainsKey(written.Value))
            {
                clients.Add(written.Value);
            }
            else
            {
                nodes.Error(written, $"there is no client '{written.Value}'; {nodes.Findings.Suggest(written.Value, draft.Clients.Keys)}");
            }
        }

        return clients.ToFrozenSet();
    }

    string[] Matches(string text)
    {
        if (_matches.TryGetValue(text, out var known)) return known;
        var pattern = new TextPattern(text);
        return _matches[text] = [.. draft.Clients.Keys.Where(id => pattern.Matches(id))];
    }
}
