namespace Cambist.Server;

/// <summary>Writes the blocks of <c>cambist new issuer</c>: an issuer, a client where one is needed, and a rule.</summary>
static class IssuerText
{
    const string Placeholder = "0000000000000000000000000000000000000000000000000000000000000003";

    public static string Write(string name, string issuer, TokenShape shape, SampleToken? sample, ProviderDocument? provider)
    {
        var yaml = new YamlText()
            .Line($"# {PrintableText.Of(shape.Title)} as issuer {name}, made from {Sources(sample, provider)}.")
            .Line("# Put each part under the heading of the same name in your registry; then: cambist check cambist.yaml")
            .Line("");
        WriteIssuer(yaml, name, issuer, shape, sample, provider);
        var client = WriteClient(yaml, name, shape, sample);
        WriteRule(yaml, name, client, shape, sample);
        return yaml.ToString();
    }

    static string Sources(SampleToken? sample, ProviderDocument? provider)
    {
        var document = provider is null ? "" : $"its discovery document ({provider.Keys} usable key{(provider.Keys == 1 ? "" : "s")})";
        var token = sample is null ? "" : "a sample token (not verified)";
        return document.Length > 0 && token.Length > 0 ? $"{document} and {token}" : document + token;
    }

    static void WriteIssuer(YamlText yaml, string name, string issuer, TokenShape shape, SampleToken? sample, ProviderDocument? provider)
    {
        yaml.Line("issuers:").Line($"  {name}:");
        yaml.Line($"    issuer: {issuer}", $"its iss, to the byte; {(provider is null ? "its keys will be found by discovery from there" : "its keys are found by discovery")}");
        WriteKind(yaml, shape, sample);
        if (Algorithms(sample, provider) is { } algorithms) yaml.Line($"    algorithms: {algorithms}", "not among those accepted by default");
        if (shape.IsWorkload) yaml.Line("    kind: client", "its subjects are workloads, not people");
        var path = shape.SubjectClaim;
        yaml.Line($"    subject: \"{name}:{{{path}}}\"", shape.WhySubject);
        WriteWhere(yaml, "    ", shape.OfIssuer, sample);
    }

    static void WriteKind(YamlText yaml, TokenShape shape, SampleToken? sample)
    {
        if (!shape.IsWorkload || shape.Kind == "access_token")
        {
            var typ = shape.Kind != "access_token" || sample?.Type?.EndsWith("at+jwt", StringComparison.OrdinalIgnoreCase) == true ? "" : $", typ: {(sample?.Type is { } type ? YamlText.Quoted(type) : "absent")}";
            var audiences = sample is { Audiences.Count: > 0 } ? List(sample.Audiences) : "web";
            var why = shape.Kind == "access_token" ? "access tokens for the API that is called with them"
                : sample is null ? "ID tokens for your web application: write its client id at the provider"
                : "ID tokens for your web application, by its client id at the provider";
            yaml.Line($"    tokens: {{ {shape.Kind}: {{ audiences: {audiences}{typ} }} }}", why);
            return;
        }

        var aud = sample is { Audiences.Count: > 0 } ? $" (the sample's is {string.Join(", ", sample.Audiences)})" : "";
        yaml.Line($"    # aud must be our own issuer{PrintableText.Of(aud)}; {shape.AskForAudience}").Line($"    tokens: {shape.Kind}");
    }

    static string? Algorithms(SampleToken? sample, ProviderDocument? provider)
    {
        var defaults = JwsAlgorithm.DefaultOfIssuers.Select(algorithm => algorithm.Name).ToArray();
        if (sample is not null) return defaults.Contains(sample.Algorithm) ? null : sample.Algorithm;
        if (provider is null or { Algorithms.Count: 0 } || provider.Algorithms.Any(defaults.Contains)) return null;
        var others = provider.Algorithms.Where(JwsAlgorithm.All.ContainsKey).ToArray();
        return others.Length > 0 ? List(others)
            : throw new FailedException(PrintableText.Of($"{provider.Issuer} signs with {string.Join(' ', provider.Algorithms.Take(10))}, and Cambist verifies {string.Join(' ', JwsAlgorithm.All.Keys.Order())}; have it sign with RS256 or ES256"));
    }

    /// <summary>The client of the rule; <c>web</c> of the starting registry where the tokens are for that very name.</summary>
    static string WriteClient(YamlText yaml, string name, TokenShape shape, SampleToken? sample)
    {
        var client = $"{name}-{shape.ClientSuffix}";
        if (shape is { IsWorkload: true, Kind: not "access_token" })
        {
            yaml.Line("").Line("clients:").Line($"  {client}: {{ auth: none }}", "no secret is stored anywhere: the token is the proof");
            return client;
        }

        if (shape.Kind == "id_token" && (sample is null || sample.Audiences.Contains("web"))) return "web";
        yaml.Line("").Line("clients:").Line($"  {client}:");
        if (sample is { Audiences.Count: > 0 }) yaml.Line($"    known_as: {List(sample.Audiences)}", "its name at the provider, which the tokens' aud holds");
        yaml.Line("    # nobody's: write the sha256 that 'cambist new secret' prints").Line($"    secrets: {{ sha256: \"{Placeholder}\" }}");
        return client;
    }

    static void WriteRule(YamlText yaml, string name, string client, TokenShape shape, SampleToken? sample)
    {
        var isSignIn = shape is { Kind: "id_token", IsWorkload: false };
        yaml.Line("").Line("rules:").Line($"  - name: {(isSignIn ? $"{name}-sign-in" : $"{client}-billing")}");
        yaml.Line($"    clients: {client}", "who may do it");
        if (shape.OfRule.Any(condition => condition.Written(sample) is not null))
        {
            yaml.Line("    subject:").Line($"      issuer: {name}", "with whose tokens");
            WriteWhere(yaml, "      ", shape.OfRule, sample);
        }
        else
        {
            yaml.Line($"    subject: {{ issuer: {name} }}", "with whose tokens");
        }

        if (shape.Kind == "access_token") yaml.Line("    actor: client", "the API acts for the subject: the new token says so in act");
        else yaml.Line("    actor: none", shape.IsWorkload ? "a job of its own: nobody acts for anybody" : "the user's own sign-in: nobody acts for anybody");
        if (isSignIn) yaml.Line("    targets: { orders: [read, write] }", "what for: your API, and the most scopes of it that this gives");
        else if (shape.Kind == "access_token") yaml.Line("    targets: { billing: { read: true } }", "what for; true: whatever scopes the token has (see scopes of issuers)");
        else yaml.Line("    targets: { billing: read }", "what for: your API, and the most scopes of it that this gives");
    }

    static void WriteWhere(YamlText yaml, string indent, IReadOnlyList<ShapeCondition> conditions, SampleToken? sample)
    {
        var written = conditions.Select(condition => (condition, Value: condition.Written(sample))).Where(pair => pair.Value is not null).ToArray();
        if (written.Length == 0) return;
        yaml.Line($"{indent}where:");
        foreach (var (condition, value) in written)
            yaml.Line($"{indent}  {condition.Claim}: {value}", sample is null && condition.Value is null && value == condition.Otherwise ? $"{condition.Why}: write yours" : condition.Why);
    }

    static string List(IReadOnlyList<string> values) => values.Count == 1 ? YamlText.Quoted(values[0]) : $"[{string.Join(", ", values.Select(YamlText.Quoted))}]";
}
