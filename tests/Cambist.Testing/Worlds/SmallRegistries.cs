using static Cambist.Testing.Requests;

namespace Cambist.Testing;

/// <summary>Registries that several tests start from.</summary>
public static class SmallRegistries
{
    /// <summary>Ends of every small registry: one API, one client, one rule for <paramref name="issuers"/>.</summary>
    public static string Rest(string issuers = "login") => $$"""
        resources: { orders: { identifiers: https://orders.example.com, scopes: [read, write] } }
        clients: { {{Client("web")}} }
        rules: [ { name: sign-in, clients: web, subject: { issuer: [{{issuers}}] }, actor: none, default_target: true, targets: { orders: [read, write] } } ]
        """;

    /// <summary>ID tokens of <c>login</c>, keys by discovery.</summary>
    public static string SignIn(TestIssuer login) => SignInFrom(("login", login.Issuer));

    /// <summary>ID tokens of several issuers, each under its own prefix.</summary>
    public static string SignInFrom(params (string Name, string Issuer)[] issuers) => $$"""
        issuers:
        {{string.Join('\n', issuers.Select(issuer => $$"""  {{issuer.Name}}: { issuer: {{issuer.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{{issuer.Name}}:{sub}" }"""))}}
        {{Rest(string.Join(", ", issuers.Select(issuer => issuer.Name)))}}
        """;

    /// <summary>ID tokens of <c>login</c>; <paramref name="members"/> say where its keys come from, and whatever else.</summary>
    public static string SignInWith(TestIssuer login, string members) => $$"""
        issuers:
          login: { issuer: {{login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}", {{members}} }
        {{Rest()}}
        """;
}
