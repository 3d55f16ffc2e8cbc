using System.Buffers;
using System.Text.Json;

namespace Cambist;

/// <summary><c>jwks</c> of a client: a JWK set (RFC 7517 §5) written into the registry.</summary>
static class InlineKeys
{
    static readonly string[] PrivateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    /// <param name="node">What is written.</param>
    /// <param name="nodes">Where reports go.</param>
    /// <param name="mustSign">Whether assertions are verified with them, rather than certificates compared.</param>
    public static JsonWebKeySet? Read(DocumentNode node, NodeReader nodes, bool mustSign)
    {
        if (RegistryDraft.HoldsRefused(node)) return null;
        if (node is not DocumentMap map)
        {
            nodes.Map(node, "jwks: { keys: [ … ] }, a JWK set of public keys (RFC 7517)");
            return null;
        }

        if (HoldsPrivateKey(map))
        {
            nodes.Error(node, "holds a private or symmetric key. Take it for lost: make a new pair and write only the public half here");
            return null;
        }

        if (!JsonWebKeySet.TryParse(Json(node), out var keys, out var error)) nodes.Error(node, $"is no JWK set: {error}");
        else if (keys.Keys.IsEmpty) nodes.Error(node, $"holds no key that can be used{(keys.Skipped.IsEmpty ? "" : ": " + string.Join("; ", keys.Skipped))}");
        else if (!keys.Skipped.IsEmpty) nodes.Error(node, $"a key cannot be used: {string.Join("; ", keys.Skipped)}");
        else if (mustSign && !keys.Keys.All(key => JwsAlgorithm.OfClients.Any(key.Fits))) nodes.Error(node, $"a key fits none of {string.Join(' ', JwsAlgorithm.OfClients)}, with which clients sign; 'cambist new client-key' makes one that does");
        else return keys;
        return null;
    }

    static bool HoldsPrivateKey(DocumentMap map) =>
        map.Entries.Where(entry => entry.Key == "keys")
            .SelectMany(entry => NodeReader.Items(entry.Value)).OfType<DocumentMap>()
            .Any(key => key.Entries.Any(member => PrivateMembers.Contains(member.Key)));

    static ReadOnlyMemory<byte> Json(DocumentNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer)) Write(writer, node);
        return buffer.WrittenMemory;
    }

    static void Write(Utf8JsonWriter writer, DocumentNode node)
    {
        switch (node)
        {
            case DocumentMap map:
                writer.WriteStartObject();
                foreach (var (key, _, value) in map.Entries)
                {
                    writer.WritePropertyName(key);
                    if (key == "keys" && value is DocumentMap) WriteList(writer, [value]); // one key may stand for a list of it
                    else Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case DocumentList list:
                WriteList(writer, list.Items);
                break;
            case DocumentScalar { IsQuoted: false, Value: "true" or "false" } flag:
                writer.WriteBooleanValue(flag.Value == "true");
                break;
            // no member of a JWK is a number: a kid of digits alone is text
            case DocumentScalar scalar:
                writer.WriteStringValue(scalar.Value);
                break;
        }
    }

    static void WriteList(Utf8JsonWriter writer, IReadOnlyList<DocumentNode> items)
    {
        writer.WriteStartArray();
        foreach (var item in items) Write(writer, item);
        writer.WriteEndArray();
    }
}
