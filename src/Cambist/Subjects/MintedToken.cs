using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// An impersonation token as it is kept: whom it stands for, who minted it and why, and for whom and where it can be redeemed. Of it
/// conditions and templates see <c>sub</c> and <c>context.*</c>.
/// </summary>
internal sealed class MintedToken
{
    /// <summary>Names in <c>context</c> that are ours.</summary>
    public static readonly IReadOnlyList<string> OurContext = ["minted_by", "reason"];

    MintedToken(StoredToken stored, Claims content)
    {
        (Id, ExpiresAt) = (stored.Id, stored.ExpiresAt);
        Key = new(OneTimeKeyKind.ImpersonationToken, stored.Hash, stored.ExpiresAt);
        content.TryGet("claims"u8, out var claims);
        content.TryGet("minter"u8, out var minter);
        content.TryGet("minted_at"u8, out var mintedAt);
        mintedAt.TryGetInt64(out var at);
        Claims = Claims.Parse(claims.RawJson.ToArray());
        Minter = new(Text(minter, "issuer"), Text(minter, "sub"), null);
        MintedAt = at;
        Client = content.TryGet("client"u8, out var client) ? client.GetString() : null;
        if (content.TryGet("targets"u8, out var targets)) Targets = ReadTargets(targets);
    }

    /// <summary>Its lineage id, by which it is listed, cancelled and revoked.</summary>
    public string Id { get; }

    /// <summary>Until when it can be redeemed, milliseconds since 1970.</summary>
    public long ExpiresAt { get; }

    /// <summary>When it was minted, milliseconds since 1970.</summary>
    public long MintedAt { get; }

    /// <summary>Consumed with the entry of the grant it gives.</summary>
    public OneTimeKey Key { get; }

    /// <summary>What conditions see of it, and <c>may_act</c>.</summary>
    public Claims Claims { get; }

    /// <summary>Who minted it.</summary>
    public RecordedParty Minter { get; }

    /// <summary>The one client that can redeem it; null for any that a rule allows.</summary>
    public string? Client { get; }

    /// <summary>The resources it can be redeemed for; null for any that a rule allows.</summary>
    public ImmutableArray<string>? Targets { get; }

    public string Subject => Text(Claims.Root, "sub");

    /// <summary>Whether an actor of ours is who minted it.</summary>
    public bool WasMintedBy(string actor) => Minter.Issuer == ReservedNames.Self && Minter.Sub == actor;

    public Denied? CheckTarget(ProtectedResource resource) => Targets is { } targets && !targets.Contains(resource.Name)
        ? new(Reason.TargetOutsideToken, $"the impersonation token was minted for {string.Join(" or ", targets)}, not for {resource.Name}")
        : null;

    /// <summary>As a subject token that was found genuine.</summary>
    public ResolvedToken Resolve() => new()
    {
        TokenType = TokenTypes.ImpersonationToken,
        IssuerName = ReservedNames.Impersonation,
        Subject = Subject,
        Kind = SubjectKind.Impersonated,
        Claims = Claims,
        ExpiresAt = ExpiresAt / 1000,
        Lineage = new TokenLineage(Id, Subject, Client: null, ReservedNames.Impersonation, MintedAt, IsExternal: false),
        Minted = this,
    };

    public static MintedToken Read(StoredToken stored) => new(stored, Claims.Parse(stored.Content));

    /// <summary>The content to store; null where it would be larger or deeper than claims may be.</summary>
    public static ReadOnlyMemory<byte>? Write(MintRequest request, RecordedParty minter, long mintedAt)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = LedgerEntryJson.CreateWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("minted_at"u8, mintedAt);
            json.WriteStartObject("minter"u8);
            json.WriteString("issuer"u8, minter.Issuer);
            json.WriteString("sub"u8, minter.Sub);
            json.WriteEndObject();
            if (request.Client is { } client) json.WriteString("client"u8, client);
            if (request.Targets is { } targets) WriteTargets(json, targets);
            json.WritePropertyName("claims"u8);
            WriteClaims(json, request, minter);
            json.WriteEndObject();
        }

        return Claims.TryParse(buffer.WrittenMemory, out _, out _) ? buffer.WrittenMemory : null;
    }

    static void WriteClaims(Utf8JsonWriter json, MintRequest request, RecordedParty minter)
    {
        json.WriteStartObject();
        json.WriteString("sub"u8, request.Subject);
        if (request.MayAct is { } mayAct)
        {
            json.WritePropertyName("may_act"u8);
            json.WriteRawValue(mayAct.RawJson, skipInputValidation: true); // read strictly
        }

        json.WriteStartObject("context"u8);
        if (request.Claims is { } claims)
        {
            foreach (var (name, value) in claims.EnumerateObject())
            {
                json.WritePropertyName(name);
                json.WriteRawValue(value.RawJson, skipInputValidation: true);
            }
        }

        json.WriteString("minted_by"u8, minter.Sub);
        json.WriteString("reason"u8, request.Reason);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteTargets(Utf8JsonWriter json, ImmutableArray<string> targets)
    {
        json.WriteStartArray("targets"u8);
        foreach (var target in targets) json.WriteStringValue(target);
        json.WriteEndArray();
    }

    static ImmutableArray<string> ReadTargets(Claim targets)
    {
        var names = ImmutableArray.CreateBuilder<string>();
        foreach (var target in targets.EnumerateArray()) names.Add(target.GetString()!);
        return names.ToImmutable();
    }

    static string Text(Claim owner, string name) => owner.TryGet(name, out var claim) ? claim.GetString() ?? "" : "";
}
