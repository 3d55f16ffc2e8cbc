namespace Cambist;

/// <summary>What would let a client use a grant, or a token.</summary>
internal static class ClientRemedies
{
    public static IEnumerable<Remedy> OfGrant(RegisteredClient client, Walk walk)
    {
        var isRefresh = walk.IsRefresh;
        var rules = walk.Registry.Rules.All.Where(rule => !rule.IsShadow && rule.Clients.Contains(client.Id) && (!isRefresh || rule.RefreshLifetime is not null)).ToArray();
        if (rules.Length > 0)
        {
            yield return RemedyTexts.Registry(
                $"Add {(isRefresh ? "refresh_token" : "token_exchange")} to clients.{client.Id}.grants, or take grants out of it: rule {rules[0].Name} (line {rules[0].Position.Line}) is for this client.",
                "grants was written to narrow what the client can do.");
            yield break;
        }

        yield return isRefresh
            ? RemedyTexts.Registry($"Add refresh: {{ lifetime: 8h }} to the rule that gives {client.Id} its tokens.", "Whoever gets hold of a refresh token has it for as long.")
            : RemedyTexts.Registry($"No rule names {client.Id}. Add one to rules: - {{ name: …, clients: {WrittenYaml.Text(client.Id)}, subject: {{ issuer: … }}, targets: {{ … }} }}", "Whatever the rule gives can be had by everybody who has the client's credential.");
    }

    /// <summary>The token was neither issued to the client nor meant for it: whose it is, and the names that would make it the client's.</summary>
    public static IEnumerable<Remedy> OfUse(ResolvedToken token, RegisteredClient client, Registry registry)
    {
        if (!Audience.IsWellFormed(token.Claims, out var aud)) yield break;
        if (client.IsPublic)
        {
            yield return RemedyTexts.Ask($"Have the token issued for this server: aud {registry.Issuer}. {client.Id} is a public client, and no other is its to use.");
            yield break;
        }

        var names = new List<string>();
        foreach (var name in Audience.Of(aud))
            if (name.Length <= 128) names.Add(name);
        var servers = registry.Clients.Values.Where(one => names.Exists(one.ServedIdentifiers.Contains)).Select(one => one.Id).Order(StringComparer.Ordinal).Take(4).ToArray();
        var holders = (token.ClientId is { } issuedTo ? [issuedTo] : Array.Empty<string>()).Concat(servers).Distinct().ToArray();
        yield return holders.Length > 0
            ? RemedyTexts.Ask($"Let {string.Join(" or ", holders)} send it: it was issued to it, or is for its API.")
            : RemedyTexts.Ask($"Send a token whose aud is {client.Id}, an identifier that it serves, or {registry.Issuer}.");

        if (names.Select(name => registry.ResourcesByAnyName.GetValueOrDefault(name)).FirstOrDefault(resource => resource is not null && resource.Name != ReservedNames.AdminResource) is { } api)
        {
            yield return RemedyTexts.Registry(
                $"Write clients.{client.Id}.serves: {WrittenYaml.List([.. client.Serves.Select(one => one.Name), api.Name])}",
                $"Only if {client.Id} is the server of {api.Name}: it can then exchange every token for it. If not, this token was issued to somebody else and is rightly refused.");
        }
        else if (token.IsExternal && OtherName(token, client, names) is { } name)
        {
            yield return RemedyTexts.Registry(
                $"Write clients.{client.Id}.known_as: {WrittenYaml.List([.. client.KnownAs, name])}",
                $"Only if {name} is {client.Id}'s own name at {token.IssuerName}. If not, this token was issued to somebody else and is rightly refused.");
        }
    }

    /// <summary>What the token calls whom it is for; of an ID token whose aud is right, its azp.</summary>
    static string? OtherName(ResolvedToken token, RegisteredClient client, List<string> names) =>
        names.Find(name => !client.AnswersTo(name)) ?? (token.Claims.TryGet("azp"u8, out var azp) && azp.GetString() is { Length: <= 128 } party && !client.AnswersTo(party) ? party : null);
}
