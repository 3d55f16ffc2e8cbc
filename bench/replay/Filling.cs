using System.Buffers.Text;
using System.Text;
using Cambist.Protocol;
using Cambist.Yaml;

namespace Cambist.ReplayBench;

/// <summary>Entries as that registry decides: sign-ins and second hops, one in fifty refused, each with its input as it is recorded.</summary>
sealed class Filling(int entries)
{
    static readonly string[] Departments = ["sales", "support", "engineering", "finance"];

    readonly Random _random = new(4711);
    readonly string _revision = RegistryFile.Compile("in force", Registries.InForce, ".", new()).Compilation.Registry!.Revision;

    public async Task FillAsync(Store store, int atOnce)
    {
        await store.Registries.SaveActivatedAsync(new(_revision, Registries.InForce, 0), CancellationToken.None);
        for (var done = 0; done < entries; done += atOnce)
            await Task.WhenAll(Enumerable.Range(0, Math.Min(atOnce, entries - done)).Select(_ => store.Ledger.CommitAsync(Next(), CancellationToken.None).AsTask()));
    }

    LedgerEntry Next()
    {
        var number = (int)(Registries.Clients * Math.Pow(_random.NextDouble(), 2));
        var (client, sub, root) = ($"client-{number}", $"user:{_random.Next(100_000)}", NewId());
        var kind = _random.Next(100);
        var entry = new LedgerEntry { Outcome = DecisionOutcome.Issued, Action = GrantTypes.TokenExchange, Client = client, RegistryRevision = _revision };
        if (kind < 1)
            return entry with { Outcome = DecisionOutcome.Refused, Reason = Reason.SubjectExpired, Trace = $"client: {client}, by ClientSecretBasic\nsubject_expired: exp has passed" };
        if (kind < 2)
        {
            return entry with
            {
                Outcome = DecisionOutcome.Refused,
                Reason = Reason.TargetNotAllowed,
                Target = "spare",
                Subject = new("login", sub, root),
                Trace = $"client: {client}, by ClientSecretBasic\nsubject: {sub} (user) from login\ntarget_not_allowed: no rule lets {client} have a token for spare",
                Input = Input(client, SignedIn(sub), "spare", ",\"entitled\":true,\"act_levels\":0"),
            };
        }

        if (kind < 60)
        {
            return entry with
            {
                Target = "orders",
                Subject = new("login", sub, root),
                IssuedId = $"{root}.{NewId()}",
                ScopesGiven = ["read", "write"],
                Rule = $"sign-in-{number}",
                ExpiresAt = Now + 600_000,
                Input = Input(client, SignedIn(sub), "orders"),
            };
        }

        return entry with
        {
            Target = "billing",
            Subject = new("self", sub, $"{root}.{NewId()}"),
            IssuedId = $"{root}.{NewId()}.{NewId()}",
            ActorChain = [client],
            ScopesAsked = ["read"],
            ScopesGiven = ["read"],
            Rule = $"on-behalf-{number}",
            ExpiresAt = Now + 300_000,
            Input = Input(client, Ours(sub), "billing", scopes: ",\"scopes\":[\"read\"]"),
        };
    }

    string SignedIn(string sub) =>
        $$$"""{"issuer":"login","token_type":"{{{TokenTypes.IdToken}}}","kind":"user","sub":"{{{sub}}}","exp":{{{Now / 1000 + 600}}},"claims":{"department":"{{{Departments[_random.Next(4)]}}}","realm.region":"eu-{{{_random.Next(9)}}}","status":"here","sub":"{{{sub[5..]}}}","tenant":"t-{{{_random.Next(500)}}}"}}""";

    static string Ours(string sub) =>
        $$$"""{"issuer":"self","token_type":"{{{TokenTypes.AccessToken}}}","kind":"user","sub":"{{{sub}}}","exp":{{{Now / 1000 + 300}}},"held":["orders/read","orders/write"],"claims":{"sub":"{{{sub}}}","tenant":"t-1"}}""";

    static byte[] Input(string client, string subject, string target, string more = "", string scopes = "") =>
        Encoding.UTF8.GetBytes($$"""{"client":"{{client}}","subject":{{subject}},"target":"{{target}}","audience":"https://{{target}}.example.com"{{scopes}},"now":{{Now}}{{more}}}""");

    static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    string NewId()
    {
        Span<byte> bytes = stackalloc byte[16];
        _random.NextBytes(bytes);
        return Base64Url.EncodeToString(bytes);
    }
}
