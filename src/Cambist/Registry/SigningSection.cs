namespace Cambist;

/// <summary><c>signing</c>: how our tokens are signed.</summary>
static class SigningSection
{
    public static SigningPolicy Read(DocumentNode? node, NodeReader nodes)
    {
        if (node is null || nodes.Map(node, "signing: { algorithm: ES256, rotate_every: 90d }") is not { } map) return SigningPolicy.Default;
        var algorithm = Algorithm(map.Take("algorithm"), nodes);
        var written = map.Take("rotate_every");
        var rotateEvery = written is null ? null : nodes.Duration(written, "90d");
        if (written is not null) NotBuilt.Warn(nodes, written, NotBuilt.Rotation);
        map.Done();
        return new(
            algorithm is null ? SigningPolicy.Default.Algorithm : JwsAlgorithm.All[algorithm],
            rotateEvery ?? SigningPolicy.Default.RotateEvery);
    }

    static string? Algorithm(DocumentNode? node, NodeReader nodes)
    {
        string[] known = [.. JwsAlgorithm.Signing.Select(algorithm => algorithm.Name)];
        if (node is not DocumentScalar { Value: var written } || !written.StartsWith("HS", StringComparison.OrdinalIgnoreCase))
            return node is null ? null : nodes.Word(node, known);
        nodes.Error(node, $"{written} is symmetric and never allowed: whoever can verify such a token can make one. Write one of {string.Join(", ", known)}");
        return null;
    }
}
