using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// <c>exp</c>, <c>nbf</c> and <c>iat</c> of a subject or actor token (RFC 7519 §4.1): no leeway on <c>exp</c>, 60 seconds on the others.
/// Judged before the signature, so a refusal says what was required and never what the token says: unverified claims are not recorded.
/// </summary>
internal readonly record struct TokenTimes(long ExpiresAt, long? IssuedAt)
{
    const long LeewaySeconds = 60;

    /// <summary>Reads and judges; a refusal, or the times.</summary>
    public static Denied? Read(Claims claims, DateTimeOffset now, TimeSpan? maxAge, out TokenTimes times)
    {
        times = default;
        var nowMilliseconds = now.ToUnixTimeMilliseconds();
        var nowSeconds = nowMilliseconds / 1000;

        if (!claims.TryGet("exp"u8, out var exp)) return new(Reason.SubjectClaimInvalid, "exp is missing");
        if (!exp.TryGetSeconds(out var expiresAt)) return Malformed("exp");
        if ((expiresAt * 1000) - nowMilliseconds < 1000) return new(Reason.SubjectExpired, "exp has passed, or less than a second is left");

        if (claims.TryGet("nbf"u8, out var nbf))
        {
            if (!nbf.TryGetSeconds(out var notBefore)) return Malformed("nbf");
            if (notBefore > nowSeconds + LeewaySeconds) return new(Reason.SubjectNotYetValid, $"nbf is more than {LeewaySeconds} s ahead of this server's clock");
        }

        long? issuedAt = null;
        if (claims.TryGet("iat"u8, out var iat))
        {
            if (!iat.TryGetSeconds(out var seconds)) return Malformed("iat");
            if (seconds > nowSeconds + LeewaySeconds) return new(Reason.SubjectIssuedInFuture, $"iat is more than {LeewaySeconds} s ahead of this server's clock");
            if (seconds > expiresAt) return new(Reason.SubjectClaimInvalid, "exp is before iat");
            issuedAt = seconds;
        }

        if (maxAge is { } limit)
        {
            if (issuedAt is not { } at) return new(Reason.SubjectClaimInvalid, "iat is missing, and max_age needs it");
            if (nowSeconds - at > (long)limit.TotalSeconds)
                return new(Reason.SubjectTooOld, $"iat is more than max_age ({limit}) ago");
        }

        times = new(expiresAt, issuedAt);
        return null;
    }

    static Denied Malformed(string claim) => new(Reason.SubjectClaimInvalid, $"{claim} is no NumericDate");
}
