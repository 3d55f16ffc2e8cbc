using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Cambist.Yaml;

/// <summary>YAML text to nodes, event by event. What the registry has no use for is reported where it stands, and reading goes on.</summary>
sealed class YamlReader(string text, string ifEmpty)
{
    readonly Parser _parser = new(new StringReader(text));
    readonly ImmutableArray<RegistryFinding>.Builder _findings = ImmutableArray.CreateBuilder<RegistryFinding>();
    readonly Stack<DocumentPosition> _open = [];
    readonly DocumentPosition _end = DocumentText.At(text, text.Length);

    /// <summary>Reads the text.</summary>
    public ParsedDocument Read()
    {
        try
        {
            return new(Document(), _findings.ToImmutable());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // besides YamlException the parser lets out what its own stacks throw when brackets do not match
            _findings.Add(YamlFaults.Explain(e, text, _parser.Current, _open));
            return new(null, _findings.ToImmutable());
        }
    }

    DocumentNode? Document()
    {
        Next();
        if (Next() is not DocumentStart)
        {
            Refuse(new(1, 1), "document", $"the document is empty; {ifEmpty}");
            return null;
        }

        Next();
        var document = Node("", 1);
        Next();
        if (document is not null && Next() is DocumentStart second)
            Refuse(PlaceOf(second), "document", "a second document begins here, and a file holds one document; delete this '---' line, or what follows it");
        return document;
    }

    /// <summary>The node whose first event is the current one; null where it is nested too deep, which ends the reading.</summary>
    DocumentNode? Node(string path, int depth)
    {
        var place = PlaceOf(_parser.Current!);
        switch (_parser.Current)
        {
            case AnchorAlias alias:
                Refuse(place, path, $"*{alias.Value} is an alias, and aliases are not read: what stands in one place could change another. Write the value out");
                return new DocumentRefused(place, path);
            case Scalar scalar:
                return IsAdmitted(scalar, place, path)
                    ? new DocumentScalar(place, path, scalar.Value, scalar.Style != ScalarStyle.Plain)
                    : new DocumentRefused(place, path);
            case NodeEvent when depth > RegistryDocument.MaxDepth:
                Refuse(place, "document", $"nested deeper than {RegistryDocument.MaxDepth} levels");
                return null;
            case MappingStart start:
                IsAdmitted(start, place, path);
                return Map(start, place, path, depth);
            case SequenceStart start:
                IsAdmitted(start, place, path);
                return List(place, path, depth);
            default:
                throw new InvalidOperationException("No node begins here.");
        }
    }

    DocumentMap? Map(MappingStart start, DocumentPosition place, string path, int depth)
    {
        _open.Push(place);
        var map = new MapBuilder(place, path, _findings);
        var isFlow = start.Style == MappingStyle.Flow;
        var end = -1L;
        while (Next() is not MappingEnd)
        {
            var keyPlace = PlaceOf(_parser.Current!);
            if (isFlow && end >= 0 && !Separates(',', end, _parser.Current!.Start.Index))
                Refuse(keyPlace, path, "a comma is missing before this entry");
            var key = Key(path, depth);
            if (key is { IsDeep: true }) return null;
            var isNew = key.Text is { } text && map.Admits(text, keyPlace);
            end = _parser.Current!.End.Index;
            if (Next() is var first && isFlow && first.End.Index > first.Start.Index && !Separates(':', end, first.Start.Index))
                Refuse(PlaceOf(first), path, "a colon is missing before this value");
            if (Node(DocumentPath.Member(path, key.Text ?? "?"), depth + 1) is not { } value) return null;
            end = _parser.Current!.End.Index;
            if (isNew) map.Add(key.Text!, keyPlace, value);
        }

        _open.Pop();
        return map.ToMap();
    }

    /// <summary>The text of the key that begins here; without text where it was refused.</summary>
    (string? Text, bool IsDeep) Key(string path, int depth)
    {
        var place = PlaceOf(_parser.Current!);
        if (_parser.Current is not Scalar scalar)
        {
            var isAlias = _parser.Current is AnchorAlias;
            if (Node(path, depth + 1) is null) return (null, true);
            if (!isAlias) Refuse(place, path, "a key is plain text, not a list or map; a value that begins with [ or { wants quotes, and so does a template such as \"{sub}\"");
            return (null, false);
        }

        if (!IsAdmitted(scalar, place, path)) return (null, false);
        if (scalar is { Value: "<<", Style: ScalarStyle.Plain })
        {
            Refuse(place, path, "'<<' merges another map, and merge keys are not read: write the entries out");
            return (null, false);
        }

        return (scalar.Value, false);
    }

    DocumentList? List(DocumentPosition place, string path, int depth)
    {
        _open.Push(place);
        var items = new List<DocumentNode>();
        while (Next() is not SequenceEnd)
        {
            if (Node(DocumentPath.Item(path, items.Count), depth + 1) is not { } item) return null;
            items.Add(item);
        }

        _open.Pop();
        return new(place, path, items);
    }

    // the parser takes {'a' 'b'} and {a: {} b: c}, and would make of them what nobody else does
    bool Separates(char separator, long from, long to)
    {
        var isComment = false;
        for (var i = (int)from; i < to; i++)
        {
            if (text[i] == separator && !isComment) return true;
            isComment = text[i] != '\n' && (isComment || text[i] == '#');
        }

        return false;
    }

    bool IsAdmitted(NodeEvent node, DocumentPosition place, string path)
    {
        if (!node.Anchor.IsEmpty)
            Refuse(place, path, $"&{node.Anchor} is an anchor, and anchors are not read: delete it, and write the value out where it was meant to be used");
        if (node.Tag.IsEmpty) return true;
        Refuse(place, path, "this value has a tag (it begins with !), and tags are not read: delete the tag, and put the value in quotes if it is text");
        return false;
    }

    ParsingEvent Next()
    {
        // the parser gives an end event before it runs dry; a false answer here would be its bug
        if (!_parser.MoveNext() || _parser.Current is null) throw new InvalidOperationException("The document ended in the middle.");
        return _parser.Current;
    }

    void Refuse(DocumentPosition place, string path, string message) =>
        _findings.Add(new(FindingSeverity.Error, place, path.Length == 0 ? "document" : path, message));

    DocumentPosition PlaceOf(ParsingEvent e) => YamlFaults.PlaceOf(e.Start, _end);
}
