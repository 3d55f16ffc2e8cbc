namespace Cambist;

/// <summary>
/// Kinds of token that one issuer signs with the same <c>typ</c> must be told apart by their audiences or a condition, else an
/// ID token could be sent as an access token, or the reverse (RFC 8725 §3.11, §3.12).
/// </summary>
static class KindsApart
{
    /// <summary>Claims whose presence or value depends on the kind of a token at the issuers in use today.</summary>
    static readonly HashSet<string> Telling = ["token_use", "typ", "token_type", "type", "nonce", "at_hash", "c_hash", "s_hash", "scope", "scp", "client_id", "events"];

    public static void Check(RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        foreach (var issuer in draft.Issuers.Values)
        {
            if (issuer.Issuer.Tokens.Count < 2 || issuer.Issuer.Where.Entries.Any(entry => Telling.Contains(entry.Path.Steps[0]))) continue;
            var kinds = issuer.Issuer.Tokens.Values.OrderBy(kind => issuer.KindPositions[kind.TokenType].Line).ThenBy(kind => issuer.KindPositions[kind.TokenType].Column).ToArray();
            for (var i = 0; i < kinds.Length; i++)
                for (var j = i + 1; j < kinds.Length; j++)
                    Check(issuer, kinds[i], kinds[j], nodes);
        }
    }

    static void Check(IssuerDraft issuer, TrustedTokenKind first, TrustedTokenKind second, NodeReader nodes)
    {
        if (!first.Types.Overlaps(second.Types) || !first.Audiences.Overlaps(second.Audiences)) return;
        var (a, b) = (TokenKindNames.Of(first.TokenType), TokenKindNames.Of(second.TokenType));
        var types = first.Types.Where(second.Types.Contains).Order(StringComparer.Ordinal).Select(type => type.Length == 0 ? "absent" : type);
        nodes.Error(issuer.KindPositions[second.TokenType], $"{issuer.Path}.tokens",
            $"{a} and {b} both take typ {string.Join(" or ", types)} and share an audience, so one could be sent as the other; give them audiences that differ, a typ that differs, or a where on a claim that tells them apart, such as where: {{ token_use: access }}");
    }
}
