namespace Cambist;

/// <summary>What a token that is minted may say, wherever that is written: in a request of the admin API, or in a policy test.</summary>
static class MintChecks
{
    /// <summary>Of a subject, and of whoever may act.</summary>
    public const int LongestName = 255;

    /// <summary>Of why it is minted.</summary>
    public const int LongestReason = 1000;

    /// <summary>What is wrong with the only client that is to redeem it, as the end of a sentence; null where it can.</summary>
    public static string? OfClient(RegisteredClient client) =>
        client.IsPublic ? "is a public client, and only confidential ones redeem impersonation tokens" : client.IsDisabled ? "is disabled" : null;

    /// <summary>What is wrong with <c>may_act</c>, in words: what could never be met is somebody's mistake, another form or an issuer that means nothing here.</summary>
    public static string? OfMayAct(Claim mayAct, Registry registry)
    {
        string? sub = null;
        foreach (var (member, value) in mayAct.EnumerateObject())
        {
            var text = value.GetString();
            if (member is not ("sub" or "iss") || text is null || !PlainText.Is(text, LongestName)) return "may_act holds the string sub, maybe the string iss, and nothing else";
            if (member == "sub") sub = text;
            else if (text != registry.Issuer && !registry.IssuersByIdentifier.ContainsKey(text)) return "may_act.iss is neither this server nor a trusted issuer";
        }

        return sub is null ? "may_act has no sub" : null;
    }
}
