using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// A <see cref="DecisionInput"/> read back from its ledger entry, under the registry it is to be decided under: that in force then, or a
/// draft. Of the claims there are those that the registry named then; lineage, <c>act</c> and what an administrator minted are not among
/// them, so steps 7 and 9 cannot be decided again from this alone.
/// </summary>
/// <param name="Input">The input.</param>
/// <param name="CutOfSubject">Claims of the subject token whose value was cut when it was kept.</param>
/// <param name="CutOfActor">The same of the actor token.</param>
internal sealed record RecordedInput(DecisionInput Input, ImmutableArray<string> CutOfSubject, ImmutableArray<string> CutOfActor)
{
    /// <summary>What was found about the use of its tokens; null where the entry does not say.</summary>
    public RecordedEntitlement? Entitlement { get; init; }

    /// <summary>Whether the subject token says who may act.</summary>
    public bool HasMayAct { get; init; }

    /// <summary>Reads an entry's input; a refusal where the registry no longer has the client, the issuer or the target in it.</summary>
    /// <exception cref="FormatException">The entry has none, or it is not what this release writes.</exception>
    public static Result<RecordedInput> Read(LedgerEntry entry, Registry registry)
    {
        if (entry.Input.IsEmpty) throw new FormatException("the request did not get so far that an input was recorded");
        try
        {
            return ReadInput(entry, registry);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException("the recorded input is not what this release writes", e);
        }
    }

    static Result<RecordedInput> ReadInput(LedgerEntry entry, Registry registry)
    {
        var json = JsonElement.Parse(entry.Input.Span, new() { MaxDepth = Claims.MaxDepth + 8 });
        if (json.GetProperty("client"u8).GetString() is not { } id || !registry.Clients.TryGetValue(id, out var client) || client.IsDisabled)
            return new Denied(Reason.ClientAuthenticationFailed, $"the registry has no client {entry.Client}, or it is disabled");
        if (!Token(json.GetProperty("subject"u8), entry.Subject, registry).Gives(out var subject, out var denied)) return denied;
        var hasActor = json.TryGetProperty("actor"u8, out var actorJson);
        ResolvedToken? actor = null;
        if (hasActor && !Token(actorJson, entry.Actor, registry).Gives(out actor, out denied)) return denied.OfActor();

        Target? target = null;
        if (json.TryGetProperty("target"u8, out var name))
        {
            var audience = json.GetProperty("audience"u8).GetString()!;
            if (!registry.Resources.TryGetValue(name.GetString()!, out var resource) || !resource.Identifiers.Contains(audience))
                return new Denied(Reason.TargetUnknown, $"the registry has no resource {name} under the identifier asked for");
            target = new Target(resource, audience);
        }

        var input = new DecisionInput
        {
            Client = client,
            Subject = subject,
            Actor = actor,
            Target = target,
            Scopes = json.TryGetProperty("scopes"u8, out var scopes) ? Texts(scopes) : null,
            RequestedTokenType = json.TryGetProperty("requested_token_type"u8, out var type) ? type.GetString() : null,
            Now = DateTimeOffset.FromUnixTimeMilliseconds(json.GetProperty("now"u8).GetInt64()),
        };
        return new RecordedInput(input, Cut(json.GetProperty("subject"u8)), hasActor ? Cut(actorJson) : [])
        {
            Entitlement = RecordedEntitlement.Read(json),
            HasMayAct = json.GetProperty("subject"u8).TryGetProperty("may_act"u8, out _),
        };
    }

    static Result<ResolvedToken> Token(JsonElement json, RecordedParty? party, Registry registry)
    {
        var issuerName = json.GetProperty("issuer"u8).GetString()!;
        var tokenType = json.GetProperty("token_type"u8).GetString()!;
        TrustedIssuer? issuer = null;
        if (issuerName is not (ReservedNames.Self or ReservedNames.Impersonation)
            && (!registry.Issuers.TryGetValue(issuerName, out issuer) || issuer.KindOf(tokenType) is null))
            return new Denied(Reason.SubjectIssuerUntrusted, $"the registry does not trust {issuerName} for {tokenType}");

        var sub = json.GetProperty("sub"u8).GetString()!;
        return new ResolvedToken
        {
            TokenType = tokenType,
            IssuerName = issuerName,
            Issuer = issuer,
            Subject = sub,
            Kind = KindOf(json.GetProperty("kind"u8).GetString()),
            Claims = ClaimsOf(json.GetProperty("claims"u8)),
            ExpiresAt = json.GetProperty("exp"u8).GetInt64(),
            HeldScopes = json.TryGetProperty("held"u8, out var held) ? [.. Texts(held).Select(Scope)] : null,
            Lineage = new TokenLineage(party?.Lineage ?? "", sub, Client: null, issuerName, 0, issuer is not null),
        };
    }

    /// <summary>The claims stand under their paths; an object is made of them again.</summary>
    static Claims ClaimsOf(JsonElement json)
    {
        var root = new JsonObject();
        foreach (var member in json.EnumerateObject())
        {
            if (ClaimPath.Parse(member.Name) is not { } path) continue;
            var at = root;
            foreach (var step in path.Steps.SkipLast(1))
            {
                if (at[step] is not JsonObject inner) at[step] = inner = [];
                at = inner;
            }

            // a path that another one leads through is in that one's value already
            if (at[path.Steps[^1]] is not JsonObject) at[path.Steps[^1]] = JsonNode.Parse(member.Value.GetRawText());
        }

        return Claims.Parse(root.ToJsonString());
    }

    static SubjectKind KindOf(string? name) => name switch
    {
        "user" => SubjectKind.User,
        "client" => SubjectKind.Client,
        "impersonated" => SubjectKind.Impersonated,
        _ => throw new FormatException("the recorded kind is not known to this release"),
    };

    static ScopeAt Scope(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal); // a resource's name holds none
        return new(text[..slash], text[(slash + 1)..]);
    }

    static ImmutableArray<string> Cut(JsonElement token) => token.TryGetProperty("cut"u8, out var cut) ? Texts(cut) : [];

    static ImmutableArray<string> Texts(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];
}
