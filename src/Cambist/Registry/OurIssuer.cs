namespace Cambist;

/// <summary><c>issuer</c>: our identifier, from the document or the settings, which must not differ.</summary>
static class OurIssuer
{
    const string Setting = "Cambist:Issuer";
    static readonly DocumentPosition Beginning = new(1, 1);

    public static void Read(DocumentNode? node, RegistryDraft draft)
    {
        var nodes = NodeReader.ByPath(draft.Findings);
        var source = draft.Source;
        var written = node is null ? null : nodes.Text(node, "our identifier, such as https://sts.example.com");
        if (written is not null && source.ConfiguredIssuer is { } configured && written != configured)
            nodes.Error(node!, $"'{written}' differs from {Setting}, which is '{configured}'; delete one of them, or make them equal to the byte");

        var issuer = written ?? source.ConfiguredIssuer ?? source.DefaultIssuer;
        if (issuer is null)
        {
            if (node is null) draft.Findings.Error(Beginning, "issuer", $"nothing says who we are; write issuer: https://sts.example.com, or set {Setting}");
            return;
        }

        if (Urls.Fault(issuer, source.AllowHttp) is { } fault)
        {
            if (written is not null) nodes.Error(node!, fault);
            else draft.Findings.Error(Beginning, source.ConfiguredIssuer is null ? "issuer" : Setting, fault);
            return;
        }

        if (Urls.Risk(issuer) is { } risk) draft.Findings.Warning(written is null ? Beginning : node!.Position, "issuer", risk);
        draft.Issuer = issuer;
        draft.IsLoopback = Urls.IsLoopback(new(issuer));
    }
}
