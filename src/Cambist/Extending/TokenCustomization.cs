using System.Text.Json;

namespace Cambist;

/// <summary>A token that is about to be issued, as a customizer sees it.</summary>
public sealed class TokenCustomization
{
    readonly Dictionary<string, JsonElement> _claims = new(StringComparer.Ordinal);

    internal TokenCustomization(string client, string rule, string target, string audience, CustomizedParty subject, CustomizedParty? actor) =>
        (ClientId, Rule, Target, Audience, Subject, Actor) = (client, rule, target, audience, subject, actor);

    /// <summary>The client that gets the token.</summary>
    public string ClientId { get; }

    /// <summary>The name of the rule that gives it.</summary>
    public string Rule { get; }

    /// <summary>The name of the resource it is for.</summary>
    public string Target { get; }

    /// <summary>Its <c>aud</c>.</summary>
    public string Audience { get; }

    /// <summary>The subject token.</summary>
    public CustomizedParty Subject { get; }

    /// <summary>The actor token; null where none was sent.</summary>
    public CustomizedParty? Actor { get; }

    internal IReadOnlyDictionary<string, JsonElement> Added => _claims;

    /// <summary>Adds a claim; one that the registry gives the token under this name is replaced.</summary>
    /// <param name="name">Its name; none that the server writes itself, such as <c>sub</c>, <c>aud</c>, <c>scope</c> or <c>act</c>.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="ArgumentException">The name is empty or reserved, or was added before.</exception>
    public void Add(string name, JsonElement value)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (ReservedClaims.Names.Contains(name)) throw new ArgumentException($"'{name}' is written by the server alone; give the claim another name.", nameof(name));
        if (value.ValueKind == JsonValueKind.Undefined) throw new ArgumentException("The claim has no value.", nameof(value));
        if (!_claims.TryAdd(name, value.Clone())) throw new ArgumentException($"'{name}' was added before.", nameof(name));
    }

    /// <summary>Adds a claim that is a string; see <see cref="Add(string, JsonElement)"/>.</summary>
    public void Add(string name, string value) => Add(name, JsonSerializer.SerializeToElement(value));
}

/// <summary>Whose token it is, with all that the token says; verified.</summary>
public sealed class CustomizedParty
{
    readonly Lazy<JsonElement> _claims;

    internal CustomizedParty(ResolvedToken token)
    {
        (Issuer, Sub, TokenType) = (token.IssuerName, token.Subject, token.TokenType);
        _claims = new(() => JsonElement.Parse(token.Claims.Utf8.Span));
    }

    /// <summary>The name of its issuer in the registry; <c>self</c> for ours.</summary>
    public string Issuer { get; }

    /// <summary>Our name for it.</summary>
    public string Sub { get; }

    /// <summary>Token type URN it was sent as.</summary>
    public string TokenType { get; }

    /// <summary>Every claim of the token, as it was sent.</summary>
    public JsonElement Claims => _claims.Value;
}
