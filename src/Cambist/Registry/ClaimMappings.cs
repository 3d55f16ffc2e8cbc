using System.Collections.Immutable;

namespace Cambist;

/// <summary><c>claims</c> of resources and rules: a list of claims to copy, or a map from names to templates.</summary>
static class ClaimMappings
{
    public static ImmutableArray<ClaimMapping> Read(DocumentNode? node, NodeReader nodes) => node switch
    {
        null => [],
        DocumentMap map => Templates(map, nodes),
        _ => Copies(node, nodes),
    };

    static ImmutableArray<ClaimMapping> Copies(DocumentNode node, NodeReader nodes)
    {
        var claims = ImmutableArray.CreateBuilder<ClaimMapping>();
        foreach (var item in nodes.TextsOrNone(node, "names of claims, such as [email, tenant]"))
        {
            if (IsReserved(nodes, item.Value, item.Position, node.Path)) continue;
            if (item.Value.AsSpan().ContainsAny("./{}"))
            {
                // a name that would be read as a path, so which one is meant is said
                nodes.Error(item, $"'{item.Value}' is no plain name of a claim; write a map from the issued claim to a template: {{ {PlainName(item.Value)}: \"{{{PathTo(item.Value)}}}\" }}");
                continue;
            }

            Add(claims, nodes, item, item.Value, $"{{{item.Value}}}");
        }

        return claims.ToImmutable();
    }

    static ImmutableArray<ClaimMapping> Templates(DocumentMap map, NodeReader nodes)
    {
        var claims = ImmutableArray.CreateBuilder<ClaimMapping>(map.Entries.Count);
        foreach (var (name, position, value) in map.Entries)
        {
            if (name.Length == 0) nodes.Error(position, map.Path, "a claim's name is empty");
            if (IsReserved(nodes, name, position, map.Path)) continue;
            if (value is DocumentMap)
                nodes.Error(value, $"must be a template; one that begins with a brace wants quotes: {name}: \"{{email}}\"");
            else if (nodes.Text(value, "a template, such as \"{email}\"") is { } template)
                Add(claims, nodes, value, name, template);
        }

        return claims.ToImmutable();
    }

    static void Add(ImmutableArray<ClaimMapping>.Builder claims, NodeReader nodes, DocumentNode node, string name, string text)
    {
        if (ClaimTemplate.TryParse(text, out var template, out var error)) claims.Add(new(name, template));
        else nodes.Error(node, error);
    }

    static bool IsReserved(NodeReader nodes, string name, DocumentPosition position, string path)
    {
        if (!ReservedClaims.Names.Contains(name)) return false;
        nodes.Error(position, path, $"'{name}' is written by the server alone; give the claim another name");
        return true;
    }

    static string PlainName(string name)
    {
        var last = name.Split('.', '/', '{', '}').LastOrDefault(part => part.Length > 0);
        return string.IsNullOrEmpty(last) ? "name" : last;
    }

    static string PathTo(string name)
    {
        var bare = name.Trim('{', '}');
        return bare.Contains('/', StringComparison.Ordinal) && !bare.StartsWith('/') ? ClaimNames.AsPointer(bare) : bare;
    }
}
