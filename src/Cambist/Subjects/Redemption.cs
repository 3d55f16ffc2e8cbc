using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// What a refresh would give now, for whoever does not refresh: a refresh token that is exchanged or asked about passes every check that
/// one which is redeemed passes (RFC 6749 §6), and holds no more. Costs no issuer and no store.
/// </summary>
internal static class Redemption
{
    /// <summary>The refresh token with the scopes and the life that are left of it, or what a refresh would be refused for.</summary>
    /// <param name="shown">The refresh token.</param>
    /// <param name="client">Whom it was issued to.</param>
    /// <param name="registry">The registry in force.</param>
    /// <param name="now">The instant of the request.</param>
    public static Result<ResolvedToken> LeftOf(ResolvedToken shown, RegisteredClient client, Registry registry, DateTimeOffset now)
    {
        var grant = shown.Grant!;
        if (Grants.Check(client, GrantTypes.RefreshToken) is { } notAllowed) return OfRefresh(notAllowed);
        if (!grant.Redeem(shown, registry).Gives(out var subject, out var denied)) return OfRefresh(denied);
        if (!grant.TargetIn(registry).Gives(out var target, out denied)) return OfRefresh(denied);

        var input = new DecisionInput { Client = client, Subject = subject, Target = target, Now = now };
        if (!Decision.Of(input, registry).Gives(out var decided, out denied)) return OfRefresh(denied);
        if (!grant.Resolve(registry, decided.Token.Refresh!.ExpiresAt, decided.Token.Scopes).Gives(out var left, out denied)) return denied;
        return left with { Origin = subject.Origin };
    }

    static Denied OfRefresh(Denied denied) => denied with { Detail = "a refresh would be refused: " + denied.Detail };
}
