using System.Security.Cryptography;
using System.Text;
using Cambist.Protocol;

namespace Cambist;

/// <summary>
/// <c>private_key_jwt</c> (RFC 7523 §2.2, OpenID Connect Core §9): a JWT that the client signs for us alone, for one request. What
/// needs no key is judged first; the keys are those that the registry names, never one that the header brings along.
/// </summary>
static class PrivateKeyJwt
{
    /// <summary>What <c>client_assertion_type</c> must be (RFC 7523 §2.2).</summary>
    public const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /// <summary>How far ahead <c>exp</c> may be: as long must its <c>jti</c> be remembered.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(10);

    const int LongestId = 256;

    /// <summary>An assertion that is right if its client signed it.</summary>
    readonly record struct Unverified(CompactJws Jws, RegisteredClient Client, TokenTimes Times, Claim Id);

    /// <summary>Finds the client, which the walk then spends the assertion for.</summary>
    public static ValueTask<Result<RegisteredClient>> AuthenticateAsync(Walk walk, PresentedCredentials presented, IssuerKeys keys, CancellationToken cancellationToken) =>
        JudgeWithoutKey(walk, presented, out var assertion) is { } denied ? new(denied) : VerifyAsync(walk, assertion, keys, cancellationToken);

    static Denied? JudgeWithoutKey(Walk walk, PresentedCredentials presented, out Unverified assertion)
    {
        assertion = default;
        if (presented.ClientAssertionType != AssertionType) return ClientAuthenticator.Failed($"client_assertion_type is not {AssertionType}");
        if (presented.ClientAssertion is not { } text) return ClientAuthenticator.Failed("client_assertion is missing");
        if (!CompactJws.TryParse(text, out var jws, out var fault)) return ClientAuthenticator.Failed($"client_assertion is not read as a JWT: {fault}");
        if (jws.Algorithm is not { } algorithm || !JwsAlgorithm.OfClients.Contains(algorithm)) return ClientAuthenticator.Failed("alg is not one for assertions");

        // RFC 8725 §3.11: another kind of JWT is none of these; untyped ones are what most libraries send.
        if (jws.Type is not (null or "jwt" or "client-authentication+jwt")) return ClientAuthenticator.Failed("typ is of another kind of JWT");

        if (!FindClient(walk, jws.Payload).Gives(out var client, out var denied)) return denied;
        if (!IsForUsAlone(jws.Payload, walk.Registry.Issuer)) return ClientAuthenticator.Failed("aud is not our issuer alone");
        if (TokenTimes.Read(jws.Payload, walk.Now, maxAge: null, out var times) is { } untimely) return ClientAuthenticator.Failed(untimely.Detail);
        if (times.ExpiresAt > walk.Now.ToUnixTimeSeconds() + (long)LongestLife.TotalSeconds) return ClientAuthenticator.Failed($"exp is more than {LongestLife.TotalMinutes} minutes ahead");
        if (!jws.Payload.TryGet("jti"u8, out var id) || id.Utf8Text.Length is 0 or > LongestId) return ClientAuthenticator.Failed($"jti is no text of 1 to {LongestId} bytes");

        assertion = new(jws, client, times, id);
        return null;
    }

    /// <summary><c>iss</c> and <c>sub</c> are the client's id (RFC 7523 §3, 1 and 2; OpenID Connect Core §9).</summary>
    static Result<RegisteredClient> FindClient(Walk walk, Claims claims)
    {
        if (!claims.TryGet("sub"u8, out var sub) || sub.GetString() is not { } clientId) return ClientAuthenticator.Failed("sub is missing");
        walk.Caller = walk.Caller with { ClientId = clientId }; // a failure is counted under whom the assertion speaks of
        if (!claims.TryGet("iss"u8, out var iss) || !iss.IsString(clientId)) return ClientAuthenticator.Failed("iss is not sub");
        if (!walk.Registry.Clients.TryGetValue(clientId, out var client)) return ClientAuthenticator.Failed("unknown client");
        if (client.Authentication != ClientAuthenticationMethod.PrivateKeyJwt) return ClientAuthenticator.Failed("the client authenticates in another way");
        return client.IsDisabled ? ClientAuthenticator.Failed("the client is disabled") : client;
    }

    /// <summary>An audience besides us could use the assertion here; so could we there (audience injection, RFC 7523bis §4).</summary>
    static bool IsForUsAlone(Claims claims, string issuer)
    {
        if (!claims.TryGet("aud"u8, out var aud)) return false;
        if (aud.Kind != ClaimKind.Array) return aud.IsString(issuer);
        if (aud.Count != 1) return false;
        foreach (var only in aud.EnumerateArray()) return only.IsString(issuer);
        return false;
    }

    static async ValueTask<Result<RegisteredClient>> VerifyAsync(Walk walk, Unverified assertion, IssuerKeys keys, CancellationToken cancellationToken)
    {
        var (jws, client, times, id) = assertion;
        VerificationKey? key;
        if (client.Jwks is { } inline)
        {
            key = inline.Find(jws.KeyId, jws.Algorithm!);
        }
        else
        {
            var answer = await keys.FindAsync(client, jws.KeyId, jws.Algorithm!, times.IssuedAt, cancellationToken);
            if (answer.Outcome == IssuerKeyOutcome.Unavailable) // an outage says nothing about the assertion
                return new Denied(Reason.ClientKeysUnavailable, $"the keys of client {client.Id} cannot be had now", TimeSpan.FromSeconds(answer.RetryAfterSeconds));
            key = answer.Key;
        }

        if (key is null) return ClientAuthenticator.Failed("the client has no key that kid and alg mean, or several");
        if (!jws.IsSignedBy(key)) return ClientAuthenticator.Failed("the signature does not verify under the client's key");

        // Only now: nobody can burn the assertion of another.
        walk.Spends = [OnceOf(client, id, times.ExpiresAt)];
        return client;
    }

    static OneTimeKey OnceOf(RegisteredClient client, Claim id, long expiresAt)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(client.Id));
        hash.AppendData([0]); // in no client's id
        hash.AppendData(id.Utf8Text);
        return new(OneTimeKeyKind.ClientAssertion, hash.GetHashAndReset(), expiresAt * 1000);
    }
}
