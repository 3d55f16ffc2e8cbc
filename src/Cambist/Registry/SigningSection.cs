namespace Cambist;

/// <summary><c>signing</c>: how our tokens are signed.</summary>
static class SigningSection
{
    /// <summary>Some readers of key sets take 64 KB at most; an RSA key has half of one.</summary>
    const int MostPublished = 100;

    static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(KeyTimes.ShortestTurn);

    public static SigningPolicy Read(DocumentNode? node, NodeReader nodes)
    {
        if (node is null || nodes.Map(node, "signing: { algorithm: ES256, rotate_every: 90d }") is not { } map) return SigningPolicy.Default;
        var algorithm = Algorithm(map.Take("algorithm"), nodes);
        var written = map.Take("rotate_every");
        var rotateEvery = written is null ? null : nodes.Duration(written, "90d");
        if (rotateEvery < Shortest)
            nodes.Error(written!, $"'{Durations.Format(rotateEvery.Value)}' is too short: a key is published for {Durations.Format(TimeSpan.FromMilliseconds(KeyTimes.Lead))} before it signs, so that every API has it by then; write {Durations.Format(Shortest)} or longer, such as 90d");
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

    /// <summary>Adds the longest life of a token, for which every key stays published: of a resource's, which no rule and no subject lengthens.</summary>
    public static SigningPolicy WithLongestLife(SigningPolicy signing, DocumentNode? node, RegistryDraft draft)
    {
        var longest = draft.Resources.Values.MaxBy(draft => draft.Resource.TokenLifetime)!.Resource;
        var published = (int)(longest.TokenLifetime / signing.RotateEvery) + 2;
        if (published > MostPublished && signing.RotateEvery >= Shortest)
            draft.Findings.Error(node!.Position, node.Path, $"{published} keys would be published at a time, since tokens of {longest.Name} live {Durations.Format(longest.TokenLifetime)} and a new key signs every {Durations.Format(signing.RotateEvery)}; at most {MostPublished} may: shorten the first or lengthen rotate_every");
        return signing with { LongestLife = longest.TokenLifetime };
    }
}
