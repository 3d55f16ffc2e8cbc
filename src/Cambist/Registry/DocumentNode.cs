namespace Cambist;

/// <summary>A place in the registry document. Lines and columns count from 1.</summary>
public readonly record struct DocumentPosition(int Line, int Column)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Line}:{Column}";
}

/// <summary>One node of the registry document as a parser gives it: a scalar, a list or a map, with its place.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Path">How it is reached, such as <c>rules[2].targets.billing</c>; empty for the document.</param>
public abstract record DocumentNode(DocumentPosition Position, string Path);

/// <summary>A scalar. What it means depends on where it stands: only a plain one can be a number or true/false.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Path">How it is reached.</param>
/// <param name="Value">Its text.</param>
/// <param name="IsQuoted">Quoted or a block scalar, thus a string whatever it looks like.</param>
public sealed record DocumentScalar(DocumentPosition Position, string Path, string Value, bool IsQuoted) : DocumentNode(Position, Path);

/// <summary>A list.</summary>
public sealed record DocumentList(DocumentPosition Position, string Path, IReadOnlyList<DocumentNode> Items) : DocumentNode(Position, Path);

/// <summary>A map; the parser has refused duplicate keys.</summary>
public sealed record DocumentMap(DocumentPosition Position, string Path, IReadOnlyList<DocumentEntry> Entries) : DocumentNode(Position, Path)
{
    internal DocumentNode? Member(string key) => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
}

/// <summary>A node the parser has refused and reported, such as an alias: nothing more is said about it.</summary>
public sealed record DocumentRefused(DocumentPosition Position, string Path) : DocumentNode(Position, Path);

/// <summary>One entry of a map.</summary>
/// <param name="Key">Its key.</param>
/// <param name="KeyPosition">Where the key begins.</param>
/// <param name="Value">Its value.</param>
public sealed record DocumentEntry(string Key, DocumentPosition KeyPosition, DocumentNode Value);
