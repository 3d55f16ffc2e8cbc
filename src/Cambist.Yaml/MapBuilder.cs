using System.Collections.Immutable;

namespace Cambist.Yaml;

/// <summary>Collects the entries of one map and refuses a key that is there already.</summary>
sealed class MapBuilder(DocumentPosition position, string path, ImmutableArray<RegistryFinding>.Builder findings)
{
    readonly List<DocumentEntry> _entries = [];
    readonly Dictionary<string, DocumentPosition> _places = [];

    /// <summary>Where entries of it begin to be reached from.</summary>
    public string Path { get; } = path;

    /// <summary>Whether the key is new; says what is wrong where it is not.</summary>
    public bool Admits(string key, DocumentPosition place)
    {
        if (_places.TryAdd(key, place)) return true;
        findings.Add(new(FindingSeverity.Error, place, DocumentPath.Member(Path, key),
            $"'{key}' is written twice in one map, here and in line {_places[key].Line}, column {_places[key].Column}; keep one of them"));
        return false;
    }

    /// <summary>Adds an entry.</summary>
    public void Add(string key, DocumentPosition place, DocumentNode value) => _entries.Add(new(key, place, value));

    /// <summary>The map.</summary>
    public DocumentMap ToMap() => new(position, Path, _entries);
}
