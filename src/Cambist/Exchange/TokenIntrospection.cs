using System.Buffers;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// Introspection (RFC 7662): whether a token of ours is active, for whom it was issued to or meant for. To everybody else it is as
/// inactive as one that never was.
/// </summary>
public sealed class TokenIntrospection
{
    static readonly ReadOnlyMemory<byte> Inactive = """{"active":false}"""u8.ToArray();

    /// <summary>A token that is nobody's, asked after where there is none for the caller: so that all these answers cost the store the same.</summary>
    static readonly TokenLineage Nobodys = new("AAAAAAAAAAAAAAAAAAAAAA", "", "", "", 0, IsExternal: false);

    readonly ActiveRegistry _registry;
    readonly CallerGate _callers;
    readonly PresentedTokens _tokens;
    readonly ILedger _ledger;
    readonly RevocationCheck _revocations;
    readonly TimeProvider _clock;

    internal TokenIntrospection(ActiveRegistry registry, CallerGate callers, PresentedTokens tokens, ILedger ledger, RevocationCheck revocations, TimeProvider clock) =>
        (_registry, _callers, _tokens, _ledger, _revocations, _clock) = (registry, callers, tokens, ledger, revocations, clock);

    /// <summary>Says what there is to say of a token, or that nobody was authenticated.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be read now; says nothing about the token.</exception>
    public async ValueTask<Outcome> IntrospectAsync(PresentedToken request, CancellationToken cancellationToken)
    {
        var walk = new Walk(_registry.Current, _clock.GetUtcNow(), "introspection");
        if (await _callers.AdmitAsync(walk, request.Credentials, takesPublic: false, cancellationToken) is { } refused) return refused;

        var token = await _tokens.FindAsync(request.Token, walk, cancellationToken);
        if (token is not null && !Entitlement.IsFor(token, walk.Client!)) token = null;
        var (revocation, _) = await _revocations.FindAsync(token?.Lineage ?? Nobodys, cancellationToken);
        var isActive = token is not null && revocation is null;
        if (isActive && token!.Grant is not null) (isActive, token) = await LeftOfAsync(token, walk, cancellationToken);
        return new Outcome.Introspected(isActive, isActive ? Describe(token!) : Inactive);
    }

    /// <summary>A refresh token is active where a refresh would be granted, and says what that would give.</summary>
    async ValueTask<(bool IsActive, ResolvedToken? Token)> LeftOfAsync(ResolvedToken shown, Walk walk, CancellationToken cancellationToken)
    {
        if (await _ledger.IsUsedAsync(shown.RotationKey!, cancellationToken)) return (false, null);
        if (!Redemption.LeftOf(shown, walk.Client!, walk.Registry, walk.Now).Gives(out var left, out _)) return (false, null);
        return ((await _revocations.FindAsync(left.Origin!, cancellationToken)).Revocation is null, left);
    }

    /// <summary>RFC 7662 §2.2: the claims of the token, of whatever JSON type they are there.</summary>
    static ReadOnlyMemory<byte> Describe(ResolvedToken token)
    {
        var claims = token.Claims;
        var body = new ArrayBufferWriter<byte>(claims.Utf8.Length + 64);
        using var json = LedgerEntryJson.CreateWriter(body);
        json.WriteStartObject();
        json.WriteBoolean("active"u8, true);
        json.WriteString("token_type"u8, token.TokenType == TokenTypes.RefreshToken ? "N_A"u8 : "Bearer"u8); // RFC 8693 §2.2.1: what is no access token
        foreach (var member in claims.Root.EnumerateObject())
        {
            if (member.Utf8Name.SequenceEqual("active"u8) || member.Utf8Name.SequenceEqual("token_type"u8)) continue;
            json.WritePropertyName(member.Utf8Name);
            json.WriteRawValue(member.Value.RawJson, skipInputValidation: true);
        }

        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }
}
