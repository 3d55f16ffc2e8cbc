namespace Cambist.Tests;

/// <summary>Registries that are right but for one thing, and what lint says of them.</summary>
static class Linted
{
    /// <summary>What the tests' rules name; nothing in it is a warning once a rule names all its issuers and clients.</summary>
    public const string Base = Wrong.Issuer + """
        issuers:
          login: { issuer: https://login.example.com, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
          github: { issuer: https://token.actions.githubusercontent.com, tokens: id_token, kind: client, subject: "github:{repository_id}" }
          gitlab: { issuer: https://gitlab.example.com, tokens: id_token, kind: client, subject: "gitlab:{project_id}" }
          agents: { issuer: https://agents.example.com, tokens: jwt, roles: actor, subject: "agent:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write], claims: [email, tenant] }
          billing: { identifiers: https://billing.example.com, scopes: [read, pay], claims: tenant }
          deploy: { identifiers: https://deploy.example.com }
        clients:
          web: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          web-2: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }
          orders: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa }, serves: orders }
          ci: { secrets: { sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa } }

        """;

    /// <summary>Rules that use what the base declares, after those of a test.</summary>
    public const string Rest = """
          - { name: rest, clients: [web, web-2, ci], subject: { issuer: [login, github, gitlab], where: { rest: "yes" } }, actor: none, targets: { deploy: [] } }
          - { name: rest-agents, clients: web, subject: { issuer: login, where: { rest: "no" } }, actor: { issuer: agents }, targets: { deploy: [] } }

        """;

    /// <summary>What lint says of a base with these rules, marked or not, and whatever follows them.</summary>
    public static RegistryFinding[] Rules(string rules, string more = "") => Of(Base + more + "rules:\n" + rules + Rest);

    public static RegistryFinding[] Of(string yaml, params (string, string)[] files)
    {
        var compilation = RegistryText.Compile(yaml, files);
        compilation.Errors().ShouldBeEmpty();
        return [.. compilation.Lint()];
    }

    /// <summary>Asserts that there is one finding, of this check, at the mark.</summary>
    public static void Finds(string check, string markedRules, string part, string markedMore = "")
    {
        var (text, place) = Marked.Read(Base + markedMore + "rules:\n" + markedRules + Rest);
        var found = Of(text).ShouldHaveSingleItem();
        found.Check.ShouldBe(check);
        found.Position.ShouldBe(place, found.ToString());
        found.Severity.ShouldBe(FindingSeverity.Warning);
        found.Message.ShouldContain(part);
    }

    public static void FindsNothing(string rules, string more = "") => Rules(rules, more).ShouldBeEmpty();
}
