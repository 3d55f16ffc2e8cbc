namespace Cambist;

/// <summary><c>signing</c>: how our tokens are signed.</summary>
static class SigningSection
{
    public static SigningPolicy Read(DocumentNode? node, NodeReader nodes)
    {
        if (node is null || nodes.Map(node, "signing: { algorithm: ES256, rotate_every: 90d }") is not { } map) return SigningPolicy.Default;
        var algorithm = map.Word("algorithm", [.. JwsAlgorithm.Signing.Select(algorithm => algorithm.Name)]);
        var written = map.Take("rotate_every");
        var rotateEvery = written is null ? null : nodes.Duration(written, "90d");
        if (written is not null) NotBuilt.Warn(nodes, written, NotBuilt.Rotation);
        map.Done();
        return new(
            algorithm is null ? SigningPolicy.Default.Algorithm : JwsAlgorithm.All[algorithm],
            rotateEvery ?? SigningPolicy.Default.RotateEvery);
    }
}
