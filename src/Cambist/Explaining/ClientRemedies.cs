namespace Cambist;

/// <summary>What would let a client use a grant, or a token.</summary>
internal static class ClientRemedies
{
    const int LongestName = 128;

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

    /// <summary>A public client answers to no name of its own: only what is addressed to us is for it, whoever sends it.</summary>
    public static Remedy OfPublic(RegisteredClient client, Registry registry) =>
        RemedyTexts.Ask($"Have the token issued for this server: aud {registry.Issuer}. {client.Id} is a public client, and no other is its to use; no known_as changes that.");

    /// <summary>The token was neither issued to the client nor meant for it: whose it is, and the names that would make it the client's.</summary>
    public static IEnumerable<Remedy> OfUse(ResolvedToken token, RegisteredClient client, Registry registry)
    {
        if (!Audience.IsWellFormed(token.Claims, out var aud)) yield break;
        if (client.IsPublic)
        {
            yield return OfPublic(client, registry);
            yield break;
        }

        var names = new List<string>();
        foreach (var claim in Audience.Of(aud))
            if (claim.GetString() is { Length: <= LongestName } name) names.Add(name);
        var owners = Owners(token, client, names, registry);
        var api = names.Select(name => registry.ResourcesByAnyName.GetValueOrDefault(name)).FirstOrDefault(resource => resource is not null);
        if (owners.Length > 0)
            yield return RemedyTexts.Ask($"It is rightly refused: the token is {string.Join("'s or ", owners)}'s. Let {string.Join(" or ", owners)} send it; {client.Id} sends tokens of its own.");
        else if (api is not null)
            yield return RemedyTexts.Ask($"It is rightly refused: the token is for {api.Name}, and {client.Id} is not its server. Send a token whose aud is {client.Id}, an identifier that it serves, or {registry.Issuer}.");
        else
            yield return RemedyTexts.Ask($"Send a token whose aud is {client.Id}, an identifier that it serves, or {registry.Issuer}.");

        if (api is { Name: not ReservedNames.AdminResource } && !registry.Clients.Values.Any(one => one.Serves.Contains(api)))
        {
            yield return RemedyTexts.Registry(
                $"No client serves {api.Name}. If {client.Id} is its server, write clients.{client.Id}.serves: {WrittenYaml.List([.. client.Serves.Select(one => one.Name), api.Name])}",
                $"It can then exchange every token for {api.Name}. If it is not its server, this token was issued to somebody else.");
        }
        else if (owners.Length == 0 && api is null && token.IsExternal && OtherName(token, client, names) is { } name)
        {
            yield return RemedyTexts.Registry(
                $"Write clients.{client.Id}.known_as: {WrittenYaml.List([.. client.KnownAs, name])}",
                $"Only if {name} is {client.Id}'s own name at {token.IssuerName}. If not, this token was issued to somebody else and is rightly refused.");
        }
    }

    /// <summary>The clients that it was issued to, is addressed to, or is for as the server of an API.</summary>
    static string[] Owners(ResolvedToken token, RegisteredClient client, List<string> names, Registry registry)
    {
        string[] parties = token.IsExternal ? [.. names, .. Parties(token)] : token.ClientId is { } issuedTo ? [issuedTo] : [];
        return
        [
            .. registry.Clients.Values
                .Where(one => one.Id != client.Id && (Array.Exists(parties, one.AnswersTo) || names.Exists(one.ServedIdentifiers.Contains)))
                .OrderByDescending(one => Array.Exists(parties, one.AnswersTo)).ThenBy(one => one.Id, StringComparer.Ordinal).Take(4).Select(one => one.Id),
        ];
    }

    static IEnumerable<string> Parties(ResolvedToken token)
    {
        foreach (var claim in new[] { "azp", "client_id" })
            if (token.Claims.TryGet(claim, out var party) && party.GetString() is { Length: <= LongestName } name) yield return name;
    }

    /// <summary>What the token calls whom it is for; of an ID token whose aud is right, its azp.</summary>
    static string? OtherName(ResolvedToken token, RegisteredClient client, List<string> names) =>
        names.Find(name => !client.AnswersTo(name)) ?? (token.Claims.TryGet("azp"u8, out var azp) && azp.GetString() is { Length: <= LongestName } party && !client.AnswersTo(party) ? party : null);
}
