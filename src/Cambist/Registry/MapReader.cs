namespace Cambist;

/// <summary>Reads a map member by member; what nobody asked for is unknown.</summary>
sealed class MapReader(DocumentMap map, NodeReader nodes)
{
    readonly List<string> _known = [];

    /// <summary>Where the map begins.</summary>
    public DocumentPosition Position => map.Position;

    /// <summary>How it is reached.</summary>
    public string Path => map.Path;

    /// <summary>Reads the nodes in it.</summary>
    public NodeReader Nodes => nodes;

    /// <summary>Whether nothing is written in it.</summary>
    public bool IsEmpty => map.Entries.Count == 0;

    /// <summary>A member's entry, or null where it is not written.</summary>
    public DocumentEntry? Entry(string key)
    {
        if (!_known.Contains(key)) _known.Add(key);
        foreach (var entry in map.Entries)
            if (entry.Key == key) return entry;
        return null;
    }

    /// <summary>A member, or null where it is not written.</summary>
    public DocumentNode? Take(string key) => Entry(key)?.Value;

    /// <summary>A member that must be written.</summary>
    public DocumentNode? Require(string key, string example)
    {
        var node = Take(key);
        if (node is null) nodes.Error(Position, Path, $"{key} is missing; write {example}");
        return node;
    }

    /// <summary>A member's text, or null.</summary>
    public string? Text(string key, string what) => Take(key) is { } node ? nodes.Text(node, what) : null;

    /// <summary>A member that is one of a few words, or null.</summary>
    public string? Word(string key, params string[] words) => Take(key) is { } node ? nodes.Word(node, words) : null;

    /// <summary>A member that is true or false; false where it is not written.</summary>
    public bool Flag(string key) => Take(key) is { } node && nodes.Flag(node) == true;

    /// <summary>A member that is a duration, or null.</summary>
    public TimeSpan? Duration(string key, string example) => Take(key) is { } node ? nodes.Duration(node, example) : null;

    /// <summary>A member that is a list of texts and not empty; none where it is not written.</summary>
    public IReadOnlyList<DocumentScalar> Texts(string key, string what) => Take(key) is { } node ? nodes.Texts(node, what) : [];

    /// <summary>Reports every member that was never asked for.</summary>
    public void Done()
    {
        nodes.Findings.Vocabulary?.Invoke(Path, _known);
        foreach (var entry in map.Entries)
        {
            if (_known.Contains(entry.Key)) continue;
            var colon = entry.Key.IndexOf(':', StringComparison.Ordinal);
            nodes.Error(entry.KeyPosition, Path, colon > 0 && _known.Contains(entry.Key[..colon])
                ? $"the colon after '{entry.Key[..colon]}' wants a space behind it"
                : $"'{entry.Key}' is unknown here; {nodes.Findings.Suggest(entry.Key, _known)}");
        }
    }
}
