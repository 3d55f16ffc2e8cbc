using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist;

/// <summary>A token of a policy test: what a genuine one would say.</summary>
abstract record TestToken
{
    /// <summary>A lineage id for tokens that are in no ledger.</summary>
    public const string NoLineage = "AAAAAAAAAAAAAAAAAAAAAA";

    /// <summary>From the instant of the request.</summary>
    public required TimeSpan ExpiresIn { get; init; }

    /// <summary>The token as the server would see it, or why it refuses it.</summary>
    public abstract Result<ResolvedToken> Resolve(TokenRole role, RegisteredClient caller, Registry registry, DateTimeOffset now);

    /// <summary>What is stated, and what a token of its kind says besides; a claim that is stated to be null is left out.</summary>
    protected static Result<ResolvedToken> Judge(
        JsonObject stated, IEnumerable<(string Name, JsonNode? Value)> besides, string issuer, string tokenType, TokenRole role, Registry registry, DateTimeOffset now)
    {
        var json = (JsonObject)stated.DeepClone();
        foreach (var (name, value) in besides) json.TryAdd(name, value);
        foreach (var name in json.Where(member => member.Value is null).Select(member => member.Key).ToArray()) json.Remove(name);
        return Claims.TryParse(JsonSerializer.SerializeToUtf8Bytes(json), out var claims, out var fault)
            ? StatedToken.Resolve(issuer, tokenType, role, claims, registry, now)
            : new Denied(Reason.SubjectMalformed, $"its claims are more than is read of a token: {fault}");
    }

    protected (string Name, JsonNode? Value)[] Times(DateTimeOffset now) =>
        [("iat", now.ToUnixTimeSeconds()), ("exp", (now + ExpiresIn).ToUnixTimeSeconds())];
}

/// <summary>A token of an issuer that the registry trusts.</summary>
sealed record IssuersTestToken(TrustedIssuer Issuer, string TokenType, JsonObject Claims) : TestToken
{
    public override Result<ResolvedToken> Resolve(TokenRole role, RegisteredClient caller, Registry registry, DateTimeOffset now)
    {
        // a JWT is its issuer's by its iss alone; of an opaque token its issuer says so
        if (Claims.TryGetPropertyValue("iss", out var iss) && iss is null && Issuer is { Issuer: not null, Introspection: null })
            return new Denied(Reason.SubjectUnknown, "without iss it is no JWT of a trusted issuer");
        return Judge(Claims, [("iss", Issuer.Issuer), ("aud", AudienceFor(caller, registry)), .. Times(now)], Issuer.Name, TokenType, role, registry, now);
    }

    /// <summary>Of what the registry takes, what is this caller's to use: our own issuer, a name of the caller, or what it serves.</summary>
    string AudienceFor(RegisteredClient caller, Registry registry)
    {
        if (Issuer.KindOf(TokenType) is not { Audiences: { Count: > 0 } taken } || taken.Contains(registry.Issuer)) return registry.Issuer;
        return caller.KnownAs.Prepend(caller.Id).Concat(caller.Serves.SelectMany(served => served.Identifiers)).FirstOrDefault(taken.Contains)
            ?? taken.Order(StringComparer.Ordinal).First();
    }
}

/// <summary>An access token of ours, JWT or opaque: the one is judged like the other.</summary>
sealed record OurTestToken(JsonObject Claims) : TestToken
{
    public SubjectKind Kind { get; init; }

    /// <summary>The client it was issued to; null for the caller.</summary>
    public RegisteredClient? Client { get; init; }

    /// <summary>The resource it is for; null where its claims say.</summary>
    public ProtectedResource? Target { get; init; }

    /// <summary>What it holds there.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [];

    /// <summary>Its chain, newest first.</summary>
    public ImmutableArray<string> Act { get; init; } = [];

    public override Result<ResolvedToken> Resolve(TokenRole role, RegisteredClient caller, Registry registry, DateTimeOffset now) => Judge(Claims,
    [
        ("aud", Target?.Identifiers[0]),
        ("client_id", (Client ?? caller).Id),
        ("jti", NoLineage),
        ("scope", Scopes.IsEmpty ? null : ScopeText.Join(Scopes)),
        ("sub_kind", Kind == SubjectKind.User ? null : DecisionInputJson.KindName(Kind)),
        ("act", Chain()),
        .. Times(now),
    ], ReservedNames.Self, TokenTypes.AccessToken, role, registry, now);

    JsonObject? Chain()
    {
        JsonObject? chain = null;
        foreach (var actor in Act.Take(Cambist.Claims.MaxDepth + 1).Reverse()) // longer ones are refused alike
        {
            var level = new JsonObject { ["sub"] = actor };
            if (chain is not null) level["act"] = chain;
            chain = level;
        }

        return chain;
    }
}

/// <summary>An impersonation token, as an administrator would have minted it.</summary>
sealed record ImpersonationTestToken(MintRequest Minting, RecordedParty Minter) : TestToken
{
    public override Result<ResolvedToken> Resolve(TokenRole role, RegisteredClient caller, Registry registry, DateTimeOffset now)
    {
        if (ImpersonationTokens.CheckRedeemer(caller) is { } notRedeemable) return notRedeemable;
        if (MintedToken.Write(Minting, Minter, now.ToUnixTimeMilliseconds()) is not { } content) return new Denied(Reason.SubjectMalformed, "its claims are more than is read of a token");
        var stored = new StoredToken(new byte[32], StoredTokenKind.ImpersonationToken, NoLineage, (now + ExpiresIn).ToUnixTimeMilliseconds(), content);
        return ImpersonationTokens.Judge(MintedToken.Read(stored), caller, registry, now);
    }
}
