using System.Text.Json.Nodes;
using Cambist.Testing;
using static Cambist.Testing.Requests;

namespace Cambist.Conformance.Tests;

/// <summary>An application with three resolvers and a customizer of its own.</summary>
public sealed class ExtendedWorld : World
{
    public override FakeClock? Clock { get; } = new();

    public Sessions Legacy { get; } = new("legacy-");

    public Sessions Second { get; } = new("second-");

    /// <summary>Asked about JWTs of nobody in the registry.</summary>
    public Sessions Jwts { get; } = new("eyJ");

    public Tagging Tagger { get; } = new();

    protected override Action<CambistBuilder> Extend => cambist => cambist
        .AddSubjectTokenResolver("legacy", _ => Legacy)
        .AddSubjectTokenResolver("second", _ => Second)
        .AddSubjectTokenResolver("jwts", _ => Jwts)
        .AddSubjectTokenResolver("undeclared", _ => new Sessions("undeclared-"))
        .AddTokenCustomizer(_ => Tagger);

    protected override string Registry => $$"""
        issuers:
          login: { issuer: {{Login.Issuer}}, tokens: { id_token: { audiences: web } }, subject: "{sub}" }
          legacy: { resolver: true, roles: [subject, actor], act: accept, subject: "legacy:{sub}" }
          second:
            resolver: true
            tokens: { access_token: { audiences: second-app, scopes: [orders/read] } }
            where: { plan: gold }
            subject: "second:{sub}"
          jwts: { resolver: true, subject: "jwts:{sub}" }
          nobodys: { resolver: true, subject: "nobodys:{sub}" }
        resources:
          orders: { identifiers: https://orders.example.com, scopes: [read, write], claims: { email: "{email}", tag: "from-registry" } }
        clients:
          {{Client("web", "known_as: second-app")}}
        rules:
          - { name: legacy, clients: web, subject: { issuer: [legacy, jwts, nobodys] }, actor: none, default_target: true, targets: { orders: { write: true } } }
          - { name: second, clients: web, subject: { issuer: second }, actor: none, default_target: true, targets: { orders: [read] } }
          - { name: login, clients: web, subject: { issuer: login }, actor: none, default_target: true, targets: { orders: [read] } }
          - { name: acts, clients: web, subject: { issuer: login }, actor: { issuer: legacy }, default_target: true, targets: { orders: [read] } }
          - { name: ours, clients: web, actor: none, default_target: true, targets: { orders: [write, read] } }
        """;

    /// <summary>What a resolver says of a token of carol for web, of five minutes.</summary>
    public JsonObject Carol(Action<JsonObject>? change = null)
    {
        var claims = Login.IdTokenClaims("carol", "web");
        claims.Remove("iss");
        claims["email"] = "carol@example.com";
        change?.Invoke(claims);
        return claims;
    }
}

/// <summary>Sessions of an old system, told by a prefix. Remembers all that it was asked about.</summary>
public sealed class Sessions(string prefix) : ISubjectTokenResolver
{
    public System.Collections.Concurrent.ConcurrentQueue<TokenToResolve> Asked { get; } = new();

    /// <summary>What becomes of tokens with the prefix.</summary>
    public Func<TokenToResolve, ResolverAnswer?> Judge { get; set; } = _ => null;

    /// <summary>What it waits for first, about tokens with the prefix.</summary>
    public Func<CancellationToken, Task> Wait { get; set; } = _ => Task.CompletedTask;

    public async ValueTask<ResolverAnswer?> ResolveAsync(TokenToResolve token, CancellationToken cancellationToken)
    {
        Asked.Enqueue(token);
        await Task.Yield();
        if (!token.Value.StartsWith(prefix, StringComparison.Ordinal)) return null;
        await Wait(cancellationToken);
        return Judge(token);
    }
}

/// <summary>Does to tokens what a test wants.</summary>
public sealed class Tagging : ITokenCustomizer
{
    public Action<TokenCustomization> Customize { get; set; } = _ => { };

    /// <summary>What it waits for first.</summary>
    public Func<CancellationToken, Task> Wait { get; set; } = _ => Task.CompletedTask;

    public async ValueTask CustomizeAsync(TokenCustomization token, CancellationToken cancellationToken)
    {
        await Task.Yield();
        await Wait(cancellationToken);
        Customize(token);
    }
}
